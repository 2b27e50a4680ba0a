"""``flask learner`` and ``flask doctor``, as somebody would call them."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from quiz import create_app
from quiz.db.base import alembic, begin_writing, db
from quiz.services import learners, study
from tests.factories import NOON


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """An app with a learner who has rated five cards."""
    app = create_app({"INSTANCE_DIR": tmp_path / "instance"})
    with app.app_context():
        alembic.upgrade()
        begin_writing(db.session)
        catalogue = app.extensions["techniques"].load().catalogue
        learner = learners.local_learner(db.session, now=NOON)
        for _ in range(5):
            served = study.next_card(db.session, learner, catalogue, now=NOON)
            assert served is not None
            study.rate(
                db.session,
                learner,
                catalogue,
                served.key,
                4,
                sequence=1,
                duration_ms=900,
                now=NOON,
            )
        db.session.commit()
    return app


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def spoil(app: Flask, change: str) -> None:
    with app.app_context():
        begin_writing(db.session)
        db.session.execute(text(change))
        db.session.commit()


def test_a_learner_goes_out_and_comes_back(
    app: Flask, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    file, copy = tmp_path / "me.jsonl.gz", tmp_path / "copy.jsonl.gz"
    assert "Written" in runner.invoke(args=["learner", "export", str(file)]).output
    refused = runner.invoke(args=["learner", "import", str(file)])
    assert refused.exit_code == 1
    assert "progress here already" in refused.output
    spoil(app, "UPDATE learner SET new_per_day = 3")
    done = runner.invoke(args=["learner", "import", "--replace", str(file)])
    assert done.exit_code == 0, done.output
    assert "5 card, 5 review" in done.output
    (kept,) = (tmp_path / "instance" / "archives").iterdir()
    assert str(kept) in done.output
    runner.invoke(args=["learner", "export", str(copy)])
    assert runner.invoke(args=["doctor"]).exit_code == 0
    with app.app_context():
        assert learners.local_learner(db.session, now=NOON).new_per_day == 10


def test_a_file_that_is_no_archive_changes_nothing(runner: FlaskCliRunner, tmp_path: Path) -> None:
    file = tmp_path / "me.txt"
    file.write_text("hello\n")
    done = runner.invoke(args=["learner", "import", "--replace", str(file)])
    assert done.exit_code == 1
    assert "line 1: this is not JSON" in done.output
    assert "Nothing was changed." in done.output
    assert "5 cards against the replay of 5 reviews" in runner.invoke(args=["doctor"]).output


def test_a_place_that_cannot_be_written_is_said(runner: FlaskCliRunner, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    done = runner.invoke(args=["learner", "export", str(blocked / "me.gz")])
    assert done.exit_code == 1
    assert "cannot be written" in done.output


def test_the_doctor_finds_every_card_as_its_log_says(runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["doctor"])
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "Database file: sound.",
        "Local learner: 5 cards against the replay of 5 reviews: all as it says.",
    ]


def test_the_doctor_finds_what_differs_and_mends_it_only_when_told(
    app: Flask, runner: FlaskCliRunner
) -> None:
    spoil(app, "UPDATE card SET stability = 77.0, lapses = 4 WHERE id = 2")
    for _ in range(2):
        done = runner.invoke(args=["doctor"])
        assert done.exit_code == 1
        assert "1 differ from it" in done.output
        assert "stability is 77.0, the log says 8.2956; lapses is 4, the log says 0" in done.output
        assert "doctor --repair" in done.output
    assert "Mended." in runner.invoke(args=["doctor", "--repair"]).output
    assert runner.invoke(args=["doctor"]).exit_code == 0


def test_the_doctor_says_where_rows_refer_to_nothing(app: Flask, runner: FlaskCliRunner) -> None:
    with app.app_context(), db.engine.connect() as connection:
        driver = connection.connection.cursor()
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute("DELETE FROM card WHERE id = 3")
    done = runner.invoke(args=["doctor"])
    assert done.exit_code == 1
    assert "a row of review refers to nothing" in done.output


def test_a_database_that_is_out_of_date_is_not_examined(tmp_path: Path) -> None:
    app = create_app({"INSTANCE_DIR": tmp_path / "new"})
    done = app.test_cli_runner().invoke(args=["doctor"])
    assert done.exit_code == 1
    assert "flask --app app setup" in done.output


def test_cards_are_written_for_anki_and_again_as_long_as_nothing_changes(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    file, again = tmp_path / "cards.apkg", tmp_path / "again.apkg"
    for path in (file, again):
        scope = "kinds=tactic&tactics=persistence"
        done = runner.invoke(args=["questions", "anki", str(path), "--scope", scope])
        assert done.exit_code == 0, done.output
        assert re.match(r"Written: \d+ cards for Anki, 0\.\d MB, to ", done.output)
    assert file.read_bytes().startswith(b"PK")
    assert file.read_bytes() == again.read_bytes()


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ("platforms=Toaster", "There is no card to export here."),
        ("tactic=persistence", '--scope knows no "tactic": only domains, tactics, platforms,'),
        ("persistence", '--scope knows no "persistence": only domains,'),
    ],
)
def test_a_scope_without_cards_or_with_a_slip_writes_nothing(
    runner: FlaskCliRunner, tmp_path: Path, scope: str, said: str
) -> None:
    file = tmp_path / "cards.apkg"
    done = runner.invoke(args=["questions", "anki", str(file), "--scope", scope])
    assert done.exit_code == 1
    assert said in done.output
    assert not file.exists()


def test_cards_that_cannot_be_written_count_as_not_exported(
    app: Flask, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    file = tmp_path / "nowhere" / "cards.apkg"
    done = runner.invoke(args=["questions", "anki", str(file), "--scope", "kinds=family"])
    assert done.exit_code == 1
    assert f"{file} cannot be written: No such file or directory." in done.output
    with app.app_context():
        assert db.session.execute(text("SELECT count(*) FROM anki_note")).scalar_one() == 0
