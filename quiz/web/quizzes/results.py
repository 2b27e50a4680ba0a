"""What came of a quiz, and what to do next: take it again, what was missed, share it."""

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.learning.setup import Retake, Setup
from quiz.services import history, quizzes, results, starting
from quiz.services.starting import NothingToAsk
from quiz.web.context import (
    current_catalogue,
    current_learner,
    current_zone,
    now,
    scope_labels,
    with_setup,
)

bp = Blueprint("results", __name__)


@bp.get("/<int:attempt_id>/result")
def result(attempt_id: int) -> ResponseReturnValue:
    """Show how a finished quiz went, question by question."""
    learner, catalogue = current_learner(), current_catalogue()
    result = results.result(db.session, learner, attempt_id, catalogue, now=now())
    if result.attempt.finished_at is None:
        return redirect(url_for("quizzes.resume", attempt_id=attempt_id), code=303)
    return render_template(
        "quizzes/result.html",
        attempt=result.attempt,
        result=result,
        setup=result.setup,
        title=history.title(result.setup),
        again=result.setup.unseeded,
        link=link_to(result.setup.shared(result.attempt.seed)),
        token=secrets.token_urlsafe(16),
        labels=scope_labels(result.setup.scope, catalogue),
        missed=quizzes.missed_keys(db.session, learner, attempt_id),
        zone=current_zone(),
    )


@bp.post("/<int:attempt_id>/again")
def again(attempt_id: int) -> ResponseReturnValue:
    """Take a finished quiz again: the same questions, or what was missed, asked anew."""
    what = Retake.MISSED if request.form.get("what") == Retake.MISSED else Retake.SAME
    learner, catalogue = current_learner(), current_catalogue()
    begin_writing(db.session)
    try:
        attempt = starting.retake(
            db.session,
            learner,
            catalogue,
            attempt_id,
            what=what,
            seed=secrets.randbits(32),
            token=starting.token_of(f"{request.form.get('token', '')[:64]} {attempt_id} {what}"),
            now=now(),
        )
    except NothingToAsk as error:
        db.session.rollback()
        flash(str(error), "warning")
        return redirect(url_for(".result", attempt_id=attempt_id), code=303)
    db.session.commit()
    return redirect(url_for("quizzes.resume", attempt_id=attempt.id), code=303)


def link_to(setup: Setup) -> str:
    """Give the address of a quiz, to be opened by anyone."""
    return with_setup("quizzes.ready", setup, _external=True)
