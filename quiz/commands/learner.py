"""``flask learner``: everything of the learner as one file, and back; ``flask doctor``."""

import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import text
from sqlalchemy.orm import Session

from quiz.db.base import alembic, begin_writing, db
from quiz.exports.archive import BadArchive
from quiz.services import archive, doctor, learners
from quiz.services.doctor import Examined
from quiz.web.filters import plural

learner = AppGroup("learner", help="Everything of the learner, out as one file and back in.")


@learner.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(file: Path) -> None:
    """Write everything of the learner to FILE: compressed JSON Lines, see docs/archive.md."""
    now = datetime.now(UTC)
    own = learners.local_learner(db.session, now=now)
    db.session.commit()
    try:
        archive.save(db.session, own, file, now=now)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}.") from None
    click.echo(f"Written: {file} ({file.stat().st_size / 1e6:.1f} MB).")


@learner.command("import")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--replace", is_flag=True, help="Take the place of what is here; a copy of it is kept."
)
def import_(file: IO[bytes], *, replace: bool) -> None:
    """Read everything of a learner back from FILE. It comes whole or not at all."""
    now = datetime.now(UTC)
    own = learners.local_learner(db.session, now=now)
    db.session.commit()
    begin_writing(db.session)
    try:
        if replace and not archive.is_empty(db.session, own):
            kept = archive.path_of_copy(Path(current_app.instance_path), now)
            archive.save(db.session, own, kept, now=now)
            click.echo(f"A copy of what was here: {kept}")
        restored = archive.restore(db.session, own, file, replace=replace)
    except (archive.NotEmpty, BadArchive) as error:
        raise click.ClickException(f"{error} Nothing was changed.") from None
    db.session.commit()
    click.echo("Read: " + ", ".join(f"{count} {type_}" for type_, count in restored.rows.items()))
    if restored.differences:
        differed = plural(len(restored.differences), "card")
        click.echo(f"Of {differed} the log said otherwise than the card: the log was taken.")


@click.command("doctor")
@click.option("--repair", is_flag=True, help="Write what the log says where a card differs.")
@with_appcontext
def examine(*, repair: bool) -> None:
    """Prove that the data is sound: the database, and every card against the replay of its log.

    Exits with 1 where something is wrong and was not mended.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
    if _needs_upgrade():
        raise click.ClickException("The database is not up to date: run “flask --app app setup”.")
    begin_writing(db.session)
    broken = _check_database(db.session)
    wrong = 0
    for examined in doctor.examine(db.session):
        _say(examined)
        wrong += len(examined.differences)
    if repair:
        db.session.commit()
    else:
        db.session.rollback()
    if wrong:
        click.echo("Mended." if repair else "Nothing was changed: “doctor --repair” mends it.")
    sys.exit(1 if broken or (wrong and not repair) else 0)


def _needs_upgrade() -> bool:
    """Compare the database's version; an open look at it would stop every write."""
    needed = alembic.needs_upgrade()
    if connection := alembic.migration_context.connection:
        connection.rollback()
    return needed


def _check_database(session: Session) -> bool:
    """Have SQLite check its file; PostgreSQL checks its pages by itself."""
    if session.get_bind().dialect.name != "sqlite":
        return False
    found = [row[0] for row in session.execute(text("PRAGMA integrity_check"))]
    found += [f"a row of {row[0]} refers to nothing" for row in _orphans(session)]
    if found == ["ok"]:
        click.echo("Database file: sound.")
        return False
    for line in found:
        if line != "ok":
            click.echo(f"Database file: {line}")
    click.echo("Restore a backup, or move everything over with “learner export” and “import”.")
    return True


def _orphans(session: Session) -> list[tuple[str]]:
    return [(row[0],) for row in session.execute(text("PRAGMA foreign_key_check"))]


def _say(examined: Examined) -> None:
    name, differences = examined.learner.name, examined.differences
    cards, reviews = plural(examined.cards, "card"), plural(examined.reviews, "review")
    said = f"{len(differences)} differ from it" if differences else "all as it says"
    click.echo(f"{name}: {cards} against the replay of {reviews}: {said}.")
    for difference in differences[:20]:
        fields = "; ".join(
            f"{field} is {row}, the log says {log}" for field, row, log in difference.fields
        )
        click.echo(f"  {difference.key}: {fields}")
    if len(differences) > 20:
        click.echo(f"  and {len(differences) - 20} more")
