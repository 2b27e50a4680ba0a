"""What the days ahead bring is worked out by the scheduler itself, and is the same every time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter

from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.learning.forecast import LIVES, Day, Forecast, Simulator, Start
from quiz.learning.habits import USUAL
from quiz.learning.parameters import STANDARD, Parameters
from quiz.learning.scheduling import Entry, MemoryState, State, predicted, replay

DAY = timedelta(days=1)
FIRST = datetime(2026, 3, 11, 4, tzinfo=UTC)


def days(number: int, without: frozenset[int] = frozenset()) -> list[Day]:
    return [
        Day(
            day=FIRST.date() + place * DAY,
            start=FIRST + place * DAY,
            end=FIRST + (place + 1) * DAY,
            at=FIRST + place * DAY + timedelta(hours=8),
            studied=place not in without,
        )
        for place in range(number)
    ]


def new_cards(techniques: int, kinds: int) -> list[Start]:
    return [
        Start(key=f"t{technique}/k{kind}", technique=f"t{technique}", memory=MemoryState())
        for kind in range(kinds)
        for technique in range(techniques)
    ]


def simulator(
    cards: list[Start], *, parameters: Parameters = STANDARD, one_each: bool = False
) -> Simulator:
    return Simulator(cards=cards, parameters=parameters, habits=USUAL, one_each=one_each)


def minutes(found: Forecast) -> float:
    return sum(load.seconds for load in found.loads) / 60


HISTORIES = st.lists(
    st.tuples(st.integers(1, 4), st.timedeltas(timedelta(minutes=1), timedelta(days=60))),
    max_size=5,
)


def history(key: str, log: list[tuple[int, timedelta]], parameters: Parameters) -> list[Entry]:
    """A card's log that ends before the first day, the latest rating last."""
    at, found = FIRST, []
    for place, (rating, gap) in reversed(list(enumerate(log, 1))):
        at -= gap
        found.append(
            Entry(
                rating=rating,
                at=at,
                fuzz=f"{key}/{place}",
                parameters=parameters,
                day=(at - timedelta(hours=4)).date(),
            )
        )
    return found[::-1]


