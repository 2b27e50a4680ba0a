"""Every setting: its default, its environment variable, and its check at start-up."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from click import ClickException
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from quiz.content.download import is_usable
from quiz.content.official import REPOSITORY

ROOT = Path(__file__).resolve().parent.parent
KIB = 1024
SHORTEST_SECRET_KEY = 32  # characters


class ConfigError(ClickException):
    """A setting that cannot work: says which one and what to do.

    A command prints the sentence alone and exits with 1.
    """


# Settings that no environment variable changes; see SAFETY in the design.
FIXED: Mapping[str, Any] = {
    "ALEMBIC": {"script_location": str(ROOT / "quiz" / "db" / "migrations")},
    "BOOTSTRAP_SERVE_LOCAL": True,
    "MAX_CONTENT_LENGTH": 1024 * KIB,
    "MAX_FORM_MEMORY_SIZE": 64 * KIB,
    "MAX_FORM_PARTS": 200,
    "NOW": lambda: datetime.now(UTC),  # the only clock; tests give their own
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "WTF_CSRF_TIME_LIMIT": None,  # a page left open overnight can still be sent
}


def load(given: Mapping[str, Any], environ: Mapping[str, str], instance: Path) -> dict[str, Any]:
    """Work out the whole configuration: ``given`` wins over ``environ``, then the defaults.

    ``instance`` is the folder for what the app keeps; it is made where it is
    missing. Raises ConfigError for the first setting that cannot work.

    ====================  ======================  ===================================
    key                   variable                default
    ====================  ======================  ===================================
    ``MODE``              ``QUIZ_MODE``           ``solo``
    ``TECHNIQUES_DIR``    ``QUIZ_TECHNIQUES_DIR`` ``techniques/`` of this project
    ``DATABASE_URL``      ``QUIZ_DATABASE_URL``   SQLite, ``tradecraft.sqlite`` in ``instance``
    ``SECRET_KEY``        ``QUIZ_SECRET_KEY``     made once, kept in ``instance/secret_key``
    ``PORT``              ``PORT``                8000
    ``ATTACK_URL``        ``QUIZ_ATTACK_URL``     MITRE's repository of releases
    ``OFFLINE``           ``QUIZ_OFFLINE``        no: releases may be fetched when asked for
    ====================  ======================  ===================================
    """

    def setting(key: str, variable: str, default: str) -> str:
        return str(given.get(key) or environ.get(variable, "").strip() or default)

    _make_folder(instance)
    mode = _mode(setting("MODE", "QUIZ_MODE", "solo"))
    techniques = setting("TECHNIQUES_DIR", "QUIZ_TECHNIQUES_DIR", str(ROOT / "techniques"))
    database = setting("DATABASE_URL", "QUIZ_DATABASE_URL", "")
    secret_key = setting("SECRET_KEY", "QUIZ_SECRET_KEY", "") or _kept_secret_key(instance)
    if len(secret_key) < SHORTEST_SECRET_KEY:
        raise ConfigError(
            f"QUIZ_SECRET_KEY is too short: give at least {SHORTEST_SECRET_KEY} random characters,"
            " or unset it to have one made."
        )
    return {
        **FIXED,
        # Cookies are shared by all ports of a host: each key has its own name, so that
        # two copies of the app side by side do not throw each other's forms out.
        "SESSION_COOKIE_NAME": f"tradecraft-{sha256(secret_key.encode()).hexdigest()[:8]}",
        **given,
        "MODE": mode,
        "TECHNIQUES_DIR": _folder(techniques),
        "SQLALCHEMY_ENGINES": {"default": {"url": _database_url(database, instance)}},
        "SECRET_KEY": secret_key,
        "PORT": _port(setting("PORT", "PORT", "8000")),
        "ATTACK_URL": _repository(setting("ATTACK_URL", "QUIZ_ATTACK_URL", REPOSITORY)),
        "OFFLINE": _yes_or_no("QUIZ_OFFLINE", setting("OFFLINE", "QUIZ_OFFLINE", "0")),
    }


def _mode(value: str) -> str:
    if value == "team":
        raise ConfigError(
            "QUIZ_MODE=team is not available yet: accounts come in a later version."
            " Unset QUIZ_MODE, or set it to solo, to learn on your own machine."
        )
    if value != "solo":
        raise ConfigError(f"QUIZ_MODE={value} is not a mode: use solo.")
    return value


def _folder(value: str) -> Path:
    folder = Path(value).expanduser().resolve()
    if not folder.is_dir():
        raise ConfigError(
            f"QUIZ_TECHNIQUES_DIR: {folder} is not a folder."
            " Name the folder that holds your collections of technique files."
        )
    return folder


def _database_url(value: str, instance: Path) -> str:
    """Check a database URL and name its driver; empty gives SQLite in the instance folder."""
    try:
        url = make_url(value or f"sqlite:///{(instance / 'tradecraft.sqlite').as_posix()}")
    except ArgumentError:
        raise ConfigError(
            "QUIZ_DATABASE_URL is not a URL: write it like"
            " postgresql://user:password@host/database, or unset it to use SQLite."
        ) from None
    if url.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        url = url.set(drivername="postgresql+psycopg")
    elif url.get_backend_name() != "sqlite":
        raise ConfigError(
            f"QUIZ_DATABASE_URL: {url.drivername} is not supported. Use postgresql:// or sqlite://."
        )
    return url.render_as_string(hide_password=False)


def _port(value: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) > 65535:
        raise ConfigError(f"PORT={value} is not a port: use a number from 1 to 65535.")
    return int(value)


def _repository(value: str) -> str:
    if not is_usable(value):
        raise ConfigError(
            f"QUIZ_ATTACK_URL={value} cannot be used: give the https address, without a password,"
            " of a copy of MITRE's repository of releases, or unset it to use MITRE's own."
        )
    return value.rstrip("/")


def _yes_or_no(variable: str, value: str) -> bool:
    answers = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if value.lower() not in answers:
        raise ConfigError(f"{variable}={value} is neither yes nor no: use 1 or 0.")
    return answers[value.lower()]


def _make_folder(instance: Path) -> None:
    try:
        instance.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{instance} cannot be made ({error.strerror}): the app keeps its data there."
            " Make the folder, or run the app as someone who may."
        ) from None


def _kept_secret_key(instance: Path) -> str:
    """Read the key that signs cookies; made on first use, readable by its owner alone."""
    path = instance / "secret_key"
    try:
        if not path.exists():
            # Moved into place whole, so that a crash leaves no half of a key.
            with NamedTemporaryFile("w", dir=instance, prefix=".secret_key", delete=False) as new:
                new.write(secrets.token_urlsafe(48))
            Path(new.name).replace(path)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read or made ({error.strerror}): mend its permissions, or give"
            " QUIZ_SECRET_KEY at least 32 random characters."
        ) from None
