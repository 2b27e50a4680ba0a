"""The queries of the statistics, by name: what the database adds up, and cards in bare numbers."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Delete,
    Float,
    Integer,
    Select,
    and_,
    case,
    cast,
    delete,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from quiz.db.models import Card, DaySummary, Review
from quiz.db.queries import STANDING

CardFilter = tuple[ColumnElement[bool], ...]

A_MOMENT = 1e-7
"""Of a day: about what a moment as one number of days can be off by."""


class julian_day_of(FunctionElement[float]):  # noqa: N801 - it reads as a function of SQL
    """A moment in days since noon of 24 November 4714 BC.

    A number to count with, which SQLite makes of a moment faster than any other.
    """

    type = Float()
    inherit_cache = True


@compiles(julian_day_of)
def _extract(element: julian_day_of, compiler: SQLCompiler, **given: Any) -> str:
    moment = compiler.process(element.clauses, **given)
    return f"(CAST(EXTRACT(EPOCH FROM {moment}) AS DOUBLE PRECISION) / 86400 + 2440587.5)"


@compiles(julian_day_of, "sqlite")
def _julianday(element: julian_day_of, compiler: SQLCompiler, **given: Any) -> str:
    return f"julianday({compiler.process(element.clauses, **given)})"


class whole_of(FunctionElement[int]):  # noqa: N801 - it reads as a function of SQL
    """A number that is not negative without its fraction."""

    type = Integer()
    inherit_cache = True


@compiles(whole_of)
def _trunc(element: whole_of, compiler: SQLCompiler, **given: Any) -> str:
    return f"CAST(trunc({compiler.process(element.clauses, **given)}) AS INTEGER)"


@compiles(whole_of, "sqlite")
def _cast(element: whole_of, compiler: SQLCompiler, **given: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **given)} AS INTEGER)"


def first_day(learner_id: int) -> Select[date | None]:
    """The first study day with a row in the log."""
    return select(func.min(Review.day)).where(Review.learner_id == learner_id)


def groups(
    learner_id: int,
    *,
    since: date,
    among: Collection[date],
    among_cards: CardFilter,
    mature: int,
    bins: int,
    surest: float,
) -> Select[date, int, str, int, int, int, float, float]:
    """The ratings that stand, since a day and on some days before it, added up in groups.

    They are alike as :class:`quiz.learning.statistics.Group` says, which also names the columns.
    """
    is_graded = and_(
        Review.first_that_day, Review.state_before == "review", Review.predicted.is_not(None)
    )
    memory = case(
        (is_graded, case((Review.interval_before >= mature, "mature"), else_="young")), else_=""
    )
    query = (
        select(
            Review.day.label("day"),
            Review.rating.label("rating"),
            memory.label("memory"),
            case((is_graded, _bin(bins)), else_=-1).label("bin"),
            func.count().label("reviews"),
            cast(func.sum(Review.duration_ms), BigInteger).label("duration_ms"),
            func.coalesce(func.sum(case((is_graded, Review.predicted))), 0.0).label("predicted"),
            func.coalesce(func.sum(case((is_graded, _loss(surest)))), 0.0).label("loss"),
        )
        .where(
            Review.learner_id == learner_id,
            or_(Review.day >= since, Review.day.in_(among)) if among else Review.day >= since,
            *STANDING,
        )
        .group_by("day", "rating", "memory", "bin")
    )
    if among_cards:
        query = query.join(Card, Card.id == Review.card_id).where(*among_cards)
    return query


def _bin(bins: int) -> ColumnElement[int]:
    """The number of the part of equal width that a predicted chance is in; 1 is in the last."""
    last = (bins - 1) / bins
    place = whole_of(Review.predicted * bins)
    return case((Review.predicted >= last, bins - 1), else_=place)


def _loss(surest: float) -> ColumnElement[float]:
    """The log loss of a prediction: how surprising what came was."""
    chance = case(
        (Review.predicted > surest, surest),
        (Review.predicted < 1 - surest, 1 - surest),
        else_=Review.predicted,
    )
    return -func.ln(case((Review.rating > 1, chance), else_=1 - chance))


def log_entries(learner_id: int) -> Select[int]:
    """How many rows the log has, by what each card counts of its own."""
    return select(func.coalesce(func.sum(Card.entries), 0)).where(Card.learner_id == learner_id)


def rows_since(learner_id: int, day: date) -> Select[int]:
    """How many rows the log has since a day."""
    return select(func.count()).where(Review.learner_id == learner_id, Review.day >= day)


def undone_by_day(learner_id: int, before: date) -> Select[date, int, int]:
    """How many rows of each day before one were undone, and the sum of their ids."""
    return (
        select(Review.day, func.count(), func.sum(Review.id))
        .where(Review.learner_id == learner_id, Review.undone_at.is_not(None), Review.day < before)
        .group_by(Review.day)
    )


def rows_by_day(learner_id: int, before: date) -> Select[date, int]:
    """How many rows the log has of each day before one."""
    return (
        select(Review.day, func.count())
        .where(Review.learner_id == learner_id, Review.day < before)
        .group_by(Review.day)
    )


def summaries(
    learner_id: int, first: date, before: date, version: int
) -> Select[date, int, int, int, Any]:
    """What days before one were found to add up to; the figures of those from the first on."""
    figures = case((DaySummary.day >= first, DaySummary.figures))
    return select(
        DaySummary.day,
        DaySummary.rows,
        DaySummary.undone,
        DaySummary.undone_ids,
        type_coerce(figures, JSON(none_as_null=True)),
    ).where(
        DaySummary.learner_id == learner_id,
        DaySummary.day < before,
        DaySummary.version == version,
    )


def forget_summaries(learner_id: int, days: Collection[date]) -> Delete:
    """Delete what some days were found to add up to."""
    return delete(DaySummary).where(DaySummary.learner_id == learner_id, DaySummary.day.in_(days))


def among(
    *,
    techniques: Collection[str] | None = None,
    without: Collection[str] = (),
    kinds: Collection[str] = (),
    without_cards: Collection[str] = (),
) -> CardFilter:
    """Filter cards by technique, by STIX id, by kind, and by key."""
    return (
        *([Card.stix_id.in_(techniques)] if techniques is not None else ()),
        *([Card.stix_id.not_in(without)] if without else ()),
        *([Card.kind.in_(kinds)] if kinds else ()),
        *([Card.key.not_in(without_cards)] if without_cards else ()),
    )


def techniques_met(learner_id: int) -> Select[str]:
    """The STIX ids of the techniques that a learner has a card of."""
    return select(Card.stix_id).where(Card.learner_id == learner_id).distinct()


def card_totals(
    learner_id: int, by: InstrumentedAttribute[str], among_cards: CardFilter
) -> Select[str, int, int, int, int, int]:
    """The cards met, by technique or by kind.

    Their number, their reviews, how often they were asked in review, and remembered, their time.
    """
    return (
        select(
            by,
            func.count(),
            func.sum(Card.reviews),
            func.sum(Card.asked),
            func.sum(Card.remembered),
            cast(func.sum(Card.duration_ms), BigInteger),
        )
        .where(Card.learner_id == learner_id, Card.reviews > 0, *among_cards)
        .group_by(by)
    )


def by_stability(learner_id: int, among_cards: CardFilter) -> Select[int, int]:
    """How many cards met are how stable, in whole days."""
    return _met(learner_id, among_cards, whole_of(Card.stability))


def by_difficulty(learner_id: int, among_cards: CardFilter) -> Select[int, int]:
    """How many cards met are how difficult, in whole numbers."""
    return _met(learner_id, among_cards, whole_of(Card.difficulty))


def by_interval(learner_id: int, among_cards: CardFilter) -> Select[int, int]:
    """How many cards in review have which interval, in whole days."""
    days = julian_day_of(Card.due) - julian_day_of(Card.last_review) + A_MOMENT
    return _met(learner_id, among_cards, whole_of(days)).where(Card.state == "review")


def by_due(learner_id: int, among_cards: CardFilter, parts: int) -> Select[int, int]:
    """How many cards that are not suspended are due when, in parts of a day, as Julian days."""
    part = (julian_day_of(Card.due) + A_MOMENT) * parts
    return _met(learner_id, among_cards, whole_of(part)).where(Card.suspended_at.is_(None))


def by_chance(
    learner_id: int,
    among_cards: CardFilter,
    *,
    now: datetime,
    julian_now: float,
    decay: float,
    factor: float,
) -> Select[int, int]:
    """How many cards met are remembered with which chance, in whole thousandths.

    The forgetting curve of FSRS-6 after the whole days since the last review.
    """
    days = whole_of(julian_now - julian_day_of(Card.last_review) + A_MOMENT)
    elapsed = case((Card.last_review >= now, 0), else_=days)
    chance = func.power(1.0 + factor * elapsed / Card.stability, decay)
    return _met(learner_id, among_cards, whole_of(chance * 1000))


def suspended_total(learner_id: int, among_cards: CardFilter) -> Select[int]:
    """How many cards met are suspended."""
    return select(func.count()).where(
        Card.learner_id == learner_id,
        Card.last_review.is_not(None),
        Card.suspended_at.is_not(None),
        *among_cards,
    )


def _met(learner_id: int, among_cards: CardFilter, value: ColumnElement[int]) -> Select[int, int]:
    """Count the cards met by a value; the index of their memory has all of it."""
    return (
        select(value.label("value"), func.count())
        .where(Card.learner_id == learner_id, Card.last_review.is_not(None), *among_cards)
        .group_by("value")
    )
