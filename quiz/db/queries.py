"""Every query by name. Each one about what a learner owns takes the learner's id first."""

from collections.abc import Collection
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    NotNullable,
    Nullable,
    Select,
    bindparam,
    case,
    func,
    or_,
    select,
)

from quiz.db.models import (
    Attempt,
    AttemptQuestion,
    Card,
    Flag,
    Learner,
    Review,
    SchedulerParameters,
    SwitchedOff,
    TaughtRelease,
)

IN_STEPS = ("learning", "relearning")

ANSWERED_AT = NotNullable(AttemptQuestion.answered_at)
"""The moment of an answer, where the query is about what is answered."""

STANDING = (Review.undone_at.is_(None), Review.rating > 0)
"""What makes a row of the log a rating that counts: not undone, and not a card set back to new."""

FRESH = {"populate_existing": True}
"""The execution option to read rows as they are now, whatever the session has seen of them."""

# Learners


@cache  # for every request: making a statement takes as long as running it
def local_learner() -> Select[Learner]:
    """The one learner of solo mode."""
    return select(Learner).where(Learner.local.is_(True))


def learner_for_update(learner_id: int) -> Select[Learner]:
    """A learner's row, locked until the transaction ends; SQLite has locked everything by then."""
    return select(Learner).where(Learner.id == learner_id).with_for_update(key_share=True)


@cache
def learner_turn() -> Select[int]:
    """The same lock without what the row holds; its parameter is ``learner_id``."""
    return (
        select(Learner.id)
        .where(Learner.id == bindparam("learner_id"))
        .with_for_update(key_share=True)
    )


def learners() -> Select[Learner]:
    """Everyone, always in the same order, so that two who lock them all do not wait in a circle."""
    return select(Learner).order_by(Learner.id)


def parameters_among(versions: Collection[str]) -> Select[str, dict[str, Any]]:
    """What some versions of scheduler parameters stand for."""
    return select(SchedulerParameters.version, SchedulerParameters.content).where(
        SchedulerParameters.version.in_(versions)
    )


# Cards


def card(learner_id: int, key: str) -> Select[Card]:
    """One card by key."""
    return select(Card).where(Card.learner_id == learner_id, Card.key == key)


def cards_among(learner_id: int, keys: Collection[str]) -> Select[Card]:
    """Those of some cards that have a row."""
    return select(Card).where(Card.learner_id == learner_id, Card.key.in_(keys))


def cards(learner_id: int) -> Select[Card]:
    """All of a learner's cards."""
    return select(Card).where(Card.learner_id == learner_id).order_by(Card.id)


def card_total(learner_id: int) -> Select[int]:
    """How many cards a learner has a row of."""
    return select(func.count()).where(Card.learner_id == learner_id)


def memories(
    learner_id: int, stix_id: str | None = None
) -> Select[str, str, str, float | None, datetime | None]:
    """Stix id, key and memory of all cards met and still asked, or of those of one technique."""
    query = select(Card.stix_id, Card.key, Card.state, Card.stability, Card.last_review).where(
        Card.learner_id == learner_id, Card.reviews > 0, Card.key.not_in(switched_off_keys())
    )
    return query if stix_id is None else query.where(Card.stix_id == stix_id)


def cards_of_technique(learner_id: int, stix_id: str) -> Select[Card]:
    """The cards about one technique."""
    return select(Card).where(Card.learner_id == learner_id, Card.stix_id == stix_id)


# Reviews


def review(card_id: int, sequence: int) -> Select[Review]:
    """One review of a card, by its place in the card's log."""
    return select(Review).where(Review.card_id == card_id, Review.sequence == sequence)


def last_review(card_id: int) -> Select[Review]:
    """A card's latest review that stands."""
    return (
        select(Review)
        .where(Review.card_id == card_id, *STANDING)
        .order_by(Review.sequence.desc())
        .limit(1)
    )


def rated_on(card_id: int, day: date) -> Select[bool]:
    """Whether a card has a rating on a study day that stands."""
    rated = select(Review.id).where(Review.card_id == card_id, Review.day == day, *STANDING)
    return select(rated.exists())


