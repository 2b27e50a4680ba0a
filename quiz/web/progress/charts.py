"""Pictures of figures as SVG: classes and geometry only, so that style sheets give the colors.

pygal was measured first: 28 ms and 87 kB for one chart of a year by weeks, with a style
sheet and a script of its own inside, which the page's content policy refuses. These need neither.
Everything is placed in percent, so that a picture is as wide as there is room and its lines and
letters stay as they are. A picture is an image with a name to who cannot see it; its figures
stand in a table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log10

from markupsafe import Markup, escape

SPACE = 0.18
"""The part of a bar's place that is left free."""

MOST_LABELS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Values of one kind, one for each label; ``style`` is the class of its bars."""

    name: str
    style: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A share that was seen, with the bounds of what it may be, and the share expected.

    ``x`` is from 0 to 1, as are the shares. A line through points has no bounds.
    """

    x: float
    share: float
    low: float = 0
    high: float = 1
    words: str
    expected: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What a picture's height stands for, from the bottom up; ``ticks`` are in their words."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    def height(self, value: float) -> float:
        """Place a value, in percent from the bottom."""
        return 100 * (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)


def counting(most: float) -> Axis:
    """Make an axis from nothing to a round number that is not less than the most."""
    if most <= 4:
        top = max(ceil(most), 1)
        return Axis(low=0, high=top, ticks=tuple((n, str(n)) for n in sorted({0, top})))
    size = 10 ** int(log10(most / 2))
    steps = (size * n for n in (1, 1.5, 2, 3, 4, 5, 6, 8, 10))
    step = next(step for step in steps if step * 2 >= most and step % 1 == 0)
    ticks = tuple((n, f"{n:,.0f}") for n in (0, step, 2 * step))
    return Axis(low=0, high=2 * step, ticks=ticks)


def share_axis(least: float) -> Axis:
    """Make an axis of shares up to 100%, that starts where there is something to see."""
    low = next(n for n in (0.8, 0.6, 0.4, 0.2, 0.0) if n <= least or not n)
    middle = (low + 1) / 2
    return Axis(low=low, high=1, ticks=tuple((n, f"{n:.0%}") for n in (low, middle, 1.0)))


def bars(name: str, labels: Sequence[str], series: Sequence[Series]) -> Markup:
    """Draw bars, one on the other where there are several series."""
    totals = [sum(values) for values in zip(*(one.values for one in series), strict=True)]
    axis = counting(max(totals, default=0))
    place = 100 / max(len(labels), 1)
    shapes = []
    for number, label in enumerate(labels):
        below, x, parts = 0.0, number * place + place * SPACE / 2, []
        for one in series:
            value = one.values[number]
            if value:
                height = axis.height(value)
                below += height
                parts.append(
                    f'<rect class="{one.style}" x="{x:.2f}%" y="{100 - below:.2f}%"'
                    f' width="{place * (1 - SPACE):.2f}%" height="{height:.2f}%"/>'
                )
        if parts:
            title = f"{escape(label)}: {round(totals[number]):,}"
            shapes.append(f"<g><title>{title}</title>{''.join(parts)}</g>")
    return _picture(name, axis, "".join(shapes), spread(labels))


def points(
    name: str,
    found: Sequence[Point],
    axis: Axis,
    labels: Sequence[tuple[float, str]],
    *,
    line: tuple[float, float],
) -> Markup:
    """Draw shares as points with their bounds, over a line from left to right."""
    start, end = (100 - axis.height(value) for value in line)
    shapes = [f'<line class="chart-aim" x1="0" y1="{start:.2f}%" x2="100%" y2="{end:.2f}%"/>']
    for point in found:
        x = f"{100 * point.x:.2f}%"
        y, top, bottom = (
            f"{100 - axis.height(value):.2f}%" for value in (point.share, point.high, point.low)
        )
        shapes.append(
            f"<g><title>{escape(point.words)}</title>"
            f'<line class="chart-bounds" x1="{x}" y1="{top}" x2="{x}" y2="{bottom}"/>'
        )
        if point.expected is not None:
            shapes.append(
                f'<circle class="chart-expected" cx="{x}"'
                f' cy="{100 - axis.height(point.expected):.2f}%" r="6"/>'
            )
        shapes.append(f'<circle class="chart-point" cx="{x}" cy="{y}" r="4"/></g>')
    return _picture(name, axis, "".join(shapes), labels)


def line(
    name: str,
    found: Sequence[Point],
    axis: Axis,
    labels: Sequence[tuple[float, str]],
    *,
    aim: float | None = None,
) -> Markup:
    """Draw shares as points with a line through them, over a level that is aimed at, if any."""
    shapes = []
    if aim is not None:
        y = f"{100 - axis.height(aim):.2f}%"
        shapes.append(f'<line class="chart-aim" x1="0" y1="{y}" x2="100%" y2="{y}"/>')
    places = [(f"{100 * one.x:.2f}%", f"{100 - axis.height(one.share):.2f}%") for one in found]
    shapes += (
        f'<line class="chart-line" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'
        for (x1, y1), (x2, y2) in pairwise(places)
    )
    shapes += (
        f"<g><title>{escape(one.words)}</title>"
        f'<circle class="chart-point" cx="{x}" cy="{y}" r="4.5"/></g>'
        for one, (x, y) in zip(found, places, strict=True)
    )
    return _picture(name, axis, "".join(shapes), labels)


def _picture(name: str, axis: Axis, shapes: str, labels: Sequence[tuple[float, str]]) -> Markup:
    """Put shapes into a frame: lines at the ticks, their words to the left, labels below."""
    lines = "".join(
        f'<line class="chart-grid" x1="0" y1="{y:.2f}%" x2="100%" y2="{y:.2f}%"/>'
        for y in (100 - axis.height(value) for value, _ in axis.ticks)
    )
    ticks = "".join(
        f'<text x="100%" y="{100 - axis.height(value):.2f}%" dy=".32em">{escape(words)}</text>'
        for value, words in axis.ticks
    )
    below = "".join(_text(number, x, words) for number, (x, words) in enumerate(labels))
    return Markup(  # noqa: S704 - every text in it is escaped above
        '<div class="chart"><svg class="chart-ticks" aria-hidden="true" focusable="false">'
        f'{ticks}</svg><svg class="chart-plot" role="img" aria-label="{escape(name)}"'
        f' focusable="false">{lines}{shapes}</svg>'
        f'<svg class="chart-labels" aria-hidden="true" focusable="false">{below}</svg></div>'
    )


def _text(number: int, x: float, words: str) -> str:
    """Write a label, inside the picture at both ends; on a phone every second one is left out."""
    anchor = "chart-start" if x < 0.03 else "chart-end" if x > 0.97 else "chart-middle"
    spare = " chart-spare" if number % 2 else ""
    return f'<text class="{anchor}{spare}" x="{100 * x:.2f}%" y="1em">{escape(words)}</text>'


def spread(labels: Sequence[str]) -> list[tuple[float, str]]:
    """Choose the labels that there is room for, each under the middle of its bar."""
    step = ceil(len(labels) / MOST_LABELS) if len(labels) > 2 * MOST_LABELS else 1
    return [((n + 0.5) / len(labels), labels[n]) for n in range(0, len(labels), step)]
