"""Every format that questions can be taken away in, by its slug."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from quiz.content.catalogue import Catalogue
from quiz.exports import csv_table, gift, json_lines, moodle, naming, paper
from quiz.questions.base import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format of files. ``label`` names it on the screen; ``purpose`` says what it is for.

    ``write`` takes questions, the catalogue they were made from and a title, and gives a file
    piece by piece: it holds no more than one question at a time, but for the keys of a paper.
    ``tells`` is false where a learner may be given the file before answering.
    """

    slug: str
    label: str
    purpose: str
    suffix: str
    mimetype: str
    write: Callable[[Iterable[Question], Catalogue, str], Iterator[str]]
    tells: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file on its way out."""

    chunks: Iterator[bytes]
    filename: str
    mimetype: str


FORMATS = {
    format_.slug: format_
    for format_ in (
        Format(
            slug="paper",
            label="Paper",
            purpose="print it and hand it out; without a key",
            suffix="html",
            mimetype="text/html",
            write=paper.write_paper,
            tells=False,
        ),
        Format(
            slug="answers",
            label="Answers to the paper",
            purpose="for whoever marks: key, reason and evidence",
            suffix="html",
            mimetype="text/html",
            write=paper.write_answers,
        ),
        Format(
            slug="moodle",
            label="Moodle XML",
            purpose="Moodle’s question bank, with feedback and tags",
            suffix="xml",
            mimetype="application/xml",
            write=moodle.write,
        ),
        Format(
            slug="gift",
            label="GIFT",
            purpose="Moodle and other programs that read plain text",
            suffix="txt",
            mimetype="text/plain",
            write=gift.write,
        ),
        Format(
            slug="csv",
            label="CSV",
            purpose="a spreadsheet; a row a question",
            suffix="csv",
            mimetype="text/csv",
            write=csv_table.write,
        ),
        Format(
            slug="jsonl",
            label="JSON Lines",
            purpose="programs of your own; a line a question",
            suffix="jsonl",
            mimetype="application/x-ndjson",
            write=json_lines.write,
        ),
    )
}


def export(slug: str, questions: Iterable[Question], catalogue: Catalogue, *, title: str) -> Export:
    """Write questions in a format, in the order and under the title given.

    The chunks come as they are asked for. Raises KeyError for a slug that is not in ``FORMATS``.
    """
    format_ = FORMATS[slug]
    pieces = format_.write(questions, catalogue, title)
    return Export(
        chunks=(piece.encode("utf-8", "replace") for piece in pieces),
        filename=naming.filename(
            [title, *([slug] if slug != format_.suffix else [])], format_.suffix
        ),
        mimetype=format_.mimetype,
    )
