"""Days without study: planned, changed, ended; and what has piled up, spread or taken on today."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.db.models import Break
from quiz.learning.spreading import LONGEST_SPREAD
from quiz.services import backlog, breaks, learners, limits, study
from quiz.services.backlog import Spread
from quiz.services.breaks import BadBreak
from quiz.web.context import current_catalogue, current_learner, now
from quiz.web.filters import plural, short_date
from quiz.web.study.break_forms import BreakForm, MoreForm, SpreadForm

bp = Blueprint("breaks", __name__, url_prefix="/breaks")


@bp.get("")
def index() -> ResponseReturnValue:
    """List the breaks, with a form for another, and for spreading what has piled up."""
    return _page(BreakForm(formdata=None))


@bp.post("")
def plan() -> ResponseReturnValue:
    """Plan a break, or say what it would mean."""
    form = BreakForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        if form.preview.data:
            return _page(form, preview=_preview(form))
        learner = current_learner()
        begin_writing(db.session)
        found = breaks.plan(db.session, learner, **_given(form), now=now())
    except BadBreak as error:
        return _page(_corrected(form, error)), 422
    db.session.commit()
    flash(f"Your break from {_span(found)} is planned.", "success")
    return redirect(url_for(".index"), code=303)


@bp.get("/<int:break_id>")
def edit(break_id: int) -> ResponseReturnValue:
    """Show a break to be changed or taken back."""
    found = breaks.find(db.session, current_learner(), break_id)
    return _page(BreakForm(formdata=None, obj=found), changed=found)


@bp.post("/<int:break_id>")
def change(break_id: int) -> ResponseReturnValue:
    """Change a break, or say what that would mean."""
    form, learner = BreakForm(), current_learner()
    found = breaks.find(db.session, learner, break_id)
    if not form.validate_on_submit():
        return _page(form, changed=found), 422
    try:
        if form.preview.data:
            return _page(form, changed=found, preview=_preview(form, found))
        begin_writing(db.session)
        found = breaks.change(db.session, learner, break_id, **_given(form), now=now())
    except BadBreak as error:
        return _page(_corrected(form, error), changed=found), 422
    db.session.commit()
    flash(f"Your break is now from {_span(found)}.", "success")
    return redirect(url_for(".index"), code=303)


@bp.post("/<int:break_id>/end")
def end(break_id: int) -> ResponseReturnValue:
    """End a break today, or take it back before it begins."""
    learner = current_learner()
    begin_writing(db.session)
    running = breaks.find(db.session, learner, break_id).first_day < learners.study_day(
        learner, now()
    )
    breaks.end(db.session, learner, break_id, now=now())
    db.session.commit()
    flash(
        "Welcome back. What waited is spread over the next days." if running else "Taken back.",
        "success",
    )
    return redirect(url_for("today.index"), code=303)


@bp.post("/spread")
def spread() -> ResponseReturnValue:
    """Spread what has piled up over the next days."""
    form, learner = SpreadForm(), current_learner()
    if not form.validate_on_submit():
        return _page(BreakForm(formdata=None), spread=form), 422
    begin_writing(db.session)
    try:
        breaks.forgive(db.session, learner, form.spread_days.data, now=now())
    except BadBreak as error:
        form.spread_days.errors = [str(error)]
        return _page(BreakForm(formdata=None), spread=form), 422
    db.session.commit()
    days = plural(form.spread_days.data, "day")
    flash(f"Spread over {days}, today included. No card’s date was changed.", "success")
    return redirect(url_for("today.index"), code=303)


@bp.post("/more")
def more() -> ResponseReturnValue:
    """Let more reviews come on this day, and go on studying."""
    form, learner = MoreForm(), current_learner()
    if not form.validate_on_submit():
        abort(422)
    begin_writing(db.session)
    try:
        limits.extend(db.session, learner, form.extended_to.data, now=now())
    except ValueError:
        abort(422)
    db.session.commit()
    return redirect(url_for("study.next_card"), code=303)


def _page(
    form: BreakForm,
    *,
    changed: Break | None = None,
    preview: Spread | None = None,
    spread: SpreadForm | None = None,
) -> str:
    learner, catalogue = current_learner(), current_catalogue()
    today = learners.study_day(learner, now())
    pile = backlog.pile(db.session, learner, catalogue, now=now())
    found = breaks.listing(db.session, learner)
    return render_template(
        "study/breaks.html",
        form=form,
        changed=changed,
        preview=preview,
        spread_form=spread or SpreadForm(formdata=None),
        today=today,
        pile=pile,
        spreads=backlog.spreads(db.session, learner, now=now()) if pile.number > 1 else [],
        running=next((b for b in found if b.first_day <= today <= b.last_day), None),
        coming=[b for b in reversed(found) if b.first_day > today],
        over=[b for b in found if b.last_day < today][:5],
        counts=study.counts(db.session, learner, catalogue, now=now()),
        longest_spread=LONGEST_SPREAD,
    )


def _given(form: BreakForm) -> dict[str, Any]:
    return {
        "first_day": form.first_day.data,
        "last_day": form.last_day.data,
        "spread_days": form.spread_days.data,
    }


def _preview(form: BreakForm, changed: Break | None = None) -> Spread:
    learner = current_learner()
    given = form.first_day.data, form.last_day.data, form.spread_days.data
    breaks.check(db.session, learner, *given, now=now(), changed=changed)
    return backlog.after(db.session, learner, *given[1:])


def _corrected(form: BreakForm, error: BadBreak) -> BreakForm:
    db.session.rollback()
    form[error.field].errors = [str(error)]
    return form


def _span(found: Break) -> str:
    return f"{short_date(found.first_day)} to {short_date(found.last_day)}"
