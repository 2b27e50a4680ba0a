"""The pages: one folder an area, and what they all share."""

from importlib import import_module

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect

from quiz.web import answers, context, errors, filters, numbers, security

AREAS = (
    *("today", "study", "custom", "decks", "quizzes", "library", "progress"),
    *("account", "flags", "admin"),
)


def init_app(app: Flask) -> None:
    """Put the pages on the application, with their checks, headers, errors and filters."""
    security.init_app(app)  # first, so that a foreign request is refused before anything else
    numbers.init_app(app)
    CSRFProtect(app)
    Bootstrap5(app)
    context.init_app(app)
    answers.init_app(app)
    filters.init_app(app)
    errors.init_app(app)
    app.add_url_rule(  # where browsers look by themselves
        "/favicon.ico", "favicon", lambda: app.send_static_file("img/favicon.ico")
    )
    for area in AREAS:
        app.register_blueprint(import_module(f"quiz.web.{area}.views").bp)
