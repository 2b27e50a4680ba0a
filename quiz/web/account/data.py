"""Your data: everything of a learner as one file to keep, and back from such a file."""

from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue

from quiz.db.base import begin_writing, db
from quiz.exports.archive import BadArchive
from quiz.services import archive, history, learners
from quiz.web.account.forms import RestoreForm
from quiz.web.context import current_learner, now
from quiz.web.filters import plural
from quiz.web.uploads import expect_file

bp = Blueprint("data", __name__, url_prefix="/data")

LARGEST_UPLOAD = 64 * 1024 * 1024
"""Measured: 100,000 reviews are 7 MB compressed."""
LEAVE_OUT = "leave-out"
"""What a download says of quizzes that are open, to come without them."""


@bp.url_value_preprocessor
def take_an_archive(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let the one form that sends an archive be as large as one, before anything reads it."""
    if endpoint == "account.data.restore":
        expect_file(LARGEST_UPLOAD)


@bp.get("")
def index() -> ResponseReturnValue:
    """Offer the file, and take one back."""
    return _page(RestoreForm())


@bp.get("/archive")
def download() -> ResponseReturnValue:
    """Give everything of the learner as one file.

    It would hold the keys of quizzes that are open: these are finished first, or left out.
    """
    learner, with_open = current_learner(), request.args.get("open") != LEAVE_OUT
    if with_open and history.unfinished(db.session, learner):
        return _page(RestoreForm()), 409
    packed = BytesIO()
    archive.pack(db.session, learner, packed, now=now(), with_open=with_open)
    packed.seek(0)
    day = learners.study_day(learner, now())
    return send_file(
        packed,
        mimetype="application/gzip",
        as_attachment=True,
        download_name=f"tradecraft-{day}.jsonl.gz",
    )


@bp.post("")
def restore() -> ResponseReturnValue:
    """Put what a file holds in the place of what is here, whole or not at all."""
    form, learner = RestoreForm(), current_learner()
    if not form.validate_on_submit():
        return _page(form), 422
    begin_writing(db.session)
    try:
        if form.replace.data and not archive.is_empty(db.session, learner):
            kept = archive.path_of_copy(Path(current_app.instance_path), now())
            archive.save(db.session, learner, kept, now=now())
        with form.archive.data.stream as stream:
            restored = archive.restore(db.session, learner, stream, replace=form.replace.data)
    except (archive.NotEmpty, BadArchive) as error:
        db.session.rollback()
        form.archive.errors = [f"{error} Nothing was changed."]
        return _page(form), 422
    db.session.commit()
    reviews, cards = restored.rows.get("review", 0), restored.rows.get("card", 0)
    flash(f"Read back: {plural(cards, 'card')} with {plural(reviews, 'review')}.", "success")
    return redirect(request.path, code=303)


def _page(form: RestoreForm) -> str:
    learner = current_learner()
    return render_template(
        "account/data.html",
        form=form,
        empty=archive.is_empty(db.session, learner),
        unfinished=history.unfinished(db.session, learner),
        leave_out=LEAVE_OUT,
    )
