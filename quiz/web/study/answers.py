"""Cards that are answered on the page: the answer, and what it came to."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from quiz.content.catalogue import Catalogue
from quiz.db.base import begin_writing, db
from quiz.db.models import Learner
from quiz.learning.grading import IncompleteAnswer
from quiz.questions.scope import Scope
from quiz.services import answering
from quiz.services.answering import Answered
from quiz.services.lookalikes import LookAlike, Why, compare, look_alike
from quiz.web.account.fits import notice_rating
from quiz.web.context import current_catalogue, current_learner, now, scope_of_request
from quiz.web.messages import leech_words
from quiz.web.quizzes.sent import SentAnswer
from quiz.web.study.forms import RATINGS, RateForm
from quiz.web.study.places import card_url
from quiz.web.study.session import of_today
from quiz.web.study.shown import Shown

bp = Blueprint("answers", __name__)


@bp.post("/<stix_id>/<kind>/answer")
def answer(stix_id: str, kind: str) -> ResponseReturnValue:
    """Grade an answer, rate the card by it, and show what came of it."""
    key, scope = f"{stix_id}/{kind}", scope_of_request()
    shown = Shown.read(request.form.get("shown", ""), key)
    if shown is None:
        flash("That card has to be shown before it can be answered. Nothing was saved.", "warning")
        return redirect(card_url("study.front", key, scope), code=303)
    learner, catalogue = current_learner(), current_catalogue()
    begin_writing(db.session)
    try:
        rated = answering.answer(
            db.session,
            learner,
            catalogue,
            key,
            _given(),
            sequence=shown.sequence,
            duration_ms=shown.milliseconds(now()),
            now=now(),
        )
    except IncompleteAnswer as error:
        db.session.rollback()
        flash(f"{error} Nothing was saved.", "warning")
        return redirect(card_url("study.front", key, scope), code=303)
    db.session.commit()
    if rated.recorded:
        notice_rating(rated.id)
        if rated.leech:
            flash(leech_words(rated.leech), "info")
    else:
        flash("You had already answered that card: your first answer counts.", "info")
    return redirect(_result_url(key, scope, shown.sequence), code=303)


@bp.get("/<stix_id>/<kind>/result")
def result(stix_id: str, kind: str) -> ResponseReturnValue:
    """Show an answer, what is right, and when the card comes back."""
    scope, learner, catalogue = scope_of_request(), current_learner(), current_catalogue()
    sequence = request.args.get("sequence", 0, type=int)
    answered = answering.result(
        db.session, learner, catalogue, f"{stix_id}/{kind}", sequence, now=now()
    )
    return render_template(
        "study/result.html",
        answered=answered,
        signed=Shown(key=answered.key, sequence=sequence, at=now()).sign(),
        alike=_alike(answered, learner, catalogue),
        ratings=RATINGS,
        scope=scope,
        **of_today(scope),
    )


@bp.post("/<stix_id>/<kind>/result")
def change(stix_id: str, kind: str) -> ResponseReturnValue:
    """Give the answer another rating that it can have."""
    key, scope, form = f"{stix_id}/{kind}", scope_of_request(), RateForm()
    sequence = request.args.get("sequence", 0, type=int)
    if form.rating.data not in RATINGS:
        flash("Choose one of the ratings. Nothing was changed.", "warning")
        return redirect(_result_url(key, scope, sequence), code=303)
    learner, catalogue = current_learner(), current_catalogue()
    begin_writing(db.session)
    sequence = answering.change(
        db.session,
        learner,
        catalogue,
        key,
        form.rating.data,
        sequence=sequence,
        now=now(),
    )
    db.session.commit()
    return redirect(_result_url(key, scope, sequence), code=303)


def _alike(answered: Answered, learner: Learner, catalogue: Catalogue) -> LookAlike | None:
    """The technique beside the one that it was taken for, by this answer or, of a leech, others."""
    technique = catalogue.by_stix_id[answered.question.stix_id]
    if answered.confused_with is None:
        leech = answered.tags.leech
        return look_alike(db.session, learner, catalogue, technique) if leech else None
    return compare(
        technique, answered.confused_with, catalogue, why=Why.CONFUSED, times=answered.times
    )


def _given() -> list[str]:
    """The answer as grading has it; nothing where the learner does not know."""
    if request.form.get("unknown"):
        return []
    given = SentAnswer.read(request.form).answer
    if not any(given):
        raise IncompleteAnswer("Choose an answer first.")
    return given


def _result_url(key: str, scope: Scope, sequence: int) -> str:
    return card_url("study.answers.result", key, scope, sequence=str(sequence), _anchor="answer")
