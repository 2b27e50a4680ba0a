"""Quizzes: building one, opening one by its link, starting and continuing."""

import secrets
from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.exports.formats import FORMATS
from quiz.learning.setup import Mode, Setup, misread
from quiz.questions.kinds import KINDS
from quiz.services import history, quizzes, saved_quizzes, starting
from quiz.services import taking as services_taking
from quiz.services.saved_quizzes import NameTaken
from quiz.services.starting import NothingToAsk
from quiz.web.context import (
    current_catalogue,
    current_learner,
    current_zone,
    now,
    wants_json,
    with_setup,
)
from quiz.web.quizzes import exports, results, saved, taking, words
from quiz.web.quizzes.forms import OTHER, PURPOSES, BuilderForm
from quiz.web.quizzes.result_words import points
from quiz.web.quizzes.results import link_to

bp = Blueprint("quizzes", __name__, url_prefix="/quiz")
for part in (exports, results, saved, taking):
    bp.register_blueprint(part.bp)
bp.add_app_template_filter(points)

HISTORY = 50
"""How many past quizzes are listed."""
FIRST_OFFERED = 10**8
"""The least seed that is offered: all have nine digits, and so can be read out."""


@bp.get("/")
def index() -> ResponseReturnValue:
    """Build a quiz, filled in with the setup of the query string; continue or review others."""
    form, setup = BuilderForm(formdata=None), setup_of_request()
    form.fill(setup, current_catalogue())
    return _render_builder(form, setup, with_preview="preview" in request.args)


@bp.post("/")
def start() -> ResponseReturnValue:
    """Start the quiz that the form describes; or only look at it again, or save it."""
    form = BuilderForm()
    form.offer(current_catalogue())
    if not form.validate_on_submit():
        return _render_builder(form, None), 422
    if url := _look_again(form):
        return redirect(url, code=303)
    if form.keep.data:
        return _keep(form)
    try:
        return _begin(form.setup, form.attempt_token)
    except NothingToAsk as error:
        form.form_errors.append(str(error))
        return _render_builder(form, form.setup), 422


@bp.get("/count")
def count() -> ResponseReturnValue:
    """Count the cards of the query string's setup, for the page that builds one; with its link."""
    setup, catalogue = setup_of_request(), current_catalogue()
    cards = quizzes.available(db.session, catalogue, setup.asked_scope)
    seed = request.args.get("new_seed", 0, type=int)
    return {
        "cards": cards,
        "said": words.drawn_from(setup, cards, catalogue),
        "link": link_to(_with_seed(setup, seed)),
    }


@bp.get("/preview")
def preview() -> ResponseReturnValue:
    """Show some questions like those of the query string's setup, as a part of the page."""
    setup = setup_of_request()
    return render_template("quizzes/_preview.html", setup=setup, **_previewed(setup))


@bp.get("/open")
def ready() -> ResponseReturnValue:
    """Say what the quiz of a link is, before it starts."""
    return _render_ready(setup_of_request())


@bp.post("/open")
def start_ready() -> ResponseReturnValue:
    """Start the quiz of a link."""
    setup = replace(Setup.from_query(request.form.get("setup", "")), retake=None)
    token = f"{request.form.get('token', '')[:64]} {setup.query}"
    try:
        return _begin(setup, starting.token_of(token))
    except NothingToAsk as error:
        return _render_ready(setup, error=str(error)), 422


@bp.get("/<int:attempt_id>")
def resume(attempt_id: int) -> ResponseReturnValue:
    """Go to the next question that is not answered, to the review of an exam, or to the result."""
    first = quizzes.question(db.session, current_learner(), attempt_id, 1, now=now())
    if first.finished:
        return redirect(url_for("quizzes.results.result", attempt_id=attempt_id), code=303)
    if first.next_position is None:
        return redirect(url_for("quizzes.taking.confirm_finish", attempt_id=attempt_id), code=303)
    url = url_for("quizzes.taking.question", attempt_id=attempt_id, position=first.next_position)
    return redirect(url, code=303)


@bp.errorhandler(quizzes.TimeIsUp)
def hand_in(error: quizzes.TimeIsUp) -> ResponseReturnValue:
    """Hand an attempt in whose time is up, whatever was asked of it, and show the result."""
    db.session.rollback()
    begin_writing(db.session)
    learner, catalogue = current_learner(), current_catalogue()
    services_taking.finish(db.session, learner, error.attempt_id, now=now(), catalogue=catalogue)
    db.session.commit()
    url = url_for("quizzes.results.result", attempt_id=error.attempt_id)
    flash(str(error), "info")  # a script goes there too
    if wants_json():
        return {"over": str(error), "url": url}, 410
    return redirect(url, code=303)


