"""(technique, kind, seed) to a question; the same three always give the same one."""

from collections.abc import Iterator
from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.difficulty import Level
from quiz.content.technique import Technique
from quiz.questions.base import AnswerKind, Choice, Option, Question, QuestionKind
from quiz.questions.kinds import KINDS


def card_key(technique: Technique, kind: QuestionKind) -> str:
    """Name a card: it survives edits and new releases, which keep STIX ids."""
    return f"{technique.stix_id}/{kind.slug}"


def parse_key(key: str, catalogue: Catalogue) -> tuple[Technique, QuestionKind] | None:
    """Find the technique and kind of a card, or None where either is not there (any more)."""
    stix_id, _, slug = key.rpartition("/")
    technique, kind = catalogue.by_stix_id.get(stix_id), KINDS.get(slug)
    return (technique, kind) if technique and kind else None


def generate(
    technique: Technique, kind: QuestionKind, seed: int, catalogue: Catalogue
) -> Question | None:
    """Ask about a technique in one way, or give None where no fair question can be made."""
    if not kind.applies(technique, catalogue):
        return None
    key = card_key(technique, kind)
    rng = Random(f"{key}/{seed}")  # noqa: S311 - fairness, not secrecy
    draft = kind.ask(technique, catalogue, rng)
    if not draft:
        return None
    choices = list(draft.choices)
    if not draft.ordered:
        rng.shuffle(choices)
    return Question(
        key=key,
        kind=kind.slug,
        attack_id=str(technique.attack_id),
        stix_id=technique.stix_id,
        subject=catalogue.display_name(technique),
        collection=technique.collection,
        domain=technique.domain,
        seed=seed,
        answer_kind=AnswerKind.MANY if draft.several else AnswerKind.ONE,
        stem=draft.stem,
        excerpt=draft.excerpt,
        options=tuple(_option(place, choice) for place, choice in enumerate(choices, start=1)),
        explanation=draft.explanation,
        evidence=draft.evidence,
        difficulty=_difficulty(technique, catalogue),
    )


def cards_of(technique: Technique, catalogue: Catalogue) -> Iterator[tuple[str, QuestionKind]]:
    """List the cards that a technique's fields can support, in the order they are met."""
    for kind in KINDS.values():
        if kind.applies(technique, catalogue):
            yield card_key(technique, kind), kind


def _difficulty(technique: Technique, catalogue: Catalogue) -> dict[str, str] | None:
    rated = catalogue.difficulty(technique)
    if rated.level is Level.UNRATED:
        return None
    return {"level": str(rated.level), "basis": "stated" if rated.stated else "inferred"}


def _option(place: int, choice: Choice) -> Option:
    return Option(
        id=str(place),
        text=choice.text,
        correct=choice.correct,
        note=choice.note,
        attack_id=str(choice.technique.attack_id) if choice.technique else None,
        stix_id=choice.technique.stix_id if choice.technique else None,
        tactic=choice.tactic,
    )
