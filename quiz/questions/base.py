"""What a question is, and what a kind of question must do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum, StrEnum
from random import Random
from typing import Any, ClassVar

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique


class AnswerKind(StrEnum):
    """How a question is answered. Each has a template in ``templates/answers/``."""

    ONE = "one"
    MANY = "many"
    ORDER = "order"
    MATCH = "match"
    TEXT = "text"


class Nearness(IntEnum):
    """How close the wrong options come to the right one: a ladder that learners climb.

    A rung that a technique's fields cannot fill gives way to the one below.
    """

    FAR = 1
    """Techniques of other tactics."""
    NEAR = 2
    """Techniques of the same tactic and platform."""
    LINKED = 3
    """Techniques that the texts tie to this one."""
    SIBLING = 4
    """Sub-techniques of the same parent."""


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
class Item:
    """A thing to put in order or to match, or the target of a match.

    ``id`` is its place in shown order, from ``"1"``; the rest is as for :class:`Option`.
    """

    id: str
    text: str
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

    What is answered depends on the answer kind. One, many: ``options``. Order:
    ``items``, and ``solution`` lists their ids in the right order. Match:
    ``items`` and ``targets``, and ``solution`` gives each item's target, in the
    items' order. Text: ``accepted``, every way of writing the answer, the best first;
    ``lookalikes`` name other techniques in words that a slip of the pen tells apart.
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
    items: tuple[Item, ...] = ()
    targets: tuple[Item, ...] = ()
    solution: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    lookalikes: tuple[str, ...] = ()

    @property
    def correct_ids(self) -> frozenset[str]:
        """The ids of the keyed options."""
        return frozenset(option.id for option in self.options if option.correct)

    @property
    def answer(self) -> tuple[str, ...]:
        """The key in words: the right options, the items in order, the pairs, or what to type."""
        if self.answer_kind is AnswerKind.ORDER:
            texts = {item.id: item.text for item in self.items}
            return tuple(texts[id_] for id_ in self.solution)
        if self.answer_kind is AnswerKind.MATCH:
            texts = {target.id: target.text for target in self.targets}
            pairs = zip(self.items, self.solution, strict=True)
            return tuple(f"{item.text}: {texts[id_]}" for item, id_ in pairs)
        if self.answer_kind is AnswerKind.TEXT:
            return self.accepted
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
                "items": tuple(Item(**item) for item in values.get("items", ())),
                "targets": tuple(Item(**item) for item in values.get("targets", ())),
                "solution": tuple(values.get("solution", ())),
                "accepted": tuple(values.get("accepted", ())),
                "lookalikes": tuple(values.get("lookalikes", ())),
            }
        )


GAP = "_____"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """How good an answer is: ``score`` from 0 to 1; ``correct`` where it is 1.

    ``near`` says that a typed answer is a slip of the pen away from the right one:
    it scores 0 until the learner decides that it counts.
    """

    score: float
    near: bool = False

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
    flashcard shows them too. ``flashcard`` is false where it makes none at all.
    ``identifies`` is true where the question is which technique it is, so that a wrong
    answer says what it was taken for. ``contrasts`` is true where ``ask_beside`` makes questions.
    """

    slug: ClassVar[str]
    title: ClassVar[str]
    purpose: ClassVar[str]
    rank: ClassVar[int]
    needs_options: ClassVar[bool] = False
    flashcard: ClassVar[bool] = True
    identifies: ClassVar[bool] = False
    contrasts: ClassVar[bool] = False

    @abstractmethod
    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Tell cheaply whether the technique's fields can support a question at all.

        ``ask`` may still find no fair question where this is true.
        """

    @abstractmethod
    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Make a question, or None where no fair one can be made.

        ``nearness`` is how close the wrong options should come, where the kind
        has a choice. The draft depends on the arguments alone: the same
        technique, catalogue, random state and nearness give the same draft.
        """

    def true_answer(self, technique: Technique, catalogue: Catalogue) -> tuple[str, ...]:
        """Say what is true whatever the seed: all that the key is taken from, in words.

        A card's answer has changed where this differs between two releases. By
        itself it is the technique's name, which is the key of most kinds.
        """
        return (catalogue.display_name(technique),)

    def ask_typed(
        self,
        technique: Technique,
        catalogue: Catalogue,
        rng: Random,
    ) -> Draft | None:
        """Make a question whose answer is typed; None where the kind has none."""
        return None

    def ask_beside(
        self, technique: Technique, rival: Technique, catalogue: Catalogue, rng: Random
    ) -> Draft | None:
        """Make a question that offers a rival, certainly wrong; None where the kind has none.

        The rival is what a learner took the technique for. As for ``ask``, no fair question is
        None, and the draft depends on the arguments alone.
        """
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An option, item or target before it has a place: see :class:`Option`.

    ``correct`` counts for options alone.
    """

    text: str
    correct: bool = False
    note: str = ""
    technique: Technique | None = None
    tactic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a kind decides; the generator adds identity, places and ids.

    One of four is given. ``choices`` to choose from; ``several`` asks for all that
    apply, and ``ordered`` keeps the choices as given, for scales such as levels,
    where the generator shuffles others. ``sequence`` to put in order, given in the
    right one. ``pairs`` of an item and its target to match. ``accepted`` texts to type.
    """

    stem: str
    explanation: str
    evidence: tuple[Evidence, ...]
    excerpt: str | None = None
    choices: Sequence[Choice] = ()
    several: bool = False
    ordered: bool = False
    sequence: Sequence[Choice] = ()
    pairs: Sequence[tuple[Choice, Choice]] = ()
    accepted: tuple[str, ...] = ()
