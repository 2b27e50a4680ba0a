"""A learner's own cards: on shelves, narrowed down, and several at once."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from quiz.db.base import begin_writing, db
from quiz.services import browsing, study
from quiz.services import cards as own_cards
from quiz.services.cards import Action
from quiz.web.context import current_catalogue, current_learner, current_zone, now
from quiz.web.filters import plural
from quiz.web.paging import offered
from quiz.web.study.forms import SHELVES, BrowseForm, CardsForm

bp = Blueprint("cards", __name__)

DONE = {
    Action.BURY: "buried until your next study day",
    Action.UNBURY: "can be asked today after all",
    Action.SUSPEND: "suspended: not asked any more until you lift that",
    Action.UNSUSPEND: "no longer suspended",
    Action.MARK: "marked",
    Action.UNMARK: "no longer marked",
    Action.RESET: "set back to new. You can undo that one by one among your last ratings",
}
QUEUE = "queue"


@bp.get("/cards")
def index() -> ResponseReturnValue:
    """List the learner's cards, as the query string narrows them down."""
    form = BrowseForm(request.args)
    form.offer(current_catalogue())
    wanted = form.wanted()
    listing = browsing.listing(
        db.session,
        current_learner(),
        current_catalogue(),
        wanted,
        now=now(),
        number=request.args.get("page", 1, type=int),
    )
    return render_template(
        "study/cards.html",
        form=form,
        wanted=wanted,
        listing=listing,
        pages=offered(listing.number, listing.last),
        shelves=SHELVES,
        query=_query(),
        zone=current_zone(),
    )


@bp.post("/cards")
def act() -> ResponseReturnValue:
    """Do something with the cards chosen; what sets them back asks first."""
    form = CardsForm()
    if not form.validate_on_submit():
        abort(422)
    keys, here = request.form.getlist("key"), url_for(".index", **_query())
    if not keys:
        flash("Choose the cards first. Nothing was changed.", "warning")
        return redirect(here, code=303)
    learner, catalogue = current_learner(), current_catalogue()
    if form.action.data == QUEUE:
        begin_writing(db.session)
        queued = study.queue(db.session, learner, catalogue, keys, now=now())
        db.session.commit()
        flash(f"{plural(queued, 'card')} will be asked next.", "saved")
        return redirect(url_for("study.next_card"), code=303)
    action = Action(form.action.data)
    if action is Action.RESET and not form.sure.data:
        own_cards.refuse_too_many(keys)
        return render_template("study/reset_cards.html", keys=keys, here=here, query=_query())
    begin_writing(db.session)
    changed = own_cards.apply(db.session, learner, catalogue, keys, action, now=now())
    db.session.commit()
    if changed:
        flash(f"{plural(changed, 'card')} {DONE[action]}.", "saved")
    else:
        flash("That was so already: nothing changed.", "info")
    return redirect(here, code=303)


def _query() -> dict[str, Any]:
    """What the list is narrowed down by, to come back to it."""
    names = ("q", "kind", "tactic", "sort", "show", "page")
    given: MultiDict[str, str] = request.args
    return {name: given[name] for name in names if given.get(name)}
