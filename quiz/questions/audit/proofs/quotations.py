"""Proofs of what is quoted: whose text it is, and that it is true of no other option."""

from quiz.questions.audit.facts import Facts, forms, line
from quiz.questions.audit.proofs.registry import proves, subject_of
from quiz.questions.audit.quoting import find, tells_apart
from quiz.questions.base import GAP, Option, Question


def _excludes(question: Question, option: Option, facts: Facts, *sections: str) -> bool:
    """A stranger, sibling or linked technique, whose texts do not say what is quoted."""
    subject, other, excerpt = subject_of(question, facts), facts.technique(option), question.excerpt
    if other is None or excerpt is None or facts.are_parent_and_child(subject, other):
        return False
    passages = (text for section in sections for text in facts.passages(other, section))
    return tells_apart(excerpt, other, facts) and not any(find(excerpt, p) for p in passages)


def _quotes(question: Question, option: Option, facts: Facts, *sections: str) -> bool:
    """The option's own text holds the excerpt."""
    technique, excerpt = facts.technique(option), question.excerpt or ""
    passages = (t for s in sections for t in facts.passages(technique, s)) if technique else ()
    return any(find(excerpt, text) for text in passages)


def _is_not_described(question: Question, option: Option, facts: Facts) -> bool:
    return _excludes(question, option, facts, "Description")


@proves("description", excluded=_is_not_described, names_subject=False)
def is_described(question: Question, option: Option, facts: Facts) -> bool:
    """The excerpt stands in the option's description."""
    return _quotes(question, option, facts, "Description")


def _is_not_hunted(question: Question, option: Option, facts: Facts) -> bool:
    return _excludes(question, option, facts, "Detection", "Analytics")


@proves("detection", excluded=_is_not_hunted, names_subject=False)
def is_hunted(question: Question, option: Option, facts: Facts) -> bool:
    """The excerpt stands in the option's detection or analytics."""
    return _quotes(question, option, facts, "Detection", "Analytics")


def _is_not_shown(question: Question, option: Option, facts: Facts) -> bool:
    """Neither the sentence nor its actor is documented for the option or what it stands for."""
    subject, other = subject_of(question, facts), facts.technique(option)
    excerpt = question.excerpt or ""
    rows = zip(subject.procedures, facts.passages(subject, "Procedure Examples"), strict=True)
    used = [procedure for procedure, row in rows if find(excerpt, row)]
    return (
        other is not None
        and not facts.are_parent_and_child(subject, other)
        and bool(used)
        and not any(facts.perhaps_used(other, p.id) for p in used)
        and not any(find(excerpt, t) for t in facts.passages(other, "Procedure Examples"))
        and (
            other not in facts.family(subject)
            or tells_apart(excerpt, other, facts, ignored=" ".join(p.name for p in used))
        )
    )


@proves("procedure", excluded=_is_not_shown, names_subject=False)
def is_shown(question: Question, option: Option, facts: Facts) -> bool:
    """The sentence stands among the option's procedure examples."""
    return _quotes(question, option, facts, "Procedure Examples")


def _is_not_linked(question: Question, option: Option, facts: Facts) -> bool:
    subject = subject_of(question, facts)
    return option.attack_id not in facts.links(subject) and option.stix_id != subject.stix_id


@proves("related", excluded=_is_not_linked)
def is_linked(question: Question, option: Option, facts: Facts) -> bool:
    """The text links to the option, and the sentence quoted has its name where a gap is shown."""
    technique, excerpt = facts.technique(option), question.excerpt or ""
    if not technique or str(technique.attack_id) not in facts.links(subject_of(question, facts)):
        return False
    quotes = [e.quote for e in question.evidence if find(excerpt, line(e.quote))]
    named = any(form in line(quote) for quote in quotes for form in forms(technique.name))
    return named and GAP in excerpt
