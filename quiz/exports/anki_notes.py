"""A question as a note of Anki's: its fields as HTML, and its tags.

What a file holds is shown and nothing else: it is escaped, and what Anki would read as a
sound, as a formula or as a program of its own to run is broken up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from markupsafe import Markup, escape

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.exports import anki_layout
from quiz.exports.anki_layout import FIELDS
from quiz.questions import display
from quiz.questions.base import Option, Question
from quiz.questions.kinds import KINDS

GAP = Markup('<span class="gap">…</span>')
FORMULA = re.compile(r"\\(?=\(|&#91;)")
"""A backslash before a bracket, which starts a formula wherever the two stand in one text."""

RELEASE = "release::"
"""What the tag of a release starts with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A card as Anki has it. ``place`` is that of the card among all that there are.

    ``fields`` holds HTML, in the order of ``FIELDS``. ``domain`` says which deck it is for.
    """

    key: str
    domain: str
    place: int
    fields: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def guid(self) -> str:
        """How Anki knows the note: the same for the same card, whatever is exported around it."""
        return f"tradecraft-{sha256(self.key.encode()).hexdigest()[:20]}"

    @property
    def digest(self) -> str:
        """A text that differs once the note teaches something else.

        A new release alone changes the copyright of every note, and no more of most: those
        need not be written again.
        """
        fields = (value for name, value in zip(FIELDS, self.fields, strict=True) if name != "Terms")
        tags = (tag for tag in self.tags if not tag.startswith(RELEASE))
        return sha256("\x1f".join((*fields, *tags)).encode()).hexdigest()


def note(question: Question, catalogue: Catalogue, *, place: int) -> Note:
    """Write a question as a note."""
    technique = catalogue.by_stix_id[question.stix_id]
    collection = catalogue.collection_of(technique)
    values = {
        "Key": escape(question.key),
        "Question": _front(question),
        "Answer": _list([_inline(text) for text in question.answer]),
        "Explanation": _inline(question.explanation),
        "Evidence": display.quoted(question.evidence, catalogue, gap=GAP),
        "Options": _options(question),
        "Technique": display.linked(technique, catalogue),
        "Tactics": escape(", ".join(catalogue.tactic_names(technique))),
        "Terms": anki_layout.terms(collection) if collection else Markup(""),
    }
    return Note(
        key=question.key,
        domain=technique.domain,
        place=place,
        fields=tuple(_inert(values[name]) for name in FIELDS),
        tags=_tags(question, technique, collection.release if collection else ""),
    )


def _front(question: Question) -> Markup:
    """What is asked; the choices too where it makes no sense without them."""
    html = Markup('<p class="stem">{}</p>').format(_inline(question.stem))
    if question.excerpt:
        html += Markup("<blockquote>{}</blockquote>").format(_paragraphs(question.excerpt))
    if KINDS[question.kind].needs_options:
        html += _bullets([_inline(option.text) for option in question.options])
    return html


def _options(question: Question) -> Markup:
    """What each choice really is; folded where the front did not show them."""
    if KINDS[question.kind].needs_options:
        return _bullets([_option(option) for option in question.options])
    wrong = [_option(option) for option in question.options if option.note and not option.correct]
    folded = Markup("<details><summary>Not to be confused with</summary>{}</details>")
    return folded.format(_bullets(wrong)) if wrong else Markup("")


def _option(option: Option) -> Markup:
    text = _inline(option.text)
    shown = Markup("<b>✓ {}</b>").format(text) if option.correct else text
    if option.note:
        shown += Markup(' <span class="note">{}</span>').format(_inline(option.note))
    return shown


def _tags(question: Question, technique: Technique, release: str) -> tuple[str, ...]:
    tags = [
        f"kind::{question.kind}",
        f"domain::{technique.domain}",
        f"collection::{technique.collection}",
        *(f"tactic::{tactic}" for tactic in technique.tactics),
        *(f"platform::{platform}" for platform in technique.platforms),
        *([f"{RELEASE}{release}"] if release else []),
    ]
    # A space, of whatever kind, ends a tag.
    return tuple(sorted({"-".join(tag.split()) for tag in tags}))


def _list(texts: Sequence[Markup]) -> Markup:
    return texts[0] if len(texts) == 1 else _bullets(texts)


def _bullets(texts: Iterable[Markup]) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(text) for text in texts)
    return Markup("<ul>{}</ul>").format(items)


def _inline(text: str) -> Markup:
    return display.inline(text, gap=GAP)


def _paragraphs(text: str) -> Markup:
    return display.paragraphs(text, gap=GAP)


def _inert(html: Markup) -> str:
    """Break up what Anki would act on: a name in brackets, a formula, the separator of fields."""
    plain = str(html).replace("[", "&#91;").replace("\x1f", " ")
    return FORMULA.sub(r"\\<i></i>", plain) if "\\" in plain else plain
