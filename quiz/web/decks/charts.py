"""The days of a path as columns of minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from quiz.services.paths import DayPlan

MOST_COLUMNS = 31
TALLEST = 60  # SVG units; the chart is 64 high


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Some days in a row: new cards, all ratings and minutes of a day of them, and a height."""

    first: date
    last: date
    new: float
    ratings: float
    minutes: float
    height: float


def columns(days: Sequence[DayPlan]) -> tuple[Column, ...]:
    """Draw the minutes of each day, or of some days together where there are many."""
    together = max(1, ceil(len(days) / MOST_COLUMNS))
    groups = [days[place : place + together] for place in range(0, len(days), together)]
    minutes = [sum(day.minutes for day in group) / len(group) for group in groups]
    longest = max(minutes, default=0.0) or 1.0
    return tuple(
        Column(
            first=group[0].day,
            last=group[-1].day,
            new=sum(day.new for day in group) / len(group),
            ratings=sum(day.ratings for day in group) / len(group),
            minutes=mean,
            height=round(TALLEST * mean / longest, 1),
        )
        for group, mean in zip(groups, minutes, strict=True)
    )
