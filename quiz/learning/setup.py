"""How a quiz is set up: what it asks, and how it is taken. Fits in a URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode

from quiz.learning.behaviours import DEFERRED, IMMEDIATE, Behaviour
from quiz.questions.base import Nearness
from quiz.questions.scope import Scope

USUAL_LENGTH = 10
LONGEST = 200
"""How many questions a quiz may have that has a length."""
USUAL_PASS_MARK = 80
LONGEST_MINUTES = 8 * 60
LARGEST_SEED = 2**32 - 1
MAPPED_KINDS = ("procedure",)
"""What a mapping drill asks: sentences from reports."""

Word = TypeVar("Word", bound=StrEnum)


class Mode(StrEnum):
    """What a quiz is for; each has the behaviour that fits."""

    PRACTICE = "practice"
    EXAM = "exam"
    MAPPING = "mapping"
    CONTRAST = "contrast"

    @property
    def behaviour(self) -> Behaviour:
        """How its questions behave."""
        return DEFERRED if self is Mode.EXAM else IMMEDIATE


class Answers(StrEnum):
    """How a quiz is answered: as the seed has it, by choosing, or in writing where that can be."""

    MIXED = "mixed"
    CHOOSE = "choose"
    TYPE = "type"

    @property
    def typed(self) -> bool | None:
        """Whether to ask for answers in writing, as ``generate`` has it."""
        return {Answers.CHOOSE: False, Answers.TYPE: True}.get(self)


class Retake(StrEnum):
    """What of an earlier attempt is asked again: the same questions, or what was missed, anew."""

    SAME = "same"
    MISSED = "missed"


NEARNESS: Mapping[str, Nearness] = {near.name.lower(): near for near in Nearness}
"""How near the wrong options come, by the name that a URL has for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a quiz is made from and how it is taken.

    ``length`` is how many questions, empty for as many as the learner wants. ``nearness`` is
    empty for the usual one. ``for_me`` fits the quiz to who takes it: techniques not asked
    before come first, and where ``nearness`` is empty, wrong options come as near as the
    technique is known; otherwise setup and ``seed`` alone say what is asked. ``minutes`` is an
    exam's time limit, empty for none; ``shuffled`` gives each attempt at an exam an order of its
    own. ``pass_mark`` is in percent of the points. ``pairs`` are those of a contrast drill, as
    text; empty for those that the learner confuses. ``retake`` says that an attempt asks
    again what an earlier one asked.
    """

    scope: Scope = field(default_factory=Scope)
    mode: Mode = Mode.PRACTICE
    length: int | None = USUAL_LENGTH
    answers: Answers = Answers.MIXED
    nearness: Nearness | None = None
    for_me: bool = True
    seed: int | None = None
    shuffled: bool = False
    minutes: int | None = None
    pass_mark: int = USUAL_PASS_MARK
    pairs: tuple[str, ...] = ()
    retake: Retake | None = None

    @classmethod
    def from_query(cls, query: str) -> Setup:
        """Read a setup from a query string; the reverse of :attr:`query`."""
        return cls.from_lists(parse_qs(query))

    @classmethod
    def from_lists(cls, values: Mapping[str, Sequence[str]]) -> Setup:
        """Read a setup from lists by name, such as a query string's.

        What cannot be is left at what is usual: a link that was cut off still opens.
        A seed without a word of ``for_me`` is a shared quiz, the same for everyone.
        """

        def last(name: str) -> str:
            return (values.get(name) or [""])[-1]

        mode = _among(Mode, last("mode")) or Mode.PRACTICE
        exam = mode is Mode.EXAM
        seed = _number(last("seed"), 0, LARGEST_SEED)
        length = _number(last("length"), 0, LONGEST)
        return cls(
            scope=Scope.from_lists(values),
            mode=mode,
            length=(USUAL_LENGTH if length is None or (exam and not length) else length) or None,
            answers=_among(Answers, last("answers")) or Answers.MIXED,
            nearness=NEARNESS.get(last("nearness")),
            for_me=last("for_me") == "1" if last("for_me") or seed is not None else True,
            seed=seed,
            shuffled=exam and last("order") == "shuffled",
            minutes=_number(last("minutes"), 1, LONGEST_MINUTES) if exam else None,
            pass_mark=_or(_number(last("pass_mark"), 1, 100), USUAL_PASS_MARK),
            pairs=tuple(values.get("pairs", ())) if mode is Mode.CONTRAST else (),
            retake=_among(Retake, last("retake")),
        )

    @property
    def values(self) -> dict[str, Any]:
        """The setup without its scope as values of a query string; what is usual is left out."""
        usual = Setup()
        shared = self.seed is not None
        found = {
            "mode": "" if self.mode is usual.mode else str(self.mode),
            "length": "" if self.length == usual.length else str(self.length or 0),
            "answers": "" if self.answers is usual.answers else str(self.answers),
            "nearness": self.nearness_name,
            "for_me": "" if self.for_me is not shared else str(int(self.for_me)),
            "seed": str(self.seed) if shared else "",
            "order": "shuffled" if self.shuffled else "",
            "minutes": str(self.minutes or ""),
            "pass_mark": "" if self.pass_mark == usual.pass_mark else str(self.pass_mark),
            "retake": str(self.retake or ""),
        }
        kept: dict[str, Any] = {name: value for name, value in found.items() if value}
        return kept | ({"pairs": list(self.pairs)} if self.pairs else {})

    @property
    def query(self) -> str:
        """The setup as a query string, the same for equal setups."""
        return "&".join(filter(None, (self.scope.query, urlencode(self.values, doseq=True))))

    @property
    def is_endless(self) -> bool:
        """Whether the quiz goes on until the learner stops; what is asked again has an end."""
        return self.length is None and self.retake is None

    @property
    def nearness_name(self) -> str:
        """How near the wrong options come, as a URL has it; nothing for the usual nearness."""
        return "" if self.nearness is None else self.nearness.name.lower()

    def seed_or(self, other: int) -> int:
        """The setup's own seed or, where it has none, another."""
        return other if self.seed is None else self.seed

    @property
    def unseeded(self) -> Setup:
        """The same without a seed, as the pattern that several attempts can follow."""
        return replace(self, seed=None)

    def shared(self, seed: int) -> Setup:
        """The same for everyone, by a seed."""
        return replace(self, seed=seed, for_me=False, retake=None)

    @property
    def asked_scope(self) -> Scope:
        """The scope as it is asked: a mapping drill has its own kinds."""
        mapping = self.mode is Mode.MAPPING
        return replace(self.scope, kinds=MAPPED_KINDS) if mapping else self.scope


def misread(values: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Find what a query string says of a setup beside its scope, and cannot be: value by name."""
    setup = Setup.from_lists(values)
    read: dict[str, str | int | None] = {
        "mode": setup.mode,
        "length": setup.length or 0,
        "answers": setup.answers,
        "nearness": setup.nearness_name,
        "for_me": int(setup.for_me),
        "seed": setup.seed,
        "order": "shuffled" if setup.shuffled else "",
        "minutes": setup.minutes,
        "pass_mark": setup.pass_mark,
    }
    given = {name: (values.get(name) or [""])[-1] for name in read}
    return {name: text for name, text in given.items() if text and not _says(text, read[name])}


def _says(text: str, value: str | int | None) -> bool:
    if isinstance(value, str):
        return text == value
    return value is not None and _number(text, 0, LARGEST_SEED) == value


def _among(kind: type[Word], value: str) -> Word | None:
    try:
        return kind(value)
    except ValueError:
        return None


def _number(text: str, least: int, most: int) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        return None
    number = int(text)
    return number if least <= number <= most else None


def _or(number: int | None, usual: int) -> int:
    return usual if number is None else number
