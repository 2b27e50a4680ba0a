"""A learner's statistics beside Anki's graphs, of the same cards and reviews.

``python -m bench.statistics``. Ours must be faster with 100,000 and with 1,000,000 reviews of a
year; the first look, which adds up every day once, is told by itself.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import insert
from sqlalchemy.orm import Session

from bench.measure import heading, row, seconds
from quiz import create_app
from quiz.content.release_folder import import_release
from quiz.content.stix import read_release
from quiz.db.base import WRITES, alembic, begin_writing, db
from quiz.db.models import Card
from quiz.learning import scheduling
from quiz.learning.parameters import STANDARD
from quiz.learning.scheduling import MemoryState
from quiz.learning.statistics import Range
from quiz.services import day_summaries, learners, statistics
from quiz.services.deck import Flashcards

CARDS = 8_000
SIZES = {100_000: 15, 1_000_000: 9}
"""Reviews, and in how many pairs the two are timed."""
NOW = datetime.now(UTC).replace(hour=12, microsecond=0)
YEAR = timedelta(days=364)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A card of the made-up learner: when it was seen last, and how it is remembered."""

    stability: float
    difficulty: float
    interval: int
    seen_days_ago: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """A made-up review; ``state`` is as our log has it, ``interval`` the one before, in days."""

    card: int
    at: datetime
    rating: int
    state: str
    interval: int
    duration_ms: int


def run(bundle: Path, scratch: Path) -> None:
    if not bundle.is_file():
        print("\nStatistics: no bundle is here (ATTACK_DATA), so nothing is measured")
        return
    techniques = scratch / "techniques"
    for domain in sorted(bundle.parent.glob("*-18.1.json.gz")):  # one alone has too few cards
        import_release(read_release(domain), techniques)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    heading(f"Statistics of a year, {CARDS:,} cards")
    row("reviews", "Anki's graphs", "our figures", "our page", "our first look")
    for reviews, pairs in SIZES.items():
        app = _ours(scratch / f"ours-{reviews}", techniques, reviews)
        works = [_graphs(scratch / f"anki-{reviews}", reviews), _service(app), _page(app)]
        first = seconds(works[1])[0]
        works[2]()
        times: list[list[float]] = [[], [], []]
        for _ in range(pairs):
            for work, found in zip(works, times, strict=True):
                found.append(seconds(work)[0])
        theirs, ours, page = map(median, times)
        row(
            f"  {reviews:,}",
            f"{theirs * 1000:.0f} ms",
            f"{ours * 1000:.0f} ms x{ours / theirs:.2f}",
            f"{page * 1000:.0f} ms x{page / theirs:.2f}",
            f"{first * 1000:.0f} ms x{first / theirs:.2f}",
        )


def _cards(rng: Random) -> list[Made]:
    found = []
    for _ in range(CARDS):
        stability = rng.uniform(1, 300)
        interval = max(1, round(stability * rng.uniform(0.9, 1.1)))
        found.append(
            Made(
                stability=stability,
                difficulty=rng.uniform(1, 10),
                interval=interval,
                seen_days_ago=rng.randrange(min(interval + 3, 360)),
            )
        )
    return found


def _reviews(number: int, rng: Random) -> Iterator[Rated]:
    start = NOW - YEAR
    for place in range(number):
        yield Rated(
            card=rng.randrange(CARDS),
            at=start + YEAR * (place / number),
            rating=rng.choices((1, 2, 3, 4), (1, 1, 7, 1))[0],
            state=rng.choices(("review", "learning", "relearning"), (8, 1, 1))[0],
            interval=rng.randrange(1, 120),
            duration_ms=rng.randrange(2_000, 20_000),
        )


# Ours


def _ours(instance: Path, techniques: Path, reviews: int) -> Flask:
    app = create_app(
        {"INSTANCE_DIR": instance, "TECHNIQUES_DIR": str(techniques), "NOW": lambda: NOW}
    )
    catalogue = app.extensions["techniques"].load().catalogue
    rng = Random(1)
    with app.app_context():
        alembic.upgrade()
        begin_writing(db.session)
        learner = learners.local_learner(db.session, now=NOW)
        keys = list(catalogue.once(Flashcards).cards)[:CARDS]
        assert len(keys) == CARDS
        rows = [_card(learner.id, k, m) for k, m in zip(keys, _cards(rng), strict=True)]
        db.session.execute(insert(Card), rows)
        _log(db.session, learner.id, keys, _reviews(reviews, rng))
        db.session.connection().exec_driver_sql(
            "UPDATE card SET entries = (SELECT count(*) FROM review WHERE card_id = card.id)"
        )
        db.session.connection().exec_driver_sql("ANALYZE")
        db.session.commit()
    return app


