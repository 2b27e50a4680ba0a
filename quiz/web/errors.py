"""Every error as a page that says what happened and what to do; domain errors are mapped here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, ProgrammingError
from werkzeug.exceptions import HTTPException, InternalServerError

from quiz.learning.grading import UnknownOption
from quiz.services import breaks, decks, quizzes, saved_quizzes, study, undo
from quiz.services.errors import Refused
from quiz.web.security import ForeignRequest, UnknownHost


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What an error's page says: a title, and what the reader can do."""

    status: int
    title: str
    advice: str


BAD_REQUEST = Page(
    status=400,
    title="That request made no sense",
    advice="Something in it was missing or malformed. Go back, reload the page and try again.",
)
EXPIRED = Page(
    status=400,
    title="This page is out of date",
    advice="Its form belongs to an earlier session, so nothing was changed."
    " Go back, reload the page and send it again.",
)
UNKNOWN_HOST = Page(
    status=400,
    title="Wrong address",
    advice="Tradecraft answers on this machine only. Open it at http://127.0.0.1 or"
    " http://localhost, with the port that it printed when it started.",
)
FOREIGN = Page(
    status=403,
    title="That came from another site",
    advice="A page elsewhere tried to change something here, so nothing was changed."
    " If it was you, do it from within Tradecraft.",
)
LOCKED = Page(
    status=503,
    title="The database is busy",
    advice="Another program holds it, so nothing was changed. Wait a moment, go back and try"
    " again. If it stays busy, close other programs that have the file open.",
)
DISK_FULL = Page(
    status=507,
    title="The disk is full",
    advice="Your last answer could not be saved; everything before it is safe."
    " Free some space, then go back and send it again.",
)
READ_ONLY = Page(
    status=503,
    title="The database cannot be written",
    advice="Its file or folder is read-only, so nothing was changed."
    " Give this user the right to write there, then try again.",
)
NOT_SET_UP = Page(
    status=503,
    title="The database is not set up",
    advice="Stop the app, run “flask --app app setup”, and start it again. Nothing is lost by it.",
)
UNREACHABLE = Page(
    status=503,
    title="The database does not answer",
    advice="Nothing was changed. Check that it runs and that QUIZ_DATABASE_URL names it,"
    " then try again.",
)
UNEXPECTED = Page(
    status=500,
    title="Something went wrong here",
    advice="It is our fault, not yours. What you answered before is safe. Go back and try again;"
    " if it happens again, the log of the app says why.",
)
PAGES = {
    400: BAD_REQUEST,
    403: Page(
        status=403,
        title="That is not allowed",
        advice="You do not have access to this page.",
    ),
    404: Page(
        status=404,
        title="There is nothing here",
        advice="The address may be mistyped, or what it named is gone:"
        " a technique’s file may have been removed.",
    ),
    405: Page(
        status=405,
        title="This page cannot be opened like that",
        advice="It only takes what a form sends. Go back and use the page’s buttons.",
    ),
    409: Page(
        status=409,
        title="This card has moved on",
        advice="It was rated in another tab or window since this page was shown, so nothing was"
        " changed. Go on with the next card.",
    ),
    413: Page(
        status=413,
        title="That is too much at once",
        advice="What was sent is larger than this page takes. Choose fewer things, and send again.",
    ),
    422: Page(
        status=422,
        title="That cannot be used",
        advice="A value is missing or out of range, so nothing was changed. Go back to correct it.",
    ),
}
# What one kind of error means; the services' own among them. Any other refusal is 422.
MAPPED: Mapping[type[Exception], Page] = {
    CSRFError: EXPIRED,
    UnknownHost: UNKNOWN_HOST,
    ForeignRequest: FOREIGN,
    InternalServerError: UNEXPECTED,
    UnknownOption: BAD_REQUEST,
    decks.UnknownDeck: PAGES[404],
    quizzes.NotFound: PAGES[404],
    saved_quizzes.NoSuchQuiz: PAGES[404],
    breaks.NoSuchBreak: PAGES[404],
    study.UnknownCard: PAGES[404],
    undo.UnknownEntry: PAGES[404],
    study.StaleCard: PAGES[409],
}
# What the drivers say, in lower case, and the page that it means.
DATABASE_TROUBLES = (
    ("database is locked", LOCKED),
    ("database table is locked", LOCKED),
    ("disk is full", DISK_FULL),
    ("disk i/o error", DISK_FULL),
    ("no space left", DISK_FULL),
    ("readonly database", READ_ONLY),
    ("unable to open database file", READ_ONLY),
    ("no such table", NOT_SET_UP),
    ("no such column", NOT_SET_UP),
    ("does not exist", NOT_SET_UP),
)


def init_app(app: Flask) -> None:
    """Answer every error with a page of its own, without a trace of the inside."""
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(OperationalError, database_error)
    app.register_error_handler(ProgrammingError, database_error)
    app.register_error_handler(Refused, refused)
    for error, page in MAPPED.items():
        app.register_error_handler(error, _answer_with(page))


def show(page: Page) -> ResponseReturnValue:
    """Render an error's page; it needs neither the database nor the technique files."""
    return render_template("errors/error.html", page=page), page.status


def http_error(error: HTTPException) -> ResponseReturnValue:
    """Show the page of a status, keeping what the error's response has to carry."""
    if error.code is None or error.code < 400:
        return error
    known = PAGES.get(error.code)
    page = known or Page(
        status=error.code, title=error.name, advice="Go back and try something else."
    )
    headers = [(k, v) for k, v in error.get_headers(request.environ) if k == "Allow"]
    return render_template("errors/error.html", page=page), page.status, headers


def refused(error: Refused) -> ResponseReturnValue:
    """Show what a service says when it does not do what was asked."""
    return show(replace(PAGES[422], advice=str(error)))


def database_error(error: OperationalError | ProgrammingError) -> ResponseReturnValue:
    """Say in words what is wrong with the database, and log it whole."""
    current_app.logger.error("database: %s", error.orig)
    said = str(error.orig).lower()
    trouble = next((page for words, page in DATABASE_TROUBLES if words in said), None)
    if trouble is None and isinstance(error, ProgrammingError):
        raise error
    return show(trouble or UNREACHABLE)


def _answer_with(page: Page) -> Callable[[Exception], ResponseReturnValue]:
    return lambda _error: show(page)
