"""Scheduling is FSRS-6 with nothing random in it."""

from datetime import UTC, datetime, timedelta, timezone
from time import perf_counter

import fsrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.learning import scheduling
from quiz.learning.scheduling import (
    MemoryState,
    State,
    interval,
    is_lapse,
    preview,
    replay,
    retrievability,
    review,
)
from tests.factories import NOON

DAY = timedelta(days=1)
GAPS = st.one_of(
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)),
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(minutes=30)),
    st.timedeltas(min_value=timedelta(hours=-2), max_value=timedelta(0)),  # the clock set back
)
LOGS = st.lists(st.tuples(st.integers(1, 4), GAPS), max_size=12)


def moments(log: list[tuple[int, timedelta]]) -> list[tuple[int, datetime]]:
    at, found = NOON, []
    for rating, gap in log:
        at += gap
        found.append((rating, at))
    return found


def test_a_new_card_rated_good_twice_leaves_its_first_steps() -> None:
    once = review(MemoryState(), 3, NOON)
    assert (once.state, interval(once)) == (State.LEARNING, timedelta(minutes=10))
    twice = review(once, 3, NOON + timedelta(minutes=10))
    assert (twice.state, interval(twice)) == (State.REVIEW, 2 * DAY)


def test_a_card_forgotten_goes_back_to_steps_and_counts_one_lapse() -> None:
    known = review(MemoryState(), 4, NOON)
    forgotten = review(known, 1, NOON + 8 * DAY)
    assert forgotten.state is State.RELEARNING
    assert is_lapse(known, 1)
    assert not is_lapse(known, 2)
    assert not is_lapse(forgotten, 1)


def test_previews_are_what_each_rating_would_do() -> None:
    known = review(MemoryState(), 4, NOON)
    at = NOON + 5 * DAY
    assert preview(known, at) == {r: interval(review(known, r, at)) for r in (1, 2, 3, 4)}


def test_previews_of_a_new_card_grow_with_the_rating() -> None:
    assert list(preview(MemoryState(), NOON).values()) == [
        timedelta(minutes=1),
        timedelta(minutes=5, seconds=30),
        timedelta(minutes=10),
        8 * DAY,
    ]


def test_a_card_is_due_when_nine_in_ten_would_remember_it() -> None:
    known = review(MemoryState(), 4, NOON)
    assert known.due is not None
    assert retrievability(known, known.due) == pytest.approx(0.9, abs=0.005)
    assert retrievability(known, NOON) == 1.0
    assert retrievability(MemoryState(), NOON) is None


@given(LOGS)
def test_we_schedule_exactly_as_fsrs_does(log: list[tuple[int, timedelta]]) -> None:
    scheduler = fsrs.Scheduler(enable_fuzzing=False)
    card = fsrs.Card(card_id=1, due=NOON)
    state = MemoryState()
    for rating, at in moments(log):
        assert retrievability(state, at) == (
            scheduler.get_card_retrievability(card, at) if card.last_review else None
        )
        card, _ = scheduler.review_card(card, fsrs.Rating(rating), at)
        state = review(state, rating, at)
        assert (state.state, state.step, state.stability, state.difficulty, state.due) == (
            card.state.name.lower(),
            card.step,
            card.stability,
            card.difficulty,
            card.due,
        )


@given(LOGS)
def test_replaying_a_log_gives_the_state_that_rating_one_by_one_gave(
    log: list[tuple[int, timedelta]],
) -> None:
    state, lapses = MemoryState(), 0
    for rating, at in moments(log):
        lapses += is_lapse(state, rating)
        state = MemoryState.from_dict(review(state, rating, at).to_dict())
    assert replay(moments(log)) == (state, lapses)


def test_the_zone_that_a_moment_is_given_in_does_not_matter() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=-7)))
    assert review(MemoryState(), 3, there) == review(MemoryState(), 3, NOON)


@pytest.mark.parametrize("rating", [0, 5])
def test_there_are_four_ratings(rating: int) -> None:
    with pytest.raises(ValueError, match=str(rating)):
        review(MemoryState(), rating, NOON)


def test_a_state_survives_being_written_down() -> None:
    for state in (MemoryState(), review(MemoryState(), 1, datetime(2026, 1, 1, tzinfo=UTC))):
        assert MemoryState.from_dict(state.to_dict()) == state


def test_a_new_card_has_no_interval() -> None:
    with pytest.raises(ValueError, match="never reviewed"):
        interval(MemoryState())


def test_nothing_sleeps() -> None:
    started = perf_counter()
    for _ in range(50):
        preview(MemoryState(), NOON)
    # 200 reviews would sleep 200 ms if fsrs made up the ids of its cards.
    assert perf_counter() - started < 0.15


def test_the_parameters_have_a_name_that_fits_the_log() -> None:
    assert scheduling.PARAMETERS_VERSION.startswith("default-")
    assert len(scheduling.PARAMETERS_VERSION) <= 40
