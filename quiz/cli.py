"""Commands of ``flask --app app``: thin, over what the pages use too."""

import errno
import logging
from threading import Thread

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from waitress.server import create_server

from quiz.commands.learner import examine, learner
from quiz.commands.questions import questions
from quiz.commands.setup import setup
from quiz.commands.techniques import techniques
from quiz.services.deck import warm

HOST = "127.0.0.1"  # solo mode is for this machine only
THREADS = 4


def init_app(app: Flask) -> None:
    """Give the application its commands."""
    for command in (setup, serve, questions, techniques, learner, examine):
        app.cli.add_command(command)


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
    folder = app.extensions["techniques"]
    Thread(target=lambda: warm(folder.load().catalogue), daemon=True).start()
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
