"""The next card and its rating, in small and large databases, beside Anki's own library.

``python -m bench.study``. The cost must not grow by more than half from 8,000 to 100,000 card
states, nor from 10,000 to 1,000,000 reviews in the database.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from statistics import median
from threading import Thread
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import insert, text
from sqlalchemy.orm import Session, sessionmaker
from waitress.server import create_server

from bench.faults import Page
from bench.measure import heading, percentile, row
from quiz import create_app
from quiz.content.release_folder import import_release
from quiz.content.stix import read_release
from quiz.db.base import WRITES, alembic, begin_writing, db
from quiz.db.models import Card, Fit, Learner, Review
from quiz.learning import scheduling
from quiz.learning.parameters import STANDARD
from quiz.learning.scheduling import MemoryState
from quiz.services import learners, study
from quiz.services.deck import Flashcards

LEARNER_CARDS = 8_000
SIZES = ((8_000, 10_000), (100_000, 10_000), (8_000, 1_000_000), (100_000, 1_000_000))
"""Card states and reviews in the database."""
ROUNDS = 12
A_ROUND = 10
NOW = datetime.now(UTC).replace(hour=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A database of some size, and the app over it."""

    cards: int
    reviews: int
    app: Flask


def run(bundle: Path, scratch: Path) -> None:
    if not bundle.is_file():
        print("\nStudying a release: no bundle is here (ATTACK_DATA), so nothing is measured")
        return
    techniques = scratch / "techniques"
    import_release(read_release(bundle), techniques)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    cases = [_case(scratch, techniques, cards, reviews) for cards, reviews in SIZES]
    heading("The next card and its rating")
    row("card states / reviews in the database", "service", "", "over HTTP", "")
    service = _interleaved([_through_service(case) for case in cases])
    http = _interleaved([_through_http(_serve(case)) for case in cases])
    for case, ours, paged in zip(cases, service, http, strict=True):
        row(
            f"  {case.cards:,} / {case.reviews:,}",
            f"{median(ours) * 1000:.2f} ms",
            f"x {median(ours) / median(service[0]):.2f}",
            f"{median(paged) * 1000:.1f} ms",
            f"x {median(paged) / median(http[0]):.2f}",
        )
    row(
        "  of them the slowest 1%",
        f"{percentile(service[-1], 0.99) * 1000:.2f} ms",
        "",
        f"{percentile(http[-1], 0.99) * 1000:.1f} ms",
    )
    theirs, ours = _interleaved([_through_anki(scratch / "anki"), _through_service(cases[0])])
    row(
        "Anki's library, 8,000 cards: card and answer",
        f"{median(theirs) * 1000:.2f} ms",
        f"x {median(ours) / median(theirs):.1f} is ours",
    )


def _interleaved(steps: list[Callable[[], None]]) -> list[list[float]]:
    """Time some things in turn, so that a noisy machine meets all of them alike."""
    times: list[list[float]] = [[] for _ in steps]
    for number in range(ROUNDS + 1):
        for step, found in zip(steps, times, strict=True):
            for _ in range(A_ROUND):
                start = perf_counter()
                step()
                if number:  # the first round fills caches
                    found.append(perf_counter() - start)
    return times


# Databases


def _case(scratch: Path, techniques: Path, cards: int, reviews: int) -> Case:
    instance = scratch / f"{cards}-{reviews}"
    app = create_app(
        {"INSTANCE_DIR": instance, "TECHNIQUES_DIR": str(techniques), "NOW": lambda: NOW}
    )
    catalogue = app.extensions["techniques"].load().catalogue
    with app.app_context():
        alembic.upgrade()
        begin_writing(db.session)
        own = learners.local_learner(db.session, now=NOW)
        own.new_per_day, own.reviews_per_day = 20, 9999
        keys = list(catalogue.once(Flashcards).cards)[:LEARNER_CARDS]
        _fill(db.session, own, keys, min(reviews, 10_000))
        _multiply(db.session, round(cards / len(keys)), reviews)
        # Weights were fitted just now: a fit, once in a tenth more reviews, is measured elsewhere.
        db.session.add(Fit(learner_id=own.id, created_at=NOW, decided_at=NOW, reviews=reviews))
        db.session.commit()
        db.session.execute(text("ANALYZE"))
        found = tuple(
            db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("card", "review")
        )
        db.session.rollback()
    return Case(cards=found[0], reviews=found[1], app=app)


