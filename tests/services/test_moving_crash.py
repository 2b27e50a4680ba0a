"""A process that is killed while cards move to a new release leaves them before or after it."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session

from quiz.db.base import Base, begin_writing, configure_engine
from quiz.db.models import Learner, TaughtRelease
from quiz.services import log, moving
from tests import factories
from tests.factories import NOON
from tests.moving import BADGE, LATER, RIBBON, card, release, review, without

ROOT = Path(__file__).resolve().parents[2]
NEXT = release("2", without("T9001.001"), {RIBBON: BADGE})

MOVE_AND_DIE = """
import os, signal, sys

from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from quiz.db.base import configure_engine
from quiz.services import moving
from tests.services.test_moving_crash import LATER, NEXT

engine = create_engine(sys.argv[1])
configure_engine(engine)
written = 0


@event.listens_for(engine, "before_cursor_execute")
def die(connection, cursor, statement, *_):
    global written
    if statement.startswith(("INSERT", "UPDATE", "DELETE")):
        written += 1
        if written == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)


with Session(engine, expire_on_commit=False) as session:
    moving.notice(session, NEXT, now=LATER)
    session.commit()
print("whole", written)
"""


@pytest.fixture
def studied(sqlite: Engine) -> Engine:
    """A database with two learners who know what will be revoked and its successor."""
    with Session(sqlite, expire_on_commit=False) as session:
        begin_writing(session)
        first = release("1")
        moving.notice(session, first, now=NOON)
        for name in ("Ada", "Grace"):
            learner = factories.learner(session, name=name)
            review(session, learner, first, f"{RIBBON}/description", 3, 3)
            review(session, learner, first, f"{BADGE}/description", 3)
        session.commit()
    return sqlite


def rows(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(table.select())]
            for table in Base.metadata.sorted_tables
        }


def copies(engine: Engine, folder: Path) -> Iterator[Engine]:
    for number in range(1, 50):
        path = shutil.copyfile(str(engine.url.database), folder / f"{number}.sqlite")
        copy = create_engine(f"sqlite:///{path}")
        configure_engine(copy)
        yield copy
        copy.dispose()


def test_a_kill_at_any_write_leaves_everything_before_or_after(
    studied: Engine, tmp_path: Path
) -> None:
    before = rows(studied)
    killed = 0
    for number, engine in enumerate(copies(studied, tmp_path), start=1):
        done = subprocess.run(
            [sys.executable, "-c", MOVE_AND_DIE, str(engine.url), str(number)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        killed += 1
        assert rows(engine) == before
        with Session(engine, expire_on_commit=False) as session:
            assert moving.notice(session, NEXT, now=LATER)
            session.commit()
            _assert_moved(session)
    assert killed >= 5
    with Session(engine, expire_on_commit=False) as session:
        assert session.scalars(select(TaughtRelease)).one().since == LATER
        begin_writing(session)
        _assert_moved(session)


def _assert_moved(session: Session) -> None:
    begin_writing(session)
    for learner in session.scalars(select(Learner)).all():
        assert card(session, learner, f"{BADGE}/description").reviews == 2
        assert card(session, learner, f"{RIBBON}/description").reviews == 1
        assert log.rebuild(session, learner) == []
