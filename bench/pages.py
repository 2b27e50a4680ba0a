"""Every page with a learner of 10,000 reviews, beside a bare Flask page."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text

from bench.measure import heading, memory_mib, row, seconds
from quiz import create_app
from quiz.content.catalogue import Catalogue
from quiz.db.base import alembic, begin_writing, db
from quiz.learning.setup import Setup
from quiz.questions.scope import Scope
from quiz.services import learners, starting, study
from quiz.services.deck import Flashcards

REVIEWS = 10_000
CARDS = 2_500
RUNS = 15
NOW = datetime.now(UTC)


def run(folder: Path, scratch: Path) -> None:
    (scratch / "techniques").mkdir()
    (scratch / "techniques" / "attack").symlink_to(folder, target_is_directory=True)
    app = create_app(
        {"INSTANCE_DIR": scratch / "instance", "TECHNIQUES_DIR": str(scratch / "techniques")}
    )
    catalogue = app.extensions["techniques"].load().catalogue
    with app.app_context():
        alembic.upgrade()
        took, attempt = seconds(lambda: _live(catalogue))
    heading(f"Pages with {len(catalogue)} techniques and {REVIEWS} reviews")
    row("recording the reviews, each through the service", f"{took / REVIEWS * 1000:.2f} ms each")
    technique = catalogue.learning_order[0]
    urls = {
        "today": "/",
        "study": "/study/",
        "quiz builder": "/quiz/",
        "quiz question": f"/quiz/{attempt}/1",
        "library": "/library/",
        "library, searched": "/library/?q=registry",
        "technique": f"/library/{technique.domain}/{technique.attack_id}",
        "progress": "/progress/",
        "statistics": "/progress/statistics",
    }
    client, bare = app.test_client(), _bare_page(scratch).test_client()
    _time(bare, "/")
    row("page", "median", "beside bare", "queries")
    for label, url in urls.items():
        queries = _queries(app, client, url)
        ours, theirs = [], []
        for _ in range(RUNS):
            ours.append(_time(client, url))
            theirs.append(_time(bare, "/"))
        row(
            f"  {label}",
            f"{median(ours) * 1000:.1f} ms",
            f"x {median(ours) / median(theirs):.1f}",
            f"{queries}",
        )
    row("  a bare Flask page that does one select", f"{median(theirs) * 1000:.1f} ms")
    row("memory of the process at its most", f"{memory_mib():.0f} MiB")


def _live(catalogue: Catalogue) -> int:
    """Review and answer as a learner of some months would have; give an open quiz's id."""
    learner = learners.local_learner(db.session, now=NOW - timedelta(days=90))
    db.session.commit()
    begin_writing(db.session)
    rng = Random(1)
    keys = list(catalogue.once(Flashcards).cards)[:CARDS]
    sequences: dict[str, int] = {}
    for number in range(REVIEWS):
        key = rng.choice(keys)
        at = NOW - timedelta(days=90) * (1 - number / REVIEWS)
        sequence = sequences.get(key, 0) + 1
        try:
            study.rate(
                db.session,
                learner,
                catalogue,
                key,
                rng.choices((1, 2, 3, 4), (1, 1, 7, 1))[0],
                sequence=sequence,
                duration_ms=7000,
                now=at,
            )
        except study.UnknownCard:
            keys.remove(key)
            continue
        sequences[key] = sequence
    attempt = starting.start(
        db.session,
        learner,
        catalogue,
        setup=Setup(scope=Scope(), length=20),
        seed=1,
        token="bench",
        now=NOW,
    )
    db.session.commit()
    return attempt.id


def _time(client: FlaskClient, url: str) -> float:
    took, response = seconds(lambda: client.get(url, follow_redirects=True))
    if response.status_code != 200:
        raise SystemExit(f"{url} answered {response.status}")
    return took


def _queries(app: Flask, client: FlaskClient, url: str) -> int:
    statements: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", keep)
    _time(client, url)
    event.remove(engine, "before_cursor_execute", keep)
    return sum(not s.startswith(("BEGIN", "PRAGMA")) for s in statements)


def _bare_page(scratch: Path) -> Flask:
    """The least a page with a database can be: what Flask and SQLAlchemy cost anyway."""
    from sqlalchemy import create_engine

    app = Flask("bare")
    engine = create_engine(f"sqlite:///{scratch / 'bare.sqlite'}")

    @app.get("/")
    def page() -> str:
        with engine.connect() as connection:
            return f"<p>{connection.execute(text('select 1')).scalar()}</p>"

    return app
