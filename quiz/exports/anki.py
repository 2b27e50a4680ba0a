"""Flashcards as an Anki package: exported again, it updates the cards that are there.

A note is known to Anki by its card's key, a note type by its own number: neither depends on the
scope, the release or the moment, so nothing is doubled whatever is exported after what.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import genanki
from markupsafe import Markup

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Collection, Technique
from quiz.questions import display
from quiz.questions.base import Evidence, Question
from quiz.questions.kinds import KINDS

GAP = Markup('<span class="gap">&nbsp;</span>')
FIELDS = ("Key", "Question", "Answer", "Explanation", "Evidence", "Technique", "Terms")

# Numbers that Anki knows the note type and the deck by, drawn once: never change them.
NOTE_TYPE = 1795524001
DECK = 1795524002

_CSS = """\
.card { max-width: 42rem; margin: 0 auto; padding: 0 .75rem; text-align: left;
  font: 1.05rem/1.5 system-ui, sans-serif; color: #16211f; background: #fff; }
.night_mode .card, .card.night_mode, .nightMode.card { color: #e6edea; background: #161e21; }
.stem { font-size: 1.2rem; font-weight: 650; }
.answer { font-size: 1.15rem; font-weight: 650; }
.small { font-size: .8rem; opacity: .8; }
code { padding: 0 .2em; border-radius: .25em; overflow-wrap: anywhere;
  background: rgba(128, 128, 128, .18); }
blockquote { margin: .6rem 0; padding-left: .8rem; border-left: 3px solid #0b6863; }
.gap { display: inline-block; min-width: 3.5em; border-bottom: 2px solid currentColor; }
hr { border: 0; border-top: 1px solid rgba(128, 128, 128, .4); }
a { color: #0b6863; }
.night_mode a, .nightMode a { color: #63d0c5; }
"""
_FRONT = '<div class="question">{{Question}}</div>'
_BACK = """\
{{FrontSide}}
<hr id="answer">
<div class="answer">{{Answer}}</div>
<div>{{Explanation}}</div>
<div>{{Evidence}}</div>
<p class="small">{{Technique}}</p>
<p class="small">{{Terms}}</p>
"""


class NothingToExport(ValueError):  # noqa: N818 - named for what happened
    """There is no card; the text says what to do."""


def write(
    stream: IO[bytes], questions: Iterable[Question], catalogue: Catalogue, *, at: datetime
) -> int:
    """Write a package with a note for each question; returns how many notes there are.

    ``at`` is the moment that Anki compares: an export that is later updates one that is
    earlier. Raises NothingToExport.
    """
    terms = {collection.name: _terms(collection) for collection in catalogue.collections}
    deck = genanki.Deck(DECK, "Tradecraft", _description(catalogue.collections))
    model = _note_type()
    for question in questions:
        deck.add_note(_note(question, catalogue, model, terms))
    if not deck.notes:
        raise NothingToExport(
            "There is no card to export here. Choose more tactics, platforms or kinds."
        )
    # genanki writes to a path alone.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tradecraft.apkg"
        genanki.Package(deck).write_to_file(str(path), timestamp=at.timestamp())
        stream.write(path.read_bytes())
    return len(deck.notes)


def _note_type() -> genanki.Model:
    return genanki.Model(
        NOTE_TYPE,
        "Tradecraft",
        fields=[{"name": name} for name in FIELDS],
        templates=[{"name": "Card", "qfmt": _FRONT, "afmt": _BACK}],
        css=_CSS,
    )


def _note(
    question: Question, catalogue: Catalogue, model: genanki.Model, terms: dict[str, Markup]
) -> genanki.Note:
    technique = catalogue.by_stix_id[question.stix_id]
    values = {
        "Key": Markup("{}").format(question.key),
        "Question": _front(question),
        "Answer": _list(question.answer),
        "Explanation": _inline(question.explanation),
        "Evidence": _evidence(question.evidence),
        "Technique": _technique(technique, catalogue),
        "Terms": terms.get(technique.collection, Markup("")),
    }
    return genanki.Note(
        model=model,
        fields=[str(values[name]) for name in FIELDS],
        guid=guid(question.key),
        tags=_tags(question, technique),
    )


def guid(key: str) -> str:
    """Name a card for Anki: the same for the same card, whatever is exported around it."""
    return f"tradecraft-{sha256(key.encode()).hexdigest()[:20]}"


def _front(question: Question) -> Markup:
    """What is asked; the choices too where it makes no sense without them."""
    html = Markup('<p class="stem">{}</p>').format(_inline(question.stem))
    if question.excerpt:
        shown = display.paragraphs(question.excerpt, gap=GAP)
        html += Markup("<blockquote>{}</blockquote>").format(shown)
    if KINDS[question.kind].needs_options:
        html += _list([option.text for option in question.options])
    return html


def _list(texts: Sequence[str]) -> Markup:
    if len(texts) == 1:
        return _inline(texts[0])
    items = Markup("").join(Markup("<li>{}</li>").format(_inline(text)) for text in texts)
    return Markup("<ul>{}</ul>").format(items)


def _evidence(quotations: Iterable[Evidence]) -> Markup:
    shown = Markup('<blockquote>{}<p class="small">{}, {}</p></blockquote>')
    return Markup("").join(
        shown.format(display.paragraphs(e.quote, gap=GAP), e.section, Path(e.file).name)
        for e in quotations
    )


def _technique(technique: Technique, catalogue: Catalogue) -> Markup:
    named = f"{catalogue.display_name(technique)} ({technique.attack_id})"
    if technique.url.startswith("https://"):
        return Markup('<a href="{}">{}</a>').format(technique.url, named)
    return Markup("{}").format(named)


def _tags(question: Question, technique: Technique) -> list[str]:
    tags = [
        f"kind::{question.kind}",
        f"domain::{technique.domain}",
        f"collection::{technique.collection}",
        *(f"tactic::{tactic}" for tactic in technique.tactics),
        *(f"platform::{platform}" for platform in technique.platforms),
    ]
    # A space ends a tag.
    return sorted({"-".join(tag.split()) for tag in tags})


def _terms(collection: Collection) -> Markup:
    return Markup("{}").format(" ".join(filter(None, (collection.label, collection.copyright))))


def _description(collections: Iterable[Collection]) -> str:
    """Whose the text is, and on what terms: MITRE's license goes with every copy."""
    texts = [
        Markup("<p>{}</p>").format(text)
        for collection in collections
        for text in (collection.label, collection.copyright, *collection.licence.split("\n\n"))
        if text and text.strip()
    ]
    return str(Markup("").join(texts))


def _inline(text: str) -> Markup:
    return display.inline(text, gap=GAP)


def filename(labels: Sequence[Any]) -> str:
    """Name the file by what is in it: *tradecraft-persistence-windows.apkg*."""
    words = "-".join("-".join(str(label).lower().split()) for label in labels)
    safe = "".join(c for c in words if c.isascii() and (c.isalnum() or c == "-"))[:60].strip("-")
    return f"tradecraft-{safe}.apkg" if safe else "tradecraft.apkg"
