"""The flashcards of a scope for Anki."""

from collections.abc import Iterator
from datetime import datetime
from typing import IO

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.exports import anki
from quiz.questions.base import Question
from quiz.questions.scope import Scope
from quiz.services import switches
from quiz.services.deck import Flashcards


def export(
    session: Session, catalogue: Catalogue, scope: Scope, stream: IO[bytes], *, now: datetime
) -> int:
    """Write the cards of a scope as an Anki package; returns how many there are.

    Cards switched off are left out. Raises :class:`quiz.exports.anki.NothingToExport`.
    """
    deck = catalogue.once(Flashcards)

    def questions() -> Iterator[Question]:
        for card in list(deck.select(scope, switches.switched_off(session)).values()):
            if question := deck.ask(card, seed=0):
                yield question

    return anki.write(stream, questions(), catalogue, at=now)
