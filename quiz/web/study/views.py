"""One card after another: its front, its back once it is asked for, and its rating."""

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.questions.generator import cards_of
from quiz.questions.kinds import KINDS
from quiz.questions.scope import Scope
from quiz.services import backlog, progress, study, switches
from quiz.services.lookalikes import LookAlike, look_alike
from quiz.web.account.fits import notice_rating
from quiz.web.context import (
    current_catalogue,
    current_learner,
    now,
    scope_of_request,
    with_scope,
)
from quiz.web.filters import interval
from quiz.web.messages import leech_words, tell
from quiz.web.study import answers, breaks, cards, hand, history
from quiz.web.study.forms import RATINGS, TWO_RATINGS, RateForm
from quiz.web.study.places import card_url
from quiz.web.study.session import of_today
from quiz.web.study.shown import Shown

bp = Blueprint("study", __name__, url_prefix="/study")
for part in (hand, history, cards, answers, breaks):
    bp.register_blueprint(part.bp)


@bp.get("/")
def next_card() -> ResponseReturnValue:
    """Go to the card to study now, or say that there is none."""
    scope = scope_of_request()
    served = study.next_card(
        db.session, current_learner(), current_catalogue(), now=now(), scope=scope
    )
    if served is None:
        return _render_done(scope)
    return redirect(card_url("study.front", served.key, scope), code=303)


@bp.get("/<stix_id>/<kind>")
def front(stix_id: str, kind: str) -> ResponseReturnValue:
    """Show a card's front: its answer is nowhere in the page."""
    scope = scope_of_request()
    served = _served(f"{stix_id}/{kind}")
    if switches.is_switched_off(db.session, served.key):
        flash("That question was switched off: no one is asked it any more.", "info")
        return redirect(with_scope("study.next_card", scope), code=303)
    signed = Shown(key=served.key, sequence=served.sequence, at=now()).sign()
    return render_template(
        "study/front.html",
        served=served,
        needs_options=KINDS[served.question.kind].needs_options,
        answers_here=current_learner().answering != "reveal",
        answer_url=card_url("study.answers.answer", served.key, scope),
        signed=signed,
        reveal_url=card_url("study.back", served.key, scope, shown=signed, _anchor="answer"),
        scope=scope,
        **of_today(scope),
    )


@bp.get("/<stix_id>/<kind>/answer")
def back(stix_id: str, kind: str) -> ResponseReturnValue:
    """Show a card's back, once its front was shown."""
    shown = Shown.read(request.args.get("shown", ""), f"{stix_id}/{kind}")
    if shown is None:
        return redirect(card_url("study.front", f"{stix_id}/{kind}", scope_of_request()), code=303)
    return _render_back(shown)


@bp.post("/<stix_id>/<kind>/rating")
def rate(stix_id: str, kind: str) -> ResponseReturnValue:
    """Record how well a card was known, once, and go on."""
    key, scope, form = f"{stix_id}/{kind}", scope_of_request(), RateForm()
    shown = Shown.read(form.shown.data or "", key)
    if shown is None:
        flash("That card has to be shown before it can be rated. Nothing was changed.", "warning")
        return redirect(card_url("study.front", key, scope), code=303)
    if not form.validate_on_submit():
        flash("Choose one of the four ratings. Nothing was changed.", "warning")
        return _render_back(shown), 422
    learner = current_learner()
    begin_writing(db.session)
    rated = study.rate(
        db.session,
        learner,
        current_catalogue(),
        key,
        form.rating.data,
        sequence=shown.sequence,
        duration_ms=shown.milliseconds(now()),
        now=now(),
    )
    db.session.commit()
    notice_rating(rated.id)
    _tell_rated(rated, scope)
    return redirect(with_scope("study.next_card", scope), code=303)


@bp.post("/queue")
def queue_cards() -> ResponseReturnValue:
    """Put the cards, or all of the techniques, that a form names in front of all others."""
    learner, catalogue = current_learner(), current_catalogue()
    keys = request.form.getlist("key")
    for stix_id in request.form.getlist("technique"):
        if technique := catalogue.by_stix_id.get(stix_id):
            keys += [key for key, _ in cards_of(technique, catalogue)]
    begin_writing(db.session)
    queued = study.queue(db.session, learner, catalogue, keys, now=now())
    db.session.commit()
    if not queued:
        flash("There is no card to study there (any more).", "warning")
    return redirect(with_scope("study.next_card", scope_of_request()), code=303)


def _tell_rated(rated: study.Rated, scope: Scope) -> None:
    """Say what a rating did, with a button that takes it back."""
    buttons = TWO_RATINGS if current_learner().two_buttons else RATINGS
    rating = buttons.get(rated.rating, RATINGS[rated.rating])
    if rated.recorded:
        text = f"Saved: {rating}. Back in {interval(rated.interval)}."
        if rated.leech:
            text += f" {leech_words(rated.leech)}"
        url = with_scope("study.history.undo", scope, review_id=rated.id)
        tell(text, "saved", label="Undo", url=url, name="undo", value="1", key="undo")
    elif rated.undone:
        flash(f"You undid that rating ({rating}), so it was not saved again.", "info")
    else:
        flash(f"You had already rated that card {rating}: nothing changed.", "info")


def _served(key: str) -> study.Served:
    served = study.card(db.session, current_learner(), current_catalogue(), key, now=now())
    return served or abort(404)


def _render_done(scope: Scope) -> str:
    """Say that there is nothing to study now, and when there will be."""
    learner, catalogue = current_learner(), current_catalogue()
    totals = progress.totals(db.session, learner, catalogue, now=now())
    return render_template(
        "study/done.html",
        scope=scope,
        techniques=scope.select(catalogue)[:1] if scope.techniques else (),
        new_tomorrow=totals.met_cards < totals.cards,
        pile=backlog.pile(db.session, learner, catalogue, now=now()),
        **of_today(scope),
    )


def _render_back(shown: Shown) -> str:
    """Show the back of the card that a page showed, or that it has been rated since."""
    scope, served = scope_of_request(), _served(shown.key)
    if shown.sequence != served.sequence:
        # The next review asks a new question: its answer must not show here.
        fate = study.fate(db.session, current_learner(), shown.key, shown.sequence)
        return render_template("study/rated.html", served=served, scope=scope, fate=fate)
    return render_template(
        "study/back.html",
        served=served,
        ratings=TWO_RATINGS if current_learner().two_buttons else RATINGS,
        signed=shown.sign(),
        needs_options=KINDS[served.question.kind].needs_options,
        rate_url=card_url("study.rate", served.key, scope),
        alike=_look_alike(served),
        scope=scope,
        **of_today(scope),
    )


def _look_alike(served: study.Served) -> LookAlike | None:
    """What a leech is confused with."""
    if not served.tags.leech:
        return None
    return look_alike(db.session, current_learner(), current_catalogue(), served.technique)
