"""GIFT read by somebody else's parser: that of ``ua-exam``, which shares nothing with ours."""

import re
from dataclasses import dataclass
from html import unescape

from ua_exam.gift_parser import parse_gift_content

from quiz.questions.base import AnswerKind, Question
from tests.exported import said, squeezed, tagless


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A question as it was read: its category, title and stem, and each choice with its mark."""

    category: str
    title: str
    stem: str
    choices: tuple[tuple[str, bool], ...]


def read(text: str) -> list[Read]:
    """Read a whole file. The parser leaves tags in, and names of formats."""
    return [
        Read(
            category=found["category"],
            title=found["title"],
            stem=_text(found["text"].removeprefix("[html]")),
            choices=tuple((_text(o["text"]), o["is_correct"]) for o in found["options"]),
        )
        for found in parse_gift_content(text)
    ]


def comments(text: str) -> list[str]:
    """The comments that stand directly above a question, which is where Moodle reads tags."""
    return re.findall(r"^// (.*)\n::", text, re.MULTILINE)


def agrees(question: Question, found: Read) -> None:
    """Fail unless a question was read as it is: its stem, its choices, and which are right."""
    assert found.stem == " ".join(map(plain, filter(None, (question.stem, question.excerpt))))
    if question.answer_kind is AnswerKind.TEXT:
        # A text to type is no HTML, but this parser takes all of a file for it.
        texts = [text.replace(r"\*", "*").replace("-*>", "->") for text, _ in found.choices]
        assert list(map(unescape, texts)) == [
            plain(unescape(unescape(text)), code=False) for text in question.accepted
        ]
        assert all(right for _, right in found.choices)
    elif question.answer_kind is AnswerKind.ORDER:
        places = {id_: place for place, id_ in enumerate(question.solution, start=1)}
        pairs = [f"{plain(item.text)} -> {places[item.id]}" for item in question.items]
        assert found.choices == tuple((pair, True) for pair in pairs)
    elif question.answer_kind is AnswerKind.MATCH:
        targets = {target.id: plain(target.text) for target in question.targets}
        matched = zip(question.items, question.solution, strict=True)
        pairs = [f"{plain(item.text)} -> {targets[id_]}" for item, id_ in matched]
        assert found.choices == tuple((pair, True) for pair in pairs)
    else:
        assert found.choices == tuple((plain(o.text), o.correct) for o in question.options)


def plain(text: str, *, code: bool = True) -> str:
    """The words of a question's text as this parser gives them."""
    return said(tagless(text), code=code)


def _text(html: str) -> str:
    """Take the tags off. The parser has already resolved what stands for a character."""
    return squeezed(tagless(html))
