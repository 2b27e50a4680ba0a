"""The first page: what to do next."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from quiz.db.base import db
from quiz.services import today
from quiz.web.charts import day_bars
from quiz.web.context import current_catalogue, current_learner, current_zone, now

bp = Blueprint("today", __name__)


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show what to do next, and how the last days went."""
    found = today.today(db.session, current_learner(), current_catalogue(), now=now())
    return render_template(
        "today/index.html", today=found, bars=day_bars(found.days), zone=current_zone()
    )
