"""A learner's own cards: those met and those that something was done with, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.db import card_queries
from quiz.db.models import Card, Learner
from quiz.learning.days import DAY
from quiz.learning.leeches import THRESHOLD
from quiz.questions.scope import Scope
from quiz.services import switches, tags
from quiz.services.horizon import Horizon
from quiz.services.tags import Tags

PAGE_SIZE = 50


class Shelf(StrEnum):
    """Which of a learner's cards to look at."""

    ALL = "all"
    DUE = "due"
    SUSPENDED = "suspended"
    BURIED = "buried"
    MARKED = "marked"
    LEECHES = "leeches"
    NOTES = "notes"


class Sort(StrEnum):
    """What comes first: what is due soonest, is least stable, was forgotten most often."""

    DUE = "due"
    STABILITY = "stability"
    LAPSES = "lapses"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to list. ``words`` are of a technique's name or ID; empty fields leave all in."""

    shelf: Shelf = Shelf.ALL
    sort: Sort = Sort.DUE
    words: str = ""
    kind: str = ""
    tactic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCard:
    """One of a learner's cards. ``technique`` is empty where its file is gone.

    ``stability`` is how long its memory lasts, ``changed`` that a release changed its
    answer since it was rated, ``switched_off`` that no one is asked it any more.
    """

    key: str
    kind: str
    technique: Technique | None
    state: str
    due: datetime | None
    stability: timedelta | None
    queued: bool
    changed: bool
    switched_off: bool
    tags: Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page of cards. ``totals`` counts those on each shelf; pages count from 1."""

    cards: Sequence[OwnCard]
    totals: Mapping[Shelf, int]
    total: int
    number: int
    last: int


def listing(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    wanted: Wanted,
    *,
    now: datetime,
    number: int = 1,
) -> Listing:
    """List a learner's cards; a page number beyond the ends gives the nearest page."""
    horizon = Horizon(learner, now)
    shelves = card_queries.shelves(
        now=now,
        steps_until=horizon.steps_until,
        reviews_before=horizon.reviews_before,
        leech_from=THRESHOLD,
    )
    narrowed = [
        card_queries.kept(now),
        *card_queries.within(_techniques(catalogue, wanted), wanted.kind),
    ]
    counts = session.execute(card_queries.shelf_totals(learner.id, shelves, narrowed)).one()
    totals = {Shelf(name): count for name, count in zip(shelves, counts, strict=True)}
    total = totals[wanted.shelf]
    last = max(1, -(-total // PAGE_SIZE))
    number = min(max(number, 1), last)
    query = card_queries.on_shelf(learner.id, [*narrowed, shelves[wanted.shelf]], wanted.sort)
    rows = session.scalars(query.offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE)).all()
    off = switches.switched_off(session)
    return Listing(
        cards=[_own(row, catalogue, now, switched_off=row.key in off) for row in rows],
        totals=totals,
        total=total,
        number=number,
        last=last,
    )


def _techniques(catalogue: Catalogue, wanted: Wanted) -> list[str] | None:
    """The STIX ids of the techniques that are looked for; None where all are, those gone too."""
    words = wanted.words.casefold().split()
    if not words and not wanted.tactic:
        return None
    scope = Scope.from_lists({"tactics": [wanted.tactic]})
    return [
        technique.stix_id
        for technique in catalogue
        if scope.includes(technique, catalogue)
        and all(
            word in f"{catalogue.display_name(technique)} {technique.attack_id}".casefold()
            for word in words
        )
    ]


def _own(row: Card, catalogue: Catalogue, now: datetime, *, switched_off: bool) -> OwnCard:
    return OwnCard(
        key=row.key,
        kind=row.kind,
        technique=catalogue.by_stix_id.get(row.stix_id),
        state=row.state,
        due=row.due,
        stability=None if row.stability is None else DAY * row.stability,
        queued=row.queued_at is not None,
        changed=row.changed_in is not None,
        switched_off=switched_off,
        tags=tags.of(row, now),
    )
