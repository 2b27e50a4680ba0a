"""``flask questions export``, as another program would call it."""

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from quiz import create_app
from quiz.content.release_folder import import_release
from quiz.content.stix import read_release
from tests.bundles import bundle, rich_house, write
from tests.catalogues import STARTER


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """An app whose database can never be reached: these commands must not need one."""
    missing = tmp_path / "nowhere" / "no.sqlite"
    return create_app(
        {"INSTANCE_DIR": tmp_path / "instance", "DATABASE_URL": f"sqlite:///{missing}"}
    )


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def test_a_named_folder_is_exported_and_touches_no_database(runner: FlaskCliRunner) -> None:
    done = runner.invoke(
        args=["questions", "export", "--format", "jsonl", "--dir", str(STARTER), "--kind", "tactic"]
    )
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) > 50
    assert {row["kind"] for row in rows} == {"tactic"}


def test_without_a_folder_the_active_collections_are_exported(runner: FlaskCliRunner) -> None:
    active = runner.invoke(args=["questions", "export", "--kind", "attack-id", "--seed", "3"])
    assert active.exit_code == 0
    assert {json.loads(line)["seed"] for line in active.stdout.splitlines()} == {3}


def test_the_bytes_are_the_same_every_time(runner: FlaskCliRunner) -> None:
    args = ["questions", "export", "--kind", "description", "--seed", "9", "--per-card", "2"]
    first, second = runner.invoke(args=args), runner.invoke(args=args)
    assert first.stdout_bytes == second.stdout_bytes
    first.stdout_bytes.decode("utf-8")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--dir", "no/such/folder"], "is not a folder"),
        (["--kind", "nonsense"], "Invalid value for '--kind'"),
        (["--per-card", "0"], "Invalid value for '--per-card'"),
        (["--format", "xml"], "Invalid value for '--format'"),
    ],
)
def test_a_wrong_option_is_refused_in_words(
    runner: FlaskCliRunner, args: list[str], words: str
) -> None:
    done = runner.invoke(args=["questions", "export", *args])
    assert done.exit_code != 0
    assert words in done.output


def test_a_folder_without_techniques_is_refused(runner: FlaskCliRunner, tmp_path: Path) -> None:
    done = runner.invoke(args=["questions", "export", "--dir", str(tmp_path)])
    assert done.exit_code != 0
    assert "no technique" in done.output


def test_the_terms_of_the_collections_go_to_standard_error(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    source = write(tmp_path / "house-7.json", bundle(rich_house()))
    folder = import_release(read_release(source), tmp_path / "techniques").folder
    done = runner.invoke(args=["questions", "export", "--dir", str(folder), "--kind", "attack-id"])
    assert done.exit_code == 0, done.output
    assert all(json.loads(line)["kind"] == "attack-id" for line in done.stdout.splitlines())
    assert "House ATT&CK 7\n\n© 2031 The MITRE Corporation." in done.stderr
    assert "FITNESS FOR A PARTICULAR PURPOSE." in done.stderr
