"""Each picture of the statistics: its shapes, its figures in a table, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import itemgetter

from markupsafe import Markup

from quiz.learning.statistics import BINS, MATURE, Figures, Recall, Unit, together
from quiz.services.statistics import Bucket, Statistics
from quiz.services.topics import Topic
from quiz.web.filters import percent, plural, short_date
from quiz.web.progress.charts import Point, Series, bars, points, share_axis, spread

RATINGS = ("Again", "Hard", "Good", "Easy")
TOO_FEW = "too few to say"
MINUTE, HOUR = 60_000, 3_600_000  # milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture with all that goes with it. ``key`` names the colors, ``(class, words)``.

    A table's rows start with their heading. Without any there is nothing to show at all.
    """

    slug: str
    title: str
    says: str
    shapes: Markup | None
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    key: tuple[tuple[str, str], ...] = ()


def reviews(found: Statistics) -> Picture:
    """How much was reviewed, and how it was rated."""
    total, names = found.total, _names(found)
    marks = _marks(found.buckets, found.unit)
    number = (found.today - found.first).days + 1
    if total.reviews:
        again = percent(total.ratings[0] / total.reviews)
        says = (
            f"{plural(total.reviews, 'review')} on {total.days:,} of {plural(number, 'day')}:"
            f" {round(total.reviews / total.days):,} on a day that you studied. {again} were Again."
        )
    else:
        says = "No card was reviewed in this time."
    series = [
        Series(
            name=name,
            style=f"chart-{name.lower()}",
            values=[bucket.figures.ratings[place] for bucket in found.buckets],
        )
        for place, name in enumerate(RATINGS)
    ]
    return Picture(
        slug="reviews",
        title=f"Reviews by {found.unit}",
        says=says,
        shapes=bars(f"Reviews by {found.unit} and rating. {says}", marks, series)
        if total.reviews
        else None,
        head=(found.unit.capitalize(), "Reviews", *RATINGS),
        rows=tuple(
            (name, f"{b.figures.reviews:,}", *(f"{n:,}" for n in b.figures.ratings))
            for name, b in _latest_first(names, found.buckets)
        )
        if total.reviews
        else (),
        key=tuple((one.style, one.name) for one in series),
    )


def time(found: Statistics) -> Picture:
    """How long it took."""
    total, names = found.total, _names(found)
    marks = _marks(found.buckets, found.unit)
    if total.reviews:
        each = total.duration_ms / total.reviews / 1000
        says = (
            f"{spent(total.duration_ms)} in all, {spent(total.duration_ms / total.days)} on a day"
            f" that you studied, {each:.0f} seconds a card."
        )
    else:
        says = "No time was spent on cards."
    minutes = [bucket.figures.duration_ms / MINUTE for bucket in found.buckets]
    series = [Series(name="Minutes", style="chart-bar", values=minutes)]
    return Picture(
        slug="time",
        title=f"Minutes by {found.unit}",
        says=says,
        shapes=bars(f"Minutes spent by {found.unit}. {says}", marks, series)
        if total.duration_ms
        else None,
        head=(found.unit.capitalize(), "Time", "A card"),
        rows=tuple(
            (
                name,
                spent(b.figures.duration_ms),
                f"{b.figures.duration_ms / b.figures.reviews / 1000:.0f} s"
                if b.figures.reviews
                else "–",
            )
            for name, b in _latest_first(names, found.buckets)
        )
        if total.duration_ms
        else (),
    )


