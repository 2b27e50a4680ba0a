"""Each policy gives the dates that its authors meant."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bench.learning.fitted import Fitted
from bench.learning.learners import Learner, People
from bench.learning.policies import (
    REVIEWS_A_DAY,
    AtRandom,
    Batches,
    Fixed,
    Intake,
    Order,
    Ours,
    StraightThrough,
    SuperMemo2,
)
from bench.learning.simulation import Plan, study
from quiz.learning import scheduling
from quiz.learning.scheduling import MemoryState

ONE = Intake(deck=1, a_day=1)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


Dated = Ours | Fixed | SuperMemo2


def day_due(policy: Dated, after: int) -> int:
    """Tell on which day after one the only card comes."""
    return next(day for day in range(after + 1, 40_000) if list(policy.cards(day)))


def intervals(policy: Dated, ratings: list[int]) -> list[int]:
    """Meet the only card with the first rating, review it when due; give the days between."""
    day, found = 0, []
    assert list(policy.cards(0)) == [0]
    policy.met(0, 0, (ratings[0],))
    for rating in [*ratings[1:], 0]:
        due = day_due(policy, day)
        found.append(due - day)
        day = due
        if rating:
            policy.reviewed(0, day, rating, ())
    return found


def test_sm_2_multiplies_by_the_easiness_from_the_third_repetition_on() -> None:
    # Good leaves the easiness at 2.5: 1, 6, 15, 37.5 up to 38, 95.
    assert intervals(SuperMemo2(ONE), [3, 3, 3, 3, 3]) == [1, 6, 15, 38, 95]


def test_sm_2_raises_the_easiness_by_a_tenth_for_easy() -> None:
    # 2.6, 2.7, 2.8: 6 × 2.8 = 16.8.
    assert intervals(SuperMemo2(ONE), [4, 4, 4]) == [1, 6, 17]


def test_sm_2_lowers_the_easiness_by_14_hundredths_for_hard_to_1_3_at_least() -> None:
    # 2.36, 2.22, 2.08: 6 × 2.08 = 12.48.
    assert intervals(SuperMemo2(ONE), [2, 2, 2]) == [1, 6, 13]
    many = intervals(SuperMemo2(ONE), [2] * 14)
    assert many[-1] == -(-many[-2] * 13 // 10)


def test_sm_2_starts_again_after_a_lapse_with_the_easiness_it_had() -> None:
    # Easy thrice gives 2.8; after the lapse 1, 6, and 6 × 2.8 by a third good answer.
    assert intervals(SuperMemo2(ONE), [4, 4, 4, 1, 3, 3]) == [1, 6, 17, 1, 6, 17]


def test_fixed_intervals_go_up_a_rung_and_back_to_the_first_after_a_lapse() -> None:
    assert intervals(Fixed(ONE), [1, 2, 3, 4, 1, 3, 3]) == [1, 3, 7, 14, 1, 3, 7]
    assert intervals(Fixed(ONE), [3] * 9) == [1, 3, 7, 14, 30, 60, 120, 240, 240]


@given(
    st.integers(1, 4),
    st.lists(st.integers(1, 4), max_size=3),
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(0, 40), st.lists(st.integers(1, 4), max_size=2)),
        max_size=5,
    ),
)
def test_ours_gives_the_dates_of_the_product(
    first: int, steps: list[int], later: list[tuple[int, int, list[int]]]
) -> None:
    def product(state: MemoryState, ratings: list[int], at: datetime) -> MemoryState:
        for minutes, rating in enumerate(ratings):
            state = scheduling.review(state, rating, at + minutes * MINUTE)
        return state

    ours, day = Ours(ONE), 0
    assert list(ours.cards(0)) == [0]
    # An easy answer at the end leaves no step for another day.
    looks = (*steps, 4)
    ours.met(0, 0, (first, *looks))
    state = product(MemoryState(), [first, *looks], NOON)
    for hour, (rating, late, more) in enumerate(later, start=1):
        due = day_due(ours, day)
        assert state.due is not None
        assert (state.due.date() - NOON.date()).days == due
        day = due + late
        lapse_looks = (*more, 4) if rating == 1 else ()
        ours.reviewed(0, day, rating, lapse_looks)
        # A little later on each day: FSRS counts whole days of 24 hours.
        at = NOON + timedelta(days=day, hours=hour)
        state = product(state, [rating, *lapse_looks], at)
    assert state.due is not None
    assert (state.due.date() - NOON.date()).days == day_due(ours, day)


def backlog(order: Order) -> list[int]:
    """Three cards due: met with Good on day 0, with Easy on day 2 and with Good on day 3."""
    policy = Ours(Intake(deck=3, a_day=0), order)
    policy.met(0, 0, (3,))
    policy.met(1, 2, (4,))
    policy.met(2, 3, (3,))
    return list(policy.cards(30))


def test_ours_orders_a_backlog_by_the_chance_of_remembering() -> None:
    assert backlog(Order.LIKELIEST) == [1, 2, 0]
    assert backlog(Order.UNLIKELIEST) == [0, 2, 1]
    assert backlog(Order.DATE) == [0, 2, 1]


def test_what_is_not_done_today_comes_tomorrow_and_new_cards_wait() -> None:
    policy = Fixed(Intake(deck=9, a_day=2))
    assert list(policy.cards(0)) == [0, 1]
    for card in (0, 1):
        policy.met(card, 0, (3,))
    assert list(islice(policy.cards(1), 1)) == [0]
    policy.reviewed(0, 1, 3, ())
    assert list(policy.cards(5)) == [1, 0, 2, 3]


def test_with_an_intake_by_day_new_cards_come_first() -> None:
    policy = Fixed(Intake(deck=9, a_day=0, upto=(1, 3)))
    assert list(policy.cards(0)) == [0]
    policy.met(0, 0, (3,))
    assert list(policy.cards(1)) == [1, 2, 0]


def test_mixed_new_cards_come_evenly_among_what_is_due() -> None:
    policy = Fixed(Intake(deck=9, a_day=2, mixed=True))
    policy.known = 4
    for card in range(4):
        policy.met(card, 0, (3,))
    assert list(policy.cards(1)) == [0, 1, 4, 2, 3, 5]


def test_mixed_new_cards_wait_while_more_is_due_than_a_day_takes() -> None:
    intake = Intake(deck=500, a_day=10, mixed=True)
    for due, new in ((REVIEWS_A_DAY, 10), (REVIEWS_A_DAY + 1, 0)):
        policy = Fixed(intake)
        policy.known = due
        for card in range(due):
            policy.met(card, 0, (3,))
        assert len(list(policy.cards(1))) == due + new


def test_the_shipped_order_turns_round_in_a_backlog() -> None:
    for due, first in ((REVIEWS_A_DAY, 0), (REVIEWS_A_DAY + 1, REVIEWS_A_DAY)):
        policy = Ours(Intake(deck=500, a_day=0), Order.SHIPPED)
        for card in range(due):
            policy.met(card, card, (3,))
        assert next(policy.cards(1000)) == first


def test_at_random_takes_new_cards_first_and_then_any_of_those_met() -> None:
    policy = AtRandom(Intake(deck=5, a_day=3), Random(1))
    cards = list(islice(policy.cards(0), 200))
    assert cards[:3] == [0, 1, 2]
    assert set(cards[3:]) == {0, 1, 2}


def test_straight_through_goes_on_where_it_stopped() -> None:
    policy = StraightThrough(Intake(deck=3, a_day=0))
    assert list(islice(policy.cards(0), 2)) == [0, 1]
    assert list(islice(policy.cards(1), 2)) == [2, 0]


def test_a_batch_a_week_sees_every_card_by_the_end() -> None:
    policy = Batches(Intake(deck=10, a_day=0), days=21)
    assert list(islice(policy.cards(0), 5)) == [0, 1, 2, 3, 0]
    assert list(islice(policy.cards(6), 1)) == [1]
    assert list(islice(policy.cards(7), 4)) == [4, 5, 6, 7]
    assert list(islice(policy.cards(20), 3)) == [8, 9, 8]


def test_a_fitted_schedule_foresees_better_how_much_is_remembered() -> None:
    plan = Plan(deck=400, days=120, minutes=15, asked=(120,))
    # All learners forget fast: the default weights promise 0.90 and too little comes of it.
    learner = Learner(3, plan.deck, seed=1, people=People(spread=0, fading=0.8))
    intake = Intake(deck=plan.deck, a_day=plan.new_a_day)
    fitted = Fitted(intake)
    study(learner, fitted, plan)
    truth, default, found = (
        memory.retrievability(10, 30)
        for memory in (learner.memory, Ours(intake).memory, fitted.memory)
    )
    assert abs(found - truth) < abs(default - truth)
