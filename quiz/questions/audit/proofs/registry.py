"""The registry of proofs: for each kind, a function that finds keys the fields contradict.

A kind's proof stands in a module here, or in the kind's own file: a function that tells
from the fields whether an option is true, registered with ``proves``. A kind without one
is reported. Nothing here may import what makes questions; the check of layers holds that.
"""

from collections.abc import Callable, Iterator

from quiz.content.technique import Technique
from quiz.questions.audit.facts import Facts, contains
from quiz.questions.audit.findings import Fault, Finding
from quiz.questions.base import AnswerKind, Option, Question

Claim = Callable[[Question, Option, Facts], bool]
Proof = Callable[[Question, Facts], Iterator[Finding]]

PROOFS: dict[str, Proof] = {}


def proves(
    slug: str, *, excluded: Claim | None = None, names_subject: bool = True
) -> Callable[[Claim], Claim]:
    """Register a claim, which tells whether an option is true, as the proof of a kind.

    ``excluded`` tells whether an option is certainly false; without it, what is not
    true is. ``names_subject`` is false for kinds whose stem does not say which
    technique the question is about.
    """

    def register(holds: Claim) -> Claim:
        def proof(question: Question, facts: Facts) -> Iterator[Finding]:
            if names_subject and not _named(question, facts):
                yield Finding(Fault.KEY, f"the stem does not name {question.subject}")
            if question.answer_kind is AnswerKind.TEXT:
                yield from _typed(question, facts, holds)
            for option in question.options:
                if option.correct and not holds(question, option, facts):
                    yield Finding(Fault.KEY, f"“{option.text}” is keyed, but not true")
                if not option.correct and not (
                    excluded(question, option, facts)
                    if excluded
                    else not holds(question, option, facts)
                ):
                    yield Finding(Fault.OPTION, f"“{option.text}” may be true, but is not keyed")

        PROOFS[slug] = proof
        return holds

    return register


def subject_of(question: Question, facts: Facts) -> Technique:
    """The technique that a question's card is about."""
    return facts.by_stix_id[question.stix_id]


def _named(question: Question, facts: Facts) -> bool:
    subject = subject_of(question, facts)
    return contains(question.stem, subject.name) or contains(question.stem, str(subject.attack_id))


def _typed(question: Question, facts: Facts, holds: Claim) -> Iterator[Finding]:
    """Everything accepted must name the technique, and no other one."""
    subject = subject_of(question, facts)
    for text in question.accepted:
        named = facts.called(subject.domain, text)
        option = Option(id="1", text=text, correct=True, stix_id=subject.stix_id)
        if subject.stix_id not in named or not holds(question, option, facts):
            yield Finding(Fault.KEY, f"“{text}” is accepted, but not true")
        elif len(named) > 1:
            yield Finding(Fault.KEY, f"“{text}” is accepted, but names other techniques too")
