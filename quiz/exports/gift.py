"""Questions in GIFT, Moodle's format of plain text, which many other programs read too.

Texts are HTML, which Moodle's own documentation of the format gives a mark for: it alone keeps
paragraphs and code apart, and what is escaped in it is shown everywhere, never acted on. GIFT
has no question to put things in order, so an order asks for the place of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from quiz.content.catalogue import Catalogue
from quiz.exports import markup, naming
from quiz.exports.moodle_rules import any_spelling, category, pairs, share
from quiz.questions.base import AnswerKind, Question

SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\~=#{}:"})


def write(questions: Iterable[Question], catalogue: Catalogue, title: str) -> Iterator[str]:
    """Give a file of questions, one after the other."""
    terms = map(markup.plain, naming.terms(catalogue.collections))
    yield "".join(f"// {line}\n" for line in terms)
    yield f"\n$CATEGORY: {category(title)}\n\n"
    for question in questions:
        yield _question(question, catalogue)


def _question(question: Question, catalogue: Catalogue) -> str:
    tags = "".join(f" [tag:{tag}]" for tag in naming.tags(question, catalogue))
    identity = markup.plain(naming.identity(question)).replace("]", r"\]")
    return (
        f"// {markup.plain(naming.name(question))} [id:{identity}]{tags}\n"
        f"::{_escape(naming.title(question))}::[html]{_escape(markup.asked(question))}{{\n"
        + "".join(f"\t{answer}\n" for answer in _answers(question))
        + f"\t####{_escape(markup.taught(question, catalogue))}\n}}\n\n"
    )


def _answers(question: Question) -> Iterator[str]:
    if question.answer_kind is AnswerKind.TEXT:
        yield from (f"=%100%{_escape(_typed(text))}" for text in question.accepted)
    elif question.answer_kind in {AnswerKind.MATCH, AnswerKind.ORDER}:
        for item, target in pairs(question):
            yield f"={_html(item)} -> {_html(target)}"
    else:
        for option in question.options:
            note = f"#{_html(option.note)}" if option.note else ""
            yield f"{_mark(question, correct=option.correct)}{_html(option.text)}{note}"


def _mark(question: Question, *, correct: bool) -> str:
    if question.answer_kind is AnswerKind.ONE:
        return "=" if correct else "~"
    return f"~%{'' if correct else '-'}{share(question)}%"


def _typed(text: str) -> str:
    """Write a text to type. An arrow would make a match of it; a star stands for anything."""
    return any_spelling(markup.plain(text)).replace("->", "-*>")


def _html(text: str) -> str:
    """Show a line of text, whose first character may not be read as a format or a weight."""
    shown = _escape(markup.inline(text))
    return f"<i></i>{shown}" if shown.startswith(("[", "%")) else shown


def _escape(text: str) -> str:
    return str(text).translate(SPECIAL)
