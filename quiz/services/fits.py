"""Weights fitted to a learner's own reviews: worked out, offered, and applied where wanted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from sqlalchemy.orm import Session

from quiz.db import fit_queries, queries
from quiz.db.models import Fit, Learner
from quiz.learning import fitting
from quiz.learning.fitting import LEAST_REVIEWS, NothingToLearn
from quiz.learning.parameters import STANDARD, Parameters
from quiz.services import learners, parameters, settings
from quiz.services.errors import Refused

MORE_SHARE, MORE_REVIEWS = 0.1, 100
"""By what share, and by how many at least, reviews must grow before weights are fitted again."""


class NoFit(Refused):
    """There is no such fit, or it was decided on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a learner's own memory model stands.

    ``missing`` says how many reviews are needed before weights can be fitted at all.
    ``waiting`` is a fit that predicts better and was not decided on; ``last`` the latest of
    all. ``own`` says that the present weights are the learner's own.
    """

    reviews: int
    missing: int
    waiting: Fit | None
    last: Fit | None
    own: bool

    @property
    def can_fit(self) -> bool:
        """Whether fitting again can tell anything new."""
        return not self.missing and not self.waiting and _has_grown(self.reviews, self.last)


def standing(session: Session, learner: Learner) -> Standing:
    """Tell where a learner's own memory model stands."""
    reviews = session.scalars(queries.review_total(learner.id)).one()
    last = session.scalars(fit_queries.fits(learner.id).limit(1)).one_or_none()
    return Standing(
        reviews=reviews,
        missing=max(0, LEAST_REVIEWS - reviews),
        waiting=waiting(session, learner),
        last=last,
        own=parameters.of(session, learner).weights != STANDARD.weights,
    )


def waiting(session: Session, learner: Learner) -> Fit | None:
    """Find a fit that the learner has not decided on."""
    return session.scalars(fit_queries.waiting_fit(learner.id)).one_or_none()


def work_out(session: Session, learner: Learner) -> fitting.Fit | None:
    """Fit weights to what the learner has reviewed, reading only; None where it is too early.

    End the transaction that read before writing what came of it: fitting takes time.
    """
    if not standing(session, learner).can_fit:
        return None
    by = parameters.of(session, learner)
    rows = session.execute(fit_queries.log_to_fit(learner.id)).all()
    log = {card: list(group) for card, group in groupby(rows, key=attrgetter("card_id"))}
    try:
        return fitting.fit(
            log,
            by.weights,
            seen_until=_seen_until(session, learner, by),
            relearning_steps=len(by.relearning_steps),
        )
    except NothingToLearn:
        return None


def keep(session: Session, learner: Learner, found: fitting.Fit, *, now: datetime) -> Fit | None:
    """Keep a fit: to be decided on where it predicts better, else as looked at.

    None where another was kept meanwhile.
    """
    learners.lock(session, learner)
    if not standing(session, learner).can_fit:
        return None
    row = Fit(
        learner_id=learner.id,
        created_at=now,
        reviews=found.reviews,
        weights=list(found.weights),
        log_loss_before=found.present.log_loss,
        log_loss_after=found.fitted.log_loss,
        decided_at=None if found.better else now,
        applied=False,
    )
    session.add(row)
    session.flush()
    return row


def apply(session: Session, learner: Learner, fit_id: int, *, now: datetime) -> int:
    """Remember by fitted weights from now on; returns how many cards are remembered otherwise.

    No card moves. Raises NoFit.
    """
    row = _undecided(session, learner, fit_id)
    row.decided_at, row.applied = now, True
    by = parameters.of(session, learner)
    return settings.adopt(session, learner, replace(by, weights=tuple(row.weights)), now=now)


def decline(session: Session, learner: Learner, fit_id: int, *, now: datetime) -> None:
    """Keep the present weights. Raises NoFit."""
    _undecided(session, learner, fit_id).decided_at = now
    session.flush()


def back_to_standard(session: Session, learner: Learner, *, now: datetime) -> int:
    """Remember by the standard weights again; no card moves."""
    by = parameters.of(session, learner)
    return settings.adopt(session, learner, replace(by, weights=STANDARD.weights), now=now)


def _undecided(session: Session, learner: Learner, fit_id: int) -> Fit:
    learners.lock(session, learner)
    query = fit_queries.fit(learner.id, fit_id)
    row = session.scalars(query, execution_options=queries.FRESH).one_or_none()
    if row is None or row.decided_at is not None:
        raise NoFit("That was decided before. The settings say what is used now.")
    return row


def _seen_until(session: Session, learner: Learner, by: Parameters) -> datetime | None:
    """When the present weights were fitted: they have seen every review before that."""
    applied = (row for row in session.scalars(fit_queries.fits(learner.id)) if row.applied)
    return next((row.created_at for row in applied if tuple(row.weights) == by.weights), None)


def _has_grown(reviews: int, last: Fit | None) -> bool:
    if last is None:
        return True
    return reviews >= last.reviews + max(MORE_REVIEWS, MORE_SHARE * last.reviews)
