"""The pictures of the cards as they are now: what comes due, how well they are known."""

from __future__ import annotations

from collections.abc import Sequence

from quiz.learning.statistics import FEW, Unit
from quiz.services.statistics import CardFigures, Forecast
from quiz.web.filters import percent, plural
from quiz.web.progress.charts import Series, bars
from quiz.web.progress.pictures import Picture, short_day

LENGTH_LABELS = (
    *("under 1 day", "1 day", "2–3 days", "4–7 days", "8–14 days", "15–30 days"),
    *("1–3 months", "3–6 months", "6–12 months", "over a year"),
)
LENGTH_MARKS = ("<1 d", "1", "2–3", "4–7", "8–14", "15–30", "1–3 m", "3–6", "6–12", ">1 y")
DIFFICULTY_LABELS = tuple(f"{n} to {n + 1}" for n in range(1, 10))
CHANCE_LABELS = (
    *("under 50%", "50–60%", "60–70%", "70–75%", "75–80%"),
    *("80–85%", "85–90%", "90–95%", "95–100%"),
)
CHANCE_MARKS = ("<50", "50", "60", "70", "75", "80", "85", "90", "95%")


def forecast(found: Forecast, cards: CardFigures) -> Picture:
    """What comes due when."""
    names = [
        "Today" if not place and found.unit is Unit.DAY else short_day(day)
        for place, (day, _) in enumerate(found.coming)
    ]
    counts = [number for _, number in found.coming]
    days = len(counts) * (1 if found.unit is Unit.DAY else 7)
    each = sum(counts) / days
    says = (
        f"{_are(found.overdue, 'overdue') if found.overdue else 'Nothing is overdue'},"
        f" {_are(counts[0], 'due')} {'today' if found.unit is Unit.DAY else 'this week'}."
        f" {f'About {each:.0f} a day' if each >= 1 else plural(sum(counts), 'card')} will come up"
        f" in {days} days, without new cards and without forgetting any."
    )
    if cards.suspended:
        says += f" {_are(cards.suspended, 'suspended')} and not counted."
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
        )
        if cards.met
        else (),
    )


def memory(cards: CardFigures) -> tuple[Picture, ...]:
    """How the cards are now: remembered, how far apart, how stable, how hard."""
    met = cards.met
    likely = f"You probably remember {cards.known:,.0f} of {plural(met, 'card')} at this moment"
    share = f" ({percent(cards.known / met)})" if met >= FEW else ""
    return (
        _histogram(
            "known",
            "Known now",
            f"{likely}{share}.",
            CHANCE_LABELS,
            cards.chances,
            marks=CHANCE_MARKS,
        ),
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
        rows=tuple((label, f"{n:,}") for label, n in zip(labels, counts, strict=True))
        if some
        else (),
    )


def _are(number: int, what: str) -> str:
    return f"{plural(number, 'card')} {'is' if number == 1 else 'are'} {what}"


def _at_least(counts: Sequence[int], place: int) -> str:
    return f"{sum(counts[place:]):,} of {plural(sum(counts), 'card')}"
