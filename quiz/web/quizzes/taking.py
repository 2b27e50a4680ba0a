"""Taking a quiz: a question a page, its answer, flag and time, until it is handed in."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.learning.grading import IncompleteAnswer
from quiz.services import quizzes, taking
from quiz.services.quizzes import AskedQuestion
from quiz.services.taking import Answered, AnsweredElsewhere, AttemptFinished, NoTimeLimit
from quiz.web.account.fits import notice_rating
from quiz.web.context import (
    accept_recent_techniques,
    current_catalogue,
    current_learner,
    current_zone,
    now,
    wants_json,
)
from quiz.web.filters import clock_time
from quiz.web.quizzes.sent import PLACE, SentAnswer

bp = Blueprint("taking", __name__)

A_MOMENT_MORE = timedelta(minutes=5)
"""By how much one press extends a time limit."""
NOT_ANSWERED = "Not answered yet"


@bp.get("/<int:attempt_id>/<int:position>")
def question(attempt_id: int, position: int) -> ResponseReturnValue:
    """Ask a question or, once its key may be told, show what the answer teaches."""
    asked = quizzes.question(db.session, current_learner(), attempt_id, position, now=now())
    sent = SentAnswer.read(request.args)  # filled in already, where the learner flagged it
    if not (sent.chosen or sent.places):
        return _render(asked, shown=sent.shown)
    return _render(asked, shown=sent.shown, **sent.fields)


@bp.post("/<int:attempt_id>/<int:position>")
def answer(attempt_id: int, position: int) -> ResponseReturnValue:
    """Record an answer, and go where it leads: to its feedback or, in an exam, onward."""
    accept_recent_techniques()
    sent = SentAnswer.read(request.form)
    try:
        answered = _record(attempt_id, position, sent)
    except (IncompleteAnswer, AnsweredElsewhere) as error:
        db.session.rollback()
        asked = quizzes.question(db.session, current_learner(), attempt_id, position, now=now())
        exam = not asked.setup.mode.behaviour.tells_each
        if exam and sent.is_empty and not asked.answered and "go" in request.form:
            return redirect(_onward(attempt_id, position), code=303)
        stale = isinstance(error, AnsweredElsewhere)
        page = _render(asked, shown=sent.shown, error=str(error), stale=stale, **sent.fields)
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
    accept_recent_techniques()
    sent = SentAnswer.read(request.form)
    attempt = quizzes.attempt(db.session, current_learner(), attempt_id, now=now())
    if quizzes.setup_of(attempt).mode.behaviour.tells_each:
        abort(404)  # there an answer is sent, not saved: it could not be changed any more
    try:
        answered = _record(attempt_id, position, sent)
    except IncompleteAnswer as error:
        db.session.rollback()
        return {"incomplete": str(error)}, 422
    except AnsweredElsewhere as error:
        return _stale(attempt_id, position, error)
    except AttemptFinished as error:
        return _over(attempt_id, error)
    return {"version": answered.version, "said": saved_words(now(), answered.chosen)}


@bp.post("/<int:attempt_id>/<int:position>/clear")
def take_back(attempt_id: int, position: int) -> ResponseReturnValue:
    """Take an exam's answer back."""
    learner, version = current_learner(), SentAnswer.read(request.form).version
    begin_writing(db.session)
    try:
        answered = taking.take_back(
            db.session, learner, attempt_id, position, version=version, now=now()
        )
    except AttemptFinished as error:
        return _over(attempt_id, error, position)
    except AnsweredElsewhere as error:
        if wants_json():
            return _stale(attempt_id, position, error)
        db.session.rollback()
        flash(str(error), "warning")
    else:
        db.session.commit()
        if wants_json():
            return {"version": answered.version, "said": NOT_ANSWERED}
        flash("Your answer to this question was taken back.", "info")
    return redirect(url_for(".question", attempt_id=attempt_id, position=position), code=303)


@bp.post("/<int:attempt_id>/<int:position>/flag")
def flag(attempt_id: int, position: int) -> ResponseReturnValue:
    """Flag a question to come back to it, or take the flag off."""
    learner, on = current_learner(), request.form.get("flagged") == "1"
    begin_writing(db.session)
    try:
        taking.flag(db.session, learner, attempt_id, position, on=on, now=now())
    except AttemptFinished as error:
        return _over(attempt_id, error, position)
    db.session.commit()
    return {"flagged": on} if wants_json() else _back_to(attempt_id, position)


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
    if attempt.finished_at is not None:
        return _over(attempt_id, AttemptFinished("This quiz is finished."))
    return {"left": left_ms(attempt.ends_at), "until": _until(attempt.ends_at)}


