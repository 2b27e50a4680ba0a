"""The flagged questions: read what was said, then dismiss it or switch the question off."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.services import flags as flags_service
from quiz.services import switches
from quiz.web.admin import releases
from quiz.web.admin.forms import Show, SwitchForm
from quiz.web.context import current_learner, current_zone, now, runs_instance

bp = Blueprint("admin", __name__, url_prefix="/admin")
bp.register_blueprint(releases.bp)

PAGE_SIZE = 10


@bp.before_request
def only_for_who_runs_the_instance() -> None:
    """Keep everyone else out of every page here."""
    if not runs_instance():
        abort(403)


@bp.get("/flags")
def flags() -> ResponseReturnValue:
    """List what was flagged, a page at a time, with each question as it was shown.

    A question that a quiz of the reader still asks waits until the quiz has told its key.
    """
    show, reader = Show.of(request.args.get("show")), current_learner()
    totals = {
        Show.OPEN: flags_service.total(db.session, only_open=True, reader=reader),
        Show.ALL: flags_service.total(db.session, only_open=False, reader=reader),
        Show.OFF: switches.total(db.session),
    }
    waiting = flags_service.total(db.session, only_open=False) - totals[Show.ALL]
    last = max(1, -(-totals[show] // PAGE_SIZE))
    number = min(max(request.args.get("page", 1, type=int), 1), last)
    start = (number - 1) * PAGE_SIZE
    off = show is Show.OFF
    return render_template(
        "admin/flags.html",
        show=show,
        totals=totals,
        waiting=waiting,
        number=number,
        last=last,
        cards=()
        if off
        else flags_service.listing(
            db.session, only_open=show is Show.OPEN, reader=reader, start=start, limit=PAGE_SIZE
        ),
        switched=switches.listing(db.session, start=start, limit=PAGE_SIZE) if off else (),
        zone=current_zone(),
    )


@bp.post("/flags/<stix_id>/<kind>/dismiss")
def dismiss(stix_id: str, kind: str) -> ResponseReturnValue:
    """Lay a question's flags aside: it is fine."""
    form = _valid_form()
    begin_writing(db.session)
    closed = flags_service.dismiss(db.session, f"{stix_id}/{kind}", now=now())
    db.session.commit()
    if closed:
        flash("Dismissed. The question is asked as before.", "success")
    else:
        flash("There was nothing left to dismiss.", "info")
    return _back(form)


@bp.post("/flags/<stix_id>/<kind>/off")
def switch_off(stix_id: str, kind: str) -> ResponseReturnValue:
    """Have no one asked a question any more."""
    learner, form = current_learner(), _valid_form()
    begin_writing(db.session)
    changed = flags_service.switch_off(db.session, learner, f"{stix_id}/{kind}", now=now())
    db.session.commit()
    if changed:
        flash("Switched off. No one is asked this any more; past results stay.", "success")
    else:
        flash("It was switched off before.", "info")
    return _back(form)


@bp.post("/flags/<stix_id>/<kind>/on")
def switch_on(stix_id: str, kind: str) -> ResponseReturnValue:
    """Have a question asked again."""
    form = _valid_form()
    begin_writing(db.session)
    changed = switches.switch_on(db.session, f"{stix_id}/{kind}")
    db.session.commit()
    if changed:
        flash(
            "Switched on. It is asked again, and everyone’s memory of it is as it was.", "success"
        )
    else:
        flash("It was not switched off.", "info")
    return _back(form)


def _valid_form() -> SwitchForm:
    form = SwitchForm()
    if not form.validate_on_submit():
        abort(422)
    return form


def _back(form: SwitchForm) -> ResponseReturnValue:
    """Go back to the list that the button stood in."""
    return redirect(url_for(".flags", show=Show.of(form.show.data)), code=303)