def _fill(session: Session, learner: Learner, keys: list[str], reviews: int) -> None:
    """Give the learner who is measured some months of cards, one in sixteen due today."""
    rng = Random(1)
    session.execute(insert(Card), [_card(learner.id, key, rng) for key in keys])
    ids: list[tuple[int, str]] = [
        (row.id, row.key) for row in session.execute(text("SELECT id, key FROM card ORDER BY id"))
    ]
    session.execute(
        insert(Review),
        [
            _review(learner.id, *ids[n % len(ids)], sequence=n // len(ids) + 1, rng=rng)
            for n in range(reviews)
        ],
    )
    session.execute(
        text("UPDATE card SET entries = (SELECT count(*) FROM review WHERE card_id = card.id)")
    )
    session.execute(text("UPDATE card SET reviews = max(entries, 1)"))


def _card(learner_id: int, key: str, rng: Random) -> dict[str, Any]:
    stability = rng.uniform(2, 90)
    last = NOW - timedelta(days=rng.uniform(1, stability))
    stix_id, _, kind = key.rpartition("/")
    return {
        "learner_id": learner_id,
        "key": key,
        "stix_id": stix_id,
        "kind": kind,
        "state": "review",
        "stability": stability,
        "difficulty": rng.uniform(1, 10),
        "due": NOW + timedelta(days=rng.uniform(-1, 15)),
        "last_review": last,
        "first_review": last - timedelta(days=30),
        "reviews": 1,
    }


def _review(
    learner_id: int, card_id: int, key: str, *, sequence: int, rng: Random
) -> dict[str, Any]:
    at = NOW - timedelta(days=rng.uniform(1, 365))
    before = scheduling.review(MemoryState(), 4, at - timedelta(days=9))
    return {
        "learner_id": learner_id,
        "card_id": card_id,
        "card_key": key,
        "sequence": sequence,
        "seed": sequence - 1,
        "rating": rng.choices((1, 2, 3, 4), (1, 1, 7, 1))[0],
        "reviewed_at": at,
        "time_zone": "UTC",
        "duration_ms": 7000,
        "before": before.to_dict(),
        "after": scheduling.review(before, 3, at).to_dict(),
        "algorithm": scheduling.ALGORITHM,
        "parameters_version": STANDARD.version,
        "day": at.date(),
        "first_that_day": True,
        "state_before": "review",
        "interval_before": 9.0,
        "predicted": 0.9,
    }


def _multiply(session: Session, times: int, reviews: int) -> None:
    """Give other learners the same cards, and everyone reviews until there are enough."""
    others = [
        {"name": f"Learner {n}", "time_zone": "UTC", "created_at": NOW} for n in range(1, times)
    ]
    if others:
        session.execute(insert(Learner), others)
        same = ", ".join(_columns(Card, "learner_id"))
        session.execute(
            text(
                f"INSERT INTO card (learner_id, {same}) SELECT other.id, {same}"
                " FROM (SELECT id FROM learner WHERE id > 1) AS other"
                f" JOIN (SELECT {same} FROM card WHERE learner_id = 1)"
            )
        )
    there = session.execute(text("SELECT count(*) FROM review")).scalar_one()
    cards = session.execute(text("SELECT count(*) FROM card")).scalar_one()
    each = (reviews - there) // cards
    if each <= 0:
        return
    same = ", ".join(_columns(Review, "learner_id", "card_id", "card_key", "sequence"))
    session.execute(
        text(
            "INSERT INTO review (learner_id, card_id, card_key, sequence, "
            f"{same}) WITH RECURSIVE numbers(n) AS"
            f" (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {each})"
            " SELECT card.learner_id, card.id, card.key, card.entries + n, pattern.* FROM card, "
            f"numbers, (SELECT {same} FROM review WHERE id = 1) AS pattern"
        )
    )
    session.execute(text(f"UPDATE card SET entries = entries + {each}, reviews = entries + {each}"))


def _columns(model: type[Card] | type[Review], *without: str) -> list[str]:
    return [c.name for c in model.__table__.columns if c.name not in {"id", *without}]


# One card and its rating


def _through_service(case: Case) -> Callable[[], None]:
    catalogue = case.app.extensions["techniques"].load().catalogue
    with case.app.app_context():
        engine = db.engine
    sessions = sessionmaker(engine.execution_options(**WRITES), expire_on_commit=False)
    moments = _moments()

    def step() -> None:
        now = next(moments)
        with sessions() as session:
            learner = learners.local_learner(session, now=now)
            served = study.next_card(session, learner, catalogue, now=now)
            assert served is not None
            study.rate(
                session,
                learner,
                catalogue,
                served.key,
                3,
                sequence=served.sequence,
                duration_ms=7000,
                now=now,
            )
            session.commit()

    return step


def _moments() -> Iterator[datetime]:
    at = NOW
    while True:
        yield at
        at += timedelta(seconds=7)


def _through_http(port: int) -> Callable[[], None]:
    """Rate the card on the page, and follow where that leads: the next card's back."""
    connection = HTTPConnection("127.0.0.1", port)
    cookies: list[str] = [""]

    def ask(method: str, path: str, body: str = "") -> str:
        while True:
            headers = {"Cookie": cookies[0]}
            if body:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path.partition("#")[0], body, headers)
            response = connection.getresponse()
            found = response.read().decode()
            for value in response.headers.get_all("Set-Cookie") or ():
                cookies[0] = value.partition(";")[0]
            if response.status != 303:
                assert response.status == 200, f"{path} answered {response.status}"
                return found
            method, path, body = "GET", response.headers["Location"], ""

    back = [ask("GET", Page(ask("GET", "/study/")).reveal)]

    def step() -> None:
        page = Page(back[0])
        front = ask("POST", page.action, urlencode({**page.fields, "rating": "3"}))
        back[0] = ask("GET", Page(front).reveal)

    return step