def review_log(
    learner_id: int, card_ids: Collection[int] | None = None
) -> Select[int, str, int, int, datetime, date, str, bool, str, int]:
    """What states are worked out from: the rows that stand, each card's oldest first.

    Of some cards, or of all.
    """
    query = (
        select(
            Review.card_id,
            Review.card_key,
            Review.sequence,
            Review.rating,
            Review.reviewed_at,
            Review.day,
            Review.parameters_version,
            Review.first_that_day,
            Review.state_before,
            Review.duration_ms,
        )
        .where(Review.learner_id == learner_id, Review.undone_at.is_(None))
        .order_by(Review.card_id, Review.sequence)
    )
    return query if card_ids is None else query.where(Review.card_id.in_(card_ids))


def review_total(learner_id: int) -> Select[int]:
    """How many reviews there are."""
    return select(func.count()).where(Review.learner_id == learner_id, *STANDING)


def forgotten(learner_id: int, since: datetime) -> Select[str, datetime]:
    """The cards, by their keys now, rated *again* since a moment and still asked, latest first."""
    return (
        select(Card.key, Review.reviewed_at)
        .join(Review, Review.card_id == Card.id)
        .where(
            Review.learner_id == learner_id,
            Review.reviewed_at >= since,
            Review.rating == 1,
            Review.undone_at.is_(None),
            Card.key.not_in(switched_off_keys()),
        )
        .order_by(Review.reviewed_at.desc())
    )


# Attempts and answers


def techniques_asked(learner_id: int) -> Select[str]:
    """The STIX ids of the techniques that a learner was asked about, on cards or in quizzes.

    Not in an exam that goes on: leaving them out elsewhere would tell what it asks about.
    """
    on_cards = select(Card.stix_id).where(Card.learner_id == learner_id, Card.reviews > 0)
    in_quizzes = select(AttemptQuestion.stix_id).where(
        AttemptQuestion.learner_id == learner_id, AttemptQuestion.score.is_not(None)
    )
    union = on_cards.union(in_quizzes).subquery()
    return select(union.c.stix_id)


def answer_totals(learner_id: int) -> Select[int, int]:
    """How many graded quiz answers there are, and how many of them wholly right."""
    return select(func.count(), _number_of(AttemptQuestion.score == 1)).where(
        AttemptQuestion.learner_id == learner_id, AttemptQuestion.score.is_not(None)
    )


def answers_since(learner_id: int, since: datetime) -> Select[datetime, float | None]:
    """The moments and scores of the graded quiz answers since a moment."""
    return select(ANSWERED_AT, AttemptQuestion.score).where(
        AttemptQuestion.learner_id == learner_id,
        AttemptQuestion.answered_at >= since,
        AttemptQuestion.score.is_not(None),
    )


def answered_wrong(learner_id: int, since: datetime) -> Select[str, datetime]:
    """The cards still asked and not answered wholly right since a moment, latest first."""
    return (
        select(AttemptQuestion.card_key, ANSWERED_AT)
        .where(
            AttemptQuestion.learner_id == learner_id,
            AttemptQuestion.answered_at >= since,
            AttemptQuestion.score < 1,
            AttemptQuestion.card_key.not_in(switched_off_keys()),
        )
        .order_by(AttemptQuestion.answered_at.desc())
    )


def answer_moments(learner_id: int) -> Select[datetime]:
    """The moments of all quiz answers, latest first."""
    return (
        select(ANSWERED_AT)
        .where(AttemptQuestion.learner_id == learner_id, AttemptQuestion.answered_at.is_not(None))
        .order_by(AttemptQuestion.answered_at.desc())
    )


def has_started(learner_id: int) -> Select[bool]:
    """Whether a learner has reviewed a card or started a quiz at all."""
    reviewed = select(Review.id).where(Review.learner_id == learner_id)
    attempted = select(Attempt.id).where(Attempt.learner_id == learner_id)
    return select(or_(reviewed.exists(), attempted.exists()))


# Flags, and cards switched off


def flag(learner_id: int, key: str, seed: int, reason: str) -> Select[Flag]:
    """What a learner said of a question, if they did."""
    return select(Flag).where(
        Flag.learner_id == learner_id,
        Flag.card_key == key,
        Flag.seed == seed,
        Flag.reason == reason,
    )


