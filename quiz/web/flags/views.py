"""Flagging: one press, and the learner is back on the page where it was, nothing lost."""

from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.services import flags
from quiz.services.flags import Reason
from quiz.web.context import (
    current_catalogue,
    current_learner,
    now,
    scope_of_request,
    wants_json,
    with_scope,
)
from quiz.web.flags.forms import FlagForm
from quiz.web.study.shown import Shown

bp = Blueprint("flags", __name__, url_prefix="/flag")

NOTED = "Thank you: noted."
NOTED_BEFORE = "You had said so before: it is noted."
OWN_FIELDS = frozenset({"csrf_token", "reason", "note"})


@bp.post("/quiz/<int:attempt_id>/<int:position>")
def quiz_question(attempt_id: int, position: int) -> ResponseReturnValue:
    """Flag a question of a quiz, before or after its answer, or on the quiz's result."""
    learner, form = current_learner(), _valid_form()
    begin_writing(db.session)
    is_news = flags.flag_quiz_question(
        db.session,
        learner,
        attempt_id,
        position,
        reason=Reason(form.reason.data),
        note=form.note.data,
        now=now(),
    )
    db.session.commit()
    if request.args.get("page") == "result":
        return _thank(is_news, url_for("quizzes.results.result", attempt_id=attempt_id))
    # An open question's own form sends what is filled in so far: the page fills it in again.
    draft = {k: v for k, v in request.form.to_dict(flat=False).items() if k not in OWN_FIELDS}
    url = url_for("quizzes.taking.question", attempt_id=attempt_id, position=position)
    return _thank(is_news, f"{url}?{urlencode(draft, doseq=True)}" if draft else url)


@bp.post("/card/<stix_id>/<kind>")
def card(stix_id: str, kind: str) -> ResponseReturnValue:
    """Flag what a flashcard asks, from its front or its back."""
    learner, catalogue, form = current_learner(), current_catalogue(), _valid_form()
    key = f"{stix_id}/{kind}"
    shown = Shown.read(form.shown.data or "", key)
    if shown is None:
        abort(422)
    begin_writing(db.session)
    is_news = flags.flag_card(
        db.session,
        learner,
        catalogue,
        key,
        shown.sequence,
        reason=Reason(form.reason.data),
        note=form.note.data,
        now=now(),
    )
    db.session.commit()
    page: dict[str, str] = {"stix_id": stix_id, "kind": kind}
    if request.args.get("page") == "back":
        page["shown"] = shown.sign()
    endpoint = "study.back" if "shown" in page else "study.front"
    return _thank(is_news, with_scope(endpoint, scope_of_request(), **page))


def _valid_form() -> FlagForm:
    form = FlagForm()
    if not form.validate_on_submit():
        abort(422)
    return form


def _thank(is_news: bool, page: str) -> ResponseReturnValue:
    """Answer in words: to the page's script, which stays where it is, or on the page again."""
    words = NOTED if is_news else NOTED_BEFORE
    if wants_json():
        return {"said": words}
    flash(words, "success" if is_news else "info")
    return redirect(page, code=303)
