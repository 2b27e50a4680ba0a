"""The simulation's memory is FSRS-6 as the fsrs package has it."""

from datetime import UTC, datetime, timedelta
from random import Random

import fsrs
import pytest
from fsrs.scheduler import (
    DEFAULT_PARAMETERS,
    LOWER_BOUNDS_PARAMETERS,
    UPPER_BOUNDS_PARAMETERS,
)
from hypothesis import given
from hypothesis import strategies as st

from bench.learning.learners import BOUNDS, DEVIATIONS, Learner, People, draw_weights
from bench.learning.memory import Memory
from quiz.learning.parameters import WEIGHTS

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LOGS = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 400)), max_size=10)
WEIGHTS_WITHIN_BOUNDS = st.tuples(*(st.floats(least, most) for least, most in BOUNDS))


@given(st.integers(1, 4), LOGS, st.one_of(st.just(WEIGHTS), WEIGHTS_WITHIN_BOUNDS))
def test_a_memory_goes_as_in_fsrs(
    first: int, log: list[tuple[int, int]], weights: tuple[float, ...]
) -> None:
    scheduler = fsrs.Scheduler(weights, enable_fuzzing=False)
    card, at = fsrs.Card(card_id=0), NOON
    card, _ = scheduler.review_card(card, fsrs.Rating(first), at)
    memory = Memory(weights)
    stability, difficulty = memory.first(first)
    for rating, days in log:
        at += timedelta(days=days)
        recall = memory.retrievability(stability, days)
        assert recall == pytest.approx(scheduler.get_card_retrievability(card, at))
        if days:
            stability, difficulty = memory.review(stability, difficulty, recall, rating)
        else:
            stability, difficulty = memory.again_today(stability, difficulty, rating)
        card, _ = scheduler.review_card(card, fsrs.Rating(rating), at)
        assert stability == pytest.approx(card.stability)
        assert difficulty == pytest.approx(card.difficulty)


def test_the_chance_falls_to_nine_in_ten_after_one_stability() -> None:
    memory = Memory(WEIGHTS)
    assert memory.retrievability(5.0, 5) == pytest.approx(0.9)
    assert memory.days_until(0.9) == pytest.approx(1)
    assert memory.retrievability(5.0, 5 * memory.days_until(0.8)) == pytest.approx(0.8)


def test_learners_differ_within_what_fsrs_allows() -> None:
    assert WEIGHTS == DEFAULT_PARAMETERS
    assert tuple(zip(LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS, strict=True)) == BOUNDS
    assert 4 + len(DEVIATIONS) == len(WEIGHTS)
    drawn = [draw_weights(Random(number), People()) for number in range(400)]
    for weights in drawn:
        fsrs.Scheduler(weights)  # refuses what is out of bounds
        assert list(weights[:4]) == sorted(weights[:4])
    for i, default in enumerate(WEIGHTS[4:], start=4):
        middle = sorted(weights[i] for weights in drawn)[200]
        assert middle == pytest.approx(default, abs=0.2 * DEVIATIONS[i - 4])


def test_without_spread_all_learners_remember_alike() -> None:
    assert draw_weights(Random(1), People(spread=0)) == pytest.approx(WEIGHTS)
    assert draw_weights(Random(1), People(spread=0, fading=0.5))[20] == 0.5


def test_an_answer_meets_the_same_chance_whatever_was_asked_before() -> None:
    one, other = (Learner(7, 20, seed=1, people=People()) for _ in range(2))
    for card in range(19):
        other.answer(card, 3)
    assert one.answer(19, 2) == other.answer(19, 2)
    assert one.answer(5, 1) == other.answer(5, 1)
    assert one.answer(5, 1) != Learner(8, 20, seed=1, people=People()).answer(5, 1)


def test_a_first_day_ends_with_the_last_step() -> None:
    learner = Learner(1, 500, seed=1, people=People())
    for ratings in learner.meetings:
        assert ratings[-1] in {3, 4} or len(ratings) == 12
        assert ratings != (3,)  # good leads to the step of ten minutes
    assert (4,) in learner.meetings
    assert (3, 3) in learner.meetings


def test_one_looks_again_until_a_lapse_is_mended() -> None:
    learner = Learner(1, 50, seed=1, people=People())
    for card in range(50):
        looks = learner.answer(card, 0).looks
        assert looks[-1] >= 3 or len(looks) == 12
        assert all(look < 3 for look in looks[:-1])