def retention(found: Statistics, desired: float, *, fitted: bool) -> Picture:
    """How much was remembered, beside what was expected; ``fitted``: by weights of one's own."""
    total = found.total
    unit, buckets = _thick(found)
    shown = [
        (place, _name(bucket.start, unit), bucket.figures.recall)
        for place, bucket in enumerate(buckets)
    ]
    marks = [
        Point(
            x=(place + 0.5) / len(shown),
            share=recall.share or 0.0,
            low=recall.between[0],
            high=recall.between[1],
            expected=recall.expected,
            words=f"{name}: {_of(recall)}",
        )
        for place, name, recall in shown
        if recall.says_enough
    ]
    says = _retention_says(total.young, total.mature, desired, fitted=fitted)
    axis = share_axis(min([desired, *(mark.low for mark in marks)]))
    labels = spread(_marks(buckets, unit))
    return Picture(
        slug="retention",
        title="True retention",
        says=says,
        shapes=points(f"Retention. {says}", marks, axis, labels, line=(desired, desired))
        if marks
        else None,
        head=("", "Asked", "Remembered", "Share", "95% sure", "Expected"),
        rows=(
            *(
                (name, *recall_cells(recall))
                for name, recall in (
                    ("Young", total.young),
                    ("Mature", total.mature),
                    ("All", total.recall),
                )
            ),
            *((name, *recall_cells(recall)) for _, name, recall in reversed(shown)),
        )
        if total.recall.asked
        else (),
        key=(
            ("chart-point", f"remembered, by {unit}, with what is 95% sure"),
            ("chart-expected", "expected by the schedule"),
            ("chart-aim", f"the schedule aims at {percent(desired)}"),
        ),
    )


def calibration(found: Statistics) -> Picture:
    """Whether the predictions come true."""
    total = found.total
    recall, expected = total.recall, total.recall.expected
    marks = [
        Point(
            x=r.expected or 0.0,
            share=r.share or 0.0,
            low=r.between[0],
            high=r.between[1],
            words=f"Predicted {_bin(place)}: {_of(r)}",
        )
        for place, r in total.bins.items()
        if r.says_enough
    ]
    if recall.says_enough and expected is not None and recall.share is not None:
        low, high = recall.between
        off = recall.share - expected
        says = (
            f"The schedule expected {percent(expected)} and you remembered {percent(recall.share)}:"
        )
        if low <= expected <= high:
            says += " no more apart than chance makes them."
        else:
            says += f" you remember {'more' if off > 0 else 'less'} than it thinks."
        says += (
            f" Over the parts in the table, predictions are off by {total.rmse_bins:.1%}"
            f" (RMSE of the bins); the log loss is {total.log_loss:.3f}."
        )
    else:
        says = f"{_few(recall)}: {TOO_FEW} whether the predictions come true."
    axis = share_axis(min((min(mark.x, mark.low) for mark in marks), default=0.0))
    places = [
        Point(
            x=axis.height(mark.x) / 100,
            share=mark.share,
            low=mark.low,
            high=mark.high,
            words=mark.words,
        )
        for mark in marks
    ]
    labels = [(axis.height(value) / 100, words) for value, words in axis.ticks]
    shapes = points(f"Predicted and remembered. {says}", places, axis, labels, line=(axis.low, 1))
    return Picture(
        slug="calibration",
        title="Predicted and remembered",
        says=says,
        shapes=shapes if marks else None,
        head=("Predicted", "Asked", "Remembered", "Share", "95% sure", "Expected"),
        rows=tuple(
            (_bin(place), *recall_cells(r))
            for place, r in sorted(total.bins.items(), key=itemgetter(0), reverse=True)
        ),
        key=(
            ("chart-point", "remembered, over what was predicted"),
            ("chart-aim", "where both are the same"),
        ),
    )


def topics_say(found: Sequence[tuple[str, Topic]]) -> str:
    """Say which of some tactics or kinds stay best and worst."""
    known = sorted(
        (share, name)
        for name, topic in found
        if topic.recall.says_enough and (share := topic.recall.share) is not None
    )
    if len(known) < 2:
        return f"{TOO_FEW.capitalize()} which of them you remember best."
    (worst, last), (best, first) = known[0], known[-1]
    if percent(worst) == percent(best):
        return f"You remember all of them alike: {percent(best)}."
    return f"You remember most of {first} ({percent(best)}), least of {last} ({percent(worst)})."


