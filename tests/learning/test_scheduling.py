"""Scheduling is FSRS-6, and what it leaves to chance is the same every time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from time import perf_counter

import fsrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.learning.parameters import KNOWN, STANDARD, Parameters
from quiz.learning.scheduling import (
    Entry,
    MemoryState,
    State,
    interval,
    is_lapse,
    predicted,
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


def entries(log: list[tuple[int, timedelta]]) -> list[Entry]:
    return [
        Entry(rating=rating, at=at, fuzz=f"x/{place}", parameters=STANDARD)
        for place, (rating, at) in enumerate(moments(log))
    ]


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
    for entry in entries(log):
        lapses += is_lapse(state, entry.rating)
        after = review(state, entry.rating, entry.at, fuzz=entry.fuzz)
        state = MemoryState.from_dict(after.to_dict())
    assert replay(entries(log)) == (state, lapses)


@given(LOGS, st.data())
def test_other_steps_count_from_the_rating_on_that_they_were_wanted(
    log: list[tuple[int, timedelta]], data: st.DataObject
) -> None:
    wanted = (
        STANDARD,
        replace(STANDARD, learning_steps=()),
        replace(STANDARD, relearning_steps=()),
    )
    mixed = [replace(e, parameters=data.draw(st.sampled_from(wanted))) for e in entries(log)]
    state, lapses = MemoryState(), 0
    for entry in mixed:
        lapses += is_lapse(state, entry.rating)
        state = review(state, entry.rating, entry.at, entry.parameters, fuzz=entry.fuzz)
    assert replay(mixed, data.draw(st.sampled_from(wanted))) == (state, lapses)


def test_a_card_set_back_starts_anew() -> None:
    known = review(MemoryState(), 4, NOON)
    assert review(known, 0, NOON + DAY) == MemoryState()
    gaps = [(4, DAY), (1, 9 * DAY), (0, DAY), (3, DAY)]
    later = moments(gaps)[-1][1]
    assert replay(entries(gaps)) == (review(MemoryState(), 3, later), 0)


@given(LOGS, LOGS)
def test_other_weights_change_what_is_remembered_and_move_no_card(
    before: list[tuple[int, timedelta]], after: list[tuple[int, timedelta]]
) -> None:
    own = Parameters(weights=(1.0, *STANDARD.weights[1:-1], 0.3), desired_retention=0.8)
    log = [
        replace(entry, parameters=STANDARD if place < len(before) else own)
        for place, entry in enumerate(entries(before + after))
    ]
    old, _ = replay(log, STANDARD)
    new, _ = replay(log, own)
    assert (new.due, new.state, new.step) == (old.due, old.state, old.step)
    if log:
        alone, _ = replay([replace(entry, parameters=own) for entry in log], own)
        assert (new.stability, new.difficulty) == (alone.stability, alone.difficulty)


@given(st.integers(1, 4), st.text(max_size=9), st.integers(30, 36_500))
def test_fuzz_is_small_and_the_same_for_the_same_seed(rating: int, seed: str, maximum: int) -> None:
    parameters = Parameters(maximum_interval=maximum)
    known = review(MemoryState(), 4, NOON)
    at = NOON + 30 * DAY
    plain = interval(review(known, rating, at, parameters))
    moved = interval(review(known, rating, at, parameters, fuzz=seed))
    assert moved == interval(review(known, rating, at, parameters, fuzz=seed))
    assert moved == plain if rating == 1 else abs(moved - plain) <= plain * 0.15
    assert moved <= maximum * DAY


def test_fuzz_spreads_cards_that_were_rated_alike() -> None:
    known = review(MemoryState(), 4, NOON)
    at = NOON + 30 * DAY
    dates = {review(known, 3, at, fuzz=f"card {number}").due for number in range(50)}
    without = {
        review(known, 3, at, replace(STANDARD, fuzz=False), fuzz=f"card {number}").due
        for number in range(50)
    }
    assert len(dates) > 5
    assert len(without) == 1


def test_an_evening_and_the_next_morning_are_a_day_apart() -> None:
    evening = datetime(2026, 3, 11, 20, tzinfo=UTC)
    morning = datetime(2026, 3, 12, 8, tzinfo=UTC)
    first, second = evening.date(), morning.date()
    known = review(MemoryState(), 4, evening, day=first)
    by_day = review(known, 3, morning, day=second)
    a_day_later = review(known, 3, evening + DAY, day=second)
    assert by_day.stability == a_day_later.stability
    assert by_day.due == morning + interval(a_day_later)
    assert by_day.last_review == morning
    assert by_day.stability is not None
    assert known.stability is not None
    assert by_day.stability > known.stability  # within 24 hours it would have counted as one day
    assert predicted(known, morning, second) == retrievability(known, evening + DAY)
    assert predicted(known, morning, first) == 1.0


@given(LOGS)
def test_study_days_of_24_hours_change_nothing(log: list[tuple[int, timedelta]]) -> None:
    plain = with_days = MemoryState()
    for rating, gap in log:
        at = (plain.last_review or NOON) + DAY * gap.days
        plain = review(plain, rating, at)
        with_days = review(with_days, rating, at, day=at.date())
        assert replace(with_days, last_day=None) == plain or gap.days < 0


def test_ratings_of_before_are_replayed_as_they_were_counted() -> None:
    old = KNOWN["default-5b128c4843a1"]
    at = [datetime(2026, 3, 11, 20, tzinfo=UTC), datetime(2026, 3, 12, 8, tzinfo=UTC)]
    log = [Entry(rating=4, at=a, fuzz="x", parameters=old, day=a.date()) for a in at]
    without_days, _ = replay([replace(entry, day=None) for entry in log], old)
    state, _ = replay(log, STANDARD)
    assert replace(state, last_day=None) == without_days


@pytest.mark.parametrize("retention", [0.7, 0.8, 0.95, 0.99])
def test_a_card_comes_back_at_the_retention_that_is_wanted(retention: float) -> None:
    parameters = Parameters(desired_retention=retention)
    known = review(
        MemoryState(
            stability=200.0,
            difficulty=5.0,
            state=State.REVIEW,
            due=NOON,
            last_review=NOON - 200 * DAY,
        ),
        3,
        NOON,
        parameters,
    )
    assert known.due is not None
    assert retrievability(known, known.due, parameters) == pytest.approx(retention, abs=0.001)


def test_no_interval_is_longer_than_the_maximum() -> None:
    parameters = Parameters(maximum_interval=5)
    known = review(MemoryState(), 4, NOON, parameters, fuzz="x")
    assert interval(known) <= 5 * DAY


def test_the_zone_that_a_moment_is_given_in_does_not_matter() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=-7)))
    assert review(MemoryState(), 3, there) == review(MemoryState(), 3, NOON)


@pytest.mark.parametrize("rating", [-1, 5])
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


def test_parameters_have_a_name_that_fits_the_log_and_says_when_they_differ() -> None:
    own = Parameters(desired_retention=0.85)
    versions = {STANDARD.version, own.version, Parameters(maximum_interval=365).version}
    assert len(versions) == 3
    assert all(len(version) <= 40 for version in versions)
    assert Parameters.from_dict(own.to_dict()) == own
    assert {known.version for known in KNOWN.values()} == set(KNOWN)


def test_the_standard_weights_are_those_of_fsrs() -> None:
    assert tuple(fsrs.Scheduler().parameters) == STANDARD.weights
