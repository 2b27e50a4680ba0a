"""Where a learner was when they did something with a card, and is taken back to."""

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from quiz.questions.scope import Scope
from quiz.web.context import find_technique, scope_of_request, with_scope
from quiz.web.study.shown import Shown

FRONT, BACK, RESULT, TECHNIQUE = "front", "back", "result", "technique"
WHILE_STUDYING = frozenset({FRONT, BACK, RESULT})
PLACES = (*WHILE_STUDYING, TECHNIQUE)


def place_of_request() -> str:
    """The page that the request came from; empty where it is none of these."""
    given: MultiDict[str, str] = request.values
    place = given.get("page", "")
    return place if place in PLACES else ""


def card_url(endpoint: str, key: str, scope: Scope, **values: str) -> str:
    """Build the URL of one of a card's pages."""
    stix_id, _, kind = key.rpartition("/")
    return with_scope(endpoint, scope, stix_id=stix_id, kind=kind, **values)


def way_back(key: str, place: str) -> str:
    """The URL of the page that something was done on, as it was left."""
    scope = scope_of_request()
    shown = Shown.read(request.values.get("shown", ""), key)
    if place == BACK and shown is not None:
        return card_url("study.back", key, scope, shown=shown.sign())
    if place == RESULT and shown is not None:
        return card_url("study.answers.result", key, scope, sequence=str(shown.sequence))
    if place in WHILE_STUDYING:
        return card_url("study.front", key, scope)
    technique = find_technique(key.rpartition("/")[0])
    if place == TECHNIQUE and technique is not None:
        return url_for("library.technique", domain=technique.domain, attack_id=technique.attack_id)
    return url_for("study.cards.index")
