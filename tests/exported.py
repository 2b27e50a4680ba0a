"""Questions to export, plain and nasty, and what is left of their texts once they are read back."""

import csv
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from html import unescape
from io import StringIO

from quiz.content.catalogue import Catalogue
from quiz.exports import formats, json_lines
from quiz.questions.base import AnswerKind, Question
from quiz.questions.kinds import KINDS
from tests.catalogues import starter

NASTY = (
    r"{a} ~b =c #d :e ::f:: \g \\h \{ %50%i -> j // k $CATEGORY: l",
    "]]> <!-- <script>alert(1)</script> <img src=x onerror=alert(1)> &lt; &amp;lt; &#35; \"q\" 'r'",
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(1)",
    "|calc",
    "\t=1+1",
    "＝1+1",
    'x;=cmd|"/c calc"!A1;y',
    "one\n=two\n\n// three\r\n{four}",
    "bell \x07, null \x00, surrogate \ud800, last \uffff, next \x85 line \u2028 break \u2029 end",
    "[html]<b>x</b>",
    "%50%half",
    r"\(x\) \[y\] $$z$$",
    "T*",
    "`code < {` and `` and _____ _____",
)

FORMULA = re.compile(r"[\s\"]*[=+\-@|%＝＋－＠]")
NUMBER = re.compile(r"-?[0-9.,]+")


@cache
def everything() -> tuple[Question, ...]:
    """One question of every card of the starter."""
    return tuple(json_lines.questions(starter(), KINDS.values(), seed=0, per_card=1))


@cache
def of_each_way() -> tuple[Question, ...]:
    """A question of each kind in each way of answering that it has."""
    return tuple({(q.kind, q.answer_kind): q for q in everything()}.values())


def of(answer_kind: AnswerKind) -> Question:
    """A question that is answered in a way."""
    return next(question for question in of_each_way() if question.answer_kind is answer_kind)


def filled(question: Question, text: str) -> Question:
    """The question with a text in the place of each of its own; options are told apart."""
    return replace(
        question,
        subject=text,
        stem=text,
        excerpt=text if question.excerpt else None,
        explanation=text,
        evidence=tuple(replace(e, section=text, quote=text) for e in question.evidence),
        options=tuple(replace(o, text=f"{text} {o.id}", note=text) for o in question.options),
        items=tuple(replace(i, text=f"{text} {i.id}", note=text) for i in question.items),
        targets=tuple(replace(t, text=f"{text} {t.id}", note=text) for t in question.targets),
        accepted=(text, "T1") if question.accepted else (),
    )


def nasty() -> list[Question]:
    """Every nasty text in every way of answering."""
    ways = {question.answer_kind: question for question in of_each_way()}
    return [filled(question, text) for text in NASTY for question in ways.values()]


def written(
    slug: str,
    questions: Iterable[Question],
    catalogue: Catalogue | None = None,
    title: str = "Week 3",
) -> str:
    """The whole file of a format."""
    found = formats.export(slug, questions, catalogue or starter(), title=title)
    return b"".join(found.chunks).decode("utf-8")


def formulas(text: str) -> list[str]:
    """The cells that a spreadsheet would run, wherever it is that it parts a line."""
    found = []
    for mark in ",;\t":
        for cells in csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=mark):
            found += [c for c in cells if FORMULA.match(c) and not NUMBER.fullmatch(c.strip())]
    return found


def words(html: str) -> str:
    """The words of HTML of ours."""
    return squeezed(unescape(tagless(html)))


def tagless(html: str) -> str:
    """HTML without the tags that exports use."""
    apart = re.sub(r"</?(?:p|blockquote)(?: class=\"small\")?>", " ", html)
    return re.sub(r"</?(?:code|i)>", "", apart)


def said(text: str, *, code: bool = True) -> str:
    """The words of a question's text, without its marks for code where it has any."""
    return squeezed(re.sub(r"`([^`\n]+)`", r"\1", text) if code else text)


def squeezed(text: str) -> str:
    """A text with what is not alike everywhere made alike: spaces, blanks, unwritable things."""
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\uffff]", "\ufffd", text)
    return " ".join(re.sub(r"_____+(\s+_____+)*", "_____", text).split())
