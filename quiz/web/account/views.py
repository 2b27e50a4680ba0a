"""What a learner sets for themselves: the theme, and the time zone their browser is in."""

from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.services import learners
from quiz.web.account import data, fits, keys, settings
from quiz.web.context import THEMES, current_learner
from quiz.web.security import YEAR, cookie_name

bp = Blueprint("account", __name__, url_prefix="/account")
bp.register_blueprint(data.bp)
bp.register_blueprint(keys.bp)
bp.register_blueprint(settings.bp)
bp.register_blueprint(fits.bp)


@bp.post("/theme")
def set_theme() -> ResponseReturnValue:
    """Keep the choice of theme in a cookie of this browser."""
    theme = request.form.get("theme", "")
    if theme not in THEMES:
        abort(422)
    response = redirect(same_site(request.form.get("next", "")), code=303)
    response.set_cookie(
        cookie_name("theme"),
        theme,
        max_age=YEAR,
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


@bp.post("/time-zone")
def set_time_zone() -> ResponseReturnValue:
    """Keep an IANA time zone, which says when the learner's day starts.

    A browser tells its own on the first visit, unasked: that never takes the place of one
    that is known. A form says where to go next.
    """
    learner = current_learner()
    unasked = "next" not in request.form
    if unasked and learner.time_zone_known:
        return "", 204
    begin_writing(db.session)
    try:
        learners.set_time_zone(db.session, learner, request.form.get("name", ""))
    except ValueError:
        abort(422)
    db.session.commit()
    if unasked:
        return "", 204
    flash(f"Your study days follow {learner.time_zone.replace('_', ' ')} now.", "success")
    return redirect(same_site(request.form["next"]), code=303)


def same_site(address: str) -> str:
    """Let a path of this site through; anything that could lead elsewhere becomes Today."""
    parts = urlsplit(address)
    leads_here = address.startswith("/") and not address.startswith(("//", "/\\"))
    if not leads_here or parts.scheme or parts.netloc or not address.isprintable():
        return url_for("today.index")
    return address
