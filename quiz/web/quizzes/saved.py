"""Quizzes under a name: one of them with its link, renaming it, deleting it."""

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.db.models import SavedQuiz
from quiz.learning.setup import Setup
from quiz.services import history, saved_quizzes
from quiz.services.saved_quizzes import LONGEST_NAME, NameTaken
from quiz.web.context import current_catalogue, current_learner
from quiz.web.quizzes import words
from quiz.web.quizzes.results import link_to

bp = Blueprint("saved", __name__)


@bp.get("/saved/<int:quiz_id>")
def show(quiz_id: int) -> ResponseReturnValue:
    """Show a saved quiz: what it is, its link, and how to rename or delete it."""
    return _render(saved_quizzes.find(db.session, current_learner(), quiz_id))


@bp.post("/saved/<int:quiz_id>/rename")
def rename(quiz_id: int) -> ResponseReturnValue:
    """Give a saved quiz another name."""
    learner, name = current_learner(), request.form.get("name", "")
    begin_writing(db.session)
    try:
        saved_quizzes.rename(db.session, learner, quiz_id, name)
    except NameTaken as error:
        db.session.rollback()
        quiz = saved_quizzes.find(db.session, learner, quiz_id)
        return _render(quiz, name=name, error=str(error)), 422
    db.session.commit()
    flash("Renamed.", "success")
    return redirect(url_for(".show", quiz_id=quiz_id), code=303)


@bp.post("/saved/<int:quiz_id>/delete")
def delete(quiz_id: int) -> ResponseReturnValue:
    """Delete a saved quiz; what was taken of it stays."""
    learner = current_learner()
    begin_writing(db.session)
    saved_quizzes.delete(db.session, learner, quiz_id)
    db.session.commit()
    flash("Deleted. Your results stay.", "info")
    return redirect(url_for("quizzes.index", _anchor="saved"), code=303)


def _render(quiz: SavedQuiz, *, name: str | None = None, error: str = "") -> str:
    setup = Setup.from_query(quiz.setup)
    seed = setup.seed_or(secrets.randbits(32))
    return render_template(
        "quizzes/saved.html",
        quiz=quiz,
        setup=setup,
        title=history.title(setup),
        facts=words.facts(setup, current_learner(), current_catalogue()),
        link=link_to(setup.shared(seed)),
        token=secrets.token_urlsafe(16),
        name=quiz.name if name is None else name,
        longest=LONGEST_NAME,
        error=error,
    )
