"""Every table. All that a learner owns carries ``learner_id``."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from quiz.db.base import Base

UNDONE = text("undone_at IS NOT NULL")


class Learner(Base):
    """Someone who learns, and how they want to. ``time_zone`` is an IANA name.

    ``local`` is true for the one learner of solo mode and empty for all others. A study
    day starts at ``rollover_hour``. ``parameters_version`` names the scheduler's
    parameters; empty for the standard ones. ``answering`` is how a card is answered:
    ``reveal``, ``choose`` or ``type``. ``keys`` holds the key of each action, where it is
    another than the usual; an empty text is no key. On the study day ``extended_day`` alone,
    ``extended_to`` reviews may come, where that is more than usual. ``exam_time`` is the time
    that they have for an exam, in percent of its limit; 0 is no limit.
    """

    __tablename__ = "learner"

    id: Mapped[int] = mapped_column(primary_key=True)
    local: Mapped[bool | None] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(200))
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    time_zone_known: Mapped[bool] = mapped_column(default=False)
    rollover_hour: Mapped[int] = mapped_column(default=4)
    new_per_day: Mapped[int] = mapped_column(default=10)
    created_at: Mapped[datetime]
    reviews_per_day: Mapped[int] = mapped_column(default=200, server_default="200")
    new_order: Mapped[str] = mapped_column(
        String(20), default="suggested", server_default="suggested"
    )
    bury_siblings: Mapped[bool] = mapped_column(default=True, server_default=true())
    answering: Mapped[str] = mapped_column(String(10), default="reveal", server_default="reveal")
    two_buttons: Mapped[bool] = mapped_column(default=False, server_default=false())
    quiz_counts: Mapped[bool] = mapped_column(default=False, server_default=false())
    keys: Mapped[dict[str, Any] | None]
    extended_day: Mapped[date | None]
    extended_to: Mapped[int] = mapped_column(default=0, server_default="0")
    exam_time: Mapped[int] = mapped_column(default=100, server_default="100")
    parameters_version: Mapped[str | None] = mapped_column(
        ForeignKey("scheduler_parameters.version")
    )


class SchedulerParameters(Base):
    """What a scheduler needs to give the same dates again, by the digest of its content.

    Never changed: other parameters are another row. The standard ones need none.
    """

    __tablename__ = "scheduler_parameters"

    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    content: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Fit(Base):
    """Weights worked out from a learner's own reviews, to be applied or turned down.

    ``reviews`` is how many there were. The log losses are those of the weights before and
    of the new ones, over reviews that the fit has not seen; ``better`` says that the gain is
    more than chance. Where the reviews told nothing, ``reason`` says why, and there are no
    weights. ``decided_at`` is empty until the learner has decided; ``applied`` says how.
    """

    __tablename__ = "fit"
    __table_args__ = (Index(None, "learner_id", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    reviews: Mapped[int]
    weights: Mapped[list[float] | None]
    log_loss_before: Mapped[float | None]
    log_loss_after: Mapped[float | None]
    better: Mapped[bool] = mapped_column(default=False, server_default=false())
    reason: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None]
    applied: Mapped[bool] = mapped_column(default=False, server_default=false())


class Break(Base):
    """Days without study, from the first to the last, and over how many days their reviews spread.

    It moves no card: while it lasts nothing is asked for, and in the ``spread_days`` after it
    each day takes its share of what came together.
    """

    __tablename__ = "study_break"
    __table_args__ = (Index(None, "learner_id", "last_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    spread_days: Mapped[int]
    created_at: Mapped[datetime]


class SavedDeck(Base):
    """A scope under a name, as its query string; a path where it has a date and a target.

    The target is the share of its cards, from 0 to 1, to be remembered on the morning of
    that study day; ``since`` is the study day from which the path is walked.
    """

    __tablename__ = "saved_deck"
    __table_args__ = (UniqueConstraint("learner_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    scope: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    until: Mapped[date | None]
    target: Mapped[float | None]
    since: Mapped[date | None]


class AnkiNote(Base):
    """A card as it was in the learner's last export for Anki that held it.

    ``digest`` differs once the note teaches something else, and ``since`` is the first
    export in which it was as it is. One row, of the key ``layout``, is about how all
    look. No archive holds them: without, the next export just counts as new.
    """

    __tablename__ = "anki_note"

    learner_id: Mapped[int] = mapped_column(
        ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True
    )
    card_key: Mapped[str] = mapped_column(String(128), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime]


class Card(Base):
    """A card that a learner has met or queued: the cache that replaying its reviews rebuilds.

    ``stability`` is in days, ``difficulty`` from 1 to 10; both are empty until
    the first review. ``queued_at`` is set where the learner asked to study the
    card next, due or not. ``reviews`` counts the ratings that stand, ``entries`` the
    card's rows in the log: those undone and those that set it back too. ``last_day`` is the
    study day of ``last_review``.

    A card ``suspended_at`` some moment is not asked until that is lifted; one with
    ``buried_until`` not before then. ``note`` is the learner's own, in plain text.

    Of the ratings that ``reviews`` counts, ``asked`` are the first of a day while the card was
    in review, ``remembered`` those of them that were not *again*; ``duration_ms`` is their time.

    Where a release changed the answer, ``changed_in`` names it until the card is
    rated again, with the answers in words before and since; ``changed_due`` is when
    the card comes back for that, if it is not ``due`` earlier.
    """

    __tablename__ = "card"
    __table_args__ = (
        UniqueConstraint("learner_id", "key"),
        # What a learner can study is read off this one, in order and no further than needed.
        Index(
            None,
            "learner_id",
            "state",
            "due",
            sqlite_where=text("suspended_at IS NULL"),
            postgresql_where=text("suspended_at IS NULL"),
        ),
        Index(None, "learner_id", "first_review"),
        Index(None, "learner_id", "queued_at"),
        Index(None, "learner_id", "stix_id"),
        # Statistics read every card's memory: from here, without the rest of its row.
        Index(
            "ix_card_memory",
            *("learner_id", "last_review", "state", "stability", "difficulty", "due"),
            *("suspended_at", "entries"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(128))
    stix_id: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12), default="new")
    step: Mapped[int | None]
    stability: Mapped[float | None]
    difficulty: Mapped[float | None]
    due: Mapped[datetime | None]
    last_review: Mapped[datetime | None]
    first_review: Mapped[datetime | None]
    reviews: Mapped[int] = mapped_column(default=0)
    lapses: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime | None]
    changed_in: Mapped[str | None] = mapped_column(Text)
    changed_due: Mapped[datetime | None]
    old_answer: Mapped[list[str] | None]
    new_answer: Mapped[list[str] | None]
    entries: Mapped[int] = mapped_column(default=0, server_default="0")
    last_day: Mapped[date | None]
    suspended_at: Mapped[datetime | None]
    buried_until: Mapped[datetime | None]
    marked_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(Text)
    asked: Mapped[int] = mapped_column(default=0, server_default="0")
    remembered: Mapped[int] = mapped_column(default=0, server_default="0")
    duration_ms: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class Review(Base):
    """One rating of one card. Append-only: the truth about what a learner did.

    ``sequence`` counts the card's rows from 1, so that a rating sent twice is one row.
    ``rating`` is 1 (again) to 4 (easy), or 0 where the card was set back to new;
    ``duration_ms`` is the time from showing the card to rating it. ``before`` and ``after``
    are the card's memory state as the scheduler had it. A row ``undone_at`` some moment
    counts for nothing, and stays.

    ``day`` is the learner's study day then; ``first_that_day`` says that it is the
    card's first rating on that day that stands. ``state_before`` and
    ``interval_before`` (in days, empty for a new card) tell a young from a mature card,
    ``predicted`` is the chance of remembering that the scheduler gave it.

    ``source`` is ``card`` or ``quiz``. Where the card was answered, ``chosen`` has the
    answer as grading has it, and ``taken_for`` the STIX id of the technique that was
    taken for the right one. ``taken_off`` is what the rating took off the card, for undoing it.
    """

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("card_id", "sequence"),
        Index(None, "learner_id", "reviewed_at"),
        Index(None, "learner_id", "day"),
        Index(None, "learner_id", "undone_at", sqlite_where=UNDONE, postgresql_where=UNDONE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    card_id: Mapped[int] = mapped_column(ForeignKey("card.id", ondelete="CASCADE"))
    card_key: Mapped[str] = mapped_column(String(128))
    sequence: Mapped[int]
    seed: Mapped[int]
    rating: Mapped[int]
    reviewed_at: Mapped[datetime]
    time_zone: Mapped[str] = mapped_column(String(64))
    duration_ms: Mapped[int]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    algorithm: Mapped[str] = mapped_column(String(40))
    parameters_version: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    first_that_day: Mapped[bool]
    state_before: Mapped[str] = mapped_column(String(12))
    interval_before: Mapped[float | None]
    predicted: Mapped[float | None]
    source: Mapped[str] = mapped_column(String(10), default="card", server_default="card")
    chosen: Mapped[list[str] | None]
    taken_for: Mapped[str | None] = mapped_column(String(80))
    taken_off: Mapped[dict[str, Any] | None]
    undone_at: Mapped[datetime | None]


class DaySummary(Base):
    """What a learner's ratings of a day that is over add up to: a cache, and no more than that.

    ``rows`` counts all rows that the log had of that day, ``undone`` those undone, whose ids
    ``undone_ids`` adds up. Where the log has others by now, or ``version`` is not the present
    one of the figures, the day is added up anew. Deleting every row loses nothing.
    """

    __tablename__ = "day_summary"

    learner_id: Mapped[int] = mapped_column(
        ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    version: Mapped[int]
    rows: Mapped[int]
    undone: Mapped[int]
    undone_ids: Mapped[int] = mapped_column(BigInteger)
    figures: Mapped[dict[str, Any]]


class Attempt(Base):
    """One run through a quiz; its questions are frozen into it when it starts.

    ``token`` comes with the form that starts the quiz, so that a form sent twice
    is one attempt. ``scope`` is the query string that it was made from, without the seed: the
    scope's, and how the quiz was set up. ``collections`` says which
    collections and releases the questions came from.

    Of an attempt with a time limit, ``ends_at`` is when it is over at the latest, and
    ``extended_s`` how many seconds of that were given while it ran.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("learner_id", "token"),
        Index(None, "learner_id", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    token: Mapped[str] = mapped_column(String(64))
    scope: Mapped[str] = mapped_column(Text)
    seed: Mapped[int] = mapped_column(BigInteger)
    collections: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    extended_s: Mapped[int] = mapped_column(default=0, server_default="0")
    questions: Mapped[list["AttemptQuestion"]] = relationship(
        order_by="AttemptQuestion.position", back_populates="attempt", passive_deletes=True
    )


class AttemptQuestion(Base):
    """A question of an attempt, as it was shown, and the answer once it is in.

    ``position`` counts from 1. ``chosen`` holds the answer as grading has it: ids, or
    what was typed; empty until answered, as is ``answered_at``. ``score`` is from 0 to 1, and
    empty until graded: an exam is graded when it ends. ``taken_for`` is
    the STIX id of the technique that was taken for the right one, where the answer says so.

    ``version`` counts how often the answer was saved, changed or taken back. ``confidence`` is
    how sure the learner was: ``sure``, ``fairly`` or ``guess``. ``flagged`` is theirs to find
    the question again.
    """

    __tablename__ = "attempt_question"
    __table_args__ = (
        UniqueConstraint("attempt_id", "position"),
        Index(None, "learner_id", "answered_at"),
        Index(None, "learner_id", "stix_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"))
    position: Mapped[int]
    card_key: Mapped[str] = mapped_column(String(128))
    stix_id: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(40))
    question: Mapped[dict[str, Any]]
    answered_at: Mapped[datetime | None]
    duration_ms: Mapped[int | None]
    chosen: Mapped[list[str] | None]
    score: Mapped[float | None]
    taken_for: Mapped[str | None] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    confidence: Mapped[str | None] = mapped_column(String(10))
    flagged: Mapped[bool] = mapped_column(default=False, server_default=false())
    attempt: Mapped[Attempt] = relationship(back_populates="questions")


