"""Decks: their list, one with its path, and making, changing and deleting one."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quiz.content.search import search
from quiz.db.base import begin_writing, db
from quiz.learning.days import DAY
from quiz.questions.kinds import KINDS
from quiz.questions.scope import Scope
from quiz.services import decks, learners, paths
from quiz.services.decks import LONGEST_NAME, LONGEST_PATH, DeckRefused
from quiz.web.context import (
    current_catalogue,
    current_learner,
    now,
    scope_labels,
    scope_of_request,
)
from quiz.web.decks.charts import columns
from quiz.web.decks.forms import DeckForm, DeleteForm

bp = Blueprint("decks", __name__, url_prefix="/decks")


@bp.get("/")
def index() -> ResponseReturnValue:
    """List the decks with how far each is known, and how each path stands."""
    learner, catalogue = current_learner(), current_catalogue()
    courses = paths.courses(db.session, learner, catalogue, now=now())
    return render_template(
        "decks/index.html",
        standings=decks.standings(db.session, learner, catalogue, now=now()),
        courses={course.deck_id: course for course in courses},
        labels=lambda scope: scope_labels(scope, catalogue),
    )


@bp.get("/new")
def new() -> ResponseReturnValue:
    """Make a deck, filled in with the scope or the library's search of the query string."""
    catalogue, form = current_catalogue(), DeckForm(formdata=None)
    scope, query = scope_of_request(), request.args.get("q", "").strip()
    name = query or ", ".join(scope_labels(scope, catalogue))
    if query:
        found = (t for t in search(catalogue, query) if scope.includes(t, catalogue))
        scope = Scope(techniques=tuple(str(technique.attack_id) for technique in found))
    form.fill(name if len(name) <= LONGEST_NAME else "", scope, None, catalogue)
    return _render_form(form)


@bp.post("/new")
def make() -> ResponseReturnValue:
    """Keep the deck that the form describes."""
    learner, catalogue, form = current_learner(), current_catalogue(), DeckForm()
    form.offer(catalogue)
    valid, scope = form.validate_on_submit(), form.whole_scope(catalogue)
    if not valid or scope is None:
        return _render_form(form), 422
    begin_writing(db.session)
    try:
        deck = decks.make(
            db.session,
            learner,
            catalogue,
            name=form.name.data or "",
            scope=scope,
            goal=form.goal,
            now=now(),
        )
    except DeckRefused as error:
        return _refuse(form, error)
    db.session.commit()
    flash(f"Saved: {deck.name}.", "success")
    return redirect(url_for(".show", deck_id=deck.id), code=303)


@bp.get("/<int:deck_id>")
def show(deck_id: int) -> ResponseReturnValue:
    """Show one deck, and what its path asks of the days ahead."""
    learner, catalogue = current_learner(), current_catalogue()
    deck = decks.find(db.session, learner, deck_id)
    course = paths.course(db.session, learner, catalogue, deck, now=now())
    standing = decks.standing(db.session, learner, catalogue, deck, now=now())
    return render_template(
        "decks/show.html",
        deck=standing,
        course=course,
        columns=columns(course.days) if course else (),
        labels=scope_labels(standing.scope, catalogue),
        new_per_day=learner.new_per_day,
    )


@bp.get("/<int:deck_id>/edit")
def edit(deck_id: int) -> ResponseReturnValue:
    """Show a deck's form."""
    deck = decks.find(db.session, current_learner(), deck_id)
    form = DeckForm(formdata=None)
    form.fill(deck.name, decks.scope_of(deck), decks.goal_of(deck), current_catalogue())
    return _render_form(form, deck_id)


@bp.post("/<int:deck_id>/edit")
def change(deck_id: int) -> ResponseReturnValue:
    """Change a deck as the form describes it."""
    learner, catalogue, form = current_learner(), current_catalogue(), DeckForm()
    form.offer(catalogue)
    valid, scope = form.validate_on_submit(), form.whole_scope(catalogue)
    if not valid or scope is None:
        decks.find(db.session, learner, deck_id)
        return _render_form(form, deck_id), 422
    begin_writing(db.session)
    try:
        deck = decks.change(
            db.session,
            learner,
            catalogue,
            deck_id,
            name=form.name.data or "",
            scope=scope,
            goal=form.goal,
            now=now(),
        )
    except DeckRefused as error:
        return _refuse(form, error, deck_id)
    db.session.commit()
    flash(f"Saved: {deck.name}.", "success")
    return redirect(url_for(".show", deck_id=deck_id), code=303)


@bp.get("/<int:deck_id>/delete")
def confirm(deck_id: int) -> ResponseReturnValue:
    """Ask whether a deck is to be deleted, and say what stays."""
    deck = decks.find(db.session, current_learner(), deck_id)
    return render_template("decks/delete.html", deck=deck, form=DeleteForm())


@bp.post("/<int:deck_id>/delete")
def delete(deck_id: int) -> ResponseReturnValue:
    """Delete a deck; sent twice, it is gone as well."""
    learner = current_learner()
    begin_writing(db.session)
    try:
        decks.delete(db.session, learner, deck_id)
    except decks.UnknownDeck:
        db.session.rollback()
        flash("That deck was deleted already.", "info")
    else:
        db.session.commit()
        flash("Deck deleted. What you know of its cards is kept.", "success")
    return redirect(url_for(".index"), code=303)


def _refuse(form: DeckForm, error: DeckRefused, deck_id: int | None = None) -> ResponseReturnValue:
    """Show a form again with what the service said, beside the field that it is about."""
    db.session.rollback()
    field = "listed" if error.field == "techniques" else error.field
    if field in form:
        form[field].errors = [str(error)]
    else:
        form.form_errors.append(str(error))
    return _render_form(form, deck_id), 422


def _render_form(form: DeckForm, deck_id: int | None = None) -> str:
    today: date = learners.study_day(current_learner(), now())
    return render_template(
        "decks/form.html",
        form=form,
        deck_id=deck_id,
        first_day=today + DAY,
        last_day=today + LONGEST_PATH * DAY,
        purposes={kind.slug: kind.purpose for kind in KINDS.values()},
    )
