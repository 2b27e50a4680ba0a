"""The database handle, the base of every model, and how each connection is set up."""

import math
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from inspect import iscoroutinefunction
from threading import Lock
from typing import Any, ClassVar

from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import Script
from click import ClickException
from flask import Flask
from flask_alembic import Alembic
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import JSON, Connection, DateTime, Dialect, Engine, MetaData, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

FIRST_SAFE_WAL = (3, 51, 3)
"""The first SQLite in which a checkpoint that meets a commit cannot corrupt the file."""

WRITES = {"begins": "BEGIN IMMEDIATE"}
"""The execution option of a connection whose transactions write."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC, on SQLite too. Refuses a naive datetime, which would be a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn a moment of any zone into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Mark what SQLite gives back as the UTC it is."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every model; names its constraints alike so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        dict[str, Any]: JSON(none_as_null=True),
        list[str]: JSON(none_as_null=True),
        list[float]: JSON(none_as_null=True),
    }


class Database(SQLAlchemy):
    """The engines and sessions of an app, each engine prepared by :func:`configure_engine`."""

    def init_app(self, app: Flask) -> None:  # type: ignore[override]
        """Make the engines that the app's configuration names."""
        super().init_app(app)
        # It would start an event loop after every request, to close asynchronous sessions that
        # we do not have: slow, and an error in a thread that runs a loop already.
        closers = app.teardown_appcontext_funcs
        closers[:] = [close for close in closers if not iscoroutinefunction(close)]
        with app.app_context():
            for engine in self.engines.values():
                configure_engine(engine)


class Migrations(Alembic):
    """Migrations that run whole or not at all, and only upwards: the way back is a backup."""

    def init_app(self, app: Flask) -> None:
        """Register the ``flask db`` commands, and what every migration needs."""
        # Comparing with the models needs them imported; they import this module.
        import quiz.db.models  # noqa: F401

        app.config["ALEMBIC_CONTEXT"] = {
            # SQLite changes a column by rebuilding its table.
            "render_as_batch": True,
            # True on SQLite too, because configure_engine has every transaction begin.
            "transactional_ddl": True,
            "on_version_apply": _check_foreign_keys,
            **app.config.get("ALEMBIC_CONTEXT", {}),
        }
        super().init_app(app)

    def run_migrations(
        self,
        fn: Callable[[str | list[str] | tuple[str, ...], MigrationContext], list[MigrationStep]],
        **kwargs: Any,
    ) -> None:
        """Run migrations in one transaction, on SQLite with foreign keys unenforced.

        Where SQLite rebuilds a table it drops the old one, and with foreign keys
        enforced that deletes every row that refers to it.
        """
        connection = self.migration_context.connection
        if connection is None or connection.dialect.name != "sqlite":
            super().run_migrations(fn, **kwargs)
            return
        connection.rollback()  # ends what reading the current version began
        connection.execution_options(**WRITES)
        # Straight to the driver: the pragma does nothing inside a transaction.
        driver = connection.connection.cursor()
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            super().run_migrations(fn, **kwargs)
        finally:
            driver.execute("PRAGMA foreign_keys=ON")
            driver.close()

    def downgrade(self, target: int | str | Script = -1) -> None:
        """Refuse: what an older version cannot hold would be lost."""
        raise ClickException("Migrations go up only. To go back, restore a backup.")


def configure_engine(engine: Engine) -> None:
    """Prepare every connection that an engine will make. PostgreSQL needs nothing.

    On SQLite, SQLAlchemy begins the transactions instead of the driver, as its
    documentation of SQLite's transactions advises: a read with ``BEGIN``, a
    write with ``BEGIN IMMEDIATE``, see :func:`begin_writing`.
    """
    if engine.dialect.name == "sqlite":
        turns = _Turns()
        event.listen(engine, "connect", _prepare_connection)
        event.listen(engine, "begin", turns.begin)
        event.listen(engine, "checkin", turns.end)


