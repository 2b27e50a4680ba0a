"""A learner's own memory model: fitted, looked at, applied or turned down."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, current_app, flash, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.db.models import Fit
from quiz.services import fits
from quiz.web.account.fit_job import FitJob
from quiz.web.context import current_learner, now

bp = Blueprint("fits", __name__, url_prefix="/memory-model")


@bp.post("/fit")
def fit() -> ResponseReturnValue:
    """Fit weights in the background."""
    learner_id = current_learner().id
    if not job().start(_app(), learner_id) and not job().is_running_for(learner_id):
        flash("Somebody else’s weights are being fitted. Try again in a moment.", "info")
    return _back()


@bp.get("/status")
def status() -> ResponseReturnValue:
    """Say whether weights are being fitted, to the page's script."""
    return jsonify(running=job().is_running_for(current_learner().id))


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
    # First: where it ends in between, what came of it is read below.
    running, failed = job().is_running_for(learner.id), job().has_failed_for(learner.id)
    found = fits.standing(db.session, learner)
    gain = _gain(found.waiting or found.last)
    return {"memory": found, "gain": gain, "fitting": running, "fit_failed": failed}


def notice_rating(review_id: int) -> None:
    """Note that a card was rated: now and then, weights are fitted in the background."""
    job().rated(_app(), current_learner().id, review_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """By how much weights predict better, in words: two log losses that differ, and a share."""

    before: str
    after: str
    share: str


def _gain(fit: Fit | None) -> Gain | None:
    if fit is None or not fit.log_loss_before or fit.log_loss_after is None:
        return None
    before, after = fit.log_loss_before, fit.log_loss_after
    digits = next((d for d in (3, 4, 5) if round(before, d) != round(after, d)), 6)
    share = 1 - after / before
    return Gain(
        before=f"{before:.{digits}f}",
        after=f"{after:.{digits}f}",
        share=f"{share:.0%}" if share >= 0.01 else "less than 1%",
    )


def job() -> FitJob:
    """The fitting of this app."""
    found: FitJob = current_app.extensions["fit_job"]
    return found


def _app() -> Flask:
    found: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return found


def _back() -> ResponseReturnValue:
    return redirect(url_for("account.settings.index", _anchor="memory-model"), code=303)