def _card(learner_id: int, key: str, made: Made) -> dict[str, Any]:
    stix_id, _, kind = key.rpartition("/")
    last = NOW - timedelta(days=made.seen_days_ago)
    return {
        "learner_id": learner_id,
        "key": key,
        "stix_id": stix_id,
        "kind": kind,
        "state": "review",
        "stability": made.stability,
        "difficulty": made.difficulty,
        "due": last + timedelta(days=made.interval),
        "last_review": last,
        "first_review": NOW - YEAR,
        "reviews": 12,
        "asked": 10,
        "remembered": 9,
        "duration_ms": 80_000,
    }


def _log(session: Session, learner_id: int, keys: list[str], reviews: Iterator[Rated]) -> None:
    """Write the log straight into its table: what the scheduler said is the same in each row."""
    before = scheduling.review(MemoryState(), 4, NOW)
    memory = json.dumps(before.to_dict())
    columns = (
        *("learner_id", "card_id", "card_key", "sequence", "seed", "rating", "reviewed_at"),
        *("time_zone", "duration_ms", "before", "after", "algorithm", "parameters_version", "day"),
        *("first_that_day", "state_before", "interval_before", "predicted"),
    )
    rng = Random(2)
    session.connection().exec_driver_sql(
        f"INSERT INTO review ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        [
            (
                *(learner_id, rated.card + 1, keys[rated.card], sequence, 0, rated.rating),
                f"{rated.at:%Y-%m-%d %H:%M:%S.%f}",
                *("UTC", rated.duration_ms, memory, memory, scheduling.ALGORITHM),
                *(STANDARD.version, f"{rated.at - timedelta(hours=4):%Y-%m-%d}"),
                *(rated.state == "review", rated.state, rated.interval, rng.uniform(0.75, 0.98)),
            )
            for sequence, rated in enumerate(reviews, 1)
        ],
    )


def _service(app: Flask) -> Callable[[], None]:
    """The figures alone, kept as the page keeps them."""
    catalogue = app.extensions["techniques"].load().catalogue
    with app.app_context():
        engine = db.engine

    def work() -> None:
        with Session(engine.execution_options(**WRITES), expire_on_commit=False) as session:
            learner = learners.local_learner(session, now=NOW)
            found = statistics.statistics(session, learner, catalogue, now=NOW, range_=Range.YEAR)
            if found.days.changed:
                day_summaries.keep(session, learner, found.days)
            session.commit()

    return work


def _page(app: Flask) -> Callable[[], None]:
    client = app.test_client()

    def work() -> None:
        response = client.get("/progress/statistics")
        assert response.status_code == 200

    return work


# Anki's


def _graphs(folder: Path, reviews: int) -> Callable[[], None]:
    """Anki's graphs of a year, over the same cards and reviews written into its own tables."""
    from anki.collection import Collection
    from anki.decks import DeckId

    folder.mkdir()
    path = str(folder / "collection.anki2")
    collection = Collection(path)
    model = collection.models.by_name("Basic")
    assert model is not None
    assert collection.db is not None
    note = collection.new_note(model)
    note["Front"], note["Back"] = "Question", "Answer"
    collection.add_note(note, DeckId(1))
    collection.db.execute("DELETE FROM cards")
    rng, now = Random(1), int(NOW.timestamp())
    today, first = collection.sched.today, now * 1000 - CARDS
    collection.db.executemany(
        "INSERT INTO cards (id, nid, did, ord, mod, usn, type, queue, due, ivl, factor, reps,"
        " lapses, left, odue, odid, flags, data)"
        " VALUES (?, ?, 1, 0, ?, -1, 2, 2, ?, ?, 0, 12, 1, 0, 0, 0, 0, ?)",
        [
            (
                *(first + place, note.id, now),
                *(today - made.seen_days_ago + made.interval, made.interval),
                json.dumps(
                    {
                        "s": round(made.stability, 4),
                        "d": round(made.difficulty, 3),
                        "dr": 0.9,
                        "decay": 0.1542,
                        "lrt": now - made.seen_days_ago * 86_400,
                    }
                ),
            )
            for place, made in enumerate(_cards(rng))
        ],
    )
    kinds = {"learning": 0, "review": 1, "relearning": 2}
    collection.db.executemany(
        "INSERT INTO revlog (id, cid, usn, ease, ivl, lastIvl, factor, time, type)"
        " VALUES (?, ?, -1, ?, ?, ?, 500, ?, ?)",
        [
            (
                *(int(rated.at.timestamp() * 1000), first + rated.card, rated.rating),
                *(rated.interval, rated.interval, rated.duration_ms, kinds[rated.state]),
            )
            for rated in _reviews(reviews, rng)
        ],
    )
    collection.close()
    collection = Collection(path)

    def work() -> None:
        collection._backend.graphs(search="", days=365)

    return work


def main() -> int:
    from bench.__main__ import BUNDLE

    with tempfile.TemporaryDirectory() as scratch:
        run(BUNDLE, Path(scratch))
    return 0


if __name__ == "__main__":
    sys.exit(main())
