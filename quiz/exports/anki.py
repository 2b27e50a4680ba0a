"""Flashcards as an Anki package: exported again, it updates the cards that are there.

Anki knows a note by its card's key, a note type by its number and a deck by its name: none
depends on the scope, the release or the moment, so nothing is doubled whatever is exported
after what. Anki writes a note again where the one that comes is later than its own, with
everything that the learner has tagged it with lost; so the times come from outside, and the
time of a note is that of its last change.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import genanki

from quiz.content.catalogue import Catalogue, domain_name
from quiz.exports import naming
from quiz.exports.anki_layout import CARD, FIELDS, Layout, description, layout
from quiz.exports.anki_notes import Note, note
from quiz.questions.base import Question

NAME = "Tradecraft"
NOTE_TYPE = 1795524001
"""The number that Anki knows the note type by, drawn once: never change it."""

LAYOUT = "layout"
"""Where the layout stands among the keys of cards, none of which is without a slash."""


class NothingToExport(ValueError):  # noqa: N818 - named for what happened
    """There is no card; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What goes into a package: the notes, how they look, and what each domain's deck says."""

    notes: tuple[Note, ...]
    layout: Layout
    descriptions: Mapping[str, str]

    @property
    def digests(self) -> Mapping[str, str]:
        """What differs once it changes, by key: of each note, and of the layout."""
        return {LAYOUT: self.layout.digest, **{note.key: note.digest for note in self.notes}}


class _DatedNote(genanki.Note):
    """A note with a time of its own, in whole seconds, which genanki has for a package alone."""

    def __init__(self, found: Note, model: genanki.Model, since: int) -> None:
        super().__init__(
            model=model,
            fields=list(found.fields),
            guid=found.guid,
            tags=list(found.tags),
            due=found.place,
        )
        self.since = since

    def write_to_db(self, cursor: Any, timestamp: float, deck_id: int, id_gen: Any) -> None:
        super().write_to_db(cursor, self.since, deck_id, id_gen)


def content(questions: Iterable[tuple[int, Question]], catalogue: Catalogue) -> Content:
    """Write questions as notes, each with its card's place among all. Raises NothingToExport."""
    notes = tuple(note(question, catalogue, place=place) for place, question in questions)
    if not notes:
        raise NothingToExport(
            "There is no card to export here. Choose more tactics, platforms or kinds."
        )
    return Content(
        notes=notes,
        layout=layout(catalogue.collections),
        descriptions={
            domain: description(c for c in catalogue.collections if c.domain == domain)
            for domain in sorted({note.domain for note in notes})
        },
    )


def write(stream: IO[bytes], content: Content, since: Mapping[str, datetime]) -> None:
    """Write a package: the same content and times give the same bytes.

    ``since`` tells for each key of ``content.digests`` when what it has was last new.
    """
    times = {key: int(moment.timestamp()) for key, moment in since.items()}
    model = genanki.Model(
        NOTE_TYPE,
        NAME,
        fields=[{"name": name} for name in FIELDS],
        templates=[{"name": CARD, "qfmt": content.layout.front, "afmt": content.layout.back}],
        css=content.layout.css,
        sort_field_index=FIELDS.index("Technique"),
    )
    decks = {
        domain: genanki.Deck(_number(domain), _deck_name(domain), said)
        for domain, said in content.descriptions.items()
    }
    for found in content.notes:
        decks[found.domain].add_note(_DatedNote(found, model, times[found.key]))
    with ZipFile(stream, "w", compression=ZIP_DEFLATED) as package:
        # Without a time of its own, an entry is dated 1980.
        _add(package, "collection.anki2", _database(decks.values(), times[LAYOUT]))
        _add(package, "media", json.dumps({}).encode())


def filename(labels: Sequence[str]) -> str:
    """Name the file by what is in it: *tradecraft-persistence-windows.apkg*."""
    return naming.filename(labels, "apkg")


def _database(decks: Iterable[genanki.Deck], time: int) -> bytes:
    """Make the collection that a package holds. Not every Python gives one in memory as bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "collection.anki2"
        with closing(sqlite3.connect(path)) as connection:
            cursor = connection.cursor()
            genanki.Package(list(decks)).write_to_db(cursor, time, count(time * 1000))
            connection.commit()
        return path.read_bytes()


def _add(package: ZipFile, name: str, data: bytes) -> None:
    package.writestr(ZipInfo(name), data, compress_type=ZIP_DEFLATED)


def _deck_name(domain: str) -> str:
    """Name a domain's deck, below the one of all; two colons would part it further."""
    return f"{NAME}::{' '.join(domain_name(domain).replace(':', ' ').split())}"


def _number(domain: str) -> int:
    """Number a domain's deck, from 2^30 to 2^31 as genanki asks, the same each time."""
    return (1 << 30) + int(sha256(domain.encode()).hexdigest()[:7], 16)
