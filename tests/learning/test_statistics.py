"""What ratings add up to, by hand."""

from datetime import date
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.learning.parameters import STANDARD
from quiz.learning.statistics import (
    DayFigures,
    Range,
    Recall,
    Unit,
    add_up,
    forgetting_curve,
    histogram,
    together,
)


def day(again: int = 0, good: int = 0, **given: object) -> DayFigures:
    values: dict[str, object] = {
        "ratings": (again, 0, good, 0),
        "duration_ms": 0,
        "loss": 0.0,
        "young": (0, 0, 0.0),
        "mature": (0, 0, 0.0),
        "bins": {},
    }
    return DayFigures(**{**values, **given})  # type: ignore[arg-type]


def test_weeks_start_on_monday_and_months_on_their_first() -> None:
    assert Unit.WEEK.start(date(2026, 3, 11)) == date(2026, 3, 9)
    assert Unit.MONTH.start(date(2026, 3, 11)) == date(2026, 3, 1)
    assert Unit.DAY.start(date(2026, 3, 11)) == date(2026, 3, 11)


def test_units_follow_each_other_without_a_gap_over_a_new_year() -> None:
    first, last = date(2025, 12, 31), date(2026, 2, 2)
    assert Unit.MONTH.starts(first, last) == [
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]
    weeks = Unit.WEEK.starts(first, last)
    assert (weeks[0], weeks[-1], len(weeks)) == (date(2025, 12, 29), date(2026, 2, 2), 6)
    assert len(Unit.DAY.starts(first, last)) == 34


@pytest.mark.parametrize(
    ("days", "unit"),
    [(30, Unit.DAY), (91, Unit.WEEK), (365, Unit.WEEK), (1000, Unit.MONTH)],
)
def test_a_picture_has_a_readable_number_of_bars(days: int, unit: Unit) -> None:
    assert Unit.for_days(days) is unit


def test_ranges_are_in_study_days() -> None:
    assert [found.days for found in Range] == [30, 91, 365, None]


def test_wilsons_interval_is_that_of_the_textbook() -> None:
    low, high = Recall(asked=10, remembered=9, predicted=9).between
    assert (low, high) == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert Recall().between == (0.0, 1.0)


@given(asked=st.integers(1, 10_000), part=st.floats(0, 1))
def test_wilsons_interval_holds_the_share_and_stays_between_0_and_1(
    asked: int, part: float
) -> None:
    recall = Recall(asked=asked, remembered=round(asked * part))
    low, high = recall.between
    assert recall.share is not None
    assert 0 <= low <= recall.share + 1e-12
    assert recall.share - 1e-12 <= high <= 1


def test_a_share_needs_twenty_ratings() -> None:
    assert not Recall(asked=19, remembered=19).says_enough
    assert Recall(asked=20, remembered=19).says_enough
    assert Recall().share is None


def test_days_add_up_and_so_do_sums() -> None:
    days = [
        day(1, 3, duration_ms=4000, loss=1.0, young=(2, 1, 1.5), bins={"15": (2, 1, 1.5)}),
        day(0, 2, duration_ms=2000, loss=0.5, mature=(2, 2, 1.8), bins={"18": (2, 2, 1.8)}),
        day(),  # every rating of it was undone
        day(1, 0, duration_ms=100, loss=0.25, young=(1, 0, 0.75), bins={"15": (1, 0, 0.75)}),
    ]
    total = add_up(days)
    assert (total.days, total.reviews, total.ratings, total.duration_ms) == (
        3,
        7,
        (2, 0, 5, 0),
        6100,
    )
    assert total.young == Recall(asked=3, remembered=1, predicted=2.25)
    assert total.mature == Recall(asked=2, remembered=2, predicted=1.8)
    assert total.recall.asked == 5
    assert total.log_loss == pytest.approx(1.75 / 5)
    assert list(total.bins) == [15, 18]
    assert together([add_up(days[:2]), add_up(days[2:])]) == total


def test_rmse_weighs_each_bin_by_its_ratings() -> None:
    total = add_up([day(bins={"15": (3, 1, 2.25), "18": (1, 1, 0.9)})])
    # Three at 0.75 of which a third were remembered, and one at 0.9 that was.
    expected = ((3 * (0.75 - 1 / 3) ** 2 + (0.9 - 1) ** 2) / 4) ** 0.5
    assert total.rmse_bins == pytest.approx(expected)


def test_nothing_has_no_loss_and_no_error() -> None:
    total = add_up([])
    assert (total.log_loss, total.rmse_bins, total.reviews, total.days) == (None, None, 0, 0)


def test_what_is_kept_comes_back_the_same() -> None:
    found = day(1, 2, loss=log(2), bins={"3": (1, 0, 0.17)})
    assert add_up([DayFigures(**found.to_dict())]) == add_up([found])


def test_a_histogram_has_a_bar_below_between_and_from_the_edges() -> None:
    assert histogram([(0, 1), (1, 2), (3, 4), (9, 8)], (1, 3, 9)) == (1, 2, 4, 8)


def test_the_forgetting_curve_is_at_ninety_percent_where_days_are_the_stability() -> None:
    decay, factor = forgetting_curve(STANDARD)
    assert (1 + factor) ** decay == pytest.approx(0.9)
