"""Whatever is asked for while a quiz is open, no response tells a key that may not be told yet."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask, Response, jsonify, redirect, session
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.test import TestResponse

from quiz.content.catalogue import Catalogue
from quiz.content.folder import TechniqueFolder
from quiz.db.base import begin_writing, db
from quiz.db.models import AttemptQuestion
from quiz.exports.formats import FORMATS
from quiz.learning.setup import Setup
from quiz.questions.scope import Scope
from quiz.services import breaks, decks, learners, saved_quizzes
from quiz.services.deck import Deck
from tests.studying import rate
from tests.web.conftest import Clock
from tests.web.crawling import Arguments, Crawl, NoArguments, Request, everything_in, says
from tests.web.planting import SEED, another_key, canaries, canary, open_quizzes, plant, untold

QUERIES = {
    "admin.flags": ("show=all", "show=off", "page=2"),
    "library.index": ("q=process", "view=matrix", "tactics=discovery"),
    "quizzes.count": ("tactics=discovery",),
    "quizzes.index": ("preview=1&tactics=discovery", f"preview=1&seed={SEED - 1}", "mode=exam"),
    "quizzes.ready": ("seed=5&length=5", "mode=exam&minutes=5"),
    "quizzes.taking.question": ("chosen=1&confidence=sure&version=7", "place-1=2&place-2=2"),
    "account.data.download": ("open=leave-out", "open=all"),
}
"""What can be asked for beside an address, by endpoint."""

ANSWERS = (
    (("chosen", "1"), ("version", "0"), ("go", "review")),
    (("chosen", "1"), ("chosen", "2"), ("version", "1"), ("confidence", "guess")),
    tuple((f"place-{n}", str(n)) for n in range(1, 5)),
)
SENT = {
    "quizzes.taking.answer": ANSWERS,
    "quizzes.taking.save": ANSWERS,
    "quizzes.taking.take_back": ((("version", "1"),),),
    "quizzes.start": (
        (("length", "5"), ("name", "Kept"), ("keep", "1")),
        (("length", "5"), ("preview", "1")),
        (("length", "40"), ("for_me", "1"), ("kinds", "description"), ("mode", "practice")),
    ),
}
"""What can be sent, by endpoint, beside nothing and what the pages' own forms send."""


class Lived(NamedTuple):
    """An app whose one learner has a bit of everything, with three quizzes open."""

    app: Flask
    database: Path
    arguments: Arguments

    @property
    def catalogue(self) -> Catalogue:
        found: Catalogue = self.app.extensions["techniques"].load().catalogue
        return found

    def crawl(self, look: Callable[[Request, TestResponse], None]) -> Crawl:
        # What was found out about cards on the way shows in their number: each starts afresh.
        self.app.extensions["techniques"] = TechniqueFolder(self.app.config["TECHNIQUES_DIR"])
        return Crawl(self.app, self.database, self.arguments, QUERIES, SENT, look)


