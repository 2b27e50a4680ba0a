"""Test-wise guessers: they know nothing of the techniques, only what a question shows.

Each should do no better than chance. A guesser of options is told how many are right
and takes as many; its score is the share of those that are right, and chance the share
of all options that are. With one right answer, that is how often it is right. A guesser
at an order scores the share of neighbours that stand the right way round (chance: a
half), one at a match the share of pairs (chance: one in the number of targets). Where
several options or orders are as good, the score is the mean over them: nothing is drawn.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise, permutations
from math import sqrt

from quiz.questions.base import GAP, AnswerKind, Item, Option, Question
from quiz.questions.wording import FUNCTION_WORDS, WORD, stem

GRAM = 5
"""How many letters in a row count as shared."""
PLACES = 5
PRIOR = 4.0
"""How many showings an option is credited with before any was seen."""


@dataclass(slots=True)
class Score:
    """A guesser's record: its mean score, what chance would give, and the luck in it."""

    questions: int = 0
    total: float = 0.0
    chances: float = 0.0
    squares: float = 0.0

    def add(self, score: float, chance: float) -> None:
        """Count one question."""
        self.questions += 1
        self.total += score
        self.chances += chance
        self.squares += (score - chance) ** 2

    @property
    def mean(self) -> float:
        """The mean score, 0 to 1."""
        return self.total / max(self.questions, 1)

    @property
    def chance(self) -> float:
        """The mean score of guessing blindly."""
        return self.chances / max(self.questions, 1)

    @property
    def excess(self) -> float:
        """How much better than chance."""
        return self.mean - self.chance

    @property
    def standard_error(self) -> float:
        """How far the draw of seeds alone moves the mean: the standard error of the excess."""
        if self.questions < 2:
            return 1.0
        variance = self.squares / self.questions - self.excess**2
        return sqrt(max(variance, 0.0) / self.questions)


@dataclass(frozen=True, slots=True)
class Face:
    """What a guesser sees of a question: its words and letters, and each option's."""

    words: frozenset[str]
    grams: frozenset[str]
    options: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, question: Question) -> "Face":
        """Read what is shown."""
        text = f"{question.stem} {(question.excerpt or '').replace(GAP, ' ')}"
        return cls(_stems(text), _grams(text), tuple(_stems(o.text) for o in question.options))


Guess = Callable[[Question, Face, int], float]
"""How much speaks for an option, by its number from 0: the highest is chosen."""


def _shared_words(_: Question, face: Face, number: int) -> float:
    return len(face.options[number] & face.words)


def _shared_letters(question: Question, face: Face, number: int) -> float:
    grams = _option_grams(question.options[number].text)
    return len(grams & face.grams) / max(len(grams), 1)


def _length(question: Question, _: Face, number: int) -> float:
    return len(question.options[number].text)


def _likeness(_: Question, face: Face, number: int) -> float:
    own = face.options[number]
    others = [other for place, other in enumerate(face.options) if place != number]
    return sum(len(own & other) / max(len(own | other), 1) for other in others)


def _opposite(guess: Guess) -> Guess:
    return lambda question, face, number: -guess(question, face, number)


def _at(place: int) -> Guess:
    return lambda _question, _face, number: float(number == place)


def _is_last(question: Question, _: Face, number: int) -> float:
    return float(number == len(question.options) - 1)


CHOOSERS: Mapping[str, Guess] = {
    "most shared words": _shared_words,
    "fewest shared words": _opposite(_shared_words),
    "most shared letters": _shared_letters,
    "fewest shared letters": _opposite(_shared_letters),
    "longest": _length,
    "shortest": _opposite(_length),
    **{f"place {place + 1}": _at(place) for place in range(PLACES)},
    "last place": _is_last,
    "most like the others": _likeness,
    "least like the others": _opposite(_likeness),
}
MOST_OFTEN_KEY = "most often the key"
MOST_OFTEN_RIGHT = "most often right when shown"
"""These two learn from every question but those about the same technique."""
COMPARING = frozenset({"harder-to-detect"})
"""Kinds that compare options by what each of them is: to remember what was right is to know."""


def hits(worth: Sequence[float], right: Sequence[bool]) -> float:
    """The share of right options among the best, as many as are right; the mean over ties."""
    left = picks = sum(right)
    found = 0.0
    groups: dict[float, list[bool]] = defaultdict(list)
    for value, correct in zip(worth, right, strict=True):
        groups[value].append(correct)
    for value in sorted(groups, reverse=True):
        taken = min(left, len(groups[value]))
        found += taken * sum(groups[value]) / len(groups[value])
        left -= taken
        if not left:
            break
    return found / picks


def choose(question: Question) -> Iterator[tuple[str, float, float]]:
    """Each guesser's score at a question with options, and chance."""
    right = [option.correct for option in question.options]
    if not 0 < sum(right) < len(right):
        return
    face, chance = Face.of(question), sum(right) / len(right)
    for name, guess in CHOOSERS.items():
        worth = [guess(question, face, number) for number in range(len(right))]
        yield name, hits(worth, right), chance


# Guessers at an order or a match


