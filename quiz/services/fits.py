"""Weights fitted to a learner's own reviews: worked out, offered, and applied where wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from math import ceil
from operator import attrgetter
from typing import Any

from sqlalchemy.orm import Session

from quiz.db import fit_queries, queries
from quiz.db.models import Fit, Learner
from quiz.learning import fitting
from quiz.learning.fitting import LEAST_REVIEWS, NothingToLearn, TooFewReviews
from quiz.learning.parameters import STANDARD, Parameters
from quiz.services import learners, parameters, settings
from quiz.services.errors import Refused

A_PART, MORE_REVIEWS = 10, 100
"""Weights are fitted again once there are a tenth more reviews, and so many at least."""
AT_ONCE = 100
"""The logs of so many cards are read at once."""


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
    def next_at(self) -> int:
        """With how many reviews weights are fitted next."""
        if self.last is None:
            return LEAST_REVIEWS
        more = max(MORE_REVIEWS, ceil(self.last.reviews / A_PART))
        return max(LEAST_REVIEWS, self.last.reviews + more)

    @property
    def lacking(self) -> int:
        """How many reviews have to come before fitting can tell anything new."""
        return max(0, self.next_at - self.reviews)

    @property
    def can_fit(self) -> bool:
        """Whether fitting again can tell anything new."""
        return not self.waiting and not self.lacking

    @property
    def given_up(self) -> Fit | None:
        """The last fit, where it was applied and the learner went back from it since."""
        return self.last if self.last and self.last.applied and not self.own else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What came of fitting, and what it was worked out from.

    ``reviews`` stood up to the moment ``until``, and ``present`` were the learner's weights.
    Where these reviews tell nothing, ``fit`` is None and ``reason`` says why.
    """

    present: fitting.Weights
    reviews: int
    until: datetime
    fit: fitting.Fit | None = None
    reason: str | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """All that fitting needs, read already: the log, the parameters, what they have seen."""

    rows: Sequence[Any]
    by: Parameters
    seen_until: datetime | None


def gather(session: Session, learner: Learner, *, pause: Callable[[], None]) -> Gathered | None:
    """Read what weights are to be fitted to; None where it is too early.

    A long log is read in parts, each card's whole: from a part of a card's log its memory is not
    known. ``pause`` is called after each part and at the end, and ends the transaction: on SQLite
    an open read keeps everyone from writing. What is written meanwhile is left out.
    """
    if not standing(session, learner).can_fit:
        return None
    by = parameters.of(session, learner)
    seen_until = _seen_until(session, learner, by)
    last = session.scalars(fit_queries.last_entry(learner.id)).one()
    cards = session.scalars(fit_queries.cards_with_log(learner.id)).all()
    rows: list[Any] = []
    pause()
    for start in range(0, len(cards), AT_ONCE):
        part = fit_queries.log_to_fit(cards[start : start + AT_ONCE], last)
        rows += session.execute(part).all()
        pause()
    return Gathered(rows=rows, by=by, seen_until=seen_until)


def fit_to(gathered: Gathered) -> Worked | None:
    """Fit weights to what was read; None where it is too early after all."""
    rows, by = gathered.rows, gathered.by
    if not rows:  # they were replaced while they were read
        return None
    log = {card: list(group) for card, group in groupby(rows, key=attrgetter("card_id"))}
    worked = Worked(
        present=by.weights,
        reviews=sum(row.rating > 0 for row in rows),
        until=max(row.reviewed_at for row in rows),
    )
    try:
        fit = fitting.fit(
            log,
            by.weights,
            seen_until=gathered.seen_until,
            relearning_steps=len(by.relearning_steps),
        )
    except TooFewReviews:  # some were undone since they were counted
        return None
    except NothingToLearn as nothing:
        return replace(worked, reason=str(nothing))
    return replace(worked, fit=fit)


def keep(session: Session, learner: Learner, worked: Worked, *, now: datetime) -> Fit | None:
    """Keep what came of fitting: to be decided on where it predicts better, else as looked at.

    None where it does not hold any more: another was kept meanwhile, the weights are
    others, or reviews that it was fitted to are gone.
    """
    learners.lock(session, learner)
    stood = session.scalars(fit_queries.reviews_until(learner.id, worked.until)).one()
    present = parameters.of(session, learner).weights
    if (stood, present) != (worked.reviews, worked.present):
        return None
    if not standing(session, learner).can_fit:
        return None
    row = Fit(learner_id=learner.id, created_at=now, reviews=worked.reviews, reason=worked.reason)
    if fit := worked.fit:
        row.weights = list(fit.weights)
        row.log_loss_before = fit.present.log_loss
        row.log_loss_after = fit.fitted.log_loss
        row.better = fit.better
    row.decided_at = None if row.better else now
    session.add(row)
    session.flush()
    return row


def apply(session: Session, learner: Learner, fit_id: int, *, now: datetime) -> int:
    """Remember by fitted weights from now on; returns how many cards are remembered otherwise.

    Those that the learner went back from can be applied again. No card moves. Raises NoFit.
    """
    row = _find(session, learner, fit_id)
    by = parameters.of(session, learner)
    again = row.applied and by.weights == STANDARD.weights
    if not row.weights or not (row.decided_at is None or again):
        raise NoFit(_DECIDED)
    row.decided_at, row.applied = now, True
    own = replace(by, weights=fitting.tidy(row.weights))
    return settings.adopt(session, learner, own, now=now)


def decline(session: Session, learner: Learner, fit_id: int, *, now: datetime) -> None:
    """Keep the present weights. Raises NoFit."""
    row = _find(session, learner, fit_id)
    if row.decided_at is not None:
        raise NoFit(_DECIDED)
    row.decided_at = now
    session.flush()


def back_to_standard(session: Session, learner: Learner, *, now: datetime) -> int:
    """Remember by the standard weights again; no card moves.

    A fit that waits was judged beside the weights that this takes away: it is turned down.
    """
    learners.lock(session, learner)
    if row := waiting(session, learner):
        row.decided_at = now
    by = parameters.of(session, learner)
    return settings.adopt(session, learner, replace(by, weights=STANDARD.weights), now=now)


_DECIDED = "That was decided before. The settings say what is used now."


def _find(session: Session, learner: Learner, fit_id: int) -> Fit:
    learners.lock(session, learner)
    query = fit_queries.fit(learner.id, fit_id)
    row = session.scalars(query, execution_options=queries.FRESH).one_or_none()
    if row is None:
        raise NoFit(_DECIDED)
    return row


def _seen_until(session: Session, learner: Learner, by: Parameters) -> datetime | None:
    """When the present weights were fitted: they have seen every review before that."""
    for row in session.scalars(fit_queries.fits(learner.id)):
        if row.applied and row.weights and fitting.tidy(row.weights) == by.weights:
            return row.created_at
    return None
