"""Commands of ``flask --app app``: thin, over what the pages use too."""

import errno
import logging

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from waitress.server import create_server

from quiz.commands.questions import questions
from quiz.commands.techniques import techniques
from quiz.db.base import alembic
from quiz.web.filters import plural

HOST = "127.0.0.1"  # solo mode is for this machine only
THREADS = 4


def init_app(app: Flask) -> None:
    """Give the application its commands."""
    for command in (setup, serve, questions, techniques):
        app.cli.add_command(command)


@click.command()
@click.option("--offline", is_flag=True, help="Use what is on this machine; fetch nothing.")
@with_appcontext
def setup(offline: bool) -> None:  # noqa: ARG001 - the starter is here; imports will fetch
    """Bring the database up to date, and make sure there is something to learn."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    alembic.upgrade()
    click.echo("Database: up to date.")
    folder = current_app.config["TECHNIQUES_DIR"]
    loaded = current_app.extensions["techniques"].load()
    if loaded.catalogue.techniques:
        taught = plural(len(loaded.catalogue), "technique")
        names = ", ".join(c.label for c in loaded.collections)
        click.echo(f"To learn: {taught} from {names}.")
    else:
        click.echo(f"To learn: nothing yet. Put technique files into {folder}.")
    if loaded.left_out:
        left_out = plural(loaded.left_out, "file")
        click.echo(f"Left out: {left_out}. “flask --app app techniques check” says why.")


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Instead of PORT; 0 takes any free one."
)
@with_appcontext
def serve(port: int | None) -> None:
    """Serve the pages on this machine until it is stopped."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    port = app.config["PORT"] if port is None else port
    try:
        server = create_server(app, host=HOST, port=port, threads=THREADS, ident=None)
    except OSError as error:
        raise click.ClickException(_cannot_listen(error, port)) from None
    # A browser asks for a page's files all at once; that they queue is no news.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    click.echo(f"Tradecraft is at http://{HOST}:{server.effective_port} (Ctrl+C stops it).")
    server.run()


def _cannot_listen(error: OSError, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        another = port + 1 if port < 65535 else 8000
        return (
            f"Port {port} is already in use. Stop what uses it, or choose another:"
            f" PORT={another} make run"
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than you have. Choose another: PORT=8000 make run"
    return f"Port {port} cannot be used: {error.strerror}."
