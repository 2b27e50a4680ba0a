"""(technique, kind, seed) to a question; the same three always give the same one.

How near the wrong options come, whether one of them is a certain rival, and whether the
answer is typed, can be chosen too; left alone, the options are near, nobody must be among
them, and the seed says whether the answer is typed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from quiz.content.catalogue import Catalogue
from quiz.content.difficulty import Level
from quiz.content.technique import Technique
from quiz.questions.base import (
    AnswerKind,
    Choice,
    Draft,
    Item,
    Nearness,
    Option,
    Question,
    QuestionKind,
)
from quiz.questions.kinds import KINDS
from quiz.questions.spelling import MOST_SLIPS, fold, is_slip

TYPED = 0.25
"""The share of questions to answer in writing, of the kinds that have such questions."""


def card_key(technique: Technique, kind: QuestionKind) -> str:
    """Name a card: it survives edits and new releases, which keep STIX ids."""
    return f"{technique.stix_id}/{kind.slug}"


def parse_key(key: str, catalogue: Catalogue) -> tuple[Technique, QuestionKind] | None:
    """Find the technique and kind of a card, or None where either is not there (any more)."""
    stix_id, _, slug = key.rpartition("/")
    technique, kind = catalogue.by_stix_id.get(stix_id), KINDS.get(slug)
    return (technique, kind) if technique and kind else None


def generate(
    technique: Technique,
    kind: QuestionKind,
    seed: int,
    catalogue: Catalogue,
    *,
    nearness: Nearness = Nearness.NEAR,
    typed: bool | None = None,
    rival: Technique | None = None,
) -> Question | None:
    """Ask about a technique in one way, or give None where no fair question can be made.

    ``typed`` asks for an answer in writing where the kind has such a question, or
    for none; without it every fourth question is typed. A ``rival`` is among the wrong
    options, which then come as near as the two are to one another; only kinds that quote
    a technique have such questions, and without ``typed`` none is in writing.
    """
    if not kind.applies(technique, catalogue):
        return None
    key = card_key(technique, kind)
    rng = Random(f"{key}/{seed}")  # noqa: S311 - fairness, not secrecy
    by_seed = rng.random() < TYPED
    by_hand = by_seed and not rival if typed is None else typed
    draft = kind.ask_typed(technique, catalogue, rng) if by_hand else None
    if draft is None and rival:
        draft = kind.ask_beside(technique, rival, catalogue, rng)
    elif draft is None:
        draft = kind.ask(technique, catalogue, rng, nearness)
    if not draft:
        return None
    question = Question(
        key=key,
        kind=kind.slug,
        attack_id=str(technique.attack_id),
        stix_id=technique.stix_id,
        subject=catalogue.display_name(technique),
        collection=technique.collection,
        domain=technique.domain,
        seed=seed,
        answer_kind=_answer_kind(draft),
        stem=draft.stem,
        excerpt=draft.excerpt,
        options=(),
        explanation=draft.explanation,
        evidence=draft.evidence,
        difficulty=_difficulty(technique, catalogue),
        accepted=draft.accepted,
        lookalikes=_lookalikes(technique, draft.accepted, catalogue),
    )
    return replace(question, **_placed(draft, rng))


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


def _lookalikes(
    technique: Technique, accepted: Sequence[str], catalogue: Catalogue
) -> tuple[str, ...]:
    """List the names of other techniques that are a slip of the pen away from an accepted text."""
    if not accepted:
        return ()
    texts = [(text, set(fold(text))) for text in accepted]
    found = (
        name
        for other, name, letters in catalogue.once(_spelled)[technique.domain]
        for text, own in texts
        if other is not technique and len(own ^ letters) <= 2 * MOST_SLIPS and is_slip(name, text)
    )
    return tuple(dict.fromkeys(found))


def _spelled(catalogue: Catalogue) -> Mapping[str, list[tuple[Technique, str, set[str]]]]:
    """Every name of a domain with its letters: a slip changes two of them at most."""
    return {
        domain: [
            (technique, name, set(fold(name)))
            for technique in catalogue.in_domain(domain)
            for name in (technique.name, catalogue.display_name(technique))
        ]
        for domain in catalogue.domains
    }


def _answer_kind(draft: Draft) -> AnswerKind:
    if draft.accepted:
        return AnswerKind.TEXT
    if draft.sequence:
        return AnswerKind.ORDER
    if draft.pairs:
        return AnswerKind.MATCH
    return AnswerKind.MANY if draft.several else AnswerKind.ONE


def _placed(draft: Draft, rng: Random) -> dict[str, Any]:
    """Give everything to choose, order or match its place, which is its id."""
    if draft.sequence:
        places = _shuffled(draft.sequence, rng)
        while len(places) > 1 and places == sorted(places):  # as it comes, it must not be right
            places = _shuffled(draft.sequence, rng)
        items = _items(draft.sequence, places)
        solution = sorted(items, key=lambda item: places[int(item.id) - 1])
        return {"items": items, "solution": tuple(item.id for item in solution)}
    if draft.pairs:
        places, target_places = _shuffled(draft.pairs, rng), _shuffled(draft.pairs, rng)
        return {
            "items": _items([item for item, _ in draft.pairs], places),
            "targets": _items([target for _, target in draft.pairs], target_places),
            "solution": tuple(str(target_places.index(place) + 1) for place in places),
        }
    places = list(range(len(draft.choices)))
    if not draft.ordered:
        rng.shuffle(places)
    return {
        "options": tuple(
            Option(correct=draft.choices[place].correct, **_shown(number, draft.choices[place]))
            for number, place in enumerate(places, start=1)
        )
    }


def _shuffled(things: Sequence[object], rng: Random) -> list[int]:
    return rng.sample(range(len(things)), len(things))


def _items(choices: Sequence[Choice], places: Sequence[int]) -> tuple[Item, ...]:
    shown = (_shown(number, choices[place]) for number, place in enumerate(places, start=1))
    return tuple(Item(**values) for values in shown)


def _shown(number: int, choice: Choice) -> dict[str, Any]:
    return {
        "id": str(number),
        "text": choice.text,
        "note": choice.note,
        "attack_id": str(choice.technique.attack_id) if choice.technique else None,
        "stix_id": choice.technique.stix_id if choice.technique else None,
        "tactic": choice.tactic,
    }
