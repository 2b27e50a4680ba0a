"""``flask questions``, as another program would call it."""

import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from quiz import create_app
from quiz.content.release_folder import import_release
from quiz.content.stix import read_release
from quiz.db.base import alembic, begin_writing, db
from quiz.questions.generator import cards_of
from quiz.services import flags
from quiz.services.flags import Reason
from tests import factories
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
    ("slug", "start", "end"),
    [
        ("gift", b"// Starter collection 18.1: ", b"}\n\n"),
        ("moodle", b'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n', b"</quiz>\n"),
        ("csv", b'\xef\xbb\xbf"key","seed","kind"', b"\r\n"),
        ("paper", b"<!doctype html>\n", b"</html>"),
        ("answers", b"<!doctype html>\n", b"</html>"),
    ],
)
def test_other_formats_are_written_whole(
    runner: FlaskCliRunner, slug: str, start: bytes, end: bytes
) -> None:
    args = ["--format", slug, "--kind", "tactic", "--seed", "3", "--per-card", "2"]
    done = runner.invoke(args=["questions", "export", "--dir", str(STARTER), *args])
    assert done.exit_code == 0, done.output
    assert done.stdout_bytes.startswith(start)
    assert done.stdout_bytes.endswith(end)
    assert "Starter collection 18.1" in done.stderr
    again = runner.invoke(args=["questions", "export", "--dir", str(STARTER), *args])
    assert again.stdout_bytes == done.stdout_bytes


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


def test_flagged_questions_are_listed_for_people_and_as_json(tmp_path: Path) -> None:
    app = create_app(
        {"INSTANCE_DIR": tmp_path, "DATABASE_URL": f"sqlite:///{tmp_path / 'quiz.sqlite'}"}
    )
    runner = app.test_cli_runner()
    with app.app_context():
        alembic.upgrade()
    assert json.loads(runner.invoke(args=["questions", "flags", "--json"]).stdout) == []
    catalogue = app.extensions["techniques"].load().catalogue
    key, _ = next(cards_of(catalogue.techniques[0], catalogue))
    with app.app_context():
        begin_writing(db.session)
        who = factories.learner(db.session, name="Grace Hopper")
        flags.flag_card(
            db.session,
            who,
            catalogue,
            key,
            1,
            reason=Reason.UNCLEAR,
            note="Which\nof the two?",
            now=factories.NOON,
        )
        db.session.commit()
    text = runner.invoke(args=["questions", "flags"])
    assert "unclear × 1" in text.stdout
    assert "“Which of the two?”" in text.stdout
    done = runner.invoke(args=["questions", "flags", "--json"])
    (row,) = json.loads(done.stdout)
    assert (row["key"], row["reasons"], row["learners"]) == (key, {"unclear": 1}, 1)
    assert row["notes"] == [{"reason": "unclear", "text": "Which\nof the two?"}]
    assert row["question"]["key"] == key
    assert any(option["correct"] for option in row["question"]["options"])
    assert "Grace" not in text.output + done.output
    with app.app_context():
        begin_writing(db.session)
        flags.dismiss(db.session, key, now=factories.NOON)
        db.session.commit()
    assert json.loads(runner.invoke(args=["questions", "flags", "--json"]).stdout) == []
    (row,) = json.loads(runner.invoke(args=["questions", "flags", "--all", "--json"]).stdout)
    assert (row["open"], row["switched_off"]) == (0, False)


# questions audit


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with the starter's techniques of three families."""
    folder = tmp_path / "small"
    folder.mkdir()
    for file in STARTER.glob("*.md"):
        text = file.read_text(encoding="utf-8")
        if re.search(r"techniques/T(1059|1053|1003|1566)\b", text.partition("\n---")[0]):
            (folder / file.name).write_text(text, encoding="utf-8")
    return folder


def test_a_sound_folder_passes_the_audit_and_touches_no_database(
    runner: FlaskCliRunner, small: Path
) -> None:
    done = runner.invoke(args=["questions", "audit", "--dir", str(small), "--seeds", "1"])
    assert done.exit_code == 0, done.output
    assert "small: 12 techniques, 1 seeds" in done.output
    assert done.output.endswith("No violation.\n")


def test_a_folder_with_a_bad_question_fails_the_audit_and_names_it(
    runner: FlaskCliRunner, small: Path
) -> None:
    (file,) = small.glob("*LSASS_Memory.md")
    # An entity that was escaped twice reads as markup in whatever quotes it.
    twice = " ".join(["Secrets &amp;amp; tickets lie in what the logon process keeps."] * 4)
    head, _, rest = file.read_text(encoding="utf-8").partition("## Description\n")
    rest = rest[rest.index("\n\n## ") :]
    file.write_text(f"{head}## Description\n{twice}{rest}", encoding="utf-8")
    args = ["questions", "audit", "--dir", str(small), "--seeds", "1", "--json"]
    done = runner.invoke(args=args)
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert report["passed"] is False
    assert "description" in {v["key"].partition("/")[2] for v in report["violations"]}
    assert all("'&amp;' is left over" in v["message"] for v in report["violations"])


def test_the_audit_refuses_a_number_of_seeds_that_asks_nothing(runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["questions", "audit", "--seeds", "0"])
    assert done.exit_code == 2
    assert "Invalid value for '--seeds'" in done.output


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
