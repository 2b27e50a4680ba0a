"""Custom study: choosing cards, then front, back and on. Nothing is written, so all is GET."""

import secrets
from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from quiz.db import deck_queries
from quiz.db.base import db
from quiz.questions.kinds import KINDS
from quiz.questions.scope import Scope
from quiz.services import custom, decks
from quiz.services.custom import Order, Which, Wish
from quiz.web.context import (
    current_catalogue,
    current_learner,
    now,
    scope_labels,
    scope_of_request,
    with_scope,
)
from quiz.web.custom.forms import EVERYTHING, THIS, WHICH, CustomForm, Walk
from quiz.web.filters import few
from quiz.web.study.shown import Shown

bp = Blueprint("custom", __name__, url_prefix="/study/custom")

KNEW = "2"
"""What the button says that a card was known."""


@bp.get("/")
def index() -> ResponseReturnValue:
    """Choose what to go through, filled in with the query string's scope or deck."""
    scope, form = scope_of_request(), _form()
    if "deck" not in request.args and scope.query:
        form.deck.data = THIS
    return _render_form(form, scope)


@bp.get("/start")
def start() -> ResponseReturnValue:
    """Freeze what was chosen into an address, and go to its first card."""
    form, given = _form(), scope_of_request()
    if not form.validate():
        return _render_form(form, given), 422
    if form.deck.data == EVERYTHING:
        scope = Scope()
    elif form.deck.data == THIS:
        scope = given
    else:
        scope = decks.scope_of(decks.find(db.session, current_learner(), int(form.deck.data)))
    wish = Wish(
        which=Which(form.which.data),
        days=form.days.data,
        most=form.most.data,
        order=Order(form.order.data),
        seed=secrets.randbits(32),
        at=now().replace(microsecond=0),
        scope=scope,
    )
    keys = _keys(wish)
    if not keys:
        return _render_form(form, given, empty=True)
    return redirect(_card_url(".front", Walk(wish=wish), keys[0]), code=303)


@bp.get("/<stix_id>/<kind>")
def front(stix_id: str, kind: str) -> ResponseReturnValue:
    """Show a card's front: its answer is nowhere in the page."""
    key, walk = f"{stix_id}/{kind}", _walk()
    found = custom.ask(current_catalogue(), key, walk.wish.seed) if walk else None
    if walk is None or found is None:
        return _lost()
    signed = Shown(key=_noted(key), sequence=walk.place, at=now()).sign()
    return render_template(
        "custom/front.html",
        question=found[1],
        needs_options=KINDS[kind].needs_options,
        reveal_url=_card_url(".back", walk, key, shown=signed, _anchor="answer"),
        **_bar(walk),
    )


@bp.get("/<stix_id>/<kind>/answer")
def back(stix_id: str, kind: str) -> ResponseReturnValue:
    """Show a card's back, once its front was shown."""
    key, walk = f"{stix_id}/{kind}", _walk()
    found = custom.ask(current_catalogue(), key, walk.wish.seed) if walk else None
    if walk is None or found is None:
        return _lost()
    if Shown.read(request.args.get("shown", ""), _noted(key)) is None:
        return redirect(_card_url(".front", walk, key), code=303)
    return render_template(
        "custom/back.html",
        question=found[1],
        needs_options=KINDS[kind].needs_options,
        fields=_fields(walk),
        **_bar(walk),
    )


@bp.get("/next")
def go_on() -> ResponseReturnValue:
    """Go to the next card, or to the end, and take along whether this one was known."""
    walk = _walk()
    if walk is None:
        return _lost()
    keys = _keys(walk.wish)
    places = walk.places(len(keys))
    if walk.place <= len(places) and request.args.get("knew") != KNEW:
        missed = dict.fromkeys((*walk.missed, places[walk.place - 1]))
        walk = replace(walk, missed=tuple(missed))
    walk = replace(walk, place=walk.place + 1)
    if walk.place > len(places):
        end = replace(walk, place=1)
        return redirect(with_scope(".end", walk.wish.scope, **end.values), code=303)
    return redirect(_card_url(".front", walk, keys[places[walk.place - 1] - 1]), code=303)


@bp.get("/end")
def end() -> ResponseReturnValue:
    """Sum a round up, and offer what was missed again."""
    walk = _walk()
    if walk is None:
        return _lost()
    keys, deck = _keys(walk.wish), current_catalogue().by_stix_id
    places = walk.places(len(keys))
    missed = [keys[place - 1] for place in walk.missed if place <= len(keys)]
    again = replace(walk, place=1, round=walk.missed, missed=())
    techniques = dict.fromkeys(deck[key.rpartition("/")[0]] for key in missed)
    return render_template(
        "custom/end.html",
        total=len(places),
        missed=missed,
        techniques=tuple(techniques),
        again_url=_card_url(".front", again, missed[0]) if missed else "",
        scope=walk.wish.scope,
        walk=walk,
    )


def _form() -> CustomForm:
    rows = db.session.scalars(deck_queries.decks(current_learner().id))
    form = CustomForm(request.args)
    labels = scope_labels(scope_of_request(), current_catalogue())
    form.offer({row.id: row.name for row in rows}, few(labels))
    return form


def _render_form(form: CustomForm, scope: Scope, *, empty: bool = False) -> str:
    return render_template("custom/index.html", form=form, scope=scope, empty=empty)


def _walk() -> Walk | None:
    return Walk.of(request.args, scope_of_request())


def _keys(wish: Wish) -> tuple[str, ...]:
    return custom.choose(db.session, current_learner(), current_catalogue(), wish)


def _lost() -> ResponseReturnValue:
    flash("That card is not there any more. Choose again what to go through.", "info")
    return redirect(with_scope(".index", scope_of_request()), code=303)


def _bar(walk: Walk) -> dict[str, object]:
    """How far the round has come, for the bar above a card."""
    total = len(walk.round) or len(_keys(walk.wish))
    scope, deck = walk.wish.scope, decks.name_of(db.session, current_learner(), walk.wish.scope)
    return {
        "place": walk.place,
        "total": max(total, walk.place),
        "title": WHICH[walk.wish.which],
        "labels": (deck,) if deck else scope_labels(scope, current_catalogue()),
    }


def _fields(walk: Walk) -> list[tuple[str, str]]:
    """The way as hidden fields of a form that goes on."""
    scope = walk.wish.scope
    lists = Scope.from_query(scope.query)
    named = [
        (name, value)
        for name in ("domains", "tactics", "platforms", "difficulties", "techniques", "kinds")
        for value in getattr(lists, name)
    ]
    return [*named, *((name, str(value)) for name, value in walk.values.items())]


def _noted(key: str) -> str:
    """Tell a card shown here from one shown in study, which can be rated."""
    return f"custom/{key}"


def _card_url(endpoint: str, walk: Walk, key: str, **values: str) -> str:
    stix_id, _, kind = key.rpartition("/")
    return with_scope(
        endpoint, walk.wish.scope, stix_id=stix_id, kind=kind, **walk.values, **values
    )
