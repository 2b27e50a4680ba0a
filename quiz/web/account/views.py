"""What a learner sets for themselves: the theme, and the time zone their browser is in."""

from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.services import learners
from quiz.web.account import data, settings
from quiz.web.context import THEMES, current_learner
from quiz.web.security import YEAR, cookie_name

bp = Blueprint("account", __name__, url_prefix="/account")
bp.register_blueprint(data.bp)
bp.register_blueprint(settings.bp)


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
    """Keep the browser's IANA time zone, which says when the learner's day starts."""
    learner = current_learner()
    begin_writing(db.session)
    try:
        learners.set_time_zone(db.session, learner, request.form.get("name", ""))
    except ValueError:
        abort(422)
    db.session.commit()
    return "", 204


def same_site(address: str) -> str:
    """Let a path of this site through; anything that could lead elsewhere becomes Today."""
    parts = urlsplit(address)
    leads_here = address.startswith("/") and not address.startswith(("//", "/\\"))
    if not leads_here or parts.scheme or parts.netloc or not address.isprintable():
        return url_for("today.index")
    return address
