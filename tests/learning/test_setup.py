"""How a quiz is set up fits in a URL, and any URL gives a setup."""

from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.learning.setup import (
    LARGEST_SEED,
    LONGEST,
    LONGEST_MINUTES,
    NEARNESS,
    Answers,
    Mode,
    Retake,
    Setup,
    misread,
)
from quiz.questions.scope import Scope

WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
LISTS = st.lists(WORDS, max_size=3, unique=True).map(tuple)
NAMES = ("mode", "length", "answers", "nearness", "for_me", "seed", "order", "minutes", "pass_mark")


@st.composite
def setups(draw: st.DrawFn) -> Setup:
    mode = draw(st.sampled_from(Mode))
    exam = mode is Mode.EXAM
    length = st.integers(1, LONGEST)
    return Setup(
        scope=Scope(tactics=draw(LISTS), platforms=draw(LISTS), kinds=draw(LISTS)),
        mode=mode,
        length=draw(length if exam else st.none() | length),
        answers=draw(st.sampled_from(Answers)),
        nearness=draw(st.none() | st.sampled_from(list(NEARNESS.values()))),
        for_me=draw(st.booleans()),
        seed=draw(st.none() | st.integers(0, LARGEST_SEED)),
        shuffled=exam and draw(st.booleans()),
        minutes=draw(st.none() | st.integers(1, LONGEST_MINUTES)) if exam else None,
        pass_mark=draw(st.integers(1, 100)),
        pairs=draw(LISTS) if mode is Mode.CONTRAST else (),
        retake=draw(st.none() | st.sampled_from(Retake)),
    )


@given(setups())
def test_a_setup_is_read_back_as_it_was_written(setup: Setup) -> None:
    assert Setup.from_query(setup.query) == setup
    assert not misread(parse_qs(setup.query))


@given(st.dictionaries(st.sampled_from([*NAMES, "tactics", "pairs"]), st.lists(WORDS)))
def test_any_link_gives_a_setup_that_can_be_written_again(values: dict[str, list[str]]) -> None:
    setup = Setup.from_lists(values)
    assert Setup.from_query(setup.query) == setup
    assert setup.length is None or 1 <= setup.length <= LONGEST
    assert 1 <= setup.pass_mark <= 100


@given(st.text())
def test_any_text_reads_as_a_query(query: str) -> None:
    Setup.from_query(query)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("mode=exam&length=0", {"length"}),
        ("length=201&seed=-1&pass_mark=101", {"length", "seed", "pass_mark"}),
        ("mode=quiz&answers=sing&nearness=close&for_me=yes", {*NAMES[:1], *NAMES[2:5]}),
        ("mode=practice&minutes=10&order=shuffled", {"minutes", "order"}),
        ("mode=exam&minutes=010&length=010&seed=007", set()),
    ],
)
def test_what_cannot_be_in_a_link_is_named(query: str, names: set[str]) -> None:
    assert set(misread(parse_qs(query))) == names


def test_a_shared_quiz_is_the_same_for_everyone() -> None:
    shared = Setup(retake=Retake.MISSED).shared(5)
    assert (shared.seed, shared.for_me, shared.retake) == (5, False, None)
    assert shared.query == "seed=5"
