"""How connections are set up, and how writing begins."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from inspect import iscoroutinefunction
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import Session, sessionmaker

from quiz.db import base
from quiz.db.base import (
    FIRST_SAFE_WAL,
    begin_writing,
    db,
    end_reading,
    has_begun_writing,
    is_writing,
)
from quiz.db.models import Card, Learner
from tests import factories
from tests.factories import NOON


def pragma(connection: Connection, name: str) -> object:
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


def test_every_sqlite_connection_is_set_up_for_safety(sqlite: Engine) -> None:
    wal = sqlite3.sqlite_version_info >= FIRST_SAFE_WAL
    with sqlite.connect() as first, sqlite.connect() as second:
        for connection in (first, second):
            assert pragma(connection, "foreign_keys") == 1
            assert pragma(connection, "busy_timeout") == 5000
            assert pragma(connection, "synchronous") == 2
            assert pragma(connection, "journal_mode") == ("wal" if wal else "truncate")


def test_the_engines_of_an_app_are_set_up_alike(tmp_path: Path) -> None:
    app = Flask("quiz")
    app.config["SQLALCHEMY_ENGINES"] = {"default": f"sqlite:///{tmp_path / 'app.sqlite'}"}
    db.init_app(app)
    with app.app_context():
        assert pragma(db.session.connection(), "foreign_keys") == 1
        assert not is_writing(db.session.connection())
        begin_writing(db.session)
        assert is_writing(db.session.connection())
        db.session.rollback()
        db.engine.dispose()


def test_no_event_loop_is_started_after_a_request(tmp_path: Path) -> None:
    app = Flask("quiz")
    app.config["SQLALCHEMY_ENGINES"] = {"default": f"sqlite:///{tmp_path / 'app.sqlite'}"}
    db.init_app(app)
    assert app.teardown_appcontext_funcs
    assert not any(map(iscoroutinefunction, app.teardown_appcontext_funcs))


def test_a_read_does_not_take_the_write_lock(sqlite: Engine) -> None:
    with Session(sqlite) as reader, Session(sqlite) as writer:
        reader.execute(select(Learner)).all()
        begin_writing(writer)
        assert is_writing(writer.connection())
        assert not is_writing(reader.connection())


def test_a_second_writer_waits_its_turn_and_sees_what_the_first_wrote(sqlite: Engine) -> None:
    found: list[int] = []

    def write_after_the_first() -> None:
        with Session(sqlite) as second:
            begin_writing(second)
            found.append(len(second.scalars(select(Learner)).all()))
            second.rollback()

    with Session(sqlite) as first:
        begin_writing(first)
        thread = Thread(target=write_after_the_first)
        thread.start()
        factories.learner(first)
        first.commit()
        thread.join(timeout=10)
    assert found == [1]


def test_a_writer_that_waits_too_long_is_told_that_the_database_is_locked(sqlite: Engine) -> None:
    def wait_briefly(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA busy_timeout=20")

    event.listen(sqlite, "connect", wait_briefly)
    with Session(sqlite) as first, Session(sqlite) as second:
        begin_writing(first)
        with pytest.raises(OperationalError, match="locked"):
            begin_writing(second)


def test_a_writer_does_not_ask_sqlite_before_it_is_its_turn(sqlite: Engine) -> None:
    begun: list[str] = []
    waits = Event()

    def note(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("BEGIN"):
            begun.append(statement)
        elif "busy_timeout" in statement:
            waits.set()

    def write() -> None:
        with Session(sqlite) as second:
            begin_writing(second)

    event.listen(sqlite, "before_cursor_execute", note)
    with Session(sqlite) as first:
        begin_writing(first)
        thread = Thread(target=write)
        thread.start()
        assert waits.wait(10)
        assert begun == ["BEGIN IMMEDIATE"]
        first.rollback()
        thread.join(timeout=10)
    assert begun == ["BEGIN IMMEDIATE"] * 2


def test_who_fails_while_writing_gives_the_turn_back(sqlite: Engine) -> None:
    with Session(sqlite) as failing:
        begin_writing(failing)
        failing.add(Card(learner_id=0, key="a/tactic", stix_id="a", kind="tactic"))
        with pytest.raises(IntegrityError):
            failing.flush()
    start = monotonic()
    with Session(sqlite) as next_one:
        begin_writing(next_one)
    assert monotonic() - start < 4  # or it would have waited for five seconds


def test_ending_a_read_lets_others_write_and_ends_no_write(sqlite: Engine) -> None:
    make = sessionmaker(sqlite, expire_on_commit=False)
    with make() as session:
        session.scalars(select(Learner)).all()
        end_reading(session)
        assert not session.in_transaction()
        begin_writing(session)
        end_reading(session)
        assert has_begun_writing(session)


def test_what_was_read_before_writing_began_stays_loaded(sqlite: Engine) -> None:
    make = sessionmaker(sqlite, expire_on_commit=False)
    with make() as session:
        begin_writing(session)
        factories.learner(session, name="Ada")
        session.commit()
    with make() as session:
        learner = session.scalars(select(Learner)).one()
        begin_writing(session)
        assert "name" in learner.__dict__


def test_beginning_to_write_twice_keeps_one_transaction(sqlite: Engine) -> None:
    with Session(sqlite) as session:
        begin_writing(session)
        factories.learner(session)
        begin_writing(session)
        session.rollback()
        assert session.scalars(select(Learner)).all() == []


def test_beginning_to_write_after_the_first_change_is_refused(sqlite: Engine) -> None:
    with Session(sqlite) as session:
        session.scalars(select(Learner)).all()
        session.add(Learner(name="Ada", created_at=NOON))
        with pytest.raises(RuntimeError, match="before the first change"):
            begin_writing(session)


def test_a_savepoint_takes_back_only_its_own_changes(session: Session) -> None:
    kept = factories.learner(session, name="kept")
    savepoint = session.begin_nested()
    factories.learner(session, name="taken back")
    savepoint.rollback()
    session.commit()
    assert session.scalars(select(Learner.name)).all() == [kept.name]


def test_a_row_that_refers_to_nothing_is_refused(session: Session) -> None:
    session.add(Card(learner_id=0, key="a/tactic", stix_id="a", kind="tactic"))
    with pytest.raises(IntegrityError):
        session.flush()


def test_moments_come_back_in_utc_whatever_their_zone_was(session: Session) -> None:
    there = datetime(2026, 3, 11, 23, 30, 0, 123456, timezone(timedelta(hours=5, minutes=45)))
    learner = factories.learner(session, created_at=there)
    session.commit()
    session.expire_all()
    assert learner.created_at == there
    assert learner.created_at.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(session: Session) -> None:
    with pytest.raises(StatementError, match="naive datetime"):
        factories.learner(session, created_at=datetime(2026, 3, 11))  # noqa: DTZ001 - meant


def test_a_sqlite_without_mathematics_gets_it() -> None:
    connection = sqlite3.connect(":memory:")
    for name, numbers in (("ln", 1), ("power", 2)):
        connection.create_function(name, numbers, None)
    with pytest.raises(sqlite3.OperationalError):
        connection.execute("SELECT ln(1.0)")
    base._add_missing_functions(cast(DBAPIConnection, connection))
    found = connection.execute("SELECT ln(2.0), power(2.0, 0.5)").fetchone()
    assert found == pytest.approx((0.6931, 1.4142), abs=1e-4)
    connection.close()
