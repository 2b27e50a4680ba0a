"""``flask techniques diff``."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from quiz import create_app
from quiz.content.release_folder import import_release
from quiz.content.stix import read_release
from tests.bundles import HOUSE, RUBBER, WEDGE, bundle, link, pattern, write
from tests.catalogues import attack_bundle

DOORSTOP = pattern("Doorstop", "T9002", "arrival")
CHANGED = {**WEDGE, "name": "Wooden Wedge", "description": "Said anew."}
REVOKED = {**RUBBER, "revoked": True}
NEXT = (
    *(o for o in HOUSE if o not in (WEDGE, RUBBER)),
    *(CHANGED, REVOKED, DOORSTOP, link("revoked-by", REVOKED, DOORSTOP)),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of collections that holds release 7."""
    import_release(read_release(write(tmp_path / "house-7.json")), tmp_path / "techniques")
    return tmp_path / "techniques"


@pytest.fixture
def runner(tmp_path: Path, root: Path) -> FlaskCliRunner:
    config = {"INSTANCE_DIR": tmp_path / "instance", "TECHNIQUES_DIR": str(root)}
    return create_app(config).test_cli_runner()


@pytest.fixture
def next_release(tmp_path: Path) -> str:
    return str(write(tmp_path / "house-8.json.gz", bundle(NEXT)))


def test_the_difference_is_told_in_words(runner: FlaskCliRunner, next_release: str) -> None:
    done = runner.invoke(args=["techniques", "diff", "enterprise-attack", next_release])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0] == "From House ATT&CK 7 to House ATT&CK 8"
    assert "Added (1)" in lines
    assert "  T9002      Doorstop" in lines
    assert "  T9001.001  Door Wedge: Rubber Wedge: is now Doorstop (T9002)" in lines
    assert "  T9001      Wooden Wedge: was Door Wedge" in lines
    assert "  T9001      Wooden Wedge: description" in lines


def test_a_folder_a_bundle_and_a_collection_are_compared_alike(
    runner: FlaskCliRunner, root: Path, tmp_path: Path
) -> None:
    folder = str(root / "enterprise-attack")
    for one in (folder, str(tmp_path / "house-7.json"), "enterprise-attack"):
        done = runner.invoke(args=["techniques", "diff", one, folder])
        assert done.output.splitlines()[1:] == ["Nothing changed."]


def test_the_difference_comes_as_json_too(runner: FlaskCliRunner, next_release: str) -> None:
    args = ["techniques", "diff", "--json", "enterprise-attack", next_release]
    said = json.loads(runner.invoke(args=args).output)
    assert (said["from"], said["to"]) == ("House ATT&CK 7", "House ATT&CK 8")
    assert {(c["change"], c["attack_id"], c["successor"]) for c in said["changes"]} == {
        ("added", "T9002", None),
        ("revoked", "T9001.001", "T9002"),
        ("renamed", "T9001", None),
        ("text", "T9001", None),
    }


def test_answers_that_changed_are_told_with_the_old_one(runner: FlaskCliRunner) -> None:
    releases = [str(attack_bundle(f"enterprise-attack-{number}")) for number in ("17.1", "18.1")]
    done = runner.invoke(args=["techniques", "diff", *releases])
    name = "Unsecured Credentials: Shell History"
    assert f"  T1552.003  {name}: {name}; was Unsecured Credentials: Bash History" in done.output
    answers = json.loads(runner.invoke(args=["techniques", "diff", "--json", *releases]).output)
    assert {tuple(sorted(answer)) for answer in answers["answers"]} == {
        ("attack_id", "key", "key_before", "kind", "name", "new", "old")
    }


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "is neither a folder, nor a bundle, nor a collection that is there"),
        ("{", "not whole JSON"),
        ({"objects": 1}, "not a STIX bundle"),
    ],
)
def test_what_cannot_be_compared_is_said(
    runner: FlaskCliRunner, tmp_path: Path, content: object, why: str
) -> None:
    path = tmp_path / "other.json"
    if content is not None:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    done = runner.invoke(args=["techniques", "diff", "enterprise-attack", str(path)])
    assert done.exit_code == 1
    assert str(path) in done.output
    assert why in done.output


def test_an_empty_folder_cannot_be_compared(runner: FlaskCliRunner, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = runner.invoke(args=["techniques", "diff", str(tmp_path / "empty"), "enterprise-attack"])
    assert done.exit_code == 1
    assert "there is no technique to compare" in done.output
