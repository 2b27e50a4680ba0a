"""Quizzes in one line each: those to continue, and those that are over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs

from sqlalchemy.orm import Session

from quiz.content.catalogue import domain_name, tactic_name
from quiz.db import queries
from quiz.db.models import Attempt, Learner
from quiz.questions.kinds import KINDS
from quiz.questions.scope import Scope, split_tactic


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSummary:
    """An attempt in one line. ``score`` adds up its answers' scores, each from 0 to 1."""

    id: int
    title: str
    started_at: datetime
    finished_at: datetime | None
    answered: int
    total: int
    next_position: int | None
    score: float


def unfinished(session: Session, learner: Learner) -> list[AttemptSummary]:
    """List the attempts that can be continued, latest first."""
    rows = session.execute(queries.attempt_totals(learner.id, finished=False))
    return [_summary(*row) for row in rows]


def finished(session: Session, learner: Learner, limit: int) -> list[AttemptSummary]:
    """List the finished attempts, latest first."""
    rows = session.execute(queries.attempt_totals(learner.id, finished=True).limit(limit))
    return [_summary(*row) for row in rows]


def _summary(
    attempt: Attempt, total: int, answered: int, next_position: int | None, score: float | None
) -> AttemptSummary:
    return AttemptSummary(
        id=attempt.id,
        title=_title(attempt.scope),
        started_at=attempt.started_at,
        finished_at=attempt.finished_at,
        answered=answered,
        total=total,
        next_position=next_position,
        score=score or 0.0,
    )


def _title(query: str) -> str:
    """Name an attempt by its scope: *Persistence, Discovery · Windows*."""
    scope = Scope.from_lists(parse_qs(query))
    parts = (
        [domain_name(domain) for domain in scope.domains],
        [_tactic(value) for value in scope.tactics],
        scope.platforms,
        [level.capitalize() for level in scope.difficulties],
        scope.techniques,
        [KINDS[slug].title if slug in KINDS else slug for slug in scope.kinds],
    )
    return " · ".join(_shortened(part) for part in parts if part) or "All techniques"


def _tactic(value: str) -> str:
    domain, short_name = split_tactic(value)
    name = tactic_name(short_name)
    return f"{name} ({domain_name(domain)})" if domain else name


def _shortened(names: Sequence[str], most: int = 3) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
