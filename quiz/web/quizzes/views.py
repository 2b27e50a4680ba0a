"""Quizzes: building one, answering it a question a page, and what came of it."""

import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.learning.grading import IncompleteAnswer
from quiz.questions.kinds import KINDS
from quiz.questions.scope import Scope
from quiz.services import history, quizzes
from quiz.services.quizzes import Answers, AttemptFinished, NothingToAsk
from quiz.web.account.fits import notice_rating
from quiz.web.context import (
    current_catalogue,
    current_learner,
    current_zone,
    now,
    scope_labels,
    scope_of_request,
    with_scope,
)
from quiz.web.quizzes.forms import (
    ANSWERS,
    LENGTHS,
    USUAL_LENGTH,
    AnswerForm,
    BuilderForm,
    in_order,
    places_in,
)

bp = Blueprint("quizzes", __name__, url_prefix="/quiz")

HISTORY = 50
"""How many past quizzes are listed."""


@bp.get("/")
def index() -> ResponseReturnValue:
    """Build a quiz, filled in with the scope of the query string; continue or review others."""
    length = request.args.get("length", USUAL_LENGTH, type=int)
    answers = request.args.get("answers", Answers.MIXED)
    form = BuilderForm(
        formdata=None,
        length=length if length in LENGTHS else USUAL_LENGTH,
        answers=answers if answers in ANSWERS else Answers.MIXED,
    )
    form.choose(scope_of_request(), current_catalogue())
    return _render_builder(form)


@bp.post("/")
def start() -> ResponseReturnValue:
    """Start the quiz that the form describes, or only count its cards."""
    learner, catalogue, form = current_learner(), current_catalogue(), BuilderForm()
    form.offer(catalogue)
    if form.count.data:
        chosen = {"length": form.length.data, "answers": form.answers.data}
        return redirect(with_scope(".index", form.scope, **chosen), code=303)
    if not form.validate_on_submit():
        return _render_builder(form), 422
    begin_writing(db.session)
    try:
        attempt = quizzes.start(
            db.session,
            learner,
            catalogue,
            scope=form.scope,
            length=form.length.data,
            seed=secrets.randbits(32),
            token=form.attempt_token,
            now=now(),
            answers=Answers(form.answers.data),
        )
    except NothingToAsk as error:
        db.session.rollback()
        form.form_errors.append(str(error))
        return _render_builder(form), 422
    db.session.commit()
    return redirect(url_for(".resume", attempt_id=attempt.id), code=303)


@bp.get("/count")
def count() -> ResponseReturnValue:
    """Count the cards of the query string's scope, for the page that builds a quiz."""
    return {"cards": quizzes.available(db.session, current_catalogue(), scope_of_request())}


@bp.get("/<int:attempt_id>")
def resume(attempt_id: int) -> ResponseReturnValue:
    """Go to the next question that is not answered, or to the result."""
    first = quizzes.question(db.session, current_learner(), attempt_id, 1)
    if first.attempt.finished_at or first.next_position is None:
        return redirect(url_for(".result", attempt_id=attempt_id), code=303)
    url = url_for(".question", attempt_id=attempt_id, position=first.next_position)
    return redirect(url, code=303)


@bp.get("/<int:attempt_id>/<int:position>")
def question(attempt_id: int, position: int) -> ResponseReturnValue:
    """Ask a question or, once it is answered, show what the answer teaches."""
    asked = quizzes.question(db.session, current_learner(), attempt_id, position)
    draft = AnswerForm(request.args)  # filled in already, where the learner flagged the question
    given = {"chosen": draft.chosen.data, "places": places_in(request.args)}
    return _render_question(asked, shown=draft.shown.data, **given)


@bp.post("/<int:attempt_id>/<int:position>")
def answer(attempt_id: int, position: int) -> ResponseReturnValue:
    """Record an answer; a question that has one keeps it."""
    learner, form = current_learner(), AnswerForm()
    places = places_in(request.form)
    begin_writing(db.session)
    try:
        answered = quizzes.answer(
            db.session,
            learner,
            attempt_id,
            position,
            in_order(places) if places else form.chosen.data or [],
            duration_ms=_milliseconds_since(form.shown.data),
            now=now(),
            catalogue=current_catalogue(),
        )
    except IncompleteAnswer as error:
        db.session.rollback()
        asked = quizzes.question(db.session, learner, attempt_id, position)
        given = {"chosen": form.chosen.data, "places": places, "error": str(error)}
        return _render_question(asked, shown=form.shown.data, **given), 422
    except AttemptFinished as error:
        db.session.rollback()
        flash(str(error), "warning")
    else:
        db.session.commit()
        if answered.review_id is not None:
            notice_rating(answered.review_id)
        if not answered.recorded:
            flash("You had already answered this question: your first answer counts.", "info")
    url = url_for(".question", attempt_id=attempt_id, position=position, _anchor="feedback")
    return redirect(url, code=303)


