"""Every setting is checked at start-up, and what is wrong is said in a sentence."""

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from quiz.config import ROOT, ConfigError, load


def settings(instance: Path, **environ: str) -> Mapping[str, Any]:
    return load({}, environ, instance)


def database_of(found: Mapping[str, Any]) -> str:
    url: str = found["SQLALCHEMY_ENGINES"]["default"]["url"]
    return url


def test_with_nothing_set_it_is_solo_on_sqlite_with_the_shipped_techniques(tmp_path: Path) -> None:
    found = settings(tmp_path / "instance")
    assert found["MODE"] == "solo"
    assert found["PORT"] == 8000
    assert found["TECHNIQUES_DIR"] == ROOT / "techniques"
    assert database_of(found) == f"sqlite:///{tmp_path}/instance/tradecraft.sqlite"


def test_what_is_given_wins_over_the_environment(tmp_path: Path) -> None:
    assert load({"PORT": 81}, {"PORT": "82"}, tmp_path)["PORT"] == 81
    assert settings(tmp_path, PORT="82")["PORT"] == 82


def test_the_secret_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    first = settings(tmp_path)["SECRET_KEY"]
    assert settings(tmp_path)["SECRET_KEY"] == first
    assert len(first) >= 32
    kept = tmp_path / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_uses_psycopg_3(tmp_path: Path, scheme: str) -> None:
    found = settings(tmp_path, QUIZ_DATABASE_URL=f"{scheme}://ada:secret@db/quiz")
    assert database_of(found) == "postgresql+psycopg://ada:secret@db/quiz"


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("QUIZ_MODE", "team", "accounts come in a later version"),
        ("QUIZ_MODE", "party", "is not a mode"),
        ("QUIZ_TECHNIQUES_DIR", "nowhere/at/all", "is not a folder"),
        ("QUIZ_DATABASE_URL", "mysql://x/y", "not supported"),
        ("QUIZ_DATABASE_URL", "just words", "is not a URL"),
        ("QUIZ_SECRET_KEY", "short", "too short"),
        ("PORT", "eighty", "is not a port"),
        ("PORT", "70000", "is not a port"),
        ("QUIZ_ATTACK_URL", "http://attack.mitre.org", "cannot be used"),
        ("QUIZ_ATTACK_URL", "https://ada:secret@attack.mitre.org", "without a password"),
        ("QUIZ_OFFLINE", "maybe", "neither yes nor no"),
    ],
)
def test_a_setting_that_cannot_work_is_named(
    tmp_path: Path, variable: str, value: str, words: str
) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        settings(tmp_path, **{variable: value})
    assert variable in str(caught.value)


def test_a_password_in_a_bad_url_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(tmp_path, QUIZ_DATABASE_URL="mysql://ada:secret@db/quiz")
    assert "secret" not in str(caught.value)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be made"):
        settings(tmp_path / "file" / "instance")
