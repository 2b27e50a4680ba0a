"""An Anki package, read back by Anki itself."""

import warnings
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from quiz.content.catalogue import Catalogue
from quiz.exports import anki
from quiz.exports.anki import FIELDS, NothingToExport, filename, guid
from quiz.questions.base import Question
from quiz.questions.kinds import KINDS
from quiz.questions.scope import Scope
from quiz.services.deck import Flashcards
from tests import factories
from tests.factories import NOON, stix_id

HOUR = timedelta(hours=1)
Import = Callable[[bytes], None]


class Notes:
    """What a collection of Anki's holds, by our key."""

    def __init__(self, collection: Any) -> None:
        self.collection = collection

    def __len__(self) -> int:
        return int(self.collection.note_count())

    def by_key(self) -> dict[str, dict[str, str]]:
        rows = self.collection.db.all("SELECT flds FROM notes")
        found = [dict(zip(FIELDS, fields.split("\x1f"), strict=True)) for (fields,) in rows]
        return {note["Key"]: note for note in found}

    def tags(self, key: str) -> set[str]:
        found = self.collection.db.scalar("SELECT tags FROM notes WHERE guid = ?", guid(key))
        return set(found.split())


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Any]:
    """An empty collection of Anki's own library."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Anki deprecates of its own is not ours to mend
        from anki.collection import Collection

        found = Collection(str(tmp_path / "collection.anki2"))
        yield found
        found.close()


@pytest.fixture
def notes(collection: Any) -> Notes:
    return Notes(collection)


@pytest.fixture
def bring(collection: Any, tmp_path: Path) -> Import:
    """Import a package as Anki does when a file is opened."""
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

    def import_(content: bytes) -> None:
        path = tmp_path / "package.apkg"
        path.write_bytes(content)
        collection.import_anki_package(
            ImportAnkiPackageRequest(
                package_path=str(path), options=ImportAnkiPackageOptions(merge_notetypes=True)
            )
        )

    return import_


def questions(catalogue: Catalogue, query: str = "") -> list[Question]:
    deck = catalogue.once(Flashcards)
    cards = list(deck.select(Scope.from_query(query)).values())
    return [question for card in cards if (question := deck.ask(card, seed=0))]


def package(catalogue: Catalogue, query: str = "", *, at: datetime = NOON) -> bytes:
    stream = BytesIO()
    anki.write(stream, questions(catalogue, query), catalogue, at=at)
    return stream.getvalue()


def test_every_card_becomes_a_note_with_all_that_it_teaches(
    catalogue: Catalogue, notes: Notes, bring: Import
) -> None:
    asked = questions(catalogue)
    bring(package(catalogue))
    found = notes.by_key()
    assert set(found) == {question.key for question in asked}
    assert {q.kind for q in asked} == {slug for slug, kind in KINDS.items() if kind.flashcard} & {
        q.kind for q in asked
    }
    for note in found.values():
        assert all(note[name] for name in ("Question", "Answer", "Explanation", "Technique"))
    assert notes.collection.card_count() == len(asked)
    assert notes.collection.decks.by_name("Tradecraft") is not None


def test_a_second_export_doubles_nothing(catalogue: Catalogue, notes: Notes, bring: Import) -> None:
    bring(package(catalogue))
    before, count = notes.by_key(), len(notes)
    bring(package(catalogue, at=NOON + HOUR))
    bring(package(catalogue, "tactics=arrival", at=NOON + 2 * HOUR))
    assert (notes.by_key(), len(notes)) == (before, count)
    assert notes.collection.card_count() == count
    ours = [m for m in notes.collection.models.all_names_and_ids() if "Tradecraft" in m.name]
    assert len(ours) == 1


def test_scopes_that_overlap_add_up(catalogue: Catalogue, notes: Notes, bring: Import) -> None:
    bring(package(catalogue, "tactics=arrival"))
    part = set(notes.by_key())
    bring(package(catalogue, at=NOON + HOUR))
    assert part < set(notes.by_key())
    assert len(notes) == len(questions(catalogue))


def test_a_changed_answer_updates_its_note_and_keeps_what_was_learned(
    catalogue: Catalogue, notes: Notes, bring: Import
) -> None:
    bring(package(catalogue))
    key = f"{stix_id('T9001')}/tactic"
    answered = notes.collection.find_cards(f'Key:"{key}"')[0]
    card = notes.collection.get_card(answered)
    card.start_timer()
    notes.collection.sched.answerCard(card, 4)
    card.load()
    kept = (card.reps, card.due, card.ivl, card.queue)
    changed = factories.catalogue_of(
        factories.technique(
            "T9001",
            "Parcel Drop",
            "settling-in",
            platforms="Windows, Linux",
            data_sources="File: File Creation",
            description=found.description,
        )
        if (found := t).attack_id == "T9001"
        else t
        for t in factories.invented()
    )
    assert notes.by_key()[key]["Answer"] == "Arrival"
    bring(package(changed, at=NOON + HOUR))
    assert notes.by_key()[key]["Answer"] == "Settling In"
    card.load()
    assert (card.reps, card.due, card.ivl, card.queue) == kept
    assert kept[0] == 1


def test_the_front_gives_nothing_away(catalogue: Catalogue) -> None:
    for question in questions(catalogue):
        front = str(anki._front(question))
        assert question.explanation not in front
        if not KINDS[question.kind].needs_options:
            assert not any(f"<li>{option.text}" in front for option in question.options)


def test_what_stands_in_files_is_escaped(notes: Notes, bring: Import) -> None:
    hostile = factories.catalogue_of(
        [
            *factories.invented(),
            factories.technique(
                "T9800",
                "<img src=x onerror=alert(1)> {{Key}} Gate",
                "arrival",
                platforms="Windows",
            ),
        ]
    )
    bring(package(hostile, "techniques=T9800"))
    assert len(notes)
    for note in notes.by_key().values():
        assert "<img" not in "".join(note.values())


def test_terms_and_tags_come_along(catalogue: Catalogue, notes: Notes, bring: Import) -> None:
    bring(package(catalogue))
    key = f"{stix_id('T9002')}/tactic"
    assert {
        "kind::tactic",
        "tactic::arrival",
        "tactic::covering-up",
        "platform::Network-Devices",
        "domain::enterprise-attack",
    } <= notes.tags(key)
    assert "Invented" in notes.by_key()[key]["Terms"]
    deck = notes.collection.decks.by_name("Tradecraft")
    assert "Invented" in deck["desc"]


def test_nothing_to_export_is_said(catalogue: Catalogue) -> None:
    with pytest.raises(NothingToExport, match="no card to export here"):
        package(catalogue, "platforms=PRE")


def test_the_file_is_named_by_what_is_in_it() -> None:
    assert filename(["Persistence", "Windows"]) == "tradecraft-persistence-windows.apkg"
    assert filename([]) == filename(["../é"]) == "tradecraft.apkg"
