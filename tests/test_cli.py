"""The commands that set the app up and serve it, as a shell runs them."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from quiz.config import ROOT
from tests.catalogues import STARTER

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a command, with a database and a folder of collections of its own."""
    shutil.copytree(STARTER, tmp_path / "techniques" / "starter")
    return os.environ | {
        "QUIZ_TECHNIQUES_DIR": str(tmp_path / "techniques"),
        "QUIZ_DATABASE_URL": f"sqlite:///{tmp_path}/quiz.sqlite",
        "QUIZ_SECRET_KEY": "x" * 32,
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """Run a command of the app to its end."""

    def command(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", *arguments],
            cwd=ROOT,
            env=environment | variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return command


def test_setup_says_what_there_is_to_learn_and_can_be_run_again(run: Run) -> None:
    for _ in range(2):
        done = run("setup", "--offline")
        assert done.returncode == 0, done.stderr
        assert "Database: up to date." in done.stdout
        learn = r"To learn: \d+ techniques from (Starter collection|Enterprise ATT&CK 15\.0)"
        assert re.search(learn, done.stdout)


def test_a_setting_that_cannot_work_stops_the_command_with_one_sentence(run: Run) -> None:
    done = run("setup", QUIZ_MODE="team")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: QUIZ_MODE=team is not available yet")
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_said_plainly(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", PORT=str(port))
    assert done.returncode == 1
    assert f"Port {port} is already in use." in done.stderr
    assert "choose another: PORT=" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def served(environment: dict[str, str], run: Run) -> Iterator["subprocess.Popen[str]"]:
    """The app, served on any free port by the command itself."""
    assert run("setup", "--offline").returncode == 0
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "flask", "--app", "app", "serve", "--port", "0"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        process.terminate()  # not Ctrl+C: a shell in the background passes on that it is ignored


def test_serving_prints_the_address_and_answers_there(served: "subprocess.Popen[str]") -> None:
    assert served.stdout is not None
    line = served.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert found, line
    with urlopen(found[0]) as response:
        assert response.status == 200
        assert b"Start with" in response.read()
