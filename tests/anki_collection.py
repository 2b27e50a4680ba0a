"""A collection of Anki's own library, to bring packages into and to look at as Anki shows it."""

import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from quiz.exports import anki
from quiz.exports.anki import Content
from quiz.exports.anki_layout import FIELDS
from tests.factories import NOON

GROUPS = ("new", "updated", "duplicate", "conflicting")


def packed(content: Content, **since: Any) -> bytes:
    """Write a package whose notes are all as old as the invented noon, but those given by key."""
    stream = BytesIO()
    anki.write(stream, content, {**dict.fromkeys(content.digests, NOON), **since})
    return stream.getvalue()


class AnkiCollection:
    """What a collection holds, by the keys of our cards."""

    def __init__(self, collection: Any, folder: Path) -> None:
        self.collection = collection
        self._package = folder / "package.apkg"

    def bring(self, package: bytes) -> Counter[str]:
        """Import a package as Anki does where nothing is set otherwise; counts what it did."""
        from anki.collection import ImportAnkiPackageRequest

        self._package.write_bytes(package)
        request = ImportAnkiPackageRequest(package_path=str(self._package))
        log = self.collection.import_anki_package(request).log
        return +Counter({group: len(getattr(log, group)) for group in GROUPS})

    def __len__(self) -> int:
        return int(self.collection.note_count())

    @property
    def cards(self) -> int:
        return int(self.collection.card_count())

    @property
    def decks(self) -> dict[str, int]:
        """How many cards each deck has, by its name, without those that have none."""
        rows = self.collection.db.all("SELECT did, count() FROM cards GROUP BY did")
        return {self.collection.decks.name(deck): number for deck, number in rows}

    def notes(self) -> dict[str, dict[str, str]]:
        """The fields of every note, by name."""
        rows = self.collection.db.all("SELECT flds FROM notes")
        found = [dict(zip(FIELDS, fields.split("\x1f"), strict=True)) for (fields,) in rows]
        return {note["Key"]: note for note in found}

    def card(self, key: str) -> Any:
        (found,) = self.collection.find_cards(f'Key:"{key}"')
        return self.collection.get_card(found)

    def tag(self, key: str, tag: str) -> None:
        """Tag a note, as the learner does."""
        note = self.card(key).note()
        note.add_tag(tag)
        self.collection.update_note(note)

    def tags(self, key: str) -> set[str]:
        return set(self.card(key).note().tags)

    def rate(self, key: str, ease: int) -> None:
        card = self.card(key)
        card.start_timer()
        self.collection.sched.answerCard(card, ease)

    def schedule(self, key: str) -> tuple[int, ...]:
        card = self.card(key)
        return (card.reps, card.due, card.ivl, card.queue, card.type)

    def front(self, key: str) -> str:
        return str(self.card(key).render_output().question_text)

    def back(self, key: str) -> str:
        """What the back adds to the front, as HTML."""
        shown = str(self.card(key).render_output().answer_text)
        return shown.partition('<hr id="answer">')[2]


@contextmanager
def anki_collection(folder: Path) -> Iterator[AnkiCollection]:
    """Open an empty collection in a folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Anki deprecates of its own is not ours to mend
        from anki.collection import Collection

        collection = Collection(str(folder / "collection.anki2"))
        yield AnkiCollection(collection, folder)
        collection.close()
