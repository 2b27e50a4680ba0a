"""Kill the server under clients that rate cards, again and again, and look what is left.

``python -m bench.faults [--kills 200]``. Every rating that was acknowledged must be there once,
and every card must be what the replay of its log says.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from threading import Event, Lock, Thread
from urllib.parse import urlencode

from flask import Flask
from itsdangerous import URLSafeSerializer
from sqlalchemy import select

from bench.measure import heading, row
from quiz import create_app
from quiz.db.base import alembic, begin_writing, db
from quiz.db.models import Review
from quiz.questions.kinds import KINDS
from quiz.services import learners, log
from tests.factories import NOON

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = 4
KILLS = 200
PATIENCE = 60
"""How long, in seconds, a server may take to start or a client to end."""

Rating = tuple[str, int]
"""A card's key and the place in its log."""


class Page(HTMLParser):
    """The link that turns a card, and what its form of ratings sends."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.reveal = ""
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a" and found.get("id") == "reveal":
            self.reveal = found["href"]
        elif tag == "form":
            self._inside = found.get("action", "")
            if "/rating" in self._inside:
                self.action = self._inside
        elif tag == "input" and self.action and self._inside == self.action:
            self.fields[found.get("name", "")] = found.get("value", "")

    _inside = ""


@dataclass
class Server:
    """The app as a learner runs it, on a port of its own, in a process that can be killed."""

    instance: Path
    techniques: Path
    port: int = 0
    process: subprocess.Popen[str] | None = None
    up: Event = field(default_factory=Event)

    def start(self) -> None:
        environment = {
            **os.environ,
            "BENCH_INSTANCE": str(self.instance),
            "QUIZ_TECHNIQUES_DIR": str(self.techniques),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "bench.faulty_app", "serve", "--port", "0"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "http://" in line:
                self.port = int(line.split("http://127.0.0.1:")[1].split()[0])
                self.up.set()
                return
        raise RuntimeError("the server did not start")

    def kill(self) -> None:
        self.up.clear()
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)
        if self.process.stdout:
            self.process.stdout.close()


class Client(Thread):
    """Someone who rates one card after another, and sends a form again until it is answered."""

    def __init__(self, server: Server, number: int, *, tabs: int) -> None:
        super().__init__(daemon=True)
        self.server, self.random, self.tabs = server, Random(number), tabs
        self.kind = list(KINDS)[number]  # each studies cards of another kind
        self.cookie = ""
        self.acknowledged: Counter[Rating] = Counter()
        self.count = self.resent = 0
        self.done = Event()
        self.failure: Exception | None = None
        self._lock = Lock()

    def run(self) -> None:
        try:
            while not self.done.is_set():
                self._rate_a_card()
        except Exception as error:  # noqa: BLE001 - the thread that checks raises it
            self.failure = error

    def _rate_a_card(self) -> None:
        _, front = self._get(f"/study/?kinds={self.kind}")
        page = Page(front)
        if not page.reveal:
            return
        status, back = self._get(page.reveal)
        page = Page(back)
        if status != 200 or not page.action:
            return  # another tab was faster
        # Few are known, or there would soon be no card left to rate.
        rating = self.random.choices((1, 2, 3, 4), (50, 45, 4, 1))[0]
        fields = {**page.fields, "rating": str(rating)}
        key, sequence, _ = _noted(fields["shown"])
        tabs = [
            Thread(target=self._send, args=(page.action, fields, (key, sequence)))
            for _ in range(self.tabs)
        ]
        for tab in tabs:
            tab.start()
        for tab in tabs:
            tab.join()

    def _send(self, action: str, fields: dict[str, str], rating: Rating) -> None:
        status, _ = self._request("POST", action, urlencode(fields))
        if status == 303:
            with self._lock:
                self.acknowledged[rating] += 1
                self.count += 1

    def _get(self, path: str) -> tuple[int, str]:
        for _ in range(4):
            status, text = self._request("GET", path, "")
            if status not in {302, 303}:
                return status, text
            path = text
        return status, text

    def _request(self, method: str, path: str, body: str) -> tuple[int, str]:
        """Ask until there is a whole answer; of a redirect, where it leads is the text."""
        while True:
            self.server.up.wait(PATIENCE)
            connection = HTTPConnection("127.0.0.1", self.server.port, timeout=20)
            try:
                headers = {"Cookie": self.cookie}
                if body:
                    headers["Content-Type"] = "application/x-www-form-urlencoded"
                connection.request(method, path.partition("#")[0], body, headers)
                response = connection.getresponse()
                text = response.read().decode()
            except (OSError, HTTPException):
                self.resent += method == "POST"
                time.sleep(0.02)
                continue
            finally:
                connection.close()
            for value in response.headers.get_all("Set-Cookie") or ():
                self.cookie = value.partition(";")[0]
            return response.status, response.headers.get("Location") or text


def run(kills: int = KILLS, *, tabs: int = 1, seed: int = 1) -> None:
    """Kill a server under clients and check what is left; raises AssertionError."""
    random = Random(seed)
    with tempfile.TemporaryDirectory() as scratch:
        techniques = _collection(Path(scratch))
        server = Server(instance=Path(scratch) / "instance", techniques=techniques)
        app = create_app({"INSTANCE_DIR": server.instance, "TECHNIQUES_DIR": str(techniques)})
        _set_up(app)
        clients = [Client(server, number, tabs=tabs) for number in range(CLIENTS)]
        server.start()
        for client in clients:
            client.start()
        try:
            for _ in range(kills):
                _wait_for(clients, random.randint(1, 12))
                time.sleep(random.uniform(0, 0.05))
                server.kill()
                server.start()
        finally:
            for client in clients:
                client.done.set()
            for client in clients:
                client.join(PATIENCE)
            server.kill()
        _check(app, clients, kills, tabs)


def _wait_for(clients: list[Client], more: int) -> None:
    """Let so many ratings be acknowledged, however long each takes on this machine."""
    before, until = _total(clients), time.monotonic() + PATIENCE
    while _total(clients) < before + more and time.monotonic() < until:
        time.sleep(0.002)


def _total(clients: list[Client]) -> int:
    return sum(client.count for client in clients)


def _collection(folder: Path) -> Path:
    """Take a part of the starter, so that the server is up again in no time."""
    starter = ROOT / "techniques" / "starter"
    few = folder / "techniques" / "starter"
    few.mkdir(parents=True)
    for path in [starter / "collection.json", *sorted(starter.glob("*.md"))[:30]]:
        shutil.copy(path, few)
    return few.parent


def _set_up(app: Flask) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with app.app_context():
        alembic.upgrade()
        begin_writing(db.session)
        learner = learners.local_learner(db.session, now=NOON)
        learner.new_per_day = learner.reviews_per_day = 100_000
        learner.bury_siblings = False
        db.session.commit()


def _check(app: Flask, clients: list[Client], kills: int, tabs: int) -> None:
    for client in clients:
        assert client.failure is None, client.failure
        assert not client.is_alive(), "a client hangs"
    acknowledged = sum((client.acknowledged for client in clients), Counter[Rating]())
    with app.app_context():
        begin_writing(db.session)
        learner = learners.local_learner(db.session, now=NOON)
        there = Counter(
            (key, sequence)
            for key, sequence in db.session.execute(select(Review.card_key, Review.sequence))
        )
        lost = acknowledged.keys() - there.keys()
        assert not lost, f"{len(lost)} acknowledged ratings are lost: {sorted(lost)[:3]}"
        assert set(there.values()) <= {1}, "a rating is there twice"
        differences = log.rebuild(db.session, learner)
        assert not differences, f"{len(differences)} cards are not what their log says"
        db.session.rollback()
    row(
        f"{kills} kills, {CLIENTS} clients" + (f", {tabs} tabs each" if tabs > 1 else ""),
        f"{len(acknowledged)} ratings",
        f"{sum(client.resent for client in clients)} sent again",
        "each there once",
    )


def _noted(signed: str) -> tuple[str, int, int]:
    found: tuple[str, int, int] = tuple(URLSafeSerializer("").loads_unsafe(signed)[1])
    return found


def measure(kills: int) -> None:
    """Kill it under clients that each study their own cards, and under pairs of tabs."""
    heading("Killing the server under clients that rate cards")
    run(kills)
    run(kills, tabs=2)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    kills = parser.parse_args().kills
    measure(kills)
    return 0


if __name__ == "__main__":
    sys.exit(main())
