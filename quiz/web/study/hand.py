"""What a learner does with one card by hand: bury, suspend, mark, note, set back to new."""

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.services import cards, study, undo
from quiz.services.cards import Action
from quiz.web.context import (
    current_catalogue,
    current_learner,
    now,
    scope_of_request,
    with_scope,
)
from quiz.web.messages import tell
from quiz.web.study.forms import CardForm, NoteForm
from quiz.web.study.places import FRONT, WHILE_STUDYING, card_url, place_of_request, way_back

bp = Blueprint("hand", __name__)

DONE = {
    Action.BURY: "Buried: this card is not asked before your next study day.",
    Action.UNBURY: "This card can be asked today after all.",
    Action.SUSPEND: "Suspended: this card is not asked any more until you lift that.",
    Action.UNSUSPEND: "This card is asked again.",
    Action.MARK: "Marked.",
    Action.UNMARK: "The mark is gone.",
}
OPPOSITES = {
    Action.BURY: (Action.UNBURY, "Ask it today"),
    Action.SUSPEND: (Action.UNSUSPEND, "Undo"),
    Action.MARK: (Action.UNMARK, "Undo"),
    Action.UNBURY: (Action.BURY, "Undo"),
    Action.UNSUSPEND: (Action.SUSPEND, "Undo"),
    Action.UNMARK: (Action.MARK, "Undo"),
}
"""What takes an action back, and what the button that does it is called."""
PUT_ASIDE = (Action.BURY, Action.SUSPEND)


@bp.post("/<stix_id>/<kind>/hand")
def act(stix_id: str, kind: str) -> ResponseReturnValue:
    """Bury, suspend or mark a card, or take that back; what puts it aside goes on to the next."""
    key, form, place = f"{stix_id}/{kind}", CardForm(), place_of_request()
    if not form.validate_on_submit() or form.action.data == Action.RESET:
        abort(422)
    action = Action(form.action.data)
    _known(key)
    begin_writing(db.session)
    cards.apply(db.session, current_learner(), current_catalogue(), [key], action, now=now())
    db.session.commit()
    back, label = OPPOSITES[action]
    scope = scope_of_request()
    # Taken back, a card that was put aside is where it was: on its front.
    page = FRONT if action in PUT_ASIDE and place in WHILE_STUDYING else place
    url = card_url("study.hand.act", key, scope, page=page)
    tell(DONE[action], "saved", label=label, url=url, value=back)
    if action in PUT_ASIDE and place in WHILE_STUDYING:
        return redirect(with_scope("study.next_card", scope), code=303)
    return redirect(way_back(key, place), code=303)


@bp.get("/<stix_id>/<kind>/note")
def note(stix_id: str, kind: str) -> ResponseReturnValue:
    """Show a card's note by itself, to edit it."""
    key = f"{stix_id}/{kind}"
    _known(key)
    return _render_note(key, text=cards.note(db.session, current_learner(), key))


@bp.post("/<stix_id>/<kind>/note")
def write_note(stix_id: str, kind: str) -> ResponseReturnValue:
    """Save a card's note; where it cannot be, show what was typed again."""
    key, form = f"{stix_id}/{kind}", NoteForm()
    if not form.validate_on_submit():
        abort(422)
    text = form.note.data or ""
    learner, version = current_learner(), form.version.data or ""
    begin_writing(db.session)
    try:
        kept = cards.write_note(
            db.session, learner, current_catalogue(), key, text, version=version
        )
    except (cards.NoteTooLong, cards.NoteChanged) as refused:
        db.session.rollback()
        return _render_note(key, text=text, refused=refused), 422
    db.session.commit()
    flash("Your note is saved: it comes with the answer." if kept else "There is no note.", "saved")
    return redirect(way_back(key, place_of_request()), code=303)


@bp.get("/<stix_id>/<kind>/reset")
def confirm_reset(stix_id: str, kind: str) -> ResponseReturnValue:
    """Ask whether a card is to be set back to new, and say what that means."""
    key, place = f"{stix_id}/{kind}", place_of_request()
    return render_template(
        "study/reset.html",
        key=key,
        place=place,
        hidden=place == FRONT,
        served=_known(key),
        url=card_url("study.hand.reset", key, scope_of_request(), page=place),
        way_back=way_back(key, place),
    )


@bp.post("/<stix_id>/<kind>/reset")
def reset(stix_id: str, kind: str) -> ResponseReturnValue:
    """Set a card back to new."""
    key, place, learner = f"{stix_id}/{kind}", place_of_request(), current_learner()
    _known(key)
    begin_writing(db.session)
    changed = cards.apply(db.session, learner, current_catalogue(), [key], Action.RESET, now=now())
    db.session.commit()
    if changed:
        [entry] = undo.recent(db.session, learner, limit=1)
        url = with_scope(
            "study.history.undo", scope_of_request(), review_id=entry.id, page=place or "cards"
        )
        text = "Set back to new. Its reviews stay in the history, and count no more."
        tell(text, "saved", label="Undo", url=url, name="undo", value="1", key="undo")
    else:
        flash("That card is new already: nothing changed.", "info")
    if place in WHILE_STUDYING:
        return redirect(with_scope("study.next_card", scope_of_request()), code=303)
    return redirect(way_back(key, place), code=303)


def _known(key: str) -> study.Served | None:
    """Look a card up, or answer that there is none; one whose technique is gone is not served."""
    learner, catalogue = current_learner(), current_catalogue()
    served = study.card(db.session, learner, catalogue, key, now=now())
    if served is None and not cards.has(db.session, learner, key):
        abort(404)
    return served


def _render_note(
    key: str, *, text: str, refused: cards.NoteTooLong | cards.NoteChanged | None = None
) -> str:
    place = place_of_request()
    elsewhere = refused.now if isinstance(refused, cards.NoteChanged) else None
    known = cards.note(db.session, current_learner(), key)
    return render_template(
        "study/note.html",
        text=text,
        refused=refused,
        elsewhere=elsewhere,
        version=cards.note_version(known),
        url=card_url("study.hand.write_note", key, scope_of_request(), page=place),
        shown=request.values.get("shown", ""),
        kind=key.rpartition("/")[2],
        way_back=way_back(key, place),
    )