def hand_in_overdue() -> None:
    """Hand in what has run out of time since, before a page lists attempts."""
    learner = current_learner()
    if history.has_overdue(db.session, learner, now=now()):
        begin_writing(db.session)
        services_taking.settle(db.session, learner, current_catalogue(), now=now())
        db.session.commit()


def _begin(setup: Setup, token: str) -> ResponseReturnValue:
    learner, catalogue = current_learner(), current_catalogue()
    begin_writing(db.session)
    try:
        attempt = starting.start(
            db.session,
            learner,
            catalogue,
            setup=setup,
            seed=secrets.randbits(32),
            token=token,
            now=now(),
        )
    except NothingToAsk:
        db.session.rollback()
        raise
    db.session.commit()
    return redirect(url_for(".resume", attempt_id=attempt.id), code=303)


def _look_again(form: BuilderForm) -> str:
    """The address of the page as the form has it, where that alone was asked for."""
    if form.count.data:
        return with_setup(".index", form.setup)
    if form.preview.data:
        return with_setup(".index", form.setup, preview=1, _anchor="preview")
    if form.fix.data is not None:
        return with_setup(".index", form.setup.shared(form.fix.data), _anchor="share")
    return ""


def _keep(form: BuilderForm) -> ResponseReturnValue:
    """Save the quiz that the form describes; without a seed it is another each time."""
    learner = current_learner()
    begin_writing(db.session)
    try:
        saved_quizzes.save(
            db.session, learner, name=form.name.data or "", setup=form.setup, now=now()
        )
    except NameTaken as error:
        db.session.rollback()
        form.name.errors = [str(error)]
        return _render_builder(form, form.setup), 422
    db.session.commit()
    flash("Saved. You find it under “Saved quizzes”.", "success")
    return redirect(with_setup(".index", form.setup), code=303)


def setup_of_request() -> Setup:
    """Read the setup that the query string names; an attempt's own marks count for nothing."""
    return replace(Setup.from_lists(request.args.to_dict(flat=False)), retake=None)


def _with_seed(setup: Setup, seed: int) -> Setup:
    """The same for everyone: by its own seed or, where it has none, by another."""
    return setup.shared(setup.seed_or(seed))


def _previewed(setup: Setup) -> dict[str, object]:
    seed = setup.seed_or(secrets.randbits(32))
    learner, catalogue = current_learner(), current_catalogue()
    found = starting.preview(db.session, learner, catalogue, setup, seed=seed)
    return {"preview": found, "how_many": words.how_many(setup, found)}


def _strange(setup: Setup) -> dict[str, list[str]]:
    """What of the query string cannot be: said, so that nobody takes it for what was asked."""
    given = request.args.to_dict(flat=False)
    return {
        "misread": words.misread_in_words(misread(given)),
        "not_taught": words.not_taught(setup, current_catalogue()),
    }


def _render_ready(setup: Setup, error: str | None = None) -> str:
    catalogue, learner = current_catalogue(), current_learner()
    cards = quizzes.available(db.session, catalogue, setup.asked_scope)
    return render_template(
        "quizzes/ready.html",
        setup=setup,
        title=history.title(setup),
        facts=words.facts(setup, learner, catalogue),
        empty=not cards and setup.mode is not Mode.CONTRAST,
        said=words.drawn_from(setup, cards, catalogue),
        token=secrets.token_urlsafe(16),
        error=error,
        formats=FORMATS.values(),
        **_strange(setup),
    )


def _render_builder(form: BuilderForm, setup: Setup | None, *, with_preview: bool = False) -> str:
    """Render the page that builds a quiz; ``setup`` is empty where the form describes none."""
    hand_in_overdue()
    learner, catalogue = current_learner(), current_catalogue()
    counted = setup or Setup(scope=form.scope)
    cards = quizzes.available(db.session, catalogue, counted.asked_scope)
    new_seed = FIRST_OFFERED + secrets.randbelow(9 * FIRST_OFFERED)
    return render_template(
        "quizzes/index.html",
        form=form,
        setup=setup,
        new_seed=new_seed,
        link=link_to(_with_seed(setup, new_seed)) if setup else "",
        mode_purposes=PURPOSES,
        OTHER=OTHER,
        purposes={kind.slug: kind.purpose for kind in KINDS.values()},
        cards=cards,
        said=words.drawn_from(counted, cards, catalogue),
        saved=saved_quizzes.every(db.session, learner),
        setup_of=lambda quiz: Setup.from_query(quiz.setup),
        briefly=words.briefly,
        modes=history.MODES,
        formats=FORMATS.values(),
        unfinished=history.unfinished(db.session, learner),
        history=history.finished(db.session, learner, HISTORY),
        zone=current_zone(),
        **_strange(setup or counted),
        **(_previewed(setup) if with_preview and setup else {}),
    )
