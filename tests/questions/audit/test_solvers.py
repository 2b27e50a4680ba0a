"""Every guesser wins where a kind cheats its way, and none wins where nothing tells."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import pytest

from quiz.questions.audit.report import beats_chance
from quiz.questions.audit.solvers import (
    CHOOSERS,
    MOST_OFTEN_KEY,
    MOST_OFTEN_RIGHT,
    Memory,
    Score,
    arrange,
    choose,
    hits,
)
from quiz.questions.base import AnswerKind, Option, Question
from tests import factories
from tests.handmade import find, items, question

WORDS = "amber basil cedar delta ember flint grove heron inlet juniper kestrel larch".split()


def fair(rng: Random, number: int) -> tuple[str, list[Option]]:
    """A stem and options in which nothing tells which is right; the first one is, for now."""
    words = rng.sample(WORDS, 6)
    return (
        f"Which one is number {number}?",
        [Option(id="", text=word, correct=not place) for place, word in enumerate(words[:4])],
    )


Cheat = Callable[[str, list[Option], Random], tuple[str, list[Option]]]


def asked(
    cheat: Cheat | None = None, *, place: int | None = None, count: int = 400
) -> list[Question]:
    """Questions of which the key is told as ``cheat`` does, or stands always in one place."""
    rng = Random(11)
    found = []
    for number in range(count):
        stem, options = fair(rng, number)
        if cheat:
            stem, options = cheat(stem, options, rng)
        key, *wrong = options
        rng.shuffle(wrong)
        wrong.insert(rng.randrange(4) if place is None else place, key)
        placed = tuple(replace(o, id=str(n)) for n, o in enumerate(wrong, start=1))
        found.append(question("tactic", find("T9001"), stem, options=placed))
    return found


def scores(questions: Sequence[Question]) -> dict[str, Score]:
    found: dict[str, Score] = {}
    for one in questions:
        for name, score, chance in (*choose(one), *arrange(one)):
            found.setdefault(name, Score()).add(score, chance)
    return found


def winners(questions: Sequence[Question]) -> set[str]:
    return {n for n, score in scores(questions).items() if beats_chance("tactic", n, score)}


def reworded(options: list[Option], *texts: str) -> list[Option]:
    return [replace(o, text=text) for o, text in zip(options, texts, strict=True)]


def say_the_key(stem: str, options: list[Option], _: Random) -> tuple[str, list[Option]]:
    return f"{stem} {options[0].text}", options


def say_the_others(stem: str, options: list[Option], _: Random) -> tuple[str, list[Option]]:
    return f"{stem} {' '.join(o.text for o in options[1:])}", options


def say_part_of_the_key(stem: str, options: list[Option], _: Random) -> tuple[str, list[Option]]:
    key, *others = options
    return f"{stem} unencrypted", [replace(key, text="Cryptex"), *others]


def say_part_of_the_others(stem: str, options: list[Option], _: Random) -> tuple[str, list[Option]]:
    texts = [options[0].text, *(f"{o.text}cryptic" for o in options[1:])]
    return f"{stem} Xcrypticx", reworded(options, *texts)


def lengthen_the_key(stem: str, options: list[Option], _: Random) -> tuple[str, list[Option]]:
    return stem, [replace(options[0], text=f"{options[0].text} and more"), *options[1:]]


def shorten_the_key(stem: str, options: list[Option], _: Random) -> tuple[str, list[Option]]:
    return stem, [replace(options[0], text="Ox"), *options[1:]]


def share_a_word_with_one(stem: str, options: list[Option], _: Random) -> tuple[str, list[Option]]:
    key, first, second, third = (o.text for o in options)
    return stem, reworded(options, f"{key} {first} {second}", first, second, third)


def leave_the_key_out(stem: str, options: list[Option], _: Random) -> tuple[str, list[Option]]:
    key, *others = (o.text for o in options)
    return stem, reworded(options, f"{key} Solo", *(f"Group {other}" for other in others))


def test_where_nothing_tells_no_guesser_wins() -> None:
    found = scores(asked())
    assert set(found) == set(CHOOSERS)
    assert winners(asked()) == set()
    assert {round(score.chance, 3) for score in found.values()} == {0.25}


@pytest.mark.parametrize(
    ("cheat", "winner"),
    [
        (say_the_key, "most shared words"),
        (say_the_others, "fewest shared words"),
        (say_part_of_the_key, "most shared letters"),
        (say_part_of_the_others, "fewest shared letters"),
        (lengthen_the_key, "longest"),
        (shorten_the_key, "shortest"),
        (share_a_word_with_one, "most like the others"),
        (leave_the_key_out, "least like the others"),
    ],
)
def test_a_guesser_wins_where_its_cue_is_given(cheat: Cheat, winner: str) -> None:
    assert winner in winners(asked(cheat))


@pytest.mark.parametrize("place", range(4))
def test_a_guesser_of_places_wins_where_the_key_stays(place: int) -> None:
    expected = {f"place {place + 1}"} | ({"last place"} if place == 3 else set())
    assert winners(asked(place=place)) == expected


def test_ties_are_shared_not_drawn() -> None:
    assert hits([1, 1, 1, 1], [True, False, False, False]) == 0.25
    assert hits([2, 1, 1], [True, True, False]) == 0.75
    assert hits([0, 3, 2, 1], [False, True, True, False]) == 1.0


def test_a_guesser_of_several_is_scored_by_the_share_that_is_right() -> None:
    options = tuple(Option(id=str(n), text="x" * n, correct=n in (4, 5)) for n in range(1, 6))
    several = question("platform", find("T9001"), "Which?", options=options)
    found = {name: (score, chance) for name, score, chance in choose(several)}
    assert found["longest"] == (1.0, 0.4)
    assert found["place 1"] == (0.25, 0.4)


def cards(key_of: Callable[[int], str], wrong_of: Callable[[int, Random], list[str]]) -> Memory:
    """Remember two questions each about 60 techniques, with keys and wrong options as told."""
    memory, rng = Memory(), Random(3)
    for number in range(120):
        subject = factories.technique(f"T8{number // 2:03}")
        texts = [key_of(number // 2), *wrong_of(number // 2, rng)]
        options = tuple(
            Option(id=str(n), text=text, correct=n == 1) for n, text in enumerate(texts, start=1)
        )
        memory.add(question("tactic", subject, "Which?", options=options))
    return memory


def learned(memory: Memory) -> dict[str, Score]:
    found: dict[str, Score] = {}
    for name, score, chance in memory.choose():
        found.setdefault(name, Score()).add(score, chance)
    return found


def test_a_favourite_key_is_learned() -> None:
    memory = cards(
        lambda n: "amber" if n % 2 else WORDS[n % 12],
        lambda n, rng: rng.sample(
            WORDS[1:] if n % 2 else [w for w in WORDS if w != WORDS[n % 12]], 3
        ),
    )
    assert beats_chance("tactic", MOST_OFTEN_KEY, learned(memory)[MOST_OFTEN_KEY])


def test_an_option_that_is_only_ever_wrong_is_learned() -> None:
    keys, never = WORDS[:6], WORDS[6:]
    memory = cards(lambda n: keys[n % 6], lambda n, rng: rng.sample(never, 3))
    assert learned(memory)[MOST_OFTEN_RIGHT].mean == 1.0


def test_the_card_itself_is_not_remembered() -> None:
    alone = cards(lambda n: f"key {n}", lambda n, rng: [f"wrong {n} {i}" for i in range(3)])
    found = learned(alone)
    assert found[MOST_OFTEN_KEY].mean == pytest.approx(0.25)
    assert found[MOST_OFTEN_RIGHT].mean == pytest.approx(0.25)


def test_an_options_own_card_is_not_remembered_either() -> None:
    subjects = [factories.technique(f"T8{number:03}") for number in range(400)]
    memory, rng = Memory(), Random(5)
    for subject in subjects:
        others = rng.sample([t for t in subjects if t is not subject], 3)
        options = tuple(
            Option(id=str(n), text=t.name, correct=t is subject, stix_id=t.stix_id)
            for n, t in enumerate((subject, *others), start=1)
        )
        memory.add(question("description", subject, "Which?", options=options))
    found = learned(memory)
    assert found[MOST_OFTEN_KEY].mean == pytest.approx(0.25)
    assert found[MOST_OFTEN_RIGHT].mean == pytest.approx(0.25, abs=0.06)


def test_of_two_keys_that_are_right_equally_often_neither_is_a_guess() -> None:
    memory = cards(lambda n: WORDS[n % 4], lambda n, _: [w for w in WORDS[:4] if w != WORDS[n % 4]])
    assert learned(memory)[MOST_OFTEN_KEY].mean == pytest.approx(0.25)


def test_an_order_by_the_alphabet_is_guessed_by_the_alphabet() -> None:
    ordered = question(
        "tactic-order", find("T9001"), "Put these in order.",
        answer_kind=AnswerKind.ORDER,
        items=items(("Cedar", None), ("Amber", None), ("Basil", None), ("Delta", None)),
        solution=("2", "3", "1", "4"),
    )  # fmt: skip
    found = {name: (score, chance) for name, score, chance in arrange(ordered)}
    assert found["alphabetical"] == (1.0, 0.5)
    assert found["reverse alphabetical"] == (0.0, 0.5)
    assert found["as shown"] == (2 / 3, 0.5)


def test_a_match_that_shares_words_is_guessed_by_them() -> None:
    matched = question(
        "match", find("T9001"), "Match these.",
        answer_kind=AnswerKind.MATCH,
        items=items(("Cedar tree", None), ("Amber glow", None), ("Basil leaf", None)),
        targets=items(("Glowing", None), ("Leaves", None), ("Trees", None)),
        solution=("3", "1", "2"),
    )  # fmt: skip
    found = {name: (score, chance) for name, score, chance in arrange(matched)}
    assert found["most shared words"] == (1.0, 1 / 3)
    assert found["as shown"][0] == 0.0
    nothing = replace(matched, targets=items(("Xyz", None), ("Uvw", None), ("Rst", None)))
    assert {n: s for n, s, _ in arrange(nothing)}["most shared words"] == pytest.approx(1 / 3)


def test_luck_with_few_questions_is_not_held_against_a_kind() -> None:
    few, many = Score(), Score()
    for number in range(100):
        few.add(float(number % 10 < 4), 0.25)  # 40% of a hundred
    for number in range(1000):
        many.add(float(number % 10 < 4), 0.25)
    assert not beats_chance("tactic", "longest", few)
    assert beats_chance("tactic", "longest", many)
    assert not beats_chance("harder-to-detect", MOST_OFTEN_RIGHT, many)