@bp.post("/<int:attempt_id>/<int:position>/near")
def decide(attempt_id: int, position: int) -> ResponseReturnValue:
    """Count a near miss as right, or take that back."""
    learner, counts = current_learner(), request.form.get("counts") == "1"
    begin_writing(db.session)
    quizzes.decide(db.session, learner, attempt_id, position, counts=counts)
    db.session.commit()
    url = url_for(".question", attempt_id=attempt_id, position=position, _anchor="feedback")
    return redirect(url, code=303)


@bp.get("/<int:attempt_id>/finish")
def confirm_finish(attempt_id: int) -> ResponseReturnValue:
    """Ask whether to end a quiz that has unanswered questions."""
    first = quizzes.question(db.session, current_learner(), attempt_id, 1)
    if first.attempt.finished_at:
        return redirect(url_for(".result", attempt_id=attempt_id), code=303)
    return render_template("quizzes/finish.html", asked=first)


@bp.post("/<int:attempt_id>/finish")
def finish(attempt_id: int) -> ResponseReturnValue:
    """End a quiz; what is not answered stays so."""
    learner = current_learner()
    begin_writing(db.session)
    quizzes.finish(db.session, learner, attempt_id, now=now())
    db.session.commit()
    return redirect(url_for(".result", attempt_id=attempt_id), code=303)


@bp.get("/<int:attempt_id>/result")
def result(attempt_id: int) -> ResponseReturnValue:
    """Show how a finished quiz went, question by question."""
    learner, catalogue = current_learner(), current_catalogue()
    attempt = quizzes.attempt(db.session, learner, attempt_id)
    if attempt.finished_at is None:
        return redirect(url_for(".resume", attempt_id=attempt_id), code=303)
    result = quizzes.result(db.session, learner, attempt_id, catalogue)
    scope = Scope.from_lists(parse_qs(attempt.scope))
    return render_template(
        "quizzes/result.html",
        attempt=attempt,
        result=result,
        scope=scope,
        scope_fields=parse_qs(attempt.scope).items(),
        token=secrets.token_urlsafe(16),
        labels=scope_labels(scope, catalogue),
        answers=quizzes.answers_of(attempt),
        length=min((n for n in LENGTHS if n >= result.total), default=LENGTHS[-1]),
        missed=quizzes.missed_keys(db.session, learner, attempt_id),
        zone=current_zone(),
    )


def _render_builder(form: BuilderForm) -> str:
    learner, catalogue = current_learner(), current_catalogue()
    return render_template(
        "quizzes/index.html",
        form=form,
        purposes={kind.slug: kind.purpose for kind in KINDS.values()},
        cards=quizzes.available(db.session, catalogue, form.scope),
        unfinished=history.unfinished(db.session, learner),
        history=history.finished(db.session, learner, HISTORY),
        zone=current_zone(),
    )


def _render_question(
    asked: quizzes.AskedQuestion, shown: int | None = None, **given: object
) -> str:
    """Render a question; ``shown`` is when it was first on the screen, if not just now.

    ``given`` is an answer that could not be taken, and the error that says why.
    """
    moment = shown or round(now().timestamp() * 1000)
    return render_template("quizzes/question.html", asked=asked, shown=moment, **given)


def _milliseconds_since(shown: int | None) -> int:
    """How long ago a page was shown, as it says; 0 where it says nothing that can be."""
    if shown is None:
        return 0
    try:
        moment = datetime.fromtimestamp(shown / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return 0
    return max(0, (now() - moment) // timedelta(milliseconds=1))


@bp.app_template_filter()
def points(score: float) -> str:
    """Write a sum of scores with no more digits than it needs: *8*, *7.5*, *0.33*."""
    return f"{score:.2f}".rstrip("0").removesuffix(".")
