"""A learner's own memory model: fitted, looked at, applied or turned down."""

from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.services import fits
from quiz.web.account.fit_job import FitJob
from quiz.web.context import current_learner, now

bp = Blueprint("fits", __name__, url_prefix="/memory-model")


@bp.post("/fit")
def fit() -> ResponseReturnValue:
    """Fit weights in the background."""
    job().start(_app(), current_learner().id)
    return _back()


@bp.post("/<int:fit_id>/apply")
def apply(fit_id: int) -> ResponseReturnValue:
    """Remember by fitted weights."""
    learner = current_learner()
    begin_writing(db.session)
    fits.apply(db.session, learner, fit_id, now=now())
    db.session.commit()
    flash("Applied. No card has moved; dates follow with each card’s next rating.", "success")
    return _back()


@bp.post("/<int:fit_id>/decline")
def decline(fit_id: int) -> ResponseReturnValue:
    """Keep the present weights."""
    learner = current_learner()
    begin_writing(db.session)
    fits.decline(db.session, learner, fit_id, now=now())
    db.session.commit()
    flash("Kept as it was. You are asked again once you have reviewed some more.", "info")
    return _back()


@bp.post("/standard")
def standard() -> ResponseReturnValue:
    """Remember by the standard weights again."""
    learner = current_learner()
    begin_writing(db.session)
    fits.back_to_standard(db.session, learner, now=now())
    db.session.commit()
    flash("Back to the standard memory model. No card has moved.", "success")
    return _back()


def of_learner() -> dict[str, Any]:
    """What the settings page says of the memory model."""
    learner = current_learner()
    return {
        "memory": fits.standing(db.session, learner),
        "fitting": job().is_running_for(learner.id),
    }


def count_rating() -> None:
    """Note that a card was rated: now and then, weights are fitted in the background."""
    job().rated(_app(), current_learner().id)


def job() -> FitJob:
    """The fitting of this app."""
    found: FitJob = current_app.extensions["fit_job"]
    return found


def _app() -> Flask:
    found: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return found


def _back() -> ResponseReturnValue:
    return redirect(url_for("account.settings.index", _anchor="memory-model"), code=303)
