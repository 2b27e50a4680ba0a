"""How well a technique is known, from its cards."""

from datetime import timedelta

import pytest

from quiz.learning.knowledge import NOT_MET, Knowledge, assess, nearness
from quiz.learning.scheduling import MemoryState, State, retrievability, review
from quiz.questions.base import Nearness
from tests.factories import NOON


def known(stability: float) -> MemoryState:
    return MemoryState(
        state=State.REVIEW, stability=stability, difficulty=5, due=NOON, last_review=NOON
    )


def test_a_technique_with_no_card_met_is_not_met() -> None:
    assert assess([], NOON) == assess([MemoryState()], NOON) == NOT_MET


def test_a_technique_is_being_learned_while_any_of_its_cards_is() -> None:
    found = assess([known(100), review(MemoryState(), 3, NOON), MemoryState()], NOON)
    assert (found.knowledge, found.met_cards) == (Knowledge.LEARNING, 2)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, Knowledge.STRONG), (4, Knowledge.STRONG), (10, Knowledge.FAIR), (60, Knowledge.FADING)],
)
def test_a_technique_fades_with_time(days: int, expected: Knowledge) -> None:
    assert assess([known(10)], NOON + timedelta(days=days)).knowledge is expected


def test_retrievability_is_the_mean_over_the_cards_met() -> None:
    at = NOON + timedelta(days=10)
    both = assess([known(10), known(100), MemoryState()], at)
    values = [retrievability(known(stability), at) or 0 for stability in (10, 100)]
    assert both.retrievability == pytest.approx(sum(values) / 2)


def test_levels_have_labels() -> None:
    assert Knowledge.NOT_MET.label == "Not met"
    assert [level.value for level in Knowledge] == [
        "not met",
        "learning",
        "fading",
        "fair",
        "strong",
    ]


@pytest.mark.parametrize(
    ("stability", "expected"),
    [(1, Nearness.NEAR), (6.9, Nearness.NEAR), (7, Nearness.LINKED), (21, Nearness.SIBLING)],
)
def test_wrong_options_come_nearer_as_a_technique_settles(
    stability: float, expected: Nearness
) -> None:
    assert nearness([known(stability)]) is expected


def test_wrong_options_are_far_while_any_card_is_in_its_steps() -> None:
    assert nearness([known(100), review(MemoryState(), 1, NOON)]) is Nearness.FAR


def test_nothing_is_said_of_a_technique_that_was_never_met() -> None:
    assert nearness([]) is nearness([MemoryState()]) is None