@settings(max_examples=25, deadline=None)
@given(
    logs=st.lists(HISTORIES, min_size=1, max_size=6),
    retention=st.sampled_from([0.8, 0.9, 0.97]),
    new_a_day=st.integers(0, 4),
    number=st.integers(1, 40),
    one_each=st.booleans(),
    without=st.frozensets(st.integers(0, 40), max_size=10),
)
def test_every_simulated_card_is_what_replaying_its_log_gives(
    logs: list[list[tuple[int, timedelta]]],
    retention: float,
    new_a_day: int,
    number: int,
    one_each: bool,
    without: frozenset[int],
) -> None:
    parameters = replace(STANDARD, desired_retention=retention)
    past = {f"t{n % 3}/{n}": history(f"t{n % 3}/{n}", log, STANDARD) for n, log in enumerate(logs)}
    cards = [
        Start(
            key=key,
            technique=key.partition("/")[0],
            memory=replay(log, parameters)[0],
            entries=len(log),
        )
        for key, log in past.items()
    ]
    ahead = days(number, without)
    found = simulator(cards, parameters=parameters, one_each=one_each).forecast(
        ahead, new_a_day=new_a_day
    )
    for outcome in found.outcomes:
        log = [*past[outcome.key], *outcome.log]
        assert outcome.memory == replay(log, parameters)[0]
        assert [entry.at for entry in log] == sorted(entry.at for entry in log)
        for entry in outcome.log:
            day = ahead[(entry.at - FIRST) // DAY]
            assert day.studied
            assert day.at <= entry.at < day.end
    end, morning = ahead[-1].end, ahead[-1].day + DAY
    chances = [predicted(o.memory, end, morning, parameters) or 0 for o in found.outcomes]
    assert abs(found.share - sum(chances) / len(chances)) < 1e-9
    written = sum(len(outcome.log) for outcome in found.outcomes)
    copies = len(found.outcomes) / len(cards)
    assert abs(sum(load.ratings for load in found.loads) - written / copies) < 1e-6


def test_reviews_come_on_the_day_they_are_due_and_those_of_a_break_after_it() -> None:
    known = MemoryState(
        state=State.REVIEW,
        stability=10.0,
        difficulty=5.0,
        due=FIRST + 3 * DAY + timedelta(hours=20),
        last_review=FIRST - 7 * DAY,
    )
    by = simulator([Start(key="t/k", technique="t", memory=known, entries=3)])
    loads = by.forecast(days(4), new_a_day=1).loads
    assert [bool(load.ratings) for load in loads] == [False, False, False, True]
    loads = by.forecast(days(6, frozenset({3, 4})), new_a_day=1).loads
    assert [bool(load.ratings) for load in loads] == [False, False, False, False, False, True]


def test_of_a_technique_one_card_a_day_comes_where_siblings_wait() -> None:
    by = simulator(new_cards(techniques=2, kinds=3), one_each=True)
    found = by.forecast(days(40), new_a_day=6)
    copies = len(found.outcomes) / 6
    assert max(load.new for load in found.loads) <= 2
    for place in range(40):
        start, end = FIRST + place * DAY, FIRST + (place + 1) * DAY
        studied = [
            outcome.key
            for outcome in found.outcomes
            if any(start <= entry.at < end for entry in outcome.log)
            # Steps left over from the day before come whatever their siblings do.
            and not any(start - DAY <= entry.at < start for entry in outcome.log)
        ]
        for technique in ("t0", "t1"):
            assert sum(key.startswith(technique) for key in studied) <= copies


def test_a_plan_asks_for_the_fewest_new_cards_a_day_that_make_it() -> None:
    by, ahead = simulator(new_cards(techniques=20, kinds=4)), days(40)
    plan = by.plan(ahead, 0.9, spare=7)
    assert (plan.reached, plan.new_a_day) == (True, 3)
    assert plan.forecast.unmet == 0
    assert plan.forecast.share >= 0.9
    assert not by.forecast(ahead, new_a_day=1).makes(0.9)


def test_reviews_of_siblings_hold_no_new_card_back() -> None:
    cards = new_cards(techniques=40, kinds=8)
    together = simulator(cards).plan(days(60), 0.9, spare=7)
    apart = simulator(cards, one_each=True).plan(days(60), 0.9, spare=7)
    assert (together.reached, together.new_a_day) == (True, 7)
    assert (apart.reached, apart.new_a_day) == (True, 7)


def test_a_plan_hurries_where_the_fewest_cards_a_day_leave_too_little_time_for_reviews() -> None:
    by, ahead = simulator(new_cards(techniques=2, kinds=6), one_each=True), days(18)
    assert by.least(ahead, spare=6) == 1
    plan = by.plan(ahead, 0.93, spare=6)
    assert (plan.reached, plan.new_a_day) == (True, 2)
    assert not by.forecast(ahead, new_a_day=1).makes(0.93)


def test_a_target_above_what_reviews_keep_is_not_reached_but_more_of_them_make_it() -> None:
    cards, ahead = new_cards(techniques=20, kinds=4), days(60)
    plan = simulator(cards).plan(ahead, 0.97, spare=7)
    assert not plan.reached
    assert plan.forecast.unmet == 0
    more = simulator(cards, parameters=replace(STANDARD, desired_retention=0.97))
    better = more.plan(ahead, 0.97, spare=7)
    assert better.reached
    assert minutes(better.forecast) > minutes(plan.forecast)


def test_where_there_is_too_little_time_the_first_day_that_makes_it_is_known() -> None:
    by = simulator(new_cards(techniques=4, kinds=8), one_each=True)
    plan = by.plan(days(6), 0.9, spare=2)
    assert not plan.reached
    assert plan.forecast.unmet > 0
    after = by.first_day(days(120), 0.9, new_a_day=plan.new_a_day)
    assert after is not None
    assert after > 6
    assert by.forecast(days(after), new_a_day=plan.new_a_day).makes(0.9)
    assert not by.forecast(days(after - 1), new_a_day=plan.new_a_day).makes(0.9)


def test_a_large_deck_is_sampled_by_whole_techniques_and_comes_to_the_same() -> None:
    small = simulator(new_cards(techniques=50, kinds=8)).forecast(days(60), new_a_day=8)
    large = simulator(new_cards(techniques=500, kinds=8)).forecast(days(60), new_a_day=80)
    assert len(large.outcomes) <= LIVES
    assert abs(large.share - small.share) < 0.01
    assert abs(minutes(large) / minutes(small) - 10) < 0.8  # by chance
    assert abs(sum(load.new for load in large.loads) - 4000) < 80


def test_the_same_start_gives_the_same_forecast() -> None:
    cards = new_cards(techniques=10, kinds=3)
    first = simulator(cards).forecast(days(30), new_a_day=3)
    assert simulator(cards).forecast(days(30), new_a_day=3) == first


def test_four_hundred_cards_over_four_months_are_planned_in_no_time() -> None:
    by = simulator(new_cards(techniques=50, kinds=8), one_each=True)
    started = perf_counter()
    by.plan(days(120), 0.9, spare=7)
    assert perf_counter() - started < 2  # about 0.2 s; a busy machine may take longer
