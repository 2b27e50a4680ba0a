"""What a learner did, remembered and will have to review, in figures."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy import Select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db import statistics_queries
from quiz.db.models import Learner
from quiz.db.statistics_queries import CardFilter, among
from quiz.learning.days import DAY
from quiz.learning.statistics import (
    DayFigures,
    Figures,
    Range,
    Unit,
    add_up,
    forgetting_curve,
    histogram,
    together,
)
from quiz.questions.scope import Scope
from quiz.services import day_summaries, learners, parameters, switches
from quiz.services.day_summaries import Days

CALENDAR_WEEKS = 53

LENGTHS = (1, 2, 4, 8, 15, 31, 91, 182, 365)
"""The days from which an interval or a stability is in the next bar."""

DIFFICULTIES = tuple(range(2, 10))
CHANCES = (500, 600, 700, 750, 800, 850, 900, 950)
"""In thousandths."""

QUARTERS = 96
"""The quarters of an hour in a day: a study day starts on one of them in every time zone."""

FORECAST = {Unit.DAY: 30, Unit.WEEK: 52}
"""How far a forecast looks, in its unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """The figures of a day, a week or a month, by its first day."""

    start: date
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """How many cards come due when, if nothing is learned or forgotten; none that is suspended.

    ``overdue`` were due before today; ``coming`` has each day or week by its first day, today's
    first; ``later`` come after all of them.
    """

    unit: Unit
    overdue: int
    coming: tuple[tuple[date, int], ...]
    later: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFigures:
    """How the cards met are now. The histograms count cards by ``LENGTHS`` and the like."""

    met: int
    suspended: int
    known: float
    chances: tuple[int, ...]
    intervals: tuple[int, ...]
    stabilities: tuple[int, ...]
    difficulties: tuple[int, ...]
    forecast: Forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Everything for the page. ``calendar`` has the reviews of each day of a year with any.

    ``buckets`` go from ``first`` to today without a gap. ``days`` is for
    :func:`quiz.services.day_summaries.keep` where it has changed ones.
    """

    range: Range
    first: date
    today: date
    unit: Unit
    total: Figures
    buckets: tuple[Bucket, ...]
    calendar_first: date
    calendar: Mapping[date, int]
    cards: CardFigures
    days: Days


def statistics(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    *,
    now: datetime,
    range_: Range,
    scope: Scope | None = None,
) -> Statistics:
    """Work out a learner's statistics; those of the cards in a scope take longer."""
    today = learners.study_day(learner, now)
    first = _first(session, learner, range_, today)
    calendar_first = Unit.WEEK.start(today) - DAY * 7 * (CALENDAR_WEEKS - 1)
    read_first = min(first, calendar_first)
    cards = card_filter(session, learner, catalogue, scope)
    if scope is not None and scope.query:
        days = day_summaries.read_cards(session, learner, cards, first=read_first)
    else:
        days = day_summaries.read(session, learner, first=read_first, today=today)
    unit = Unit.for_days((today - first) // DAY + 1)
    starts = unit.starts(first, today)
    by_unit: list[list[DayFigures]] = [[] for _ in starts]
    for day, found in days.figures.items():
        if first <= day <= today:
            by_unit[bisect_right(starts, day) - 1].append(found)
    buckets = [
        Bucket(start=start, figures=add_up(found))
        for start, found in zip(starts, by_unit, strict=True)
    ]
    return Statistics(
        range=range_,
        first=first,
        today=today,
        unit=unit,
        total=together([bucket.figures for bucket in buckets]),
        buckets=tuple(buckets),
        calendar_first=calendar_first,
        calendar={day: found.reviews for day, found in days.figures.items()},
        cards=_cards(
            session,
            learner,
            cards,
            now=now,
            forecast_by=Unit.DAY if range_ in {Range.MONTH, Range.QUARTER} else Unit.WEEK,
        ),
        days=days,
    )


def _first(session: Session, learner: Learner, range_: Range, today: date) -> date:
    """Tell the first day of a range; of all, the day of the first rating."""
    if range_.days is not None:
        return today - DAY * (range_.days - 1)
    first = session.scalars(statistics_queries.first_day(learner.id)).one()
    return min(first or today, today)


def card_filter(
    session: Session, learner: Learner, catalogue: Catalogue, scope: Scope | None
) -> CardFilter:
    """Filter the cards that are asked, or those of them in a scope."""
    off = switches.switched_off(session)
    if scope is None or not scope.query:
        met = session.scalars(statistics_queries.techniques_met(learner.id))
        return among(without=sorted(set(met) - catalogue.by_stix_id.keys()), without_cards=off)
    return among(
        techniques=[technique.stix_id for technique in scope.select(catalogue)],
        kinds=[kind.slug for kind in scope.select_kinds()] if scope.kinds else (),
        without_cards=off,
    )


def _cards(
    session: Session,
    learner: Learner,
    cards: CardFilter,
    *,
    now: datetime,
    forecast_by: Unit,
) -> CardFigures:
    """Look at the cards met."""
    decay, factor = forgetting_curve(parameters.of(session, learner))
    by_chance = partial(
        statistics_queries.by_chance,
        now=now,
        julian_now=_julian_day(now),
        decay=decay,
        factor=factor,
    )

    def counts(query: Callable[[int, CardFilter], Select[int, int]]) -> list[tuple[int, int]]:
        return [(value, number) for value, number in session.execute(query(learner.id, cards))]

    chances = counts(by_chance)
    return CardFigures(
        met=sum(number for _, number in chances),
        suspended=session.scalars(statistics_queries.suspended_total(learner.id, cards)).one(),
        known=sum(number * min(value + 0.5, 1000) for value, number in chances) / 1000,
        chances=histogram(chances, CHANCES),
        intervals=histogram(counts(statistics_queries.by_interval), LENGTHS),
        stabilities=histogram(counts(statistics_queries.by_stability), LENGTHS),
        difficulties=histogram(counts(statistics_queries.by_difficulty), DIFFICULTIES),
        forecast=_forecast(session, learner, cards, now, forecast_by),
    )


def _forecast(
    session: Session, learner: Learner, cards: CardFilter, now: datetime, unit: Unit
) -> Forecast:
    today = learners.study_day(learner, now)
    step = DAY if unit is Unit.DAY else DAY * 7
    days = [today + step * place for place in range(FORECAST[unit])]
    starts = [learners.day_start(learner, day) for day in (*days, days[-1] + step)]
    counts = histogram(
        [
            (part, number)
            for part, number in session.execute(
                statistics_queries.by_due(learner.id, cards, QUARTERS)
            )
        ],
        [round(_julian_day(start) * QUARTERS) for start in starts],
    )
    return Forecast(
        unit=unit,
        overdue=counts[0],
        coming=tuple(zip(days, counts[1:-1], strict=True)),
        later=counts[-1],
    )


def _julian_day(at: datetime) -> float:
    return at.timestamp() / 86_400 + 2_440_587.5
