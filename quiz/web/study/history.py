"""What was rated lately, and taking it back."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.services import cards, study
from quiz.services import undo as undoing
from quiz.web.context import (
    current_catalogue,
    current_learner,
    current_zone,
    now,
    scope_of_request,
)
from quiz.web.study.forms import RATINGS, UndoForm
from quiz.web.study.places import FRONT, PLACES, TECHNIQUE, card_url, place_of_request, way_back

bp = Blueprint("history", __name__)

SET_BACK = "Set back to new"
WORDS = {0: SET_BACK, **RATINGS}


@bp.get("/history")
def index() -> ResponseReturnValue:
    """List the last ratings, each with a button that takes it back."""
    return render_template(
        "study/history.html",
        entries=undoing.recent(db.session, current_learner()),
        words=WORDS,
        limit=undoing.LIMIT,
        zone=current_zone(),
        of_card=None,
    )


@bp.get("/<stix_id>/<kind>/history")
def of_card(stix_id: str, kind: str) -> ResponseReturnValue:
    """List what one card was given. From its front, without what would tell its answer."""
    key, learner, place = f"{stix_id}/{kind}", current_learner(), place_of_request()
    entries = undoing.of_card(db.session, learner, key)
    served = study.card(db.session, learner, current_catalogue(), key, now=now())
    if served is None and not cards.has(db.session, learner, key):
        abort(404)
    return render_template(
        "study/history.html",
        entries=entries,
        words=WORDS,
        limit=undoing.LIMIT,
        zone=current_zone(),
        of_card=key,
        hidden=place == FRONT,
        way_back=way_back(key, place) if place else "",
        place=place,
    )


@bp.post("/history/<int:review_id>/undo")
def undo(review_id: int) -> ResponseReturnValue:
    """Take back a rating. Done while studying, its card is shown again, to be rated anew."""
    if not UndoForm().validate_on_submit():
        abort(422)
    learner, place = current_learner(), request.args.get("page", "")
    begin_writing(db.session)
    undone = undoing.undo(db.session, learner, review_id, now=now())
    db.session.commit()
    words = WORDS[undone.rating]
    if not undone.recorded:
        flash(f"You had undone that before ({words}): nothing changed.", "info")
    elif undone.is_new:
        flash(f"Undone: {words}. The card is new again.", "saved")
    else:
        flash(f"Undone: {words}. It counts for nothing any more.", "saved")
    return redirect(_after(undone, place), code=303)


def _after(undone: undoing.Undone, place: str) -> str:
    """Where to go on: in a list of ratings there, else on the card's front, if it asks again."""
    scope = scope_of_request()
    if place == "card-history":
        came_from = {"page": found} if (found := request.args.get("from")) in PLACES else {}
        return card_url("study.history.of_card", undone.key, scope, **came_from)
    if place in {"cards", TECHNIQUE}:
        return way_back(undone.key, place)
    known = study.card(db.session, current_learner(), current_catalogue(), undone.key, now=now())
    if place == "history" or not undone.is_latest or known is None:
        return url_for(".index")
    return card_url("study.front", undone.key, scope)
