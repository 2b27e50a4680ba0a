"""Questions as a table, a row a question, that a spreadsheet opens without running any of it.

A spreadsheet takes a cell for a formula by its first character, which ``defusedcsv`` sees to.
It does not see what comes first once a spreadsheet has skipped a space or a tab, the wide
forms of those characters, nor what a comma-separated file becomes where a list is parted by
semicolons, as in much of Europe: there each semicolon in a cell may start another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from io import StringIO

from defusedcsv import csv

from quiz.content.catalogue import Catalogue
from quiz.exports import markup, naming
from quiz.exports.letters import letter
from quiz.questions.base import AnswerKind, Question

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for the code page of the machine; other readers know it."""
COLUMNS = (
    "key",
    "seed",
    "kind",
    "answer_kind",
    "attack_id",
    "technique",
    "tactics",
    "domain",
    "collection",
    "release",
    "stem",
    "excerpt",
    "options",
    "targets",
    "right",
    "answer",
    "explanation",
    "evidence",
    "difficulty",
    "difficulty_basis",
    "code",
    "source",
)
STARTS = "=+\\-@|%＝＋－＠"
WIDE = re.compile(r"^(?=[＝＋－＠])")
INNER = re.compile(rf"([;\n][\s\"']*)(?=[{STARTS}])")
"""Where another cell may start, and what would make a formula of it."""

Cell = str | int


def write(
    questions: Iterable[Question],
    catalogue: Catalogue,
    title: str,  # noqa: ARG001 - a table has no place for it
) -> Iterator[str]:
    """Give a file of rows below their headings."""
    yield BYTE_ORDER_MARK + _line(COLUMNS)
    for question in questions:
        yield _line([_safe(cell) for cell in _cells(question, catalogue)])


def _cells(question: Question, catalogue: Catalogue) -> tuple[Cell, ...]:
    """Give the values of a row, in the order of ``COLUMNS``."""
    technique = catalogue.by_stix_id.get(question.stix_id)
    collection = naming.collection_of(question, catalogue)
    rated = question.difficulty or {}
    return (
        question.key,
        question.seed,
        question.kind,
        str(question.answer_kind),
        question.attack_id,
        question.subject,
        ", ".join(technique.tactics) if technique else "",
        question.domain,
        question.collection,
        collection.release if collection else "",
        question.stem,
        question.excerpt or "",
        _listed(o.text for o in question.options or question.items),
        _listed(target.text for target in question.targets),
        _right(question),
        "\n".join(question.answer),
        question.explanation,
        "\n".join(f"{e.section}: {e.quote}" for e in question.evidence),
        rated.get("level", ""),
        rated.get("basis", ""),
        naming.code(question),
        naming.owner(question, catalogue),
    )


def _listed(texts: Iterable[str]) -> str:
    return "\n".join(f"{letter(place)}. {text}" for place, text in enumerate(texts))


def _right(question: Question) -> str:
    """Give the key in letters: those to choose, the order, or the target of each item."""
    if question.answer_kind is AnswerKind.TEXT:
        return ""
    ids = question.solution or [o.id for o in question.options if o.correct]
    return ", ".join(letter(int(id_) - 1) for id_ in ids)


def _safe(cell: Cell) -> Cell:
    """Neutralize what ``defusedcsv`` leaves: see this module."""
    if isinstance(cell, int):
        return cell
    lines = "\n".join(markup.plain(line) for line in cell.split("\n")).strip()
    return WIDE.sub("'", INNER.sub(r"\1'", lines))


def _line(cells: Iterable[Cell]) -> str:
    held = StringIO()
    csv.writer(held, quoting=csv.QUOTE_ALL).writerow(cells)
    return held.getvalue()
