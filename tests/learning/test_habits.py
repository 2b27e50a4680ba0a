"""How somebody rates is learned from their log, slowly, from what is usual."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.learning.habits import LONGEST_SECONDS, USUAL, Habits, Rating, habits
from quiz.learning.scheduling import State

HOUR = timedelta(hours=1)


def rating(state: State, number: int, seconds: float = 10, after: timedelta = HOUR) -> Rating:
    return Rating(state=state, rating=number, seconds=seconds, after=after)


def test_without_ratings_it_is_what_is_usual() -> None:
    found = habits([])
    assert found.after == USUAL.after
    assert found.first == pytest.approx(USUAL.first)
    assert found.review_seconds == pytest.approx(USUAL.review_seconds)


def test_many_ratings_outweigh_what_is_usual() -> None:
    found = habits([rating(State.REVIEW, 3, 4.0, 15 * HOUR)] * 3000)
    assert found.passed[1] > 0.98
    assert found.review_seconds[2] == pytest.approx(4.0, abs=0.1)
    assert found.review_seconds[0] == USUAL.review_seconds[0]
    assert found.after == 15 * HOUR
    assert found.first == pytest.approx(USUAL.first)


def test_somebody_who_went_away_does_not_count_as_slow() -> None:
    found = habits([rating(State.NEW, 3, 600.0)] * 3000)
    assert found.learning_seconds[2] <= LONGEST_SECONDS


@given(
    st.lists(
        st.builds(
            rating,
            st.sampled_from([State.NEW, State.LEARNING, State.REVIEW, State.RELEARNING]),
            st.integers(1, 4),
            st.floats(0, 600),
        ),
        max_size=60,
    )
)
def test_shares_add_up_and_nobody_always_forgets(rows: list[Rating]) -> None:
    found = habits(rows)
    for shares in (found.first, found.steps, found.passed):
        assert sum(shares) == pytest.approx(1)
        assert all(0 < share < 1 for share in shares)


@given(st.floats(0, 1, exclude_max=True), st.floats(0.01, 1))
def test_a_card_in_review_is_known_with_its_chance(chance: float, known: float) -> None:
    found = USUAL.rate(State.REVIEW, known, chance)
    assert (found == 1) == (chance >= known)


def test_a_first_rating_is_by_habit_alone() -> None:
    always: Habits = USUAL
    assert always.rate(State.NEW, 0.0, 0.1) == 1
    assert always.rate(State.NEW, 0.0, 0.5) == 3
    assert always.rate(State.NEW, 0.0, 0.99) == 4