def recall_cells(recall: Recall) -> tuple[str, ...]:
    """Write how much was remembered; no share where there are too few."""
    share, expected = recall.share, recall.expected
    if not recall.says_enough or share is None or expected is None:
        return (
            f"{recall.asked:,}",
            f"{recall.remembered:,}",
            TOO_FEW if recall.asked else "–",
            "",
            "",
        )
    low, high = recall.between
    return (
        f"{recall.asked:,}",
        f"{recall.remembered:,}",
        percent(share),
        f"{round(low * 100)}–{percent(high)}",
        percent(expected) if recall.predicted else "–",
    )


def spent(milliseconds: float) -> str:
    """Write a time spent: *40 s*, *12 min*, *3 h 5 min*."""
    if milliseconds < MINUTE:
        return f"{milliseconds / 1000:.0f} s"
    minutes = round(milliseconds / MINUTE)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60:,} h {minutes % 60} min"


def _retention_says(young: Recall, mature: Recall, desired: float, *, fitted: bool) -> str:
    """Say the most that there is enough for: of mature cards, or else of all."""
    recall, name = (mature, "mature cards") if mature.says_enough else (young + mature, "cards")
    if not recall.says_enough or recall.share is None:
        return f"{_few(recall)}: {TOO_FEW} how much of it you remember."
    says = (
        f"You remember {percent(recall.share)} of {name}; the schedule aims at {percent(desired)}"
    )
    low, high = recall.between
    if low <= desired <= high:
        says += ", and is as good as there."
    elif recall.share < desired:
        says += (
            ". Weights of your own are in use: what comes by them should be nearer."
            if fitted
            else ". Weights fitted to your own reviews can bring them together."
        )
    else:
        says += ": you could wait longer between reviews."
    return (
        f"{says} Young cards (intervals under {MATURE} days): {_of(young)}."
        f" Mature cards: {_of(mature)}."
    )


def _few(recall: Recall) -> str:
    return f"{plural(recall.asked, 'card')} in review asked"


def _of(recall: Recall) -> str:
    return f"{recall.remembered:,} of {recall.asked:,} remembered"


def _bin(place: int) -> str:
    width = 100 // BINS
    return f"{place * width}–{(place + 1) * width}%"


def _names(found: Statistics) -> list[str]:
    """Name the buckets as people do."""
    return [_name(bucket.start, found.unit) for bucket in found.buckets]


def _name(start: date, unit: Unit) -> str:
    if unit is Unit.MONTH:
        return f"{start:%b %Y}"
    return short_date(start) if unit is Unit.DAY else short_day(start)


@lru_cache(maxsize=1024)
def short_day(day: date) -> str:
    """Write a day as short as below a picture: *24 Nov*."""
    return f"{day.day} {day:%b}"


def _marks(buckets: Sequence[Bucket], unit: Unit) -> list[str]:
    """Name the buckets as shortly as below a picture."""
    if unit is Unit.MONTH:
        return [f"{bucket.start:%b %y}" for bucket in buckets]
    return [short_day(bucket.start) for bucket in buckets]


def _thick(found: Statistics) -> tuple[Unit, Sequence[Bucket]]:
    """Put buckets together until most of them hold enough to speak of a share."""
    unit, buckets = found.unit, found.buckets
    for coarser in (Unit.WEEK, Unit.MONTH):
        asked = [bucket.figures.recall for bucket in buckets if bucket.figures.recall.asked]
        if sum(recall.says_enough for recall in asked) * 2 >= len(asked):
            break
        starts: dict[date, list[Figures]] = {}
        for bucket in buckets:
            starts.setdefault(coarser.start(bucket.start), []).append(bucket.figures)
        unit = coarser
        buckets = tuple(Bucket(start=day, figures=together(some)) for day, some in starts.items())
    return unit, buckets


def _latest_first(names: Sequence[str], buckets: Sequence[Bucket]) -> list[tuple[str, Bucket]]:
    return list(zip(names, buckets, strict=True))[::-1]
