"""Taking a quiz: a question a page, its answer, flag and time, until it is handed in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.learning.grading import IncompleteAnswer
from quiz.services import quizzes, taking
from quiz.services.quizzes import AskedQuestion
from quiz.services.taking import Answered, AnsweredElsewhere, AttemptFinished, NoTimeLimit
from quiz.web.account.fits import notice_rating
from quiz.web.context import current_catalogue, current_learner, current_zone, now
from quiz.web.quizzes.forms import AnswerForm, in_order, places_in

bp = Blueprint("taking", __name__)

A_MOMENT_MORE = timedelta(minutes=5)
"""By how much one press extends a time limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An answer as a form sent it."""

    form: AnswerForm
    places: dict[str, str]

    @property
    def chosen(self) -> list[str]:
        """The answer as grading has it. Raises IncompleteAnswer, and UnknownOption."""
        return in_order(self.places) if self.places else self.form.chosen.data or []

    @property
    def given(self) -> dict[str, object]:
        """What fills the form in again."""
        return {
            "chosen": self.form.chosen.data,
            "places": self.places,
            "confidence": self.form.confidence.data,
        }


@bp.get("/<int:attempt_id>/<int:position>")
def question(attempt_id: int, position: int) -> ResponseReturnValue:
    """Ask a question or, once its key may be told, show what the answer teaches."""
    asked = quizzes.question(db.session, current_learner(), attempt_id, position, now=now())
    draft = AnswerForm(request.args)  # filled in already, where the learner flagged the question
    sent = Sent(form=draft, places=places_in(request.args))
    if not (draft.chosen.data or sent.places):
        return _render(asked, shown=draft.shown.data)
    return _render(asked, shown=draft.shown.data, **sent.given)


@bp.post("/<int:attempt_id>/<int:position>")
def answer(attempt_id: int, position: int) -> ResponseReturnValue:
    """Record an answer, and go where it leads: to its feedback or, in an exam, onward."""
    sent = Sent(form=AnswerForm(), places=places_in(request.form))
    try:
        answered = _record(attempt_id, position, sent)
    except (IncompleteAnswer, AnsweredElsewhere) as error:
        db.session.rollback()
        asked = quizzes.question(db.session, current_learner(), attempt_id, position, now=now())
        stale = isinstance(error, AnsweredElsewhere)
        page = _render(
            asked, shown=sent.form.shown.data, error=str(error), stale=stale, **sent.given
        )
        return page, 409 if stale else 422
    except AttemptFinished as error:
        db.session.rollback()
        flash(str(error), "warning")
    else:
        if not answered.stands:
            flash("You had already answered this question: your first answer counts.", "info")
        elif answered.grade is None:
            return redirect(_onward(attempt_id, position), code=303)
    url = url_for(".question", attempt_id=attempt_id, position=position, _anchor="feedback")
    return redirect(url, code=303)


@bp.post("/<int:attempt_id>/<int:position>/save")
def save(attempt_id: int, position: int) -> ResponseReturnValue:
    """Save an exam's answer while the page stays, for its script; says what came of it."""
    sent = Sent(form=AnswerForm(), places=places_in(request.form))
    asked = quizzes.question(db.session, current_learner(), attempt_id, position, now=now())
    if asked.setup.mode.behaviour.tells_each:
        abort(404)  # there an answer is sent, not saved: it could not be changed any more
    try:
        answered = _record(attempt_id, position, sent)
    except IncompleteAnswer as error:
        db.session.rollback()
        return {"incomplete": str(error)}, 422
    except AnsweredElsewhere as error:
        db.session.rollback()
        return {"stale": str(error)}, 409
    except AttemptFinished as error:
        db.session.rollback()
        return {
            "over": str(error),
            "url": url_for("quizzes.results.result", attempt_id=attempt_id),
        }, 410
    return {"version": answered.version}


@bp.post("/<int:attempt_id>/<int:position>/clear")
def take_back(attempt_id: int, position: int) -> ResponseReturnValue:
    """Take an exam's answer back."""
    form = AnswerForm()
    begin_writing(db.session)
    try:
        taking.take_back(
            db.session,
            current_learner(),
            attempt_id,
            position,
            version=form.version.data or 0,
            now=now(),
        )
    except (AttemptFinished, AnsweredElsewhere) as error:
        db.session.rollback()
        flash(str(error), "warning")
    else:
        db.session.commit()
        flash("Your answer to this question was taken back.", "info")
    return redirect(url_for(".question", attempt_id=attempt_id, position=position), code=303)


@bp.post("/<int:attempt_id>/<int:position>/flag")
def flag(attempt_id: int, position: int) -> ResponseReturnValue:
    """Flag a question to come back to it, or take the flag off."""
    on = request.form.get("flagged") == "1"
    begin_writing(db.session)
    try:
        taking.flag(db.session, current_learner(), attempt_id, position, on=on, now=now())
    except AttemptFinished as error:
        db.session.rollback()
        flash(str(error), "warning")
    else:
        db.session.commit()
    if request.accept_mimetypes.best == "application/json":
        return {"flagged": on}
    return redirect(url_for(".question", attempt_id=attempt_id, position=position), code=303)


