"""What today's studying looks like so far, on every page of it."""

from quiz.db.base import db
from quiz.questions.scope import Scope
from quiz.services import decks, progress, study, undo
from quiz.services.cards import note_version
from quiz.web.context import current_catalogue, current_learner, current_zone, now, scope_labels


def of_today(scope: Scope) -> dict[str, object]:
    """Gather what stands above a card and in the menu below it."""
    learner, catalogue = current_learner(), current_catalogue()
    deck = decks.name_of(db.session, learner, scope)
    (today,) = progress.days(db.session, learner, now=now(), count=1)
    return {
        "labels": (deck,) if deck else scope_labels(scope, catalogue),
        "counts": study.counts(db.session, learner, catalogue, now=now(), scope=scope),
        "today": today,
        "zone": current_zone(),
        "undoable": undo.last_of_today(db.session, learner, now=now()),
        "note_version": note_version,
    }
