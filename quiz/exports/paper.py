"""A paper to print and, in a document of its own, its answers.

Both stand alone: no script, no font, no picture, and the style in the file, so that a file
that was saved, sent or put on a stick prints the same. Where a server shows them instead, it
names the address of the style, and no policy has to be loosened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from quiz.content.catalogue import Catalogue
from quiz.exports import markup, naming
from quiz.exports.letters import letter
from quiz.questions import display
from quiz.questions.base import AnswerKind, Question

ROOT = Path(__file__).resolve().parents[2]
STYLE = ROOT / "quiz" / "static" / "css" / "paper.css"
BUFFER = 64
"""How many pieces of a page are given at once."""


def write_paper(
    questions: Iterable[Question], catalogue: Catalogue, title: str, *, style_url: str = ""
) -> Iterator[str]:
    """Give the paper: what is asked, and room for the answers. Nothing of the key is in it."""
    values = {"questions": (_asked(question) for question in questions)}
    return _page("paper.html", values, catalogue, title, style_url)


def write_answers(
    questions: Iterable[Question], catalogue: Catalogue, title: str, *, style_url: str = ""
) -> Iterator[str]:
    """Give the answers of a paper under the same numbers: key, reason, evidence.

    The keys alone follow at the end, for whoever marks a pile of papers.
    """
    keys: list[str] = []
    values = {
        "questions": (_answered(question, catalogue, keys) for question in questions),
        "keys": keys,
    }
    return _page("answers.html", values, catalogue, title, style_url)


def _asked(question: Question) -> dict[str, Any]:
    """Give what the paper may show of a question, and no more: the template cannot slip."""
    return {
        "answer_kind": str(question.answer_kind),
        "stem": question.stem,
        "excerpt": question.excerpt,
        "rows": [item.text for item in question.items],
        "choices": [choice.text for choice in question.options or question.targets],
    }


def _answered(question: Question, catalogue: Catalogue, keys: list[str]) -> dict[str, Any]:
    """Give what the answers show of a question, and put its key with the others."""
    right = _right(question)
    apart = " or " if question.answer_kind is AnswerKind.TEXT else ", "
    keys.append(apart.join(short for short, _ in right))
    technique = catalogue.by_stix_id.get(question.stix_id)
    return {
        "stem": question.stem,
        "right": right,
        "explanation": question.explanation,
        "evidence": markup.quoted(question, catalogue),
        "wrong": [
            (letter(place), option)
            for place, option in enumerate(question.options)
            if option.note and not option.correct
        ],
        "technique": display.linked(technique, catalogue) if technique else question.subject,
    }


def _right(question: Question) -> list[tuple[str, str]]:
    """Give the key as one marks it, and in words: a letter, a place, or both."""
    if question.answer_kind is AnswerKind.ORDER:
        places = {id_: place for place, id_ in enumerate(question.solution, start=1)}
        return [
            (f"{letter(row)} {places[item.id]}", f"{item.text}: {places[item.id]}")
            for row, item in enumerate(question.items)
        ]
    if question.answer_kind is AnswerKind.MATCH:
        return [
            (f"{row} {letter(int(id_) - 1)}", words)
            for row, (id_, words) in enumerate(
                zip(question.solution, question.answer, strict=True), start=1
            )
        ]
    if question.answer_kind is AnswerKind.TEXT:
        return [(text, "") for text in question.accepted]
    return [
        (letter(place), option.text)
        for place, option in enumerate(question.options)
        if option.correct
    ]


def _page(
    name: str, values: Mapping[str, Any], catalogue: Catalogue, title: str, style_url: str
) -> Iterator[str]:
    stream = _template(name).stream(
        **values,
        title=title,
        terms=naming.terms(catalogue.collections),
        style="" if style_url else Markup(STYLE.read_text("utf-8")),  # noqa: S704 - our own
        style_url=style_url,
    )
    stream.enable_buffering(BUFFER)
    return map(markup.writable, stream)


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(inline=markup.inline, letter=letter, paragraphs=markup.paragraphs)
    return environment.get_template(f"exports/{name}")