@pytest.fixture
def lived(app: Flask, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lived:
    # What is random differs between two responses for no reason of ours.
    monkeypatch.setattr("secrets.randbits", lambda _: 5)
    monkeypatch.setattr("secrets.randbelow", lambda _: 5)
    monkeypatch.setattr("secrets.token_urlsafe", lambda _=None: "token")
    attempts = open_quizzes(app, clock)
    catalogue: Catalogue = app.extensions["techniques"].load().catalogue
    with app.app_context():
        begin_writing(db.session)
        others = _live(catalogue, clock)
        rows = db.session.scalars(select(AttemptQuestion).order_by(AttemptQuestion.id)).all()
        db.session.commit()
    places = [{"attempt_id": row.attempt_id, "position": row.position} for row in rows]
    asked = [{"stix_id": row.stix_id, "kind": row.kind} for row in rows]
    about = [t for t in catalogue.techniques if t.stix_id in {row.stix_id for row in rows[:4]}]
    known = [
        *others,
        {"attempt_id": 99},
        *({"attempt_id": id_} for id_ in attempts),
        *places,
        {"attempt_id": attempts[1], "position": 0},
        {"attempt_id": attempts[2], "position": 99},
        *asked[:2],
        {"stix_id": "none", "kind": "tactic"},
        *({"domain": "enterprise", "attack_id": str(t.attack_id)} for t in about),
        *({"slug": slug} for slug in (*FORMATS, "none")),
        *({"attempt_id": attempts[0], "slug": slug} for slug in FORMATS),
        {"attempt_id": attempts[1], "slug": next(iter(FORMATS))},
        {"fit_id": 99},
        {"review_id": 1},
        {"review_id": 99},
        {"filename": "css/quizzes.css"},
        {"filename": "none"},
    ]
    names = {frozenset(values) for values in known}
    return Lived(
        app,
        tmp_path / "test.sqlite",
        {name: [values for values in known if frozenset(values) == name] for name in names},
    )


def _live(catalogue: Catalogue, clock: Clock) -> list[dict[str, Any]]:
    """Study, plan a break, save a deck and a quiz; gives what to ask for each of them with."""
    now, own = clock(), db.session
    learner = learners.local_learner(own, now=now)
    cards = [key for key in catalogue.once(Deck).cards if key.endswith("/description")][:4]
    for number, key in enumerate(cards):
        rate(own, learner, key, 1 + number % 3, at=now, catalogue=catalogue)
    deck = decks.make(own, learner, catalogue, name="Mine", scope=Scope(kinds=("tactic",)), now=now)
    away = breaks.plan(
        own,
        learner,
        first_day=now.date() + timedelta(days=9),
        last_day=now.date() + timedelta(days=12),
        spread_days=3,
        now=now,
    )
    saved = saved_quizzes.save(own, learner, name="Mine", setup=Setup(), now=now)
    return [
        {"stix_id": cards[0].rpartition("/")[0], "kind": "description"},
        *({"deck_id": id_} for id_ in (deck.id, 99)),
        *({"break_id": id_} for id_ in (away.id, 99)),
        *({"quiz_id": id_} for id_ in (saved.id, 99)),
    ]


class Watch:
    """Notes what every response said, and those that hold what may not be told yet.

    What is said after a key was told, as by an answer in a practice quiz, may depend on it.
    """

    def __init__(self, lived: Lived) -> None:
        self.leaks: list[tuple[Request, str]] = []
        self.said: list[tuple[Request, str]] = []
        self._database = lived.database
        self._sealed = untold(lived.database)
        self._words = {id_: canary(id_) for id_ in self._sealed}
        self._seeds = [str(SEED + number) for number in range(3)]

    def __call__(self, request: Request, response: TestResponse) -> None:
        text, still = everything_in(response), untold(self._database)
        self.said.append((request, says(response) if still == self._sealed else "a key was told"))
        if "canary" in text:
            found = {id_ for id_, word in self._words.items() if word in text} & still
            self.leaks += [(request, f"the key of {id_}") for id_ in found]
        if any(seed in text for seed in self._seeds) and still == self._sealed:
            self.leaks.append((request, "the seed"))


def with_canaries(lived: Lived) -> Watch:
    """Keep the database as it was drawn beside it, and plant canaries in all open keys."""
    shutil.copyfile(lived.database, lived.database.with_suffix(".drawn"))
    plant(lived.app, untold(lived.database), canaries)
    return Watch(lived)


def with_other_keys(lived: Lived) -> Watch:
    """Go back to the database as it was drawn, and make something else right everywhere."""
    with lived.app.app_context():
        db.engine.dispose()
    shutil.copyfile(lived.database.with_suffix(".drawn"), lived.database)
    plant(lived.app, untold(lived.database), another_key(lived.catalogue))
    return Watch(lived)


def test_no_response_tells_or_depends_on_what_is_right_before_the_answer(lived: Lived) -> None:
    watch = with_canaries(lived)
    crawl = lived.crawl(watch)
    crawl.everything()
    assert watch.leaks == []
    asked_for = {request.url.partition("?")[0] for request, _ in watch.said}
    assert {"/", "/quiz/3/5", "/quiz/2/finish", "/account/data/archive"} <= asked_for
    otherwise = with_other_keys(lived)
    lived.crawl(otherwise).again(crawl.script)
    for (request, said), (_, said_otherwise) in zip(watch.said, otherwise.said, strict=True):
        assert said == said_otherwise, request
    # Most of it was said while all keys were sealed: else nothing would have been compared.
    assert sum(said == "a key was told" for _, said in watch.said) < len(watch.said) / 10


FIELDS = (
    *("key", "stix_id", "attack_id", "subject", "explanation", "evidence", "difficulty"),
    *("options", "items", "targets", "accepted", "lookalikes"),
)


def leak(lived: Lived) -> dict[str, str]:
    """Add routes that tell keys: each field, and in each way. Gives their addresses."""
    ways: dict[str, Callable[[str], ResponseReturnValue]] = {
        "header": lambda word: Response("", headers={"X-Debug": word}),
        "address": redirect,
        "packed": lambda word: Response(gzip.compress(word.encode()), mimetype="application/gzip"),
        "cookie": lambda word: session.update(note=word) or "",
    }

    def stored(attempt_id: int, position: int) -> dict[str, Any]:
        found = db.session.scalars(
            select(AttemptQuestion).where(
                AttemptQuestion.attempt_id == attempt_id, AttemptQuestion.position == position
            )
        ).one_or_none()
        return found.question if found else {}

    def of_field(field: str) -> Callable[..., ResponseReturnValue]:
        return lambda **place: jsonify(stored(**place).get(field))

    def in_way(way: str) -> Callable[..., ResponseReturnValue]:
        return lambda **place: ways[way](stored(**place).get("subject", "none"))

    for name in (*FIELDS, "solution"):
        lived.app.add_url_rule(
            f"/leak/{name}/<int:attempt_id>/<int:position>", name, of_field(name)
        )
    for name in ways:
        lived.app.add_url_rule(f"/leak/{name}/<int:attempt_id>/<int:position>", name, in_way(name))
    return {name: f"/leak/{name}/" for name in (*FIELDS, "solution", *ways)}


def test_a_new_route_that_tells_a_key_is_found_however_it_does(lived: Lived) -> None:
    leaks = leak(lived)
    watch = with_canaries(lived)
    crawl = lived.crawl(watch)
    crawl.by_rules(rule for rule in crawl.rules() if rule.rule.startswith("/leak/"))
    told = {name for name, url in leaks.items() if any(url in r.url for r, _ in watch.leaks)}
    assert told == set(leaks) - {"solution"}  # of ids alone, which hold no canary
    otherwise = with_other_keys(lived)
    lived.crawl(otherwise).again(crawl.script)
    pairs = zip(watch.said, otherwise.said, strict=True)
    differ = [request.url for (request, said), (_, other) in pairs if said != other]
    assert {name for name, url in leaks.items() if any(url in found for found in differ)} == (
        set(leaks)
    )


def test_a_rule_that_the_crawl_cannot_ask_for_is_not_passed_over(lived: Lived) -> None:
    lived.app.add_url_rule("/new/<int:attempt_id>/<int:hint_id>", "new", lambda **_: "")
    with pytest.raises(NoArguments, match=r"/new/.*hint_id"):
        lived.crawl(Watch(lived)).everything()
