"""An Anki package, brought into Anki by Anki itself."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Collection
from quiz.exports import anki, anki_notes
from quiz.exports.anki import LAYOUT, NOTE_TYPE, Content, NothingToExport, filename
from quiz.exports.anki_layout import CARD, FIELDS
from quiz.questions import display
from quiz.questions.base import Question
from quiz.questions.kinds import KINDS
from quiz.questions.scope import Scope
from quiz.services.deck import Flashcards
from tests import factories
from tests.anki_collection import AnkiCollection, anki_collection, packed
from tests.catalogues import starter
from tests.factories import NOON, stix_id

HOUR = timedelta(hours=1)
FLASHCARDS = {slug for slug, kind in KINDS.items() if kind.flashcard}


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[AnkiCollection]:
    """An empty collection of Anki's own library."""
    with anki_collection(tmp_path) as found:
        yield found


def asked(catalogue: Catalogue, query: str = "") -> list[tuple[int, Question]]:
    deck = catalogue.once(Flashcards)
    cards = list(deck.select(Scope.from_query(query)).values())
    return [(card.place, found) for card in cards if (found := deck.ask(card, seed=0))]


def exported(catalogue: Catalogue, query: str = "") -> Content:
    return anki.content(asked(catalogue, query), catalogue)


def of_each_kind(catalogue: Catalogue, most: int) -> list[Question]:
    """A few questions of each kind that makes flashcards."""
    deck = catalogue.once(Flashcards)
    found = []
    for slug in sorted(FLASHCARDS):
        cards = list(deck.select(Scope(kinds=(slug,))).values())[: most * 2]
        found += [question for card in cards if (question := deck.ask(card, seed=0))][:most]
    return found


