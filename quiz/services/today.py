"""What to do next, and how the last days went, in one glance."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from operator import itemgetter

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.db import queries
from quiz.db.models import Learner
from quiz.services import backlog, fits, history, moving, progress, study
from quiz.services.backlog import Pile
from quiz.services.history import AttemptSummary
from quiz.services.progress import DayTotal, Totals
from quiz.services.study import Counts

RECENT = timedelta(days=7)
MOST_MISSES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The first page's contents. ``days`` are the last seven, today last.

    ``changed`` counts the cards whose answer a release changed since they were rated last.
    ``fit_waits`` says that weights which predict better can be applied.
    ``pile`` is set where reviews wait for another day.
    """

    counts: Counts
    pile: Pile | None
    unfinished: tuple[AttemptSummary, ...]
    days: tuple[DayTotal, ...]
    totals: Totals
    first_visit: bool
    recent_misses: tuple[Technique, ...]
    changed: int
    fit_waits: bool


def today(session: Session, learner: Learner, catalogue: Catalogue, *, now: datetime) -> Today:
    """Gather what a learner sees first."""
    counts = study.counts(session, learner, catalogue, now=now)
    return Today(
        counts=counts,
        pile=backlog.pile(session, learner, catalogue, now=now) if counts.waiting else None,
        unfinished=tuple(history.unfinished(session, learner)),
        days=tuple(progress.days(session, learner, now=now, count=7)),
        totals=progress.totals(session, learner, catalogue, now=now),
        first_visit=not session.scalars(queries.has_started(learner.id)).one(),
        recent_misses=_recent_misses(session, learner, catalogue, now),
        changed=moving.changed(session, learner, catalogue),
        fit_waits=fits.waiting(session, learner) is not None,
    )


def _recent_misses(
    session: Session, learner: Learner, catalogue: Catalogue, now: datetime
) -> tuple[Technique, ...]:
    """The techniques rated *again* or answered wrong lately, latest first."""
    forgotten = session.execute(queries.forgotten(learner.id, now - RECENT))
    wrong = session.execute(queries.answered_wrong(learner.id, now - RECENT))
    latest_first = merge(forgotten, wrong, key=itemgetter(1), reverse=True)
    missed = dict.fromkeys(key.rpartition("/")[0] for key, _ in latest_first)
    live = (catalogue.by_stix_id.get(stix_id) for stix_id in missed)
    return tuple(islice((technique for technique in live if technique), MOST_MISSES))
