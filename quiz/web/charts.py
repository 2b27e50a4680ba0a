"""Figures worked out as the shapes that a page draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from quiz.services.progress import DayTotal

TALLEST = 60  # SVG units; the chart is 64 high
SHORTEST = 4  # so that one answer can be seen beside a hundred


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBar:
    """A day's column: what was done, how much of it was right, and both as heights."""

    day: date
    done: int
    right: int
    height: int
    right_height: int


def day_bars(days: Sequence[DayTotal]) -> tuple[DayBar, ...]:
    """Draw each day's reviews and answers to the scale of the busiest day."""
    busiest = max((day.reviews + day.answers for day in days), default=0)
    return tuple(
        DayBar(
            day=day.day,
            done=day.reviews + day.answers,
            right=day.remembered + day.right,
            height=_height(day.reviews + day.answers, busiest),
            right_height=_height(day.remembered + day.right, busiest),
        )
        for day in days
    )


def _height(count: int, busiest: int) -> int:
    return max(SHORTEST, round(TALLEST * count / busiest)) if count else 0