@bp.post("/<int:attempt_id>/time")
def extend(attempt_id: int) -> ResponseReturnValue:
    """Give an attempt some more time; the result tells that it had some."""
    learner, position = current_learner(), request.form.get("position", type=int)
    begin_writing(db.session)
    try:
        attempt = taking.extend(db.session, learner, attempt_id, by=A_MOMENT_MORE, now=now())
    except AttemptFinished as error:
        return _over(attempt_id, error)
    except NoTimeLimit as error:
        db.session.rollback()
        left, until, said = None, "", str(error)
    else:
        db.session.commit()
        left, until = left_ms(attempt.ends_at), _until(attempt.ends_at)
        said = f"You have more time now, until {until}."
    if wants_json():
        return {"left": left, "until": until, "said": said}
    flash(said, "info")
    if position is None:
        return redirect(url_for(".confirm_finish", attempt_id=attempt_id), code=303)
    return _back_to(attempt_id, position)


@bp.get("/<int:attempt_id>/finish")
def confirm_finish(attempt_id: int) -> ResponseReturnValue:
    """Show how each question stands, and ask whether to end the quiz."""
    first = quizzes.question(db.session, current_learner(), attempt_id, 1, now=now())
    if first.finished:
        return redirect(url_for("quizzes.results.result", attempt_id=attempt_id), code=303)
    ends_at = first.attempt.ends_at
    return render_template(
        "quizzes/finish.html", asked=first, left=left_ms(ends_at), until=_until(ends_at)
    )


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


def saved_words(at: datetime, chosen: Collection[str]) -> str:
    """Say when an answer was saved, on the learner's clock; and of a match what it lacks."""
    missing = sum(not each for each in chosen)
    time = clock_time(at, current_zone(), now())
    return (
        f"Saved {time}; {missing} of {len(chosen)} not chosen yet" if missing else f"Saved {time}"
    )


def _until(ends_at: datetime | None) -> str:
    return "" if ends_at is None else clock_time(ends_at, current_zone(), now())


def _stale(attempt_id: int, position: int, error: AnsweredElsewhere) -> ResponseReturnValue:
    """Tell a script that another answer stands, and the version that would replace it."""
    db.session.rollback()
    asked = quizzes.question(db.session, current_learner(), attempt_id, position, now=now())
    return {"stale": str(error), "version": asked.version}, 409


def _over(
    attempt_id: int, error: AttemptFinished, position: int | None = None
) -> ResponseReturnValue:
    """Say that there is nothing more to do, on the page that a script or the browser goes to."""
    db.session.rollback()
    flash(str(error), "warning")
    if position is not None:
        url = url_for(".question", attempt_id=attempt_id, position=position)
    else:
        url = url_for("quizzes.results.result", attempt_id=attempt_id)
    return ({"over": str(error), "url": url}, 410) if wants_json() else redirect(url, code=303)


def _back_to(attempt_id: int, position: int) -> ResponseReturnValue:
    """Go back to a question with what was filled in and is not saved yet."""
    draft = {
        name: values
        for name, values in request.form.to_dict(flat=False).items()
        if name in {"chosen", "shown", "confidence"} or name.startswith(PLACE)
    }
    url = url_for(".question", attempt_id=attempt_id, position=position)
    return redirect(f"{url}?{urlencode(draft, doseq=True)}" if draft else url, code=303)


def _record(attempt_id: int, position: int, sent: SentAnswer) -> Answered:
    """Grade or save an answer, and commit."""
    begin_writing(db.session)
    answered = taking.answer(
        db.session,
        current_learner(),
        attempt_id,
        position,
        sent.answer,
        duration_ms=_milliseconds_since(sent.shown),
        now=now(),
        catalogue=current_catalogue(),
        version=sent.version,
        confidence=sent.confidence,
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

    ``given`` is an answer that is not saved, and the error that says why it could not be taken;
    without one, what was saved fills the form in.
    """
    moment = shown or round(now().timestamp() * 1000)
    saved: dict[str, object] = {"chosen": list(asked.chosen), "confidence": asked.confidence}
    if asked.chosen and asked.question.items and not asked.question.targets:
        saved["places"] = {id_: str(n) for n, id_ in enumerate(asked.chosen, start=1)}
    answered_at = asked.answered_at
    return render_template(
        "quizzes/question.html",
        asked=asked,
        shown=moment,
        said=saved_words(answered_at, asked.chosen) if answered_at else NOT_ANSWERED,
        unsaved=bool(given),
        left=left_ms(asked.attempt.ends_at),
        until=_until(asked.attempt.ends_at),
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