@bp.post("/<int:attempt_id>/<int:position>/near")
def decide(attempt_id: int, position: int) -> ResponseReturnValue:
    """Count a near miss as right, or take that back."""
    learner, counts = current_learner(), request.form.get("counts") == "1"
    begin_writing(db.session)
    taking.decide(db.session, learner, attempt_id, position, counts=counts, now=now())
    db.session.commit()
    url = url_for(".question", attempt_id=attempt_id, position=position, _anchor="feedback")
    return redirect(url, code=303)


@bp.get("/<int:attempt_id>/clock")
def clock(attempt_id: int) -> ResponseReturnValue:
    """Tell how much time is left by the server's clock, in milliseconds; null without a limit."""
    attempt = quizzes.attempt(db.session, current_learner(), attempt_id, now=now())
    return {"left": left_ms(attempt.ends_at), "finished": attempt.finished_at is not None}


@bp.post("/<int:attempt_id>/time")
def extend(attempt_id: int) -> ResponseReturnValue:
    """Give an attempt some more time; the result tells that it had some."""
    begin_writing(db.session)
    try:
        attempt = taking.extend(
            db.session, current_learner(), attempt_id, by=A_MOMENT_MORE, now=now()
        )
    except (AttemptFinished, NoTimeLimit) as error:
        db.session.rollback()
        flash(str(error), "warning")
        return redirect(url_for("quizzes.resume", attempt_id=attempt_id), code=303)
    db.session.commit()
    if request.accept_mimetypes.best == "application/json":
        return {"left": left_ms(attempt.ends_at)}
    position = request.form.get("position", type=int)
    if position is None:
        return redirect(url_for(".confirm_finish", attempt_id=attempt_id), code=303)
    return redirect(url_for(".question", attempt_id=attempt_id, position=position), code=303)


@bp.get("/<int:attempt_id>/finish")
def confirm_finish(attempt_id: int) -> ResponseReturnValue:
    """Show how each question stands, and ask whether to end the quiz."""
    first = quizzes.question(db.session, current_learner(), attempt_id, 1, now=now())
    if first.finished:
        return redirect(url_for("quizzes.results.result", attempt_id=attempt_id), code=303)
    return render_template("quizzes/finish.html", asked=first, left=left_ms(first.attempt.ends_at))


@bp.post("/<int:attempt_id>/finish")
def finish(attempt_id: int) -> ResponseReturnValue:
    """End a quiz; what is not answered stays so."""
    learner, catalogue = current_learner(), current_catalogue()
    begin_writing(db.session)
    taking.finish(db.session, learner, attempt_id, now=now(), catalogue=catalogue)
    db.session.commit()
    return redirect(url_for("quizzes.results.result", attempt_id=attempt_id), code=303)


def left_ms(ends_at: datetime | None) -> int | None:
    """How many milliseconds are left; none below 0."""
    return None if ends_at is None else max(0, (ends_at - now()) // timedelta(milliseconds=1))


def _record(attempt_id: int, position: int, sent: Sent) -> Answered:
    """Grade or save an answer, and commit."""
    learner = current_learner()
    begin_writing(db.session)
    answered = taking.answer(
        db.session,
        learner,
        attempt_id,
        position,
        sent.chosen,
        duration_ms=_milliseconds_since(sent.form.shown.data),
        now=now(),
        catalogue=current_catalogue(),
        version=sent.form.version.data or 0,
        confidence=sent.form.sure,
    )
    db.session.commit()
    if answered.review_id is not None:
        notice_rating(answered.review_id)
    return answered


def _onward(attempt_id: int, position: int) -> str:
    """Where an exam goes on after a saved answer: to the next question, after the last to all."""
    go = request.form.get("go", type=int)
    if go is not None:
        return url_for(".question", attempt_id=attempt_id, position=go)
    if request.form.get("go") == "review":
        return url_for(".confirm_finish", attempt_id=attempt_id)
    return url_for(".question", attempt_id=attempt_id, position=position)


def _render(asked: AskedQuestion, shown: int | None = None, **given: object) -> str:
    """Render a question; ``shown`` is when it was first on the screen, if not just now.

    ``given`` is an answer that could not be taken, and the error that says why; without one,
    what was saved fills the form in.
    """
    moment = shown or round(now().timestamp() * 1000)
    saved: dict[str, object] = {"chosen": list(asked.chosen), "confidence": asked.confidence}
    if asked.chosen and asked.question.items and not asked.question.targets:
        saved["places"] = {id_: str(n) for n, id_ in enumerate(asked.chosen, start=1)}
    return render_template(
        "quizzes/question.html",
        asked=asked,
        shown=moment,
        left=left_ms(asked.attempt.ends_at),
        zone=current_zone(),
        **(given or saved),
    )


def _milliseconds_since(shown: int | None) -> int:
    """How long ago a page was shown, as it says; 0 where it says nothing that can be."""
    if shown is None:
        return 0
    try:
        moment = datetime.fromtimestamp(shown / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return 0
    return max(0, (now() - moment) // timedelta(milliseconds=1))
