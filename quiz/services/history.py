"""Quizzes in one line each: those to continue, and those that are over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.content.catalogue import domain_name, tactic_name
from quiz.db import quiz_queries
from quiz.db.models import Attempt, Learner
from quiz.learning.setup import Mode, Retake, Setup
from quiz.questions.kinds import KINDS
from quiz.questions.scope import split_tactic
from quiz.services import comparing
from quiz.services.quizzes import ON_THE_WAY

MODES = {
    Mode.PRACTICE: "Practice",
    Mode.EXAM: "Exam",
    Mode.MAPPING: "Mapping drill",
    Mode.CONTRAST: "Contrast drill",
}
RETAKES = {Retake.SAME: "Once more", Retake.MISSED: "What was missed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSummary:
    """An attempt in one line. ``score`` adds up its answers' scores, each from 0 to 1.

    ``score`` is 0 until something is graded, as nothing of an exam is before it ends.
    """

    id: int
    title: str
    setup: Setup
    ends_at: datetime | None
    started_at: datetime
    finished_at: datetime | None
    answered: int
    total: int
    next_position: int | None
    score: float

    @property
    def passed(self) -> bool | None:
        """Whether an exam that is over was passed; None of any other quiz."""
        if self.setup.mode is not Mode.EXAM or self.finished_at is None:
            return None
        return comparing.passes(self.score / self.total, self.setup.pass_mark)

    @property
    def timed_out(self) -> bool:
        """Whether its time was up before it was handed in."""
        return bool(self.ends_at and self.finished_at and self.finished_at >= self.ends_at)


def unfinished(session: Session, learner: Learner) -> list[AttemptSummary]:
    """List the attempts that can be continued, latest first."""
    rows = session.execute(quiz_queries.attempt_totals(learner.id, finished=False))
    return [_summary(*row) for row in rows]


def finished(session: Session, learner: Learner, limit: int) -> list[AttemptSummary]:
    """List the finished attempts, latest first."""
    rows = session.execute(quiz_queries.attempt_totals(learner.id, finished=True).limit(limit))
    return [_summary(*row) for row in rows]


def has_overdue(session: Session, learner: Learner, *, now: datetime) -> bool:
    """Tell whether there are attempts whose time is up, and that nobody has finished."""
    query = quiz_queries.overdue(learner.id, now - ON_THE_WAY).limit(1)
    return session.scalars(query).one_or_none() is not None


def _summary(
    attempt: Attempt, total: int, answered: int, next_position: int | None, score: float | None
) -> AttemptSummary:
    setup = Setup.from_query(attempt.scope)
    return AttemptSummary(
        id=attempt.id,
        title=title(setup),
        setup=setup,
        ends_at=attempt.ends_at,
        started_at=attempt.started_at,
        finished_at=attempt.finished_at,
        answered=answered,
        total=total,
        next_position=next_position,
        score=score or 0.0,
    )


def title(setup: Setup) -> str:
    """Name a quiz by its setup: *Exam · Persistence, Discovery · Windows*."""
    scope = setup.scope
    parts = (
        [MODES[setup.mode]] if setup.mode is not Mode.PRACTICE else [],
        [RETAKES[setup.retake]] if setup.retake else [],
        [domain_name(domain) for domain in scope.domains],
        [_tactic(value) for value in scope.tactics],
        scope.platforms,
        [level.capitalize() for level in scope.difficulties],
        scope.techniques,
        [KINDS[slug].title if slug in KINDS else slug for slug in scope.kinds],
    )
    everything = [] if scope.query or setup.mode is Mode.CONTRAST else ["All techniques"]
    return " · ".join(_shortened(part) for part in (*parts, everything) if any(part))


def _tactic(value: str) -> str:
    domain, short_name = split_tactic(value)
    name = tactic_name(short_name)
    return f"{name} ({domain_name(domain)})" if domain else name


def _shortened(names: Sequence[str], most: int = 3) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
