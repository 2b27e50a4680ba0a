"""Settings: how a learner wants to learn, and what each choice means in figures."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field

from quiz.db.base import begin_writing, db
from quiz.learning.parameters import Parameters
from quiz.learning.scheduling import reviews_beside
from quiz.services import parameters, settings
from quiz.services.settings import Settings
from quiz.web.account.fits import of_learner
from quiz.web.account.forms import SettingsForm, time_zones
from quiz.web.context import current_learner, now

bp = Blueprint("settings", __name__, url_prefix="/settings")

LOW_RETENTION, HIGH_RETENTION = 80, 95
"""In percent: what is outside is warned of."""


@bp.get("")
def index() -> ResponseReturnValue:
    """Show what is set."""
    return _page(SettingsForm.of(settings.current(db.session, current_learner())))


@bp.post("")
def save() -> ResponseReturnValue:
    """Keep what was set, or say what is wrong with it."""
    form = SettingsForm()
    if not form.validate_on_submit():
        return _page(form), 422
    return _save(form.settings(), said="Saved. Cards move at their next rating, none before.")


@bp.post("/usual")
def usual() -> ResponseReturnValue:
    """Go back to what everyone starts with; the time zone stays, and weights of one's own."""
    zone = current_learner().time_zone
    return _save(Settings(time_zone=zone), said="Everything is as it was at first.")


def _save(wanted: Settings, *, said: str) -> ResponseReturnValue:
    learner = current_learner()
    begin_writing(db.session)
    settings.save(db.session, learner, wanted, now=now())
    db.session.commit()
    flash(said, "success")
    return redirect(url_for(".index"), code=303)


def _page(form: SettingsForm) -> str:
    by = parameters.of(db.session, current_learner())
    return render_template(
        "account/settings.html",
        form=form,
        zones=time_zones(),
        warning=_warning(form.retention, by),
        shares=[(percent, _times(by, percent)) for percent in (80, 85, 90, 95, 97)],
        **of_learner(),
        wrong=sum(bool(field.errors) for field in form) if request.method == "POST" else 0,
    )


def _warning(field: Field, by: Parameters) -> str:
    """Say what a retention far from the usual one costs."""
    percent = field.data
    if field.errors or not isinstance(percent, int):
        return ""
    if percent < LOW_RETENTION:
        return (
            f"At {percent}% you forget about {100 - percent} in 100 cards before they come back,"
            " and learn them again: that often takes more time than it saves."
        )
    if percent > HIGH_RETENTION:
        return (
            f"At {percent}% you have about {_times(by, percent):.1f} times as many reviews of the"
            " same cards as at 90%."
        )
    return ""


def _times(by: Parameters, percent: int) -> float:
    return reviews_beside(
        replace(by, desired_retention=percent / 100), replace(by, desired_retention=0.9)
    )
