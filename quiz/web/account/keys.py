"""The keys of the keyboard: which does what, for one learner on all devices."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from quiz.db.base import begin_writing, db
from quiz.services import keys
from quiz.web.context import current_learner

bp = Blueprint("keys", __name__, url_prefix="/keys")

GROUPS: Mapping[str, Mapping[str, str]] = {
    "A card": {
        "reveal": "After an answer it goes on to the next card.",
        "send": "Sends an answer too, and goes on from its result.",
        "options": "One character for each choice, from the first to the ninth.",
    },
    "A quiz": {
        "next": "In an exam what you chose is saved; in practice it skips the question.",
        "previous": "",
        "later": "Pressed on a question that is flagged, it takes the flag off.",
    },
    "Ratings": {"again": "", "hard": "", "good": "", "easy": ""},
    "What else can be done": {
        "undo": "",
        "bury": "Pressed on a card that is buried, it takes that back.",
        "suspend": "",
        "mark": "",
        "note": "",
        "list": "",
    },
}
"""The actions as the page groups them, each with what there is to say of it."""


class KeysForm(FlaskForm):
    """A text for each action, under its name; which ones there are, the service knows."""


@bp.get("")
def index() -> ResponseReturnValue:
    """Show the key of every action."""
    return _page(keys.of(current_learner()))


@bp.post("")
def save() -> ResponseReturnValue:
    """Keep the keys, or say what is wrong with them."""
    typed = {action: request.form.get(action, usual) for action, usual in keys.STANDARD.items()}
    return _save(typed, said="Saved. The keys are the same on all your devices.")


@bp.post("/usual")
def usual() -> ResponseReturnValue:
    """Give every action its usual key."""
    return _save({}, said="Every key is as it was at first.")


@bp.post("/none")
def none() -> ResponseReturnValue:
    """Take the key of every action away."""
    said = "No key does anything by itself now. Everything works by Tab, Enter and Space."
    return _save(dict.fromkeys(keys.STANDARD, ""), said=said)


@bp.app_template_global()
def learner_keys() -> dict[str, str]:
    """The key of every action, for the pages that listen to them."""
    return keys.of(current_learner())


def _save(typed: Mapping[str, str], *, said: str) -> ResponseReturnValue:
    if not KeysForm().validate_on_submit():
        return _page(typed), 422
    learner = current_learner()
    begin_writing(db.session)
    try:
        keys.save(db.session, learner, typed)
    except keys.WrongKeys as wrong:
        db.session.rollback()
        return _page(typed, wrong.problems), 422
    db.session.commit()
    flash(said, "success")
    return redirect(url_for(".index"), code=303)


def _page(shown: Mapping[str, str], problems: Mapping[str, str] | None = None) -> str:
    return render_template(
        "account/keys.html",
        groups=GROUPS,
        names=keys.NAMES,
        shown=shown,
        standard=keys.STANDARD,
        problems=problems or {},
    )
