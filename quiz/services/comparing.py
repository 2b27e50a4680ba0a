"""An attempt beside the earlier ones of the same setup, and what changed at the same questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.db import quiz_queries
from quiz.db.models import Attempt, AttemptQuestion, Learner
from quiz.learning.setup import Retake, Setup

MOST_EARLIER = 20

Scores = Mapping[str, float | None]
"""The score of each card's question, by the card's key; None where it was not answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierAttempt:
    """An earlier attempt of the same setup; ``same`` says that it asked the same questions."""

    id: int
    finished_at: datetime
    score: float
    total: int
    same: bool
    passed: bool

    @property
    def share(self) -> float:
        """The share of the points, from 0 to 1."""
        return self.score / self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What became of the same questions since an earlier attempt, by their positions now."""

    since: EarlierAttempt
    turned_right: tuple[int, ...]
    turned_wrong: tuple[int, ...]
    still_wrong: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The earlier attempts, latest first, and the changes since the last at the same questions."""

    attempts: tuple[EarlierAttempt, ...] = ()
    changes: Changes | None = None


def passes(share: float, pass_mark: int) -> bool:
    """Tell whether a share of the points reaches a pass mark; to the hundredth, as it is shown."""
    return round(share * 100, 2) >= pass_mark


def earlier(
    session: Session,
    learner: Learner,
    attempt: Attempt,
    setup: Setup,
    rows: Sequence[AttemptQuestion],
) -> Earlier:
    """Find the attempts of the same setup before a finished one; of what was missed, none."""
    if setup.retake is Retake.MISSED or attempt.finished_at is None:
        return Earlier()
    plain = replace(setup.unseeded, retake=None)
    scopes = [plain.query, replace(plain, retake=Retake.SAME).query]
    query = quiz_queries.earlier(learner.id, scopes, attempt.finished_at, attempt.id)
    found = session.execute(query.limit(MOST_EARLIER)).all()
    own = {row.card_key: row.score for row in rows}
    scores = _scores(session, [id_ for id_, seed, *_ in found if seed == attempt.seed])
    attempts = tuple(
        EarlierAttempt(
            id=id_,
            finished_at=finished_at,
            score=score or 0.0,
            total=total,
            same=id_ in scores and scores[id_].keys() == own.keys(),
            passed=passes((score or 0.0) / total, setup.pass_mark),
        )
        for id_, _, finished_at, score, total in found
        if finished_at is not None
    )
    last = next((one for one in attempts if one.same), None)
    return Earlier(
        attempts=attempts, changes=_changes(last, scores[last.id], rows) if last else None
    )


def _scores(session: Session, attempt_ids: Sequence[int]) -> dict[int, dict[str, float | None]]:
    """Give the scores of some attempts by the keys of their cards."""
    found: dict[int, dict[str, float | None]] = defaultdict(dict)
    if attempt_ids:
        for id_, key, score in session.execute(quiz_queries.scores_by_card(attempt_ids)):
            found[id_][key] = score
    return dict(found)


def _changes(since: EarlierAttempt, before: Scores, rows: Sequence[AttemptQuestion]) -> Changes:
    """Compare scores; what was not answered counts as wrong."""
    right = {row.position: row.score == 1 for row in rows}
    was_right = {row.position: before[row.card_key] == 1 for row in rows}
    return Changes(
        since=since,
        turned_right=tuple(n for n in right if right[n] and not was_right[n]),
        turned_wrong=tuple(n for n in right if was_right[n] and not right[n]),
        still_wrong=tuple(n for n in right if not right[n] and not was_right[n]),
    )
