"""Cards of ATT&CK's own files in Anki, as Anki reads and shows them."""

from pathlib import Path

from quiz.exports import anki
from quiz.questions.scope import Scope
from quiz.services.deck import Flashcards
from tests.anki_collection import anki_collection, packed
from tests.catalogues import attack


def test_real_cards_come_whole_and_hold_nothing_that_anki_acts_on(tmp_path: Path) -> None:
    catalogue = attack()
    deck = catalogue.once(Flashcards)
    cards = list(deck.select(Scope(tactics=("credential-access",))).values())
    asked = ((card.place, deck.ask(card, seed=0)) for card in cards)
    content = anki.content(((place, q) for place, q in asked if q), catalogue)
    assert len(content.notes) > 300
    with anki_collection(tmp_path) as collection:
        assert collection.bring(packed(content)) == {"new": len(content.notes)}
        assert collection.bring(packed(content)) == {"duplicate": len(content.notes)}
        assert collection.cards == len(content.notes)
        found = collection.notes()
        # Byte for byte what was written: nothing in it is mended, or read as something else.
        assert {tuple(note.values()) for note in found.values()} == {
            note.fields for note in content.notes
        }
        for key in list(found)[::10]:
            card = collection.card(key)
            assert card.question_av_tags() == card.answer_av_tags() == []
            shown = collection.front(key) + collection.back(key)
            assert "[" not in shown
            assert r"\(" not in shown
