"""The flashcards of a scope for Anki, and since when each is as the learner was given it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db import anki_queries
from quiz.db.models import AnkiNote, Learner
from quiz.exports import anki
from quiz.exports.anki import Content
from quiz.questions.scope import Scope
from quiz.services import learners, switches
from quiz.services.deck import Flashcards

A_SECOND = timedelta(seconds=1)
"""What Anki counts in."""


def content(session: Session, catalogue: Catalogue, scope: Scope) -> Content:
    """Write the cards of a scope as notes, without those switched off. Changes nothing.

    Raises :class:`quiz.exports.anki.NothingToExport`. Takes about a millisecond a card, so
    do it before you begin to write.
    """
    deck = catalogue.once(Flashcards)
    cards = list(deck.select(scope, switches.switched_off(session)).values())
    asked = ((card.place, deck.ask(card, seed=0)) for card in cards)
    return anki.content(((place, question) for place, question in asked if question), catalogue)


def since(
    session: Session, learner: Learner, content: Content, *, now: datetime
) -> Mapping[str, datetime]:
    """Tell since when each note is as it is, and remember those that are new or have changed.

    What has changed is always later than it was, even on a clock that was set back: Anki
    takes it for a change only then.
    """
    learners.lock(session, learner)
    known = {row.card_key: row for row in session.execute(anki_queries.anki_notes(learner.id))}
    times: dict[str, datetime] = {}
    added: list[dict[str, object]] = []
    changed: list[dict[str, object]] = []
    for key, digest in content.digests.items():
        before = known.get(key)
        if before and before.digest == digest:
            times[key] = before.since
            continue
        times[key] = max(now, before.since + A_SECOND) if before else now
        row = {
            "learner_id": learner.id,
            "card_key": key,
            "digest": digest,
            "since": times[key],
        }
        (changed if before else added).append(row)
    if added:
        session.execute(insert(AnkiNote), added)
    if changed:
        session.execute(update(AnkiNote), changed)
    return times
