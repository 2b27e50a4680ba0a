"""Moving on to the next release of what is taught: whatever was learned stays.

Collections are files, which an import or a hand may change at any time. So the app looks
at each catalogue that it has not met before, and moves everyone's cards along once.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from math import ceil

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.content.releases import AnswerChange, Comparison, Snapshot, compare, successors
from quiz.content.technique import Collection
from quiz.db import queries
from quiz.db.base import begin_writing
from quiz.db.models import Card, Learner, TaughtRelease
from quiz.learning.days import DAY
from quiz.learning.scheduling import MemoryState
from quiz.questions.snapshots import snapshot
from quiz.services import learners
from quiz.services.deck import Flashcards

A_DAY = 20
"""How many changed cards come back on one day, unless that would take too many days."""
SOON = 7
"""Within how many days every changed card is back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A collection, since when it teaches what it does, and how that differs from before."""

    collection: str
    domain: str
    label: str
    since: datetime
    comparison: Comparison | None


def notice(session: Session, catalogue: Catalogue, *, now: datetime) -> bool:
    """Move everyone's cards along where a collection has another release than before.

    Cheap where there is nothing to do. Else it begins writing, and all of it is one
    transaction; to do it twice, or in two processes at once, is to do it once. Tells
    whether anything was to do.
    """
    editions = {c.name: _edition(c) for c in catalogue.collections}
    if editions.items() <= _taught_editions(session).items():
        return False
    begin_writing(session)
    rows = _locked(session, catalogue.collections, now)
    moved = False
    for collection in catalogue.collections:
        row = rows[collection.name]
        if row.edition != editions[collection.name]:
            before = _before(row, rows.values(), editions, catalogue)
            after = _remembering(snapshot(catalogue, collection), before)
            _move_everyone(session, catalogue, before, after, now)
            row.edition, row.domain, row.since = editions[row.collection], collection.domain, now
            row.content, row.before = after.to_dict(), before.to_dict() if before else None
            session.flush()
            moved = True
    return moved


def taught(session: Session, catalogue: Catalogue) -> list[Taught]:
    """Tell what the active collections teach since when, the newest first."""
    active = {collection.name for collection in catalogue.collections}
    found = []
    for row in session.scalars(queries.taught_releases()):
        if row.collection in active and row.content:
            after = Snapshot.from_dict(row.content)
            before = Snapshot.from_dict(row.before) if row.before else None
            found.append(
                Taught(
                    collection=row.collection,
                    domain=row.domain,
                    label=after.label,
                    since=row.since,
                    comparison=compare(before, after) if before else None,
                )
            )
    return found


def changed(session: Session, learner: Learner, catalogue: Catalogue) -> int:
    """Count the learner's cards, still asked, whose answer changed since they were rated last."""
    deck = catalogue.once(Flashcards).cards
    return sum(key in deck for key in session.scalars(queries.changed_cards(learner.id)))


def _edition(collection: Collection) -> str:
    said = [collection.release, sorted(collection.revoked.items())]
    return sha256(json.dumps(said).encode()).hexdigest()


def _taught_editions(session: Session) -> dict[str, str]:
    return {row.collection: row.edition for row in session.execute(queries.editions())}


def _locked(
    session: Session, collections: Iterable[Collection], now: datetime
) -> Mapping[str, TaughtRelease]:
    """A row for every collection ever taught, by name; no one else can change them meanwhile."""
    known = _taught_editions(session)
    for collection in collections:
        if collection.name not in known:
            row = TaughtRelease(
                collection=collection.name, domain=collection.domain, edition="", since=now
            )
            try:
                with session.begin_nested():
                    session.add(row)
            except IntegrityError:  # another process was faster, and is done by now
                continue
    rows = session.scalars(queries.taught_releases_for_update(), execution_options=queries.FRESH)
    return {row.collection: row for row in rows}


def _before(
    row: TaughtRelease,
    rows: Iterable[TaughtRelease],
    active: Mapping[str, str],
    catalogue: Catalogue,
) -> Snapshot | None:
    """What a collection is to be compared with: what it was, or else what it took the place of.

    That is one of the domain that is not active any more, and most of whose techniques it
    has: the starter, which steps back, or the same files under another name.
    """
    if row.content:
        return Snapshot.from_dict(row.content)
    for other in rows:
        if other.content and other.domain == row.domain and other.collection not in active:
            content = Snapshot.from_dict(other.content)
            kept = [catalogue.by_stix_id.get(stix_id) for stix_id in content.techniques]
            if sum(t is not None and t.collection == row.collection for t in kept) * 2 > len(kept):
                return content
    return None


