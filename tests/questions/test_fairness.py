"""A guesser who knows nothing of the techniques must do no better than chance.

Each guesser looks at one thing only: shared words, length, place, or which
option tends to be right. The whole audit is to grow from these.
"""

import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

import pytest

from quiz.learning.grading import grade
from quiz.questions.base import Item, Option, Question, QuestionKind
from quiz.questions.generator import generate
from quiz.questions.kinds import KINDS
from quiz.questions.wording import stems
from tests.catalogues import attack

MARGIN = 0.06
"""Five points, and one for the luck of the draw at a few hundred questions."""

Guess = Callable[[Question, Option], float]


def shared(question: Question, option: Option) -> float:
    return len(stems(option.text) & (stems(question.excerpt or "") | stems(question.stem)))


PAIRED = {"tactic-order", "match"}
"""The kinds that have no options: nothing in them is right by itself."""

GUESSERS: dict[str, Guess] = {
    "most shared words": shared,
    "fewest shared words": lambda q, o: -shared(q, o),
    "longest": lambda q, o: len(o.text),
    "shortest": lambda q, o: -len(o.text),
    "first": lambda q, o: -int(o.id),
    "last": lambda q, o: int(o.id),
}


@cache
def asked(kind: QuestionKind) -> list[Question]:
    """Two questions of a kind for every technique of ATT&CK's files that it can ask about."""
    found = [generate(t, kind, seed, attack(), typed=False) for t in attack() for seed in (0, 1)]
    return [question for question in found if question]


def score(questions: list[Question], guess: Guess) -> float:
    """The mean score of choosing the best by ``guess``, ties drawn, as many as are right."""
    rng = Random(0)
    total = 0.0
    for question in questions:
        ranked = sorted(question.options, key=lambda o: (guess(question, o), rng.random()))
        total += grade(question, {o.id for o in ranked[-len(question.correct_ids) :]}).score
    return total / len(questions)


@pytest.mark.parametrize("kind", [k for k in KINDS.values() if k.slug not in PAIRED])
def test_a_guesser_does_no_better_than_chance(kind: QuestionKind) -> None:
    questions = asked(kind)
    assert len(questions) > 100
    chance = score(questions, lambda _q, _o: 0)
    for name, guess in GUESSERS.items():
        assert score(questions, guess) <= max(chance, 0.25) + MARGIN, name


@pytest.mark.parametrize("slug", ["tactic", "data-source", "detection-difficulty"])
def test_the_option_that_is_most_often_right_is_no_better_guess(slug: str) -> None:
    questions = asked(KINDS[slug])
    keys = Counter(text for question in questions for text in question.answer)
    chance = score(questions, lambda _q, _o: 0)
    assert score(questions, lambda _q, o: keys[o.text]) <= max(chance, 0.25) + MARGIN


SORTED: dict[str, Callable[[Item], object]] = {
    "alphabetical": lambda item: item.text,
    "by length": lambda item: len(item.text),
    "as shown": lambda item: int(item.id),
}


@pytest.mark.parametrize("way", SORTED)
@pytest.mark.parametrize("stem", ["tactic", "ID"])
def test_sorting_both_sides_matches_no_more_than_chance(way: str, stem: str) -> None:
    sort: Callable[[Item], Any] = SORTED[way]
    questions = [q for q in asked(KINDS["match"]) if stem in q.stem]
    assert len(questions) > 100
    total = 0.0
    for question in questions:
        targets = sorted(question.targets, key=sort)
        pairs = zip(sorted(question.items, key=sort), targets, strict=True)
        guess = {item.id: target.id for item, target in pairs}
        total += grade(question, [guess[item.id] for item in question.items]).score
    assert total / len(questions) <= 0.25 + MARGIN


def test_an_excerpt_never_names_an_option_or_its_id() -> None:
    catalogue = attack()
    for slug in ("description", "related"):
        for technique in catalogue:
            question = generate(technique, KINDS[slug], 0, catalogue)
            if not question:
                continue
            excerpt = (question.excerpt or "").lower()
            assert not re.search(r"\bt\d{4}\b", excerpt)
            for option in question.options:
                name = option.text.rpartition(": ")[2].lower()
                assert not re.search(rf"\b{re.escape(name)}\b", excerpt), question
