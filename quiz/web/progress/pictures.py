"""Each picture of the statistics: its shapes, its figures in a table, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from markupsafe import Markup

from quiz.learning.statistics import BINS, Recall, Unit
from quiz.services.statistics import Bucket, CardFigures, Forecast, Statistics
from quiz.services.topics import Topic
from quiz.web.filters import percent, plural, short_date
from quiz.web.progress.charts import Point, Series, bars, points, share_axis

RATINGS = ("Again", "Hard", "Good", "Easy")
TOO_FEW = "too few to say"
MINUTE, HOUR = 60_000, 3_600_000  # milliseconds

LENGTH_LABELS = (
    *("under 1 day", "1 day", "2–3 days", "4–7 days", "8–14 days", "15–30 days"),
    *("1–3 months", "3–6 months", "6–12 months", "over a year"),
)
LENGTH_MARKS = ("<1 d", "1", "2–3", "4–7", "8–14", "15–30 d", "1–3", "3–6", "6–12 m", ">1 y")
DIFFICULTY_LABELS = tuple(f"{n} to {n + 1}" for n in range(1, 10))
CHANCE_LABELS = (
    *("under 50%", "50–60%", "60–70%", "70–75%", "75–80%"),
    *("80–85%", "85–90%", "90–95%", "95–100%"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture with all that goes with it. ``key`` names the colors, ``(class, words)``.

    A table's rows start with their heading. ``shapes`` is empty where there is nothing to show.
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
        shapes=bars(f"Reviews by {found.unit} and rating. {says}", names, series)
        if total.reviews
        else None,
        head=(found.unit.capitalize(), "Reviews", *RATINGS),
        rows=tuple(
            (name, f"{b.figures.reviews:,}", *(f"{n:,}" for n in b.figures.ratings))
            for name, b in _latest_first(names, found.buckets)
        ),
        key=tuple((one.style, one.name) for one in series),
    )


def time(found: Statistics) -> Picture:
    """How long it took."""
    total, names = found.total, _names(found)
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
        shapes=bars(f"Minutes spent by {found.unit}. {says}", names, series)
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
        ),
    )


def forecast(found: Forecast, cards: CardFigures) -> Picture:
    """What comes due when."""
    names = [
        "Today" if not place and found.unit is Unit.DAY else _day(day)
        for place, (day, _) in enumerate(found.coming)
    ]
    counts = [number for _, number in found.coming]
    first = f"{plural(counts[0], 'card')} more {'today' if found.unit is Unit.DAY else 'this week'}"
    days = len(counts) * (1 if found.unit is Unit.DAY else 7)
    says = (
        f"{plural(found.overdue, 'card')} {'is' if found.overdue == 1 else 'are'} overdue,"
        f" and {first}. Then about {sum(counts) / days:.1f} a day come back"
        f" over {days} days, without new cards and without forgetting any."
    )
    if cards.suspended:
        says += f" {plural(cards.suspended, 'suspended card')} not counted."
    labels = ["Overdue", *names]
    series = [
        Series(name="Overdue", style="chart-again", values=[found.overdue, *(0 for _ in counts)]),
        Series(name="Due", style="chart-bar", values=[0, *counts]),
    ]
    return Picture(
        slug="forecast",
        title=f"Due in the next {'30 days' if found.unit is Unit.DAY else 'year'}",
        says=says if cards.met else "No card is waiting to come back.",
        shapes=bars(f"Cards that come due. {says}", labels, series) if cards.met else None,
        head=("Day" if found.unit is Unit.DAY else "Week from", "Cards due"),
        rows=(
            ("Overdue", f"{found.overdue:,}"),
            *((name, f"{number:,}") for name, number in zip(names, counts, strict=True)),
            ("Later", f"{found.later:,}"),
        ),
    )


def retention(found: Statistics, desired: float) -> Picture:
    """How much was remembered, beside what was expected."""
    total, names = found.total, _names(found)
    shown = [
        (place, name, bucket.figures.recall)
        for place, (name, bucket) in enumerate(zip(names, found.buckets, strict=True))
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
    says = _retention_says(total.young, total.mature, desired)
    axis = share_axis(min([desired, *(mark.low for mark in marks)]))
    labels = [((place + 0.5) / len(shown), name) for place, name, _ in _some(shown)]
    return Picture(
        slug="retention",
        title="True retention",
        says=says,
        shapes=points(f"Retention. {says}", marks, axis, labels, line=(desired, desired))
        if marks
        else None,
        head=("", "Asked", "Remembered", "Share", "95% sure between", "Expected"),
        rows=(
            *(
                (name, *recall_cells(recall))
                for name, recall in (
                    ("Young cards (interval under 21 days)", total.young),
                    ("Mature cards (21 days or more)", total.mature),
                    ("All cards in review", total.recall),
                )
            ),
            *((name, *recall_cells(recall)) for _, name, recall in reversed(shown)),
        ),
        key=(
            ("chart-point", f"remembered, by {found.unit}, and 95% sure between"),
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
        head=("Predicted", "Asked", "Remembered", "Share", "95% sure between", "Expected"),
        rows=tuple(
            (_bin(place), *recall_cells(r))
            for place, r in sorted(total.bins.items(), key=itemgetter(0), reverse=True)
        ),
        key=(
            ("chart-point", "remembered, over what was predicted"),
            ("chart-aim", "where both are the same"),
        ),
    )


def memory(cards: CardFigures) -> tuple[Picture, ...]:
    """How the cards are now: remembered, how far apart, how stable, how hard."""
    met = cards.met
    likely = f"You probably remember {cards.known:,.0f} of {plural(met, 'card')} at this moment"
    share = f" ({percent(cards.known / met)})" if met >= 20 else ""
    return (
        _histogram("known", "Known now", f"{likely}{share}.", CHANCE_LABELS, cards.chances),
        _histogram(
            "intervals",
            "Intervals",
            f"{_at_least(cards.intervals, 6)} in review wait a month or longer"
            " from one review to the next.",
            LENGTH_LABELS,
            cards.intervals,
            marks=LENGTH_MARKS,
        ),
        _histogram(
            "stability",
            "Stability",
            f"After a month without review, {_at_least(cards.stabilities, 6)}"
            " would still be remembered with a chance of 90%.",
            LENGTH_LABELS,
            cards.stabilities,
            marks=LENGTH_MARKS,
        ),
        _histogram(
            "difficulty",
            "Difficulty",
            f"{_at_least(cards.difficulties, 6)} are hard for you: at 7 or more of 10,"
            " their memory grows slowly.",
            DIFFICULTY_LABELS,
            cards.difficulties,
            marks=tuple(str(n) for n in range(1, 10)),
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
        f"{percent(low)} and {percent(high)}",
        percent(expected) if recall.predicted else "–",
    )


def spent(milliseconds: float) -> str:
    """Write a time spent: *40 s*, *12 min*, *3 h 5 min*."""
    if milliseconds < MINUTE:
        return f"{milliseconds / 1000:.0f} s"
    minutes = round(milliseconds / MINUTE)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60:,} h {minutes % 60} min"


def _histogram(
    slug: str,
    title: str,
    says: str,
    labels: Sequence[str],
    counts: Sequence[int],
    *,
    marks: Sequence[str] = (),
) -> Picture:
    series = [Series(name="Cards", style="chart-bar", values=counts)]
    some = any(counts)
    return Picture(
        slug=slug,
        title=title,
        says=says if some else "There is no card to look at yet.",
        shapes=bars(f"{title}. {says}", marks or labels, series) if some else None,
        head=(title, "Cards"),
        rows=tuple((label, f"{n:,}") for label, n in zip(labels, counts, strict=True)),
    )


def _retention_says(young: Recall, mature: Recall, desired: float) -> str:
    """Say the most that there is enough for: of mature cards, or else of all."""
    recall, name = (mature, "mature cards") if mature.says_enough else (young + mature, "cards")
    if not recall.says_enough or recall.share is None:
        return f"{_few(recall)}: {TOO_FEW} how much of it you remember."
    says = (
        f"You remember {percent(recall.share)} of {name}; the schedule aims at {percent(desired)}"
    )
    low, high = recall.between
    if low <= desired <= high:
        return f"{says}, and is as good as there."
    if recall.share < desired:
        return f"{says}. Weights fitted to your own reviews can bring them together."
    return f"{says}: you could wait longer between reviews."


def _few(recall: Recall) -> str:
    return f"{plural(recall.asked, 'card')} in review asked"


def _of(recall: Recall) -> str:
    return f"{recall.remembered:,} of {recall.asked:,} remembered"


def _at_least(counts: Sequence[int], place: int) -> str:
    return f"{sum(counts[place:]):,} of {plural(sum(counts), 'card')}"


def _bin(place: int) -> str:
    width = 100 // BINS
    return f"{place * width}–{(place + 1) * width}%"


def _names(found: Statistics) -> list[str]:
    """Name the buckets as people do."""
    return [_name(bucket.start, found.unit) for bucket in found.buckets]


def _name(start: date, unit: Unit) -> str:
    if unit is Unit.MONTH:
        return f"{start:%b %Y}"
    return short_date(start) if unit is Unit.DAY else _day(start)


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _some(shown: Sequence[tuple[int, str, Recall]]) -> Sequence[tuple[int, str, Recall]]:
    return shown[:: max(1, len(shown) // 6)]


def _latest_first(names: Sequence[str], buckets: Sequence[Bucket]) -> list[tuple[str, Bucket]]:
    return list(zip(names, buckets, strict=True))[::-1]
