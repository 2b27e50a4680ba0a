"""Questions in Moodle XML, as docs.moodle.org describes it under “Moodle XML format”.

An order is a match of things with places: that type is documented, and every Moodle has it,
where the type “ordering” came with 4.4 and an older one would refuse the question.

HTML is escaped as any text, not put into CDATA: the two are the same to a reader of XML, and
only one of them cannot be ended by what stands in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from quiz.content.catalogue import Catalogue
from quiz.exports import markup, naming
from quiz.exports.moodle_rules import any_spelling, category, pairs, share
from quiz.questions.base import AnswerKind, Question

TYPES = {
    AnswerKind.ONE: "multichoice",
    AnswerKind.MANY: "multichoice",
    AnswerKind.MATCH: "matching",
    AnswerKind.ORDER: "matching",
    AnswerKind.TEXT: "shortanswer",
}
COMBINED = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")


def write(questions: Iterable[Question], catalogue: Catalogue, title: str) -> Iterator[str]:
    """Give a file of questions, one element after the other."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'
    yield _written(_category(title, catalogue))
    for question in questions:
        yield _written(_question(question, catalogue))
    yield "</quiz>\n"


def _category(title: str, catalogue: Catalogue) -> Element:
    """Describe the category by whose the texts in it are, and on what terms."""
    element = Element("question", type="category")
    _text(SubElement(element, "category"), category(title))
    _html(element, "info", markup.paragraphs("\n".join(naming.terms(catalogue.collections))))
    return element


def _question(question: Question, catalogue: Catalogue) -> Element:
    element = Element("question", type=TYPES[question.answer_kind])
    _text(SubElement(element, "name"), naming.name(question))
    _html(element, "questiontext", markup.asked(question))
    _html(element, "generalfeedback", markup.taught(question, catalogue))
    _values(element, defaultgrade="1", penalty="0.3333333", hidden="0")
    _values(element, idnumber=naming.identity(question))
    if question.answer_kind is AnswerKind.TEXT:
        _typed(element, question)
    elif question.answer_kind in {AnswerKind.MATCH, AnswerKind.ORDER}:
        _matched(element, question)
    else:
        _chosen(element, question)
    tags = SubElement(element, "tags")
    for tag in naming.tags(question, catalogue):
        _text(SubElement(tags, "tag"), tag)
    return element


def _chosen(element: Element, question: Question) -> None:
    """Offer the options in their order, which the seed has drawn, or which is that of a scale."""
    single = question.answer_kind is AnswerKind.ONE
    earned = "100" if single else share(question)
    lost = "0" if single else f"-{earned}"
    _values(element, single="true" if single else "false", shuffleanswers="false")
    _values(element, answernumbering="abc", showstandardinstruction="1")
    _combined_feedback(element)
    for option in question.options:
        answer = _html(element, "answer", markup.inline(option.text))
        answer.set("fraction", earned if option.correct else lost)
        _html(answer, "feedback", markup.inline(option.note))


def _matched(element: Element, question: Question) -> None:
    """Ask for a target for each item. Moodle shows targets as HTML, whatever is in them."""
    _values(element, shuffleanswers="true")
    _combined_feedback(element)
    for item, target in pairs(question):
        asked = _html(element, "subquestion", markup.inline(item))
        _text(SubElement(asked, "answer"), markup.inline(target))


def _typed(element: Element, question: Question) -> None:
    """Take any accepted text, in capitals or not. It is no HTML."""
    _values(element, usecase="0")
    for text in question.accepted:
        answer = SubElement(element, "answer", fraction="100", format="plain_text")
        _text(answer, any_spelling(text))
        _html(answer, "feedback", "")


def _combined_feedback(element: Element) -> None:
    for name in COMBINED:
        _html(element, name, "")


def _values(element: Element, **values: str) -> None:
    for name, value in values.items():
        SubElement(element, name).text = markup.plain(value)


def _html(parent: Element, name: str, html: str) -> Element:
    element = SubElement(parent, name, format="html")
    _text(element, html)
    return element


def _text(parent: Element, text: str) -> None:
    SubElement(parent, "text").text = markup.plain(text)


def _written(element: Element) -> str:
    indent(element)
    return f"{tostring(element, encoding='unicode')}\n"
