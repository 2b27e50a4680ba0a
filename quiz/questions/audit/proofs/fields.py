"""Proofs of what a technique's fields say of itself, its family, and its place among others."""

from collections.abc import Iterator

from quiz.questions.audit.facts import Facts, contains, line
from quiz.questions.audit.findings import Fault, Finding
from quiz.questions.audit.proofs.registry import PROOFS, proves, subject_of
from quiz.questions.base import Item, Option, Question

SORTS = {"G": "group", "S": "software", "C": "campaign"}
"""What an actor's ID says it is."""


# The fields of one technique


@proves("tactic")
def serves(question: Question, option: Option, facts: Facts) -> bool:
    """The technique lists the tactic that is shown."""
    subject = subject_of(question, facts)
    shown = [t for t in facts.tactics(subject.domain) if line(t.name) == line(option.text)]
    names = [t.short_name for t in shown] or [line(option.text).strip().replace(" ", "-")]
    return any(name in subject.tactics for name in names)


@proves("platform")
def runs_on(question: Question, option: Option, facts: Facts) -> bool:
    """The technique lists the platform."""
    return option.text in subject_of(question, facts).platforms


@proves("data-source")
def is_seen_by(question: Question, option: Option, facts: Facts) -> bool:
    """The technique lists the data source, or an analytic of it reads that component."""
    subject = subject_of(question, facts)
    components = {s.component for a in subject.analytics for s in a.log_sources}
    return option.text in subject.data_sources or option.text in components


@proves("mitigation")
def is_met_by(question: Question, option: Option, facts: Facts) -> bool:
    """The technique lists a mitigation of that name or ID."""
    return any(
        option.text in (m.name, m.id, f"{m.id} {m.name}", f"{m.id}: {m.name}")
        for m in subject_of(question, facts).mitigations
    )


# Identity and family, by what is shown: a name that several techniques have means them all


@proves("attack-id")
def is_called(question: Question, option: Option, facts: Facts) -> bool:
    """The name or ID that is shown is that of the technique asked about."""
    return question.stix_id in facts.called(question.domain, option.text)


@proves("family")
def is_family(question: Question, option: Option, facts: Facts) -> bool:
    """A technique of the name shown is parent or child of one of the name in the stem."""
    subject = subject_of(question, facts)
    namesakes = facts.by_name[subject.domain, line(subject.name)]
    shown = facts.by_name[subject.domain, line(option.text)]
    return any(facts.are_parent_and_child(one, other) for one in namesakes for other in shown)


# One technique among others


@proves("technique-for-tactic", names_subject=False)
def serves_what_is_asked(question: Question, option: Option, facts: Facts) -> bool:
    """The option lists the tactic that the stem names."""
    technique = facts.technique(option)
    asked = [t for t in facts.tactics(question.domain) if contains(question.stem, t.name)]
    if not asked or not technique:
        return False
    longest = max(asked, key=lambda t: len(t.name))
    return longest.short_name in technique.tactics


def is_not_documented(question: Question, option: Option, facts: Facts) -> bool:
    """No technique of the option's line is documented for the actor of the stem."""
    technique, actors = facts.technique(option), _actors(question, facts)
    return bool(technique and actors) and not any(
        facts.perhaps_used(technique, actor) for actor in actors if technique
    )


@proves("used-by", excluded=is_not_documented, names_subject=False)
def is_documented(question: Question, option: Option, facts: Facts) -> bool:
    """The option is documented for the actor that the stem names."""
    return any(actor in facts.users[option.stix_id or ""] for actor in _actors(question, facts))


def _actors(question: Question, facts: Facts) -> set[str]:
    """Those of the subject's actors that the stem names; of two names, the longer one.

    A group and its malware may have one name: then the word before it decides.
    """
    uses = subject_of(question, facts).procedures
    named = [use for use in uses if contains(question.stem, use.name)]
    longest = max((len(use.name) for use in named), default=0)
    found = {use.id: use.name for use in named if len(use.name) == longest}
    told = {
        id_
        for id_, name in found.items()
        if contains(question.stem, f"{SORTS.get(id_[:1], '')} {name}")
    }
    return told or set(found)


# Order and match


def in_matrix_order(question: Question, facts: Facts) -> Iterator[Finding]:
    """Each tactic stands before those that the collection lists after it."""
    places = {line(t.name): n for n, t in enumerate(facts.tactics(question.domain))}
    texts = {item.id: item.text for item in question.items}
    found = [places.get(line(texts.get(id_, "")), -1) for id_ in question.solution]
    if len(found) != len(texts) or -1 in found or found != sorted(set(found)):
        yield Finding(Fault.KEY, "the order keyed is not the order of the matrix")


def fit_one_way(question: Question, facts: Facts) -> Iterator[Finding]:
    """Each item fits the target keyed for it, and no other target."""
    keyed = dict(zip((item.id for item in question.items), question.solution, strict=False))
    for item in question.items:
        for target in question.targets:
            fits = _fits(item, target, facts)
            if target.id == keyed.get(item.id) and not fits:
                yield Finding(Fault.KEY, f"“{item.text}: {target.text}” is keyed, but not true")
            if target.id != keyed.get(item.id) and fits:
                yield Finding(
                    Fault.OPTION, f"“{item.text}: {target.text}” is true, but is not keyed"
                )


def _fits(item: Item, target: Item, facts: Facts) -> bool:
    technique = facts.by_stix_id.get(item.stix_id or "")
    if not technique:
        return False
    tactics = [t for t in facts.tactics(technique.domain) if t.short_name in technique.tactics]
    names = {line(t.name) for t in tactics} | {line(str(technique.attack_id))}
    return line(target.text) in names


PROOFS["tactic-order"] = in_matrix_order
PROOFS["match"] = fit_one_way
