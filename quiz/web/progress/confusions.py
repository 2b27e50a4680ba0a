"""Confusions: what was taken for what, what tells the two apart, and drilling them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from quiz.content.technique import Technique
from quiz.db.base import db
from quiz.learning.setup import Mode
from quiz.services import confusions, contrasts, switches
from quiz.services.confusions import Mixed
from quiz.services.lookalikes import Trait, traits
from quiz.web.context import (
    current_catalogue,
    current_learner,
    current_zone,
    scope_labels,
    scope_of_request,
    with_scope,
)
from quiz.web.paging import offered

bp = Blueprint("confusions", __name__, url_prefix="/confusions")

PAGE_SIZE = 20
MATRIX_SIZE = 8
"""How many techniques the matrix has at most: as many as fit on a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A pair with what tells it apart; ``value`` names it to a drill, and is empty without one."""

    mixed: Mixed
    traits: Sequence[Trait]
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """How often each of some techniques was taken for each of them, row by row.

    ``all`` says that there are no others.
    """

    techniques: tuple[Technique, ...]
    rows: tuple[tuple[int, ...], ...]
    all: bool


@bp.get("")
def index() -> ResponseReturnValue:
    """List the pairs that are mixed up, most often and lately first."""
    catalogue, learner = current_catalogue(), current_learner()
    scope = replace(scope_of_request(), kinds=())  # a mistake is one in whatever kind it was made
    found = confusions.mixed_up(db.session, learner, catalogue, scope)
    last = max(1, -(-len(found) // PAGE_SIZE))
    number = min(max(1, request.args.get("page", 1, type=int)), last)
    off = switches.switched_off(db.session)
    rows = [
        Row(
            mixed=mixed,
            traits=traits(mixed.pair.one, mixed.pair.other, catalogue),
            value=mixed.pair.value(catalogue)
            if contrasts.can_drill(mixed.pair, catalogue, off)
            else "",
        )
        for mixed in found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    ]
    return render_template(
        "progress/confusions.html",
        rows=rows,
        pairs=len(found),
        times=sum(mixed.times for mixed in found),
        matrix=matrix(found),
        few=len(found) < contrasts.HANDFUL,
        scope=scope,
        labels=scope_labels(scope, catalogue),
        drill_all=with_scope("quizzes.index", scope, mode=Mode.CONTRAST),
        contrast=Mode.CONTRAST,
        number=number,
        last=last,
        pages=offered(number, last),
        zone=current_zone(),
    )


def matrix(found: Sequence[Mixed]) -> Matrix | None:
    """Set the techniques of the first pairs against one another; None where two are all."""
    chosen: dict[Technique, None] = {}
    for mixed in found:
        both = {mixed.pair.one: None, mixed.pair.other: None}
        if len(chosen | both) <= MATRIX_SIZE:
            chosen |= both
    if len(chosen) < 3:
        return None
    times = {(w.technique, w.taken_for): w.times for mixed in found for w in mixed.ways}
    shown = tuple(sorted(chosen, key=lambda t: (t.domain, t.attack_id)))
    rows = tuple(tuple(times.get((asked, taken), 0) for taken in shown) for asked in shown)
    return Matrix(
        techniques=shown, rows=rows, all=len(chosen) == len({t for p in times for t in p})
    )