def arrange(question: Question) -> Iterator[tuple[str, float, float]]:
    """Each guesser's score at a question to put in order or to match, and chance."""
    if question.answer_kind is AnswerKind.ORDER:
        for name, order in _orders(question.items).items():
            yield name, _in_order(order, question.solution), 0.5
    if question.answer_kind is AnswerKind.MATCH:
        chance = 1 / len(question.targets)
        for name, guess in _matches(question).items():
            pairs = list(zip(guess, question.solution, strict=True))
            yield name, sum(a == b for a, b in pairs) / len(pairs), chance
        yield "most shared words", _best_match(question), chance


def _orders(items: Sequence[Item]) -> dict[str, list[str]]:
    by_name = sorted(items, key=lambda item: item.text)
    by_length = sorted(items, key=lambda item: (len(item.text), item.text))
    orders = {
        "as shown": items,
        "backwards": items[::-1],
        "alphabetical": by_name,
        "reverse alphabetical": by_name[::-1],
        "shortest first": by_length,
        "longest first": by_length[::-1],
    }
    return {name: [item.id for item in order] for name, order in orders.items()}


def _in_order(order: Sequence[str], solution: Sequence[str]) -> float:
    places = {id_: place for place, id_ in enumerate(solution)}
    pairs = list(pairwise(order))
    return sum(places[a] < places[b] for a, b in pairs) / max(len(pairs), 1)


def _matches(question: Question) -> dict[str, list[str]]:
    """Targets for the items, in their order: as shown, and both sorted alike."""
    items, targets = question.items, question.targets
    found = {"as shown": [targets[n].id for n in range(len(items))]}
    orders: dict[str, Callable[[Item], object]] = {
        "alphabetical": lambda item: item.text,
        "by length": lambda item: (len(item.text), item.text),
    }
    for name, order in orders.items():
        ranked = sorted(targets, key=order)  # type: ignore[arg-type]
        ranks = sorted(items, key=order)  # type: ignore[arg-type]
        found[name] = [ranked[ranks.index(item)].id for item in items]
    return found


def _best_match(question: Question) -> float:
    """The mean share right over the matches that share the most words."""
    shared = {
        (item.id, target.id): len(_stems(item.text) & _stems(target.text))
        for item in question.items
        for target in question.targets
    }
    best = -1
    scores: list[float] = []
    for guess in permutations([t.id for t in question.targets], len(question.items)):
        worth = sum(shared[item.id, id_] for item, id_ in zip(question.items, guess, strict=True))
        if worth >= best:
            if worth > best:
                best, scores = worth, []
            right = sum(a == b for a, b in zip(guess, question.solution, strict=True))
            scores.append(right / len(guess))
    return sum(scores) / len(scores)


# Guessers that learn


@dataclass(slots=True)
class Memory:
    """Which options were shown and right, over a kind's questions.

    A guesser who had seen the card itself would know the answer, so questions about the
    same technique do not count. Neither do those about an option's own technique: else
    every option but the key would have been the key of its own card. As the key has lost
    its card so, options that are ahead by no more than a card's questions are no better:
    else of two levels that are right equally often the other one would always win.
    """

    shown: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    shown_about: Counter[tuple[str, str]] = field(default_factory=Counter)
    right_about: Counter[tuple[str, str]] = field(default_factory=Counter)
    seen: list[tuple[str, tuple[str, ...], tuple[bool, ...]]] = field(default_factory=list)

    def add(self, question: Question) -> None:
        """Remember a question with options."""
        names = tuple(_identity(option) for option in question.options)
        rights = tuple(option.correct for option in question.options)
        if not 0 < sum(rights) < len(rights):
            return
        self.seen.append((question.stix_id, names, rights))
        for name, correct in zip(names, rights, strict=True):
            self.shown[name] += 1
            self.shown_about[question.stix_id, name] += 1
            if correct:
                self.right[name] += 1
                self.right_about[question.stix_id, name] += 1

    def choose(self) -> Iterator[tuple[str, float, float]]:
        """Both guessers' scores at every question remembered, and chance."""
        card = max(self.right_about.values(), default=0)
        base = self.right.total() / max(self.shown.total(), 1)
        for subject, names, rights in self.seen:
            counts = [self._without(subject, name) for name in names]
            chance = sum(rights) / len(rights)
            most = max(right for right, _ in counts)
            favourites = [float(right >= most - card) for right, _ in counts]
            yield MOST_OFTEN_KEY, hits(favourites, rights), chance
            rates = [(right + base * PRIOR) / (shown + PRIOR) for right, shown in counts]
            yield MOST_OFTEN_RIGHT, hits(rates, rights), chance

    def _without(self, subject: str, name: str) -> tuple[int, int]:
        """How often an option was right and shown in questions about neither technique."""
        right, shown = self.right[name], self.shown[name]
        for about in {subject, name}:
            right -= self.right_about.get((about, name), 0)
            shown -= self.shown_about.get((about, name), 0)
        return right, shown


def _identity(option: Option) -> str:
    return option.stix_id or option.text


@lru_cache(maxsize=2**14)
def _option_stems(text: str) -> frozenset[str]:
    return frozenset(
        stem(word) for word in WORD.findall(text.lower()) if word not in FUNCTION_WORDS
    )


def _stems(text: str) -> frozenset[str]:
    return _option_stems(text)


@lru_cache(maxsize=2**14)
def _option_grams(text: str) -> frozenset[str]:
    return _grams(text)


def _grams(text: str) -> frozenset[str]:
    return frozenset(
        word[i : i + GRAM]
        for word in WORD.findall(text.lower())
        for i in range(len(word) - GRAM + 1)
    )
