"""Questions made by hand about the invented techniques, for what no kind would ask."""

from collections.abc import Sequence
from typing import Any

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions.audit.facts import Facts
from quiz.questions.audit.run import facts_of
from quiz.questions.base import AnswerKind, Evidence, Item, Option, Question
from tests import factories


def facts(catalogue: Catalogue | None = None) -> Facts:
    """The facts of a catalogue, or of all invented techniques."""
    return facts_of(catalogue or factories.catalogue())


def find(attack_id: str, catalogue: Catalogue | None = None) -> Technique:
    """An invented technique by its ID."""
    found = (catalogue or factories.catalogue()).find(attack_id)
    assert found
    return found


def question(kind: str, subject: Technique, stem: str, **given: Any) -> Question:
    """Make a question; what is not given is harmless."""
    right = sum(option.correct for option in given.get("options", ()))
    values: dict[str, Any] = {
        "key": f"{subject.stix_id}/{kind}",
        "kind": kind,
        "attack_id": str(subject.attack_id),
        "stix_id": subject.stix_id,
        "subject": subject.name,
        "collection": subject.collection,
        "domain": subject.domain,
        "seed": 0,
        "answer_kind": AnswerKind.ONE if right == 1 else AnswerKind.MANY,
        "stem": stem,
        "options": (),
        "explanation": "So it is.",
        "evidence": (identity(subject),),
    }
    return Question(**{**values, **given})


def identity(technique: Technique) -> Evidence:
    """The quotation of a technique's ID and name."""
    quote = f"{technique.attack_id} {technique.name}"
    return Evidence(file=technique.path, section="ID", quote=quote)


def texts(right: Sequence[str], wrong: Sequence[str]) -> tuple[Option, ...]:
    """Options that are plain words, the right ones first."""
    pairs = [*((text, True) for text in right), *((text, False) for text in wrong)]
    return tuple(
        Option(id=str(place), text=text, correct=correct, note="A note.")
        for place, (text, correct) in enumerate(pairs, start=1)
    )


def techniques(*found: Technique, right: int = 0, bare: bool = False) -> tuple[Option, ...]:
    """Options that are techniques, by full name or by ``bare`` name; one of them right."""
    known = facts(factories.catalogue_of((*factories.invented(), *found)))
    return tuple(
        Option(
            id=str(place + 1),
            text=technique.name if bare else known.shown(technique),
            correct=place == right,
            note="A note.",
            attack_id=str(technique.attack_id),
            stix_id=technique.stix_id,
        )
        for place, technique in enumerate(found)
    )


def items(*found: tuple[str, Technique | None]) -> tuple[Item, ...]:
    """Things to order or match, with the technique that each is."""
    return tuple(
        Item(
            id=str(place),
            text=text,
            attack_id=str(technique.attack_id) if technique else None,
            stix_id=technique.stix_id if technique else None,
        )
        for place, (text, technique) in enumerate(found, start=1)
    )
