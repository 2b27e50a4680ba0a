"""``flask techniques check`` and ``list``."""

import json
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from quiz import create_app
from tests.catalogues import STARTER, attack_markdown


@pytest.fixture
def runner(tmp_path: Path) -> FlaskCliRunner:
    return create_app({"INSTANCE_DIR": tmp_path / "instance"}).test_cli_runner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STARTER, tmp_path / "own"))


def test_the_starter_has_no_problem(runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["techniques", "check"])
    assert done.exit_code == 0, done.output
    assert "left out: 0; errors: 0." in done.output


def test_a_slip_is_reported_with_file_line_and_remedy(runner: FlaskCliRunner, folder: Path) -> None:
    path = next(folder.glob("*_PowerShell.md"))
    path.write_text(path.read_text().replace("- execution\n", "- exection\n"))
    done = runner.invoke(args=["techniques", "check", str(folder)])
    assert done.exit_code == 1
    line = path.read_text().splitlines().index("- exection") + 1
    assert f"{path.name}:{line}: " in done.output
    assert "execution" in done.output
    assert "left out: 1" in done.output


def test_the_report_comes_as_json_too(runner: FlaskCliRunner, folder: Path) -> None:
    next(folder.glob("*_PowerShell.md")).write_text("nothing of use\n")
    done = runner.invoke(args=["techniques", "check", "--json", str(folder)])
    assert done.exit_code == 1
    report = json.loads(done.output)
    assert report["left_out"] == 1
    assert report["problems"][0]["severity"] == "error"
    assert set(report["problems"][0]) == {"file", "line", "severity", "message"}


def test_attack_files_load_without_an_error(runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["techniques", "check", "--json", str(attack_markdown())])
    assert done.exit_code == 0
    report = json.loads(done.output)
    assert (report["techniques"], report["retired"], report["left_out"]) == (656, 143, 0)
    assert {p["severity"] for p in report["problems"]} == {"notice"}


def test_techniques_are_listed_in_order(runner: FlaskCliRunner) -> None:
    rows = json.loads(runner.invoke(args=["techniques", "list", "--json"]).output)
    ids = [row["attack_id"] for row in rows]
    assert ids == sorted(ids)
    text = runner.invoke(args=["techniques", "list"]).output
    assert "T1059.001  Command and Scripting Interpreter: PowerShell  (Execution)" in text
