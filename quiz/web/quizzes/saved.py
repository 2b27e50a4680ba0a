"""Quizzes under a name: renaming and deleting them."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.services import saved_quizzes
from quiz.services.saved_quizzes import NameTaken
from quiz.web.context import current_learner

bp = Blueprint("saved", __name__)


@bp.post("/saved/<int:quiz_id>/rename")
def rename(quiz_id: int) -> ResponseReturnValue:
    """Give a saved quiz another name."""
    begin_writing(db.session)
    try:
        saved_quizzes.rename(db.session, current_learner(), quiz_id, request.form.get("name", ""))
    except NameTaken as error:
        db.session.rollback()
        flash(str(error), "warning")
    else:
        db.session.commit()
        flash("Renamed.", "success")
    return redirect(url_for("quizzes.index", _anchor="saved"), code=303)


@bp.post("/saved/<int:quiz_id>/delete")
def delete(quiz_id: int) -> ResponseReturnValue:
    """Delete a saved quiz; what was taken of it stays."""
    begin_writing(db.session)
    saved_quizzes.delete(db.session, current_learner(), quiz_id)
    db.session.commit()
    flash("Deleted. Your results stay.", "info")
    return redirect(url_for("quizzes.index", _anchor="saved"), code=303)
