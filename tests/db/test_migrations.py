"""Migrations lead from nothing to exactly the models' tables, and lose nothing on the way."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import sqlalchemy as sa
from click import ClickException
from flask import Flask

from quiz.db import base
from quiz.db.base import WRITES, alembic, db

MIGRATIONS = Path(base.__file__).with_name("migrations")
VERSIONS = sorted(path.name.partition("_")[0] for path in MIGRATIONS.glob("[0-9]*_*.py"))
LATEST = VERSIONS[-1]

Apps = Callable[..., Flask]


@pytest.fixture
def make_app() -> Iterator[Apps]:
    """Make an app that holds nothing but a database; more folders may hold more migrations."""
    engines: list[sa.Engine] = []

    def make(url: str | sa.URL, *folders: Path) -> Flask:
        app = Flask("quiz")
        app.config["SQLALCHEMY_ENGINES"] = {"default": {"url": url}}
        app.config["ALEMBIC"] = {
            "script_location": str(MIGRATIONS),
            "version_locations": [str(folder) for folder in folders],
        }
        db.init_app(app)
        alembic.init_app(app)
        with app.app_context():
            engines.extend(db.engines.values())
        return app

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str | sa.URL:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite'}"
    new_postgresql = request.getfixturevalue("new_postgresql")
    url: sa.URL = new_postgresql(f"migrations_{abs(hash(request.node.name))}")
    return url


def test_upgrading_an_empty_database_gives_exactly_the_models(
    make_app: Apps, empty_database: str | sa.URL
) -> None:
    with make_app(empty_database).app_context():
        assert alembic.needs_upgrade()
        alembic.upgrade()
        assert alembic.compare_metadata() == []
        assert not alembic.needs_upgrade()


def test_migrated_constraints_and_indexes_are_named_as_the_models_name_them(
    make_app: Apps, empty_database: str | sa.URL
) -> None:
    with make_app(empty_database).app_context():
        alembic.upgrade()
        inspector = sa.inspect(db.engine)
        for table in base.Base.metadata.sorted_tables:
            assert _names(inspector, table.name) == _model_names(table)


def test_upgrading_twice_changes_nothing(make_app: Apps, empty_database: str | sa.URL) -> None:
    app = make_app(empty_database)
    for _ in range(2):
        with app.app_context():
            alembic.upgrade()
            assert not alembic.needs_upgrade()


@pytest.mark.parametrize("version", VERSIONS[:-1])
def test_what_was_learned_before_a_migration_is_kept(
    make_app: Apps, empty_database: str | sa.URL, version: str
) -> None:
    with make_app(empty_database).app_context():
        alembic.upgrade(version)
        _add_learner_with_card()
        before = _rows("learner"), _rows("card")
        assert len(before[0]) == len(before[1]) == 1
        alembic.upgrade()
        for rows, table in zip(before, ("learner", "card"), strict=True):
            # What is new comes last.
            assert [row[: len(rows[0])] for row in _rows(table)] == rows
        assert _count("flag") == _count("switched_off") == _count("taught_release") == 0


def test_reviews_of_before_tell_their_study_day_and_what_was_predicted(
    make_app: Apps, empty_database: str | sa.URL
) -> None:
    with make_app(empty_database).app_context():
        alembic.upgrade("1795509600")
        _add_learner_with_card()
        known = {
            "state": "review",
            "stability": 10.0,
            "due": "2026-03-09T12:00:00+00:00",
            "last_review": "2026-03-01T12:00:00+00:00",
        }
        new = {"state": "new", "stability": None, "due": None, "last_review": None}
        # Berlin's day starts at three in UTC then: half past two is the day before.
        _add_review(1, "2026-03-01 02:30:00", new)
        _add_review(2, "2026-03-11 12:00:00", known)
        _add_review(3, "2026-03-11 12:10:00", known)
        alembic.upgrade()
        with db.engine.connect() as connection:
            rows = connection.execute(
                sa.text(
                    "SELECT day, first_that_day, state_before, interval_before, predicted, source"
                    " FROM review ORDER BY sequence"
                )
            ).all()
            entries = connection.execute(sa.text("SELECT entries FROM card")).scalar_one()
    assert entries == 3
    assert [(str(row[0]), bool(row[1])) for row in rows] == [
        ("2026-02-28", True),
        ("2026-03-11", True),
        ("2026-03-11", False),
    ]
    assert [row[2:4] for row in rows] == [("new", None), ("review", 8.0), ("review", 8.0)]
    assert rows[0][4] is None
    assert rows[1][4] == pytest.approx(0.9)  # ten days after the last review at stability 10
    assert {row[5] for row in rows} == {"card"}


def test_rebuilding_a_table_keeps_the_rows_that_refer_to_it(
    make_app: Apps, empty_database: str | sa.URL, tmp_path: Path
) -> None:
    app = make_app(empty_database, tmp_path / "later")
    with app.app_context():
        alembic.upgrade(LATEST)
        _add_learner_with_card()
    _write_migration(
        tmp_path / "later",
        """
        with op.batch_alter_table("learner") as batch:
            batch.alter_column("name", type_=sa.String(300), existing_type=sa.String(200))
        """,
    )
    app = make_app(empty_database, tmp_path / "later")
    with app.app_context():
        alembic.upgrade()
        assert _count("learner") == _count("card") == 1
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_a_migration_that_fails_half_way_leaves_everything_as_it_was(
    make_app: Apps, empty_database: str | sa.URL, tmp_path: Path
) -> None:
    _write_migration(
        tmp_path / "later",
        """
        op.execute("UPDATE learner SET name = 'changed'")
        op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
        raise RuntimeError("half way")
        """,
    )
    app = make_app(empty_database, tmp_path / "later")
    with app.app_context():
        alembic.upgrade(LATEST)
        _add_learner_with_card()
    with app.app_context(), pytest.raises(RuntimeError, match="half way"):
        alembic.upgrade()
    with app.app_context():
        assert "half" not in sa.inspect(db.engine).get_table_names()
        with db.engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT name FROM learner")) == "Ada"
        assert alembic.needs_upgrade()


def test_a_migration_that_orphans_rows_is_refused_on_sqlite(make_app: Apps, tmp_path: Path) -> None:
    _write_migration(tmp_path / "later", 'op.execute("DELETE FROM learner")')
    app = make_app(f"sqlite:///{tmp_path / 'test.sqlite'}", tmp_path / "later")
    with app.app_context():
        alembic.upgrade(LATEST)
        _add_learner_with_card()
    with app.app_context(), pytest.raises(RuntimeError, match="refer to nothing"):
        alembic.upgrade()
    with app.app_context():
        assert _count("learner") == 1


def test_going_down_is_refused_because_it_would_lose_data(make_app: Apps, tmp_path: Path) -> None:
    with make_app(f"sqlite:///{tmp_path / 'test.sqlite'}").app_context():
        alembic.upgrade()
        with pytest.raises(ClickException, match="restore a backup"):
            alembic.downgrade()


def _add_learner_with_card() -> None:
    with db.engine.connect().execution_options(**WRITES) as connection, connection.begin():
        connection.execute(
            sa.text(
                "INSERT INTO learner (id, name, time_zone, time_zone_known, rollover_hour,"
                " new_per_day, created_at)"
                " VALUES (1, 'Ada', 'UTC', FALSE, 4, 10, '2026-03-11 12:00:00')"
            )
        )
        connection.execute(
            sa.text(
                "INSERT INTO card (learner_id, key, stix_id, kind, state, reviews, lapses)"
                " VALUES (1, 'a/tactic', 'a', 'tactic', 'new', 0, 0)"
            )
        )


def _add_review(sequence: int, at: str, before: dict[str, Any]) -> None:
    with db.engine.connect().execution_options(**WRITES) as connection, connection.begin():
        connection.execute(
            sa.text(
                "INSERT INTO review (learner_id, card_id, card_key, sequence, seed, rating,"
                " reviewed_at, time_zone, duration_ms, before, after, algorithm,"
                " parameters_version) SELECT 1, id, key, :sequence, 0, 3, :at, 'Europe/Berlin',"
                " 900, :before, :before, 'FSRS-6', 'default' FROM card"
            ).bindparams(sa.bindparam("at", type_=sa.DateTime(timezone=True))),
            {
                "sequence": sequence,
                "at": datetime.fromisoformat(at).replace(tzinfo=UTC),
                "before": json.dumps(before),
            },
        )
        connection.execute(sa.text("UPDATE card SET reviews = :sequence"), {"sequence": sequence})


def _count(table: str) -> int:
    with db.engine.connect() as connection:
        found: int = connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
        return found


def _rows(table: str) -> list[tuple[Any, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {table}"))]


def _write_migration(folder: Path, upgrade: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "2000000000_later.py").write_text(
        dedent(f"""\
        import sqlalchemy as sa
        from alembic import op

        revision = "2000000000"
        down_revision = "{LATEST}"
        branch_labels = None
        depends_on = None


        def upgrade() -> None:
        """)
        + "".join(f"    {line}\n" for line in dedent(upgrade).strip().splitlines())
    )


def _names(inspector: sa.Inspector, table: str) -> set[Any]:
    return {
        inspector.get_pk_constraint(table)["name"],
        *(key["name"] for key in inspector.get_foreign_keys(table)),
        *(constraint["name"] for constraint in inspector.get_unique_constraints(table)),
        *(i["name"] for i in inspector.get_indexes(table) if "duplicates_constraint" not in i),
    }


def _model_names(table: sa.Table) -> set[Any]:
    return {
        *(constraint.name for constraint in table.constraints),
        *(index.name for index in table.indexes),
    }