def words(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


def with_technique(**given: str) -> Catalogue:
    """The invented techniques, the first of them with other fields."""
    first, *others = factories.invented()
    described = {"description": first.description, "data_sources": "File: File Creation"}
    values = {"platforms": "Windows, Linux", **described, **given}
    changed = factories.technique("T9001", "Parcel Drop", **values)
    assert first.attack_id == changed.attack_id
    return factories.catalogue_of([changed, *others])


# What is in it


def test_every_kind_of_flashcard_becomes_notes_that_teach(collection: AnkiCollection) -> None:
    questions = of_each_kind(starter(), 3)
    assert {question.kind for question in questions} == FLASHCARDS
    content = anki.content(enumerate(questions), starter())
    assert collection.bring(packed(content)) == {"new": len(questions)}
    assert collection.cards == len(questions)
    for question in questions:
        note, back = collection.notes()[question.key], collection.back(question.key)
        assert words(note["Question"]).startswith(unescape(question.stem.replace("`", "")))
        for text in (*question.answer, question.explanation, question.subject):
            assert " ".join(text.replace("`", "").split()) in words(back)
        for evidence in question.evidence:
            assert words(anki_notes._paragraphs(evidence.quote)) in words(back)
            assert f" of {display.source_of(evidence.file, starter())}" in words(back)
        for option in question.options:
            if KINDS[question.kind].needs_options or (option.note and not option.correct):
                assert words(anki_notes._inline(option.note)) in words(back)
        assert "https://attack.mitre.org/techniques/" in back


def test_the_front_gives_nothing_away(collection: AnkiCollection) -> None:
    questions = of_each_kind(starter(), 6)
    collection.bring(packed(anki.content(enumerate(questions), starter())))
    for question in questions:
        front = words(collection.front(question.key))
        assert "✓" not in front
        assert question.explanation not in front
        assert "attack.mitre.org" not in collection.front(question.key)
        choices = re.findall(r"<li>(.*?)</li>", collection.front(question.key))
        if KINDS[question.kind].needs_options:
            # All of them alike, in the order in which the question has them.
            shown = [str(anki_notes._inline(option.text)) for option in question.options]
            assert choices == shown
        else:
            assert choices == []
            for answer in question.answer:
                assert not re.search(rf"\b{re.escape(answer)}\b", front, re.IGNORECASE)


def test_what_files_hold_is_shown_and_never_acted_on(collection: AnkiCollection) -> None:
    name = r"<img src=x onerror=alert(1)> {{Key}} [sound:a.mp3] [latex]x[/latex] \(y\) \[z\] Gate"
    hostile = factories.technique(
        "T9800", name, platforms="Windows", url="javascript:alert(1)//techniques/T9800"
    )
    catalogue = factories.catalogue_of([*factories.invented(), hostile])
    collection.bring(packed(exported(catalogue, "techniques=T9800")))
    assert len(collection)
    for key in collection.notes():
        shown = collection.front(key) + collection.back(key)
        assert "<img" not in shown
        assert "javascript:" not in shown
        assert r"\(" not in shown
        assert "[" not in shown
        assert collection.card(key).answer_av_tags() == []
        # As it stands in the file, to whoever reads it.
        read = unescape(re.sub("</?i>", "", collection.notes()[key]["Technique"]))
        assert read == f"{name} (T9800)"


def test_notes_are_tagged_by_what_anki_users_filter_by(
    catalogue: Catalogue, collection: AnkiCollection
) -> None:
    collection.bring(packed(exported(catalogue)))
    assert collection.tags(f"{stix_id('T9002')}/tactic") == {
        "collection::invented",
        "domain::enterprise-attack",
        "kind::tactic",
        "platform::Network-Devices",
        "release::1",
        "tactic::arrival",
        "tactic::covering-up",
    }


def test_copyright_and_license_stand_on_each_back_and_in_the_deck(
    collection: AnkiCollection, tmp_path: Path
) -> None:
    terms = "© 2031 The Owner.", "Reproduce {{this}} license.\n\nNo <b>warranty</b>."
    owned = Collection(
        name="invented",
        folder=tmp_path,
        title="Owned",
        release="9",
        tactics=factories.TACTICS,
        copyright=terms[0],
        licence=terms[1],
    )
    catalogue = Catalogue(factories.invented(), [owned])
    collection.bring(packed(exported(catalogue, "tactics=arrival")))
    described = collection.collection.decks.by_name("Tradecraft::Enterprise")["desc"]
    for text in (*(collection.back(key) for key in collection.notes()), described):
        said = words(text)
        assert "Owned 9" in said
        assert "© 2031 The Owner." in said
        assert "Reproduce {{this}} license. No <b>warranty</b>." in said


def test_new_cards_come_in_the_order_of_the_app(
    catalogue: Catalogue, collection: AnkiCollection
) -> None:
    everything = [question.key for _, question in asked(catalogue)]
    part = exported(catalogue, "tactics=arrival")
    collection.bring(packed(part))
    collection.bring(packed(exported(catalogue)))
    places = {key: collection.card(key).due for key in collection.notes()}
    assert sorted(places, key=lambda key: places[key]) == everything
    assert len(set(places.values())) == len(everything)


def test_each_domain_has_its_deck(collection: AnkiCollection) -> None:
    pockets = [
        replace(found, domain="mobile-attack", stix_id=f"{found.stix_id}m")
        for found in factories.invented()
    ]
    catalogue = factories.catalogue_of([*factories.invented(), *pockets])
    collection.bring(packed(exported(catalogue, "kinds=tactic&kinds=platform")))
    assert set(collection.decks) == {"Tradecraft::Enterprise", "Tradecraft::Mobile"}
    assert sum(collection.decks.values()) == len(collection)


def test_nothing_to_export_is_said(catalogue: Catalogue) -> None:
    with pytest.raises(NothingToExport, match="no card to export here"):
        exported(catalogue, "platforms=PRE")


def test_the_file_is_named_by_what_is_in_it() -> None:
    assert filename(["Persistence", "Windows"]) == "tradecraft-persistence-windows.apkg"
    assert filename([]) == filename(["../é"]) == "tradecraft.apkg"


# Once more


def test_a_second_export_doubles_nothing(catalogue: Catalogue, collection: AnkiCollection) -> None:
    content = exported(catalogue)
    count = len(content.notes)
    assert collection.bring(packed(content)) == {"new": count}
    before = collection.notes()
    later = dict.fromkeys(content.digests, NOON + HOUR)
    assert collection.bring(packed(content, **later)) == {"updated": count}
    assert collection.bring(packed(exported(catalogue, "tactics=arrival")))["new"] == 0
    assert (collection.notes(), collection.cards) == (before, count)
    names = [kind.name for kind in collection.collection.models.all_names_and_ids()]
    assert [name for name in names if "Tradecraft" in name] == ["Tradecraft"]
    assert collection.decks == {"Tradecraft::Enterprise": count}


def test_scopes_that_overlap_add_up(catalogue: Catalogue, collection: AnkiCollection) -> None:
    collection.bring(packed(exported(catalogue, "tactics=arrival")))
    part = set(collection.notes())
    windows = exported(catalogue, "platforms=Windows")
    collection.bring(packed(windows))
    both = {note.key for note in windows.notes}
    assert part & both
    assert set(collection.notes()) == part | both
    assert len(collection) == collection.cards == len(part | both)


def test_a_changed_answer_comes_and_what_was_learned_stays(
    catalogue: Catalogue, collection: AnkiCollection
) -> None:
    key, other = f"{stix_id('T9001')}/tactic", f"{stix_id('T9002')}/tactic"
    collection.bring(packed(exported(catalogue)))
    collection.rate(key, 4)
    collection.rate(other, 3)
    learned = collection.schedule(key), collection.schedule(other)
    assert learned[0][0] == learned[1][0] == 1
    assert collection.notes()[key]["Answer"] == "Arrival"
    changed = exported(with_technique(tactics="settling-in"))
    collection.bring(packed(changed, **{key: NOON + HOUR}))
    assert collection.notes()[key]["Answer"] == "Settling In"
    assert "Settling In" in collection.back(key)
    assert "tactic::settling-in" in collection.tags(key)
    assert (collection.schedule(key), collection.schedule(other)) == learned
    assert collection.collection.db.scalar("SELECT count() FROM revlog") == 2


def test_a_note_that_did_not_change_keeps_what_the_learner_tagged_it_with(
    catalogue: Catalogue, collection: AnkiCollection
) -> None:
    key = f"{stix_id('T9002')}/tactic"
    content = exported(catalogue)
    collection.bring(packed(content))
    collection.tag(key, "marked")
    assert collection.bring(packed(content)) == {"duplicate": len(content.notes)}
    assert "marked" in collection.tags(key)


def test_another_layout_comes_without_touching_a_note(
    catalogue: Catalogue, collection: AnkiCollection
) -> None:
    content = exported(catalogue, "tactics=arrival")
    collection.bring(packed(content))
    other = replace(content, layout=replace(content.layout, css=".card { color: teal }"))
    assert content.digests.items() - other.digests.items() == {(LAYOUT, content.layout.digest)}
    log = collection.bring(packed(other, **{LAYOUT: NOON + HOUR}))
    assert log == {"duplicate": len(content.notes)}
    assert collection.card(content.notes[0].key).note_type()["css"] == ".card { color: teal }"


def test_a_release_that_changes_no_answer_changes_no_note(tmp_path: Path) -> None:
    before, after = (
        Collection(
            name="invented",
            folder=tmp_path,
            title="Owned",
            release=release,
            tactics=factories.TACTICS,
            copyright=f"© {release} The Owner.",
        )
        for release in ("2030", "2031")
    )
    old = exported(Catalogue(factories.invented(), [before]))
    new = exported(Catalogue(factories.invented(), [after]))
    assert old.digests == new.digests
    assert old.notes != new.notes
    other = exported(with_technique(tactics="settling-in"))
    assert other.digests.items() - old.digests.items()


def test_the_same_export_gives_the_same_bytes() -> None:
    # Two catalogues, so that nothing that the first export found out helps the second.
    first, second = (
        packed(exported(factories.catalogue_of(factories.invented()), "tactics=arrival"))
        for _ in range(2)
    )
    assert first == second


def test_what_anki_knows_notes_by_never_changes(catalogue: Catalogue) -> None:
    # Whatever of this differs, the cards that learners have would not be updated but doubled.
    assert (NOTE_TYPE, anki.NAME, CARD) == (1795524001, "Tradecraft", "Card")
    assert (
        tuple("Key Question Answer Explanation Evidence Options Technique Tactics Terms".split())
        == FIELDS
    )
    note = next(n for n in exported(catalogue).notes if n.key == f"{stix_id('T9002')}/tactic")
    assert note.guid == "tradecraft-29ddfa7c6b6d7f59f485"