def _serve(case: Case) -> int:
    """Serve an app on a port of its own until this process ends."""
    server = create_server(case.app, host="127.0.0.1", port=0, threads=4)
    Thread(target=server.run, daemon=True).start()
    port: int = server.effective_port
    return port


def _through_anki(folder: Path) -> Callable[[], None]:
    """Anki's own library: the next card and its answer, over as many cards of its own."""
    from anki.collection import Collection
    from anki.decks import DeckId
    from anki.scheduler.v3 import CardAnswer, Scheduler

    folder.mkdir()
    collection = Collection(str(folder / "collection.anki2"))
    rng = Random(1)
    model = collection.models.by_name("Basic")
    assert model is not None
    deck = DeckId(1)
    for number in range(LEARNER_CARDS):
        note = collection.new_note(model)
        note["Front"], note["Back"] = f"Question {number}", f"Answer {number}"
        collection.add_note(note, deck)
    assert collection.db is not None
    today = collection.sched.today
    collection.db.executemany(
        "UPDATE cards SET type = 2, queue = 2, ivl = ?, due = ?, reps = 3 WHERE id = ?",
        [
            (rng.randint(2, 90), today + rng.randint(-1, 60), id_)
            for id_ in collection.db.list("SELECT id FROM cards")
        ],
    )
    limits = collection.decks.config_dict_for_deck_id(deck)
    limits["rev"]["perDay"] = 9999
    collection.decks.update_config(limits)

    scheduler = collection.sched
    assert isinstance(scheduler, Scheduler)

    def step() -> None:
        queued = scheduler.get_queued_cards()
        states = queued.cards[0].states
        card = collection.get_card(queued.cards[0].card.id)
        card.start_timer()
        answer = scheduler.build_answer(card=card, states=states, rating=CardAnswer.GOOD)
        scheduler.answer_card(answer)

    return step


def main() -> int:
    from bench.__main__ import BUNDLE

    with tempfile.TemporaryDirectory() as scratch:
        run(BUNDLE, Path(scratch))
    return 0


if __name__ == "__main__":
    sys.exit(main())