def flagged_keys(*, only_open: bool, without: Select[str] | None = None) -> Select[str, int]:
    """The cards flagged, latest first, each with its latest flag; or those with an open flag."""
    latest = func.max(Flag.id).label("latest")
    query = select(Flag.card_key, latest).group_by(Flag.card_key).order_by(latest.desc())
    if without is not None:
        query = query.where(Flag.card_key.not_in(without))
    return query.having(func.count() > func.count(Flag.resolved_at)) if only_open else query


def flagged_total(*, only_open: bool, without: Select[str] | None = None) -> Select[int]:
    """How many cards are flagged, or have an open flag."""
    keys = flagged_keys(only_open=only_open, without=without)
    return select(func.count()).select_from(keys.subquery())


def flags_of(
    keys: Collection[str],
) -> Select[str, int, str, str | None, datetime, str | None]:
    """What was said of some cards, latest first, without the questions."""
    return (
        select(
            Flag.card_key,
            Flag.learner_id,
            Flag.reason,
            Flag.note,
            Flag.created_at,
            Flag.resolution,
        )
        .where(Flag.card_key.in_(keys))
        .order_by(Flag.id.desc())
    )


def flagged_questions(ids: Collection[int]) -> Select[str, dict[str, Any], bool]:
    """The cards and questions of some flags, and whether a quiz goes on that was asked by them."""
    goes_on = (
        select(AttemptQuestion.id)
        .join(Attempt, Attempt.id == AttemptQuestion.attempt_id)
        .where(AttemptQuestion.id == Flag.attempt_question_id, Attempt.finished_at.is_(None))
    )
    return select(Flag.card_key, Flag.question, goes_on.exists()).where(Flag.id.in_(ids))


def open_flags(key: str) -> Select[Flag]:
    """The flags on a card that nobody has dealt with."""
    return select(Flag).where(Flag.card_key == key, Flag.resolved_at.is_(None)).order_by(Flag.id)


def switched_off_keys() -> Select[str]:
    """The keys of the cards that no one is asked any more."""
    return select(SwitchedOff.card_key)


def switched_off_total() -> Select[int]:
    """How many cards no one is asked any more."""
    return select(func.count()).select_from(SwitchedOff)


def switched_off() -> Select[SwitchedOff, str | None]:
    """The cards that no one is asked any more, and who decided so, latest first."""
    return (
        select(SwitchedOff, Nullable(Learner.name))
        .outerjoin(Learner, Learner.id == SwitchedOff.learner_id)
        .order_by(SwitchedOff.since.desc(), SwitchedOff.card_key)
    )


# Releases


def editions() -> Select[str, str]:
    """Which edition of each collection was taught last."""
    return select(TaughtRelease.collection, TaughtRelease.edition)


def taught_releases() -> Select[TaughtRelease]:
    """What each collection has taught, the newest first, without the snapshots."""
    return select(TaughtRelease).order_by(TaughtRelease.since.desc(), TaughtRelease.collection)


def taught_releases_for_update() -> Select[TaughtRelease]:
    """The same, locked until the transaction ends."""
    return taught_releases().with_for_update()


def changed_cards(learner_id: int) -> Select[str]:
    """The keys of the cards whose answer a release changed, and that were not rated since."""
    return select(Card.key).where(Card.learner_id == learner_id, Card.changed_in.is_not(None))


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


# Archives


def owns_any(model: type[Any], learner_id: int) -> Select[bool]:
    """Whether a learner owns any row of a model."""
    return select(select(model.id).where(model.learner_id == learner_id).exists())


def card_entries(learner_id: int) -> Select[int, int]:
    """How many rows of the log each card has."""
    return select(Card.id, Card.entries).where(Card.learner_id == learner_id)


def versions_used(learner_id: int) -> Select[str]:
    """The versions of parameters that a learner's reviews and settings name."""
    present = select(Learner.parameters_version).where(
        Learner.id == learner_id, Learner.parameters_version.is_not(None)
    )
    used = select(Review.parameters_version).where(Review.learner_id == learner_id)
    union = used.union(present).subquery()
    return select(union.c.parameters_version)