class SavedQuiz(Base):
    """How a quiz is set up, under a name: ``setup`` is its query string, with the seed if any."""

    __tablename__ = "saved_quiz"
    __table_args__ = (UniqueConstraint("learner_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    setup: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class Flag(Base):
    """A learner's word that something is wrong with a question, and the question as it was shown.

    The same learner says the same of the same question once. ``attempt_question_id``
    is set where it was shown in a quiz, and empty where it was a flashcard.
    ``resolution`` says what came of it, ``dismissed`` or ``switched off``; it and
    ``resolved_at`` are empty until someone has looked at it.
    """

    __tablename__ = "flag"
    __table_args__ = (
        UniqueConstraint("learner_id", "card_key", "seed", "reason"),
        Index(None, "card_key"),
        Index(None, "attempt_question_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    attempt_question_id: Mapped[int | None] = mapped_column(
        ForeignKey("attempt_question.id", ondelete="SET NULL")
    )
    card_key: Mapped[str] = mapped_column(String(128))
    stix_id: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(40))
    seed: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(Text)
    question: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolution: Mapped[str | None] = mapped_column(String(20))


class SwitchedOff(Base):
    """A card that no one is asked any more, on this whole instance.

    ``learner_id`` is who switched it off, empty once they are gone; ``why`` says
    in words what was wrong with it.
    """

    __tablename__ = "switched_off"
    __table_args__ = (Index(None, "learner_id"),)

    card_key: Mapped[str] = mapped_column(String(128), primary_key=True)
    stix_id: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(40))
    learner_id: Mapped[int | None] = mapped_column(ForeignKey("learner.id", ondelete="SET NULL"))
    why: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]


class TaughtRelease(Base):
    """What a collection taught when it was looked at last, and what it had taught before.

    ``edition`` is a digest that differs once the collection names another release or
    other successors. ``content`` and ``before`` are snapshots; ``before`` is empty where
    there was nothing to compare with.
    """

    __tablename__ = "taught_release"

    collection: Mapped[str] = mapped_column(Text, primary_key=True)
    domain: Mapped[str] = mapped_column(Text)
    edition: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime]
    content: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
