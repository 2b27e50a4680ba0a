"""The first page: what to do next."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from quiz.db.base import db
from quiz.services import paths, today
from quiz.web.charts import day_bars
from quiz.web.context import current_catalogue, current_learner, current_zone, now
from quiz.web.quizzes.views import hand_in_overdue

bp = Blueprint("today", __name__)


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show what to do next, and how the last days went."""
    hand_in_overdue()
    learner, catalogue = current_learner(), current_catalogue()
    found = today.today(db.session, learner, catalogue, now=now())
    return render_template(
        "today/index.html",
        today=found,
        courses=paths.under_way(db.session, learner, catalogue, now=now()),
        bars=day_bars(found.days),
        zone=current_zone(),
    )
