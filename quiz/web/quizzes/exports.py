"""Questions to take away: those of a finished quiz, or of a quiz as it is set up."""

import secrets

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from quiz.db.base import db
from quiz.exports import paper
from quiz.exports.formats import FORMATS, export
from quiz.learning.setup import Setup
from quiz.questions.base import Question
from quiz.services import history, quizzes, starting
from quiz.web.context import current_catalogue, current_learner, now

bp = Blueprint("exports", __name__)

PAGES = {"paper": paper.write_paper, "answers": paper.write_answers}
"""The formats that are pages, and so can be looked at and printed as they are."""


@bp.get("/<int:attempt_id>/export/<slug>")
def attempt(attempt_id: int, slug: str) -> ResponseReturnValue:
    """Give the questions of a finished quiz as a file, or as a page where ``view`` asks for it."""
    learner = current_learner()
    if slug not in FORMATS:
        abort(404)
    found = quizzes.attempt(db.session, learner, attempt_id, now=now())
    if found.finished_at is None:
        raise quizzes.NotFound("Finish this quiz first: a file of it holds the answers.")
    questions = quizzes.questions(db.session, learner, attempt_id)
    return _answer(slug, questions, history.title(quizzes.setup_of(found)))


@bp.get("/export/<slug>")
def setup(slug: str) -> ResponseReturnValue:
    """Give the questions of the query string's quiz; without a seed, others each time."""
    learner, catalogue = current_learner(), current_catalogue()
    if slug not in FORMATS:
        abort(404)
    wanted = Setup.from_lists(request.args.to_dict(flat=False))
    questions = starting.questions(
        db.session, learner, catalogue, wanted, seed=secrets.randbits(32)
    )
    return _answer(slug, questions, history.title(wanted))


def _answer(slug: str, questions: list[Question], title: str) -> Response:
    catalogue = current_catalogue()
    if "view" in request.args and slug in PAGES:
        style = url_for("static", filename="css/paper.css")
        page = PAGES[slug](questions, catalogue, title, style_url=style)
        return Response("".join(page), mimetype="text/html")
    file = export(slug, questions, catalogue, title=title)
    response = Response(file.chunks, mimetype=file.mimetype)
    response.headers.set("Content-Disposition", "attachment", filename=file.filename)
    return response