class _Turns:
    """Lets the writers of a process go one by one, each woken when the one before has ended.

    SQLite by itself lets a connection that waits for another sleep and look again, in steps of up
    to a tenth of a second, while others overtake it. It still does so for other processes.
    """

    def __init__(self) -> None:
        self._turn = Lock()

    def begin(self, connection: Connection) -> None:
        """Begin a transaction; one that writes waits for its turn, as long as SQLite would."""
        how = connection.get_execution_options().get("begins", "BEGIN")
        if how == WRITES["begins"]:
            connection.info["turn"] = self._take(connection)
        connection.exec_driver_sql(how)

    def end(self, _: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        """Let the next one write: a transaction has ended when its connection is given back."""
        if record.info.pop("turn", False):
            self._turn.release()

    def _take(self, connection: Connection) -> bool:
        """Wait for the turn; without it, SQLite decides what comes of the transaction."""
        if connection.info.get("turn") or self._turn.acquire(blocking=False):
            return True
        patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() / 1000
        return self._turn.acquire(timeout=patience)


def begin_writing(session: Session) -> None:
    """Start a transaction that writes. Call it before the first change, and commit.

    SQLite then waits for its one writer's turn here, and nowhere else: a read
    that turns into a write fails at once where another writes. What was loaded
    before stays loaded. On PostgreSQL, and where the transaction is one that
    writes already, nothing happens.

    Raises RuntimeError where the session holds changes already.
    """
    if session.get_bind().dialect.name != "sqlite":
        return
    if session.in_transaction():
        if is_writing(session.connection()):
            return
        if session.new or session.dirty or session.deleted:
            raise RuntimeError("begin_writing comes before the first change")
        session.commit()
    session.connection(execution_options=WRITES)


def end_reading(session: Session) -> None:
    """End a transaction that has only read; what was loaded stays loaded.

    On SQLite everyone who wants to write waits for it. On PostgreSQL nobody does, so that it
    goes on and saves the asking for another.
    """
    if session.get_bind().dialect.name == "sqlite" and not has_begun_writing(session):
        session.commit()


def has_begun_writing(session: Session) -> bool:
    """Tell whether a session's transaction on SQLite has the right to write."""
    return session.in_transaction() and is_writing(session.connection())


def is_writing(connection: Connection) -> bool:
    """Tell whether a connection's transaction on SQLite has the right to write."""
    return "begins" in connection.get_execution_options()


def _prepare_connection(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver begins nothing: see _Turns
    wal = sqlite3.sqlite_version_info >= FIRST_SAFE_WAL
    cursor = connection.cursor()
    for setting in (
        "busy_timeout=5000",  # milliseconds; first, because the next may have to wait
        "cache_size=-16000",  # KiB: all cards of a learner stay in memory
        # To cut the journal is waited for, to delete it is not: a power cut could bring it back.
        f"journal_mode={'WAL' if wal else 'TRUNCATE'}",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()
    _add_missing_functions(connection)


_FUNCTIONS = (("ln", math.log, 1), ("power", math.pow, 2))


def _add_missing_functions(connection: DBAPIConnection) -> None:
    """Give SQLite the functions that PostgreSQL has and a SQLite built without them lacks."""
    for name, function, numbers in _FUNCTIONS:
        try:
            connection.execute(f"SELECT {name}({', '.join(['1.0'] * numbers)})").close()
        except sqlite3.OperationalError:
            connection.create_function(name, numbers, function, deterministic=True)


def _check_foreign_keys(*, ctx: MigrationContext, step: object, **_: object) -> None:
    """Refuse a migration that leaves rows which refer to nothing, before it is committed."""
    connection = ctx.connection
    if connection is not None and connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"{step} would leave rows that refer to nothing: {broken[:5]}")


db = Database(
    # A connection that the server has dropped meanwhile is replaced, not shown as an error.
    engine_options={"pool_pre_ping": True},
    # What a request has read, such as its learner, stays loaded when it begins to write.
    session_options={"expire_on_commit": False},
)
alembic = Migrations(metadatas=Base.metadata)
