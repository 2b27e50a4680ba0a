"""``flask techniques check``, ``list`` and ``import``."""

import json
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from quiz import create_app
from tests.bundles import bundle, pattern, write
from tests.catalogues import STARTER, attack_bundle, attack_markdown


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


# Importing


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of collections that holds the starter."""
    shutil.copytree(STARTER, tmp_path / "techniques" / "starter")
    return tmp_path / "techniques"


@pytest.fixture
def importer(tmp_path: Path, root: Path) -> FlaskCliRunner:
    config = {"INSTANCE_DIR": tmp_path / "instance", "TECHNIQUES_DIR": str(root)}
    return create_app(config).test_cli_runner()


def test_a_bundle_becomes_a_collection_and_the_starter_steps_back(
    importer: FlaskCliRunner, root: Path, tmp_path: Path
) -> None:
    source = str(write(tmp_path / "house-7.1.json.gz"))
    done = importer.invoke(args=["techniques", "import", source])
    assert done.exit_code == 0, done.output
    assert f"House ATT&CK 7.1: 2 techniques, in {root / 'enterprise-attack'}." in done.output
    assert "© 2031 The MITRE Corporation." in done.output
    listed = importer.invoke(args=["techniques", "list"])
    assert [line.split()[0] for line in listed.output.splitlines()] == ["T9001", "T9001.001"]
    again = importer.invoke(args=["techniques", "import", source])
    assert (again.exit_code, "already; nothing changed." in again.output) == (0, True)


def test_another_release_is_said_to_take_the_place_of_the_one_before(
    importer: FlaskCliRunner, tmp_path: Path
) -> None:
    source = str(write(tmp_path / "house.json"))
    importer.invoke(args=["techniques", "import", source, "--release", "7"])
    done = importer.invoke(args=["techniques", "import", source, "--release", "8"])
    assert "House ATT&CK 8: 2 techniques" in done.output
    assert "It takes the place of House ATT&CK 7." in done.output


def test_what_is_wrong_with_a_bundle_is_said_and_nothing_changes(
    importer: FlaskCliRunner, root: Path, tmp_path: Path
) -> None:
    spoilt = pattern("Wedge", "T9001", "arrival", name=7)
    source = write(tmp_path / "house.json", bundle([spoilt]))
    done = importer.invoke(args=["techniques", "import", str(source)])
    assert done.exit_code == 1
    why = f'Error: {source}: {spoilt["id"]}: "name" must be text. Nothing changed.'
    assert done.output.strip() == why
    assert [path.name for path in root.iterdir()] == ["starter"]


def test_a_source_that_is_not_there_is_named(importer: FlaskCliRunner, tmp_path: Path) -> None:
    missing = tmp_path / "missing.json"
    done = importer.invoke(args=["techniques", "import", str(missing)])
    assert done.exit_code == 1
    assert f"{missing}: No such file or directory. Nothing changed." in done.output


def test_files_changed_by_hand_are_only_lost_when_asked_for(
    importer: FlaskCliRunner, root: Path, tmp_path: Path
) -> None:
    source = str(write(tmp_path / "house-7.json"))
    importer.invoke(args=["techniques", "import", source])
    (root / "enterprise-attack" / "mine.md").write_text("mine")
    done = importer.invoke(args=["techniques", "import", source])
    assert done.exit_code == 1
    assert "(mine.md)" in done.output
    assert "--overwrite" in done.output
    done = importer.invoke(args=["techniques", "import", "--overwrite", source])
    assert done.exit_code == 0
    assert not (root / "enterprise-attack" / "mine.md").exists()


def test_every_domain_of_attack_can_be_imported_side_by_side(importer: FlaskCliRunner) -> None:
    for name in ("enterprise-attack-18.1", "mobile-attack-18.1", "ics-attack-18.1"):
        done = importer.invoke(args=["techniques", "import", str(attack_bundle(name))])
        assert done.exit_code == 0, done.output
    done = importer.invoke(args=["techniques", "check"])
    assert done.exit_code == 0, done.output
    assert "898 techniques can be asked about, 0 are retired; left out: 0" in done.output
