"""What came of a quiz, and what to do next: take it again, what was missed, share it."""

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.exports.formats import FORMATS
from quiz.learning.setup import Retake, Setup
from quiz.questions.scope import Scope
from quiz.services import history, results, starting, taking
from quiz.services.results import Result
from quiz.services.starting import NothingToAsk
from quiz.web.context import (
    current_catalogue,
    current_learner,
    current_zone,
    now,
    scope_labels,
    with_scope,
    with_setup,
)
from quiz.web.quizzes import result_words
from quiz.web.quizzes.exports import PAGES

bp = Blueprint("results", __name__)

AS_ASKED = "asked"


@bp.get("/<int:attempt_id>/result")
def result(attempt_id: int) -> ResponseReturnValue:
    """Show how a finished quiz went, question by question."""
    found = results.result(
        db.session, current_learner(), attempt_id, current_catalogue(), now=now()
    )
    if found.attempt.finished_at is None:
        return redirect(url_for("quizzes.resume", attempt_id=attempt_id), code=303)
    return _render(found, as_asked=request.args.get("order") == AS_ASKED)


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


@bp.post("/<int:attempt_id>/result/<int:position>/near")
def decide(attempt_id: int, position: int) -> ResponseReturnValue:
    """Count a near miss as right, or take that back, and show the result again."""
    learner, counts = current_learner(), request.form.get("counts") == "1"
    begin_writing(db.session)
    taking.decide(db.session, learner, attempt_id, position, counts=counts, now=now())
    db.session.commit()
    url = url_for(
        ".result",
        attempt_id=attempt_id,
        order=AS_ASKED if request.args.get("order") == AS_ASKED else None,
        _anchor=f"question-{position}",
    )
    return redirect(url, code=303)


def link_to(setup: Setup) -> str:
    """Give the address of a quiz, to be opened by anyone."""
    return with_setup("quizzes.ready", setup, _external=True)


def more_of(scope: Scope) -> tuple[str, str]:
    """Say where more of a topic is asked, and its address: in study, or in a quiz alone."""
    if any(kind.flashcard for kind in scope.select_kinds()):
        return "Study", with_scope("study.next_card", scope)
    return "Quiz", with_setup("quizzes.index", Setup(scope=scope))


def _render(result: Result, *, as_asked: bool) -> str:
    catalogue, zone = current_catalogue(), current_zone()
    earlier = result.earlier.attempts
    return render_template(
        "quizzes/result.html",
        attempt=result.attempt,
        result=result,
        setup=result.setup,
        title=history.title(result.setup),
        labels=scope_labels(result.setup.scope, catalogue),
        questions=result.questions if as_asked else result.in_order_of_use,
        as_asked=as_asked,
        link=link_to(result.setup.shared(result.attempt.seed)),
        token=secrets.token_urlsafe(16),
        formats=FORMATS.values(),
        pages=PAGES,
        more_of=more_of,
        words=result_words,
        course=result_words.course(result, zone) if earlier else "",
        trend=result_words.trend(result, zone) if earlier else None,
        zone=zone,
    )
