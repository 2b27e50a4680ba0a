"""An answer to a question as a page sends it, in a quiz and in study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from quiz.learning.grading import IncompleteAnswer, UnknownOption
from quiz.services.taking import Confidence

PLACE = "place-"
"""What the name of a field begins with that gives an item, by its id, a place in an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAnswer:
    """An answer as a form or a link sends it; what no page sends is as if it were not sent.

    ``chosen`` holds the options chosen, the target of each item, or what was typed; of an
    order, ``places`` holds the place of each item. ``shown`` is when the question was shown, in
    milliseconds since 1970, and ``version`` that of the answer which the page was made with.

    No form of WTForms: there is no field to show a mistake at, and building one, with a token
    that was checked before, takes a tenth of the time of an answer.
    """

    chosen: list[str]
    places: dict[str, str]
    shown: int | None
    version: int
    confidence: Confidence | None

    @classmethod
    def read(cls, sent: MultiDict[str, str]) -> SentAnswer:
        """Read what a form or a link sent."""
        words = {str(word): word for word in Confidence}
        return cls(
            chosen=sent.getlist("chosen"),
            places=_places(sent),
            shown=sent.get("shown", type=int),
            version=sent.get("version", 0, type=int),
            confidence=words.get(sent.get("confidence", "")),
        )

    @property
    def answer(self) -> list[str]:
        """The answer as grading has it. Raises IncompleteAnswer, and UnknownOption."""
        return _in_order(self.places) if self.places else self.chosen

    @property
    def is_empty(self) -> bool:
        """Whether nothing is filled in."""
        return not any((*self.chosen, *self.places.values()))

    @property
    def fields(self) -> dict[str, object]:
        """What fills the form in again."""
        return {"chosen": self.chosen, "places": self.places, "confidence": self.confidence}


def _places(sent: Mapping[str, str]) -> dict[str, str]:
    """Find the places that a form gives to items, by the items' ids."""
    found = {name: place for name, place in sent.items() if name.startswith(PLACE)}
    return {name.removeprefix(PLACE): place.strip() for name, place in found.items()}


def _in_order(places: Mapping[str, str]) -> list[str]:
    """Put items in the order of the places that they were given.

    Raises IncompleteAnswer where an item has no place or two have the same, and
    UnknownOption for a place that cannot be.
    """
    if not all(places.values()):
        raise IncompleteAnswer("Give each of them a place first.")
    known = {str(place) for place in range(1, len(places) + 1)}
    if not known.issuperset(places.values()):
        raise UnknownOption("there is no such place; choose again")
    place, times = Counter(places.values()).most_common(1)[0]
    if times > 1:
        raise IncompleteAnswer(f"Place {place} is given twice. Give each place once.")
    return sorted(places, key=lambda id_: int(places[id_]))
