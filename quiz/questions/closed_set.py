"""The shape that kinds share whose options come from a closed set: tactics, platforms and such."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Generic, TypeVar

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions.balance import Balance, Case
from quiz.questions.base import Choice, Draft, Nearness, QuestionKind

T = TypeVar("T")


class ClosedSetKind(QuestionKind, Generic[T]):
    """Ask which values of a closed set a technique has, among some that it lacks.

    How near the wrong values come is the same for every learner: the balance that
    keeps guessers at chance leaves no room to choose.
    """

    needs_options = True

    @abstractmethod
    def cases(self, catalogue: Catalogue) -> Mapping[str, Case[T]]:
        """What each technique that can be asked about has and lacks, by STIX id."""

    @abstractmethod
    def label(self, value: T) -> str:
        """Word a value as an option."""

    @abstractmethod
    def frame(self, technique: Technique, catalogue: Catalogue) -> Draft:
        """Make the question without its choices."""

    @abstractmethod
    def choice(
        self, value: T, technique: Technique, catalogue: Catalogue, *, correct: bool
    ) -> Choice:
        """Offer a value, with a note on why it is right or wrong."""

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Need a case: values that it has and lacks, none of them told by its name."""
        return technique.stix_id in catalogue.once(self.cases)

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Draw right and wrong values so that no value is a good guess by itself."""
        case = catalogue.once(self.cases)[technique.stix_id]
        drawn = catalogue.once(self._balance).draw(case, rng)
        if not drawn:
            return None
        choices = [
            self.choice(value, technique, catalogue, correct=correct)
            for correct, values in ((True, drawn[0]), (False, drawn[1]))
            for value in values
        ]
        return replace(self.frame(technique, catalogue), choices=choices, several=case.several)

    def _balance(self, catalogue: Catalogue) -> Balance[T]:
        return Balance.over(list(catalogue.once(self.cases).values()), self.label)
