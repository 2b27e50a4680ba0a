"""An attempt beside the earlier ones of the same setup, and what changed at the same questions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.db import quiz_queries
from quiz.db.models import Attempt, AttemptQuestion, Learner
from quiz.learning.setup import Retake, Setup

MOST_EARLIER = 20

Card = tuple[str, int]
"""A card's key, and how often it was asked before in the attempt: a drill may ask it twice."""
Scores = Mapping[Card, float | None]
"""The score of each question, by its card; None where it was not answered."""


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
    own = _numbered((row.card_key, row.score) for row in rows)
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
    positions = [row.position for row in rows]
    changes = _changes(last, scores[last.id], own, positions) if last else None
    return Earlier(attempts=attempts, changes=changes)


def _scores(session: Session, attempt_ids: Sequence[int]) -> dict[int, Scores]:
    """Give the scores of some attempts, attempt by attempt."""
    found: dict[int, list[tuple[str, float | None]]] = defaultdict(list)
    if attempt_ids:
        for id_, key, score in session.execute(quiz_queries.scores_by_card(attempt_ids)):
            found[id_].append((key, score))
    return {id_: _numbered(scores) for id_, scores in found.items()}


def _numbered(scores: Iterable[tuple[str, float | None]]) -> Scores:
    """Tell questions of one card apart, by the order in which they were asked."""
    asked: Counter[str] = Counter()
    found: dict[Card, float | None] = {}
    for key, score in scores:
        found[key, asked[key]] = score
        asked[key] += 1
    return found


def _changes(
    since: EarlierAttempt, before: Scores, now: Scores, positions: Sequence[int]
) -> Changes:
    """Compare scores, the latter in the order of ``positions``; what has none was not right."""
    right = {n: score == 1 for n, score in zip(positions, now.values(), strict=True)}
    was_right = {n: before[card] == 1 for n, card in zip(positions, now, strict=True)}
    return Changes(
        since=since,
        turned_right=tuple(n for n in right if right[n] and not was_right[n]),
        turned_wrong=tuple(n for n in right if was_right[n] and not right[n]),
        still_wrong=tuple(n for n in right if not right[n] and not was_right[n]),
    )
