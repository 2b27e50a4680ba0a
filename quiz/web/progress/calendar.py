"""A year of study days as a table: a row for each day of the week, a column for each week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from quiz.learning.days import DAY
from quiz.services.statistics import CALENDAR_WEEKS

LEVELS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """A day: how many reviews, and the level from 0 to 4 that its square is drawn at."""

    day: date
    reviews: int
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The weeks by their Mondays, and the squares by day of the week; days to come have none."""

    weeks: tuple[date, ...]
    rows: tuple[tuple[str, tuple[Square | None, ...]], ...]
    days: int
    streak: int
    most: Square | None


def calendar(reviews: Mapping[date, int], first: date, today: date) -> Calendar:
    """Lay out a year, from a Monday to today; a square's level is by the days with reviews."""
    weeks = tuple(first + DAY * 7 * n for n in range(CALENDAR_WEEKS))
    counts = {day: n for day, n in reviews.items() if first <= day <= today and n}
    ordered = sorted(counts.values())
    edges = [ordered[len(ordered) * n // LEVELS] for n in range(1, LEVELS)] if ordered else []

    def square(day: date) -> Square | None:
        if day > today:
            return None
        n = counts.get(day, 0)
        return Square(day=day, reviews=n, level=1 + sum(n > edge for edge in edges) if n else 0)

    most = max(counts, key=lambda day: (counts[day], day), default=None)
    return Calendar(
        weeks=weeks,
        rows=tuple(
            (f"{weeks[0] + DAY * n:%A}", tuple(square(week + DAY * n) for week in weeks))
            for n in range(7)
        ),
        days=len(counts),
        streak=_longest(sorted(counts)),
        most=square(most) if most else None,
    )


def _longest(days: list[date]) -> int:
    """Count the days of the longest row without a gap."""
    longest = current = 0
    before = date.min
    for day in days:
        current = current + 1 if day - before == timedelta(days=1) else 1
        longest, before = max(longest, current), day
    return longest
