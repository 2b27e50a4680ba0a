"""How well a technique is known: what its cards say together, on a scale that people read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from statistics import fmean
from typing import Protocol

from quiz.learning.parameters import STANDARD, Parameters
from quiz.learning.scheduling import IN_STEPS, Remembered, State, retrievability
from quiz.questions.base import Nearness

STRONG = 0.95
FAIR = 0.80
SETTLED = 7.0
KNOWN = 21.0
"""Days of stability from which wrong options come nearer; 21 is where Anki calls a card mature."""


class Knowledge(StrEnum):
    """How well a technique is known, from not at all to well.

    *Learning* while any of its cards met is in its first steps or in those after
    a lapse; otherwise by the mean retrievability of the cards met: *strong* from
    0.95, *fair* from 0.80 (a card comes up again at 0.90), *fading* below.
    """

    NOT_MET = "not met"
    LEARNING = "learning"
    FADING = "fading"
    FAIR = "fair"
    STRONG = "strong"

    @property
    def label(self) -> str:
        """The level as the screen names it."""
        return self.capitalize()


class MetCard(Remembered, Protocol):
    """What is read of a card."""

    @property
    def state(self) -> str:
        """One of :class:`~quiz.learning.scheduling.State`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """How well a technique is known; ``retrievability`` is the mean over its cards met."""

    knowledge: Knowledge
    retrievability: float | None
    met_cards: int


NOT_MET = Assessment(knowledge=Knowledge.NOT_MET, retrievability=None, met_cards=0)


def nearness(cards: Iterable[MetCard]) -> Nearness | None:
    """Say how near the wrong options should come, by a technique's cards; None where none is met.

    Far while any card is in its steps, so that a technique just met is told from
    what is quite different; by mean stability after that, up to its siblings.
    """
    met = [card for card in cards if card.state != State.NEW]
    if not met:
        return None
    if any(card.state in IN_STEPS for card in met):
        return Nearness.FAR
    days = fmean(card.stability or 0.0 for card in met)
    if days < SETTLED:
        return Nearness.NEAR
    return Nearness.LINKED if days < KNOWN else Nearness.SIBLING


def assess(cards: Iterable[MetCard], at: datetime, parameters: Parameters = STANDARD) -> Assessment:
    """Judge a technique by its cards, at a moment; cards never reviewed do not count."""
    met = [card for card in cards if card.state != State.NEW]
    if not met:
        return NOT_MET
    mean = fmean(retrievability(card, at, parameters) or 0.0 for card in met)
    learning = any(card.state in IN_STEPS for card in met)
    return Assessment(
        knowledge=Knowledge.LEARNING if learning else _by_memory(mean),
        retrievability=mean,
        met_cards=len(met),
    )


def _by_memory(mean: float) -> Knowledge:
    if mean >= STRONG:
        return Knowledge.STRONG
    return Knowledge.FAIR if mean >= FAIR else Knowledge.FADING
