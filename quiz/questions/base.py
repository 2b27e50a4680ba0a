"""What a question is, and what a kind of question must do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from random import Random
from typing import Any, ClassVar

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique


class AnswerKind(StrEnum):
    """How a question is answered. Each has a template in ``templates/answers/``."""

    ONE = "one"
    MANY = "many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice. ``id`` is its place in shown order, from ``"1"``, and says nothing else.

    ``note`` says what the option really is, for the feedback. ``attack_id`` and
    ``stix_id`` are set where the option is a technique, ``tactic`` (a short
    name) where it is a tactic.
    """

    id: str
    text: str
    correct: bool
    note: str = ""
    attack_id: str | None = None
    stix_id: str | None = None
    tactic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where the key stands in black and white: a file, a section or field of it, its words."""

    file: str
    section: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as it is asked, with everything its feedback needs.

    ``key`` is the card's, ``<stix id>/<kind>``. ``subject`` is the technique as
    shown, to be revealed with the answer. ``excerpt`` is plain text in which
    code stands in backticks and hidden words as ``GAP``.
    """

    key: str
    kind: str
    attack_id: str
    stix_id: str
    subject: str
    collection: str
    domain: str
    seed: int
    answer_kind: AnswerKind
    stem: str
    options: tuple[Option, ...]
    explanation: str
    evidence: tuple[Evidence, ...]
    excerpt: str | None = None
    difficulty: Mapping[str, Any] | None = None

    @property
    def correct_ids(self) -> frozenset[str]:
        """The ids of the keyed options."""
        return frozenset(option.id for option in self.options if option.correct)

    @property
    def answer(self) -> tuple[str, ...]:
        """The texts of the keyed options, in shown order."""
        return tuple(option.text for option in self.options if option.correct)

    def to_dict(self) -> dict[str, Any]:
        """Give the question as JSON-ready values, for freezing into an attempt."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Question:
        """Rebuild a question from what :meth:`to_dict` gave."""
        return cls(
            **{
                **values,
                "answer_kind": AnswerKind(values["answer_kind"]),
                "options": tuple(Option(**option) for option in values["options"]),
                "evidence": tuple(Evidence(**evidence) for evidence in values["evidence"]),
            }
        )


GAP = "_____"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """How good an answer is: ``score`` from 0 to 1; ``correct`` where it is 1."""

    score: float

    @property
    def correct(self) -> bool:
        """Whether the answer is wholly right."""
        return self.score == 1.0


class QuestionKind(ABC):
    """One way of asking. To add one, add a file to ``quiz/questions/kinds/``.

    ``slug`` names the kind in keys, URLs and exports; ``title`` on the screen;
    ``purpose`` says in a few words what it trains. ``rank`` places the kind in
    the order in which a technique's cards are met. ``needs_options`` is true
    where the question cannot be answered without seeing the choices, so that a
    flashcard shows them too.
    """

    slug: ClassVar[str]
    title: ClassVar[str]
    purpose: ClassVar[str]
    rank: ClassVar[int]
    needs_options: ClassVar[bool] = False

    @abstractmethod
    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Tell cheaply whether the technique's fields can support a question at all.

        ``ask`` may still find no fair question where this is true.
        """

    @abstractmethod
    def ask(self, technique: Technique, catalogue: Catalogue, rng: Random) -> Draft | None:
        """Make a question, or None where no fair one can be made.

        The draft depends on the arguments alone: the same technique, catalogue
        and random state give the same draft.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An option before it has a place: see :class:`Option`."""

    text: str
    correct: bool
    note: str = ""
    technique: Technique | None = None
    tactic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a kind decides; the generator adds identity, places and option ids.

    ``several`` asks for all that apply. ``ordered`` keeps the choices in the
    order given, for scales such as levels; otherwise the generator shuffles them.
    """

    stem: str
    choices: Sequence[Choice]
    explanation: str
    evidence: tuple[Evidence, ...]
    excerpt: str | None = None
    several: bool = False
    ordered: bool = False
