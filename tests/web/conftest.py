"""An app over the starter and an empty database, and someone who uses its pages."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from quiz import create_app
from quiz.content.folder import TechniqueFolder
from quiz.db.base import db
from quiz.db.models import AttemptQuestion
from tests.web.visitor import Visitor

MakeApp = Callable[..., Flask]
Rows = Callable[[], list[AttemptQuestion]]


class Clock:
    """The only clock of an app under test: it moves when told to."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 11, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **length: float) -> None:
        self.at += timedelta(**length)


@pytest.fixture
def clock() -> Clock:
    """Noon on a Wednesday, until it is moved."""
    return Clock()


@pytest.fixture(scope="session")
def starter_folder() -> TechniqueFolder:
    """The starter, read once for the whole run."""
    return TechniqueFolder(Path(os.environ["QUIZ_TECHNIQUES_DIR"]))


@pytest.fixture
def make_app(
    empty_sqlite: Path, tmp_path: Path, clock: Clock, starter_folder: TechniqueFolder
) -> Iterator[MakeApp]:
    """Make apps over a fresh database; over the starter too, where no other folder is given."""
    made: list[Flask] = []

    def make(**config: Any) -> Flask:
        database = shutil.copyfile(empty_sqlite, tmp_path / "test.sqlite")
        app = create_app(
            {
                "TESTING": True,
                "NOW": clock,
                "INSTANCE_DIR": tmp_path / "instance",
                "DATABASE_URL": f"sqlite:///{database}",
                **config,
            }
        )
        if "TECHNIQUES_DIR" not in config:
            app.extensions["techniques"] = starter_folder
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["fit_job"].join()
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """The app over the starter, with an empty database."""
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A plain client of the app."""
    return app.test_client()


@pytest.fixture
def visitor(client: FlaskClient) -> Visitor:
    """Someone who reads the pages and sends the forms on them."""
    return Visitor(client)


@pytest.fixture
def rows(app: Flask) -> Rows:
    """The questions of every attempt in the database, as they are now."""

    def read() -> list[AttemptQuestion]:
        with app.app_context():
            ordered = select(AttemptQuestion).order_by(AttemptQuestion.id)
            return list(db.session.scalars(ordered).all())

    return read