def _remembering(after: Snapshot, before: Snapshot | None) -> Snapshot:
    """Keep the answers to cards that are resting, so that they can be compared on their return."""
    resting = {
        key: answer
        for key, answer in (before.answers if before else {}).items()
        if key not in after.answers and key.rpartition("/")[0] not in after.revoked
    }
    return replace(after, answers={**after.answers, **resting})


def _move_everyone(
    session: Session,
    catalogue: Catalogue,
    before: Snapshot | None,
    after: Snapshot,
    now: datetime,
) -> None:
    became = successors(after.revoked, catalogue.by_stix_id)
    answers = compare(before, after).answers if before else ()
    changes = {change.key_before: change for change in answers}
    if not became and not changes:
        return
    for learner in session.scalars(queries.learners()).all():
        learners.lock(session, learner)
        cards = session.scalars(queries.cards(learner.id), execution_options=queries.FRESH).all()
        known = [(card, changes[card.key]) for card in cards if card.key in changes]
        _follow(session, cards, became)
        _bring_back(session, learner, known, after.release or after.label, now)
        session.flush()


# History follows a revoked technique


def _follow(session: Session, cards: Sequence[Card], became: Mapping[str, str]) -> None:
    """Make the cards of revoked techniques their successors'; of several, the most reviewed.

    The others rest under the revoked technique, with their reviews: two logs of
    different cards do not make one.
    """
    heirs: dict[str, list[Card]] = defaultdict(list)
    for card in cards:
        if card.stix_id in became:
            heirs[f"{became[card.stix_id]}/{card.kind}"].append(card)
    own = {card.key: card for card in cards if card.key in heirs}
    trades = []
    for key, found in heirs.items():
        holder = own.get(key)
        best = max(
            [*([holder] if holder else []), *found],
            key=lambda card: (card.reviews, card is own.get(card.key), -card.id),
        )
        _queue_for_all(best, [*([holder] if holder else []), *found])
        if best is not holder:
            trades.append((key, best, holder))
    # No two cards of a learner may have one key, not even in between.
    for _, _, holder in trades:
        if holder:
            holder.key = f"moving/{holder.id}"
    session.flush()
    given_up = {}
    for key, best, _ in trades:
        given_up[key] = best.key
        best.key, best.stix_id = key, key.rpartition("/")[0]
    session.flush()
    for key, _, holder in trades:
        if holder:
            holder.key, holder.stix_id = given_up[key], given_up[key].rpartition("/")[0]
    session.flush()


def _queue_for_all(best: Card, cards: Iterable[Card]) -> None:
    """Keep the learner's wish to study a card next, whichever card it is now."""
    asked = [card.queued_at for card in cards if card.queued_at]
    for card in cards:
        card.queued_at = None
    best.queued_at = min(asked, default=None)


# A changed answer comes back


def _bring_back(
    session: Session,
    learner: Learner,
    known: Iterable[tuple[Card, AnswerChange]],
    release: str,
    now: datetime,
) -> None:
    """Mark the cards whose answer is another than the learner last rated, and spread them."""
    marked = [
        card
        for card, change in known
        if card.reviews and card.key == change.key and _mark(session, card, change, release)
    ]
    marked.sort(key=lambda card: (card.due or now, card.id))
    today = learners.study_day(learner, now)
    days = min(SOON, ceil(len(marked) / A_DAY))
    for place, card in enumerate(marked):
        start = learners.day_start(learner, today + DAY * (place * days // len(marked)))
        back = max(start, now)
        card.changed_due = min(back, card.changed_due or back)
        card.due = min(card.changed_due, card.due or back)


def _mark(session: Session, card: Card, change: AnswerChange, release: str) -> bool:
    """Mark a card, or take the mark off where its answer is again the one that was known."""
    known = card.old_answer if card.changed_in else list(change.old)
    if known == list(change.new):
        last = session.scalars(queries.last_review(card.id)).one()
        card.changed_in = card.changed_due = card.old_answer = card.new_answer = None
        card.due = MemoryState.from_dict(last.after).due
        return False
    card.changed_in, card.old_answer, card.new_answer = release, known, list(change.new)
    return True
