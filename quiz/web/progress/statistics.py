"""Statistics: what was done, what is remembered, what comes, as pictures with their tables."""

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from quiz.content.catalogue import domain_name
from quiz.db.base import begin_writing, db
from quiz.learning.parameters import WEIGHTS
from quiz.learning.statistics import Range
from quiz.questions.scope import tactic_in
from quiz.services import day_summaries, parameters, statistics, topics
from quiz.services.day_summaries import Days
from quiz.web.context import (
    current_catalogue,
    current_learner,
    kind_title,
    now,
    scope_labels,
    scope_of_request,
)
from quiz.web.progress import card_pictures, pictures, tables
from quiz.web.progress.calendar import calendar
from quiz.web.progress.forms import FilterForm

bp = Blueprint("statistics", __name__, url_prefix="/statistics")

RANGES = {
    Range.MONTH: "Last 30 days",
    Range.QUARTER: "3 months",
    Range.YEAR: "Year",
    Range.ALL: "All",
}


@bp.get("")
def index() -> ResponseReturnValue:
    """Show the statistics of a time and a scope."""
    catalogue, learner, scope = current_catalogue(), current_learner(), scope_of_request()
    asked = request.args.get("range", "")
    found = statistics.statistics(
        db.session,
        learner,
        catalogue,
        now=now(),
        range_=Range(asked) if asked in set(Range) else Range.YEAR,
        scope=scope,
    )
    days = calendar(found.calendar, found.calendar_first, found.today)
    by = parameters.of(db.session, learner)
    desired, fitted = by.desired_retention, by.weights != WEIGHTS
    page = render_template(
        "progress/statistics.html",
        found=found,
        desired=desired,
        ranges=RANGES,
        scope=scope,
        labels=scope_labels(scope, catalogue),
        form=FilterForm.of(scope, catalogue),
        calendar=days,
        year_table=tables.year(days),
        table=tables.table,
        done=(pictures.reviews(found), pictures.time(found)),
        remembered=(
            pictures.retention(found, desired, fitted=fitted),
            pictures.calibration(found),
        ),
        coming=card_pictures.forecast(found.cards.forecast, found.cards),
        memory=card_pictures.memory(found.cards),
    )
    if found.days.changed:
        _keep(found.days)
    return page


@bp.get("/topics")
def by_topic() -> ResponseReturnValue:
    """Show what was done by tactic and by kind of question."""
    catalogue, scope = current_catalogue(), scope_of_request()
    found = topics.topics(db.session, current_learner(), catalogue, scope=scope)
    several = len(catalogue.domains) > 1
    by_tactic = [
        (
            f"{tactic.name} ({domain_name(tactic.domain)})" if several else tactic.name,
            tactic_in(tactic.domain, tactic.short_name) if several else tactic.short_name,
            topic,
        )
        for tactic, topic in found.by_tactic
    ]
    by_kind = [(kind_title(slug), slug, topic) for slug, topic in found.by_kind.items()]
    return render_template(
        "progress/topics.html",
        topics=found,
        scope=scope,
        labels=scope_labels(scope, catalogue),
        tactic_rows=by_tactic,
        tactics_say=pictures.topics_say([(name, topic) for name, _, topic in by_tactic]),
        kind_rows=by_kind,
        kinds_say=pictures.topics_say([(name, topic) for name, _, topic in by_kind]),
        cells=pictures.recall_cells,
        spent=pictures.spent,
    )


def _keep(days: Days) -> None:
    """Keep what days that are over add up to, for the next look; never at the price of this one."""
    learner = current_learner()
    try:
        begin_writing(db.session)
        day_summaries.keep(db.session, learner, days)
        db.session.commit()
    except OperationalError as error:  # somebody else writes, or the disk is full
        db.session.rollback()
        current_app.logger.warning("The days' summaries were not kept: %s", error.orig)
