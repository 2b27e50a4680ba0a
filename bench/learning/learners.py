"""Simulated learners: a memory of their own, and the chance that each of their answers meets.

The ratings that people give come from fsrs-rs's defaults for its own simulator, which are
the habits of Anki users; so does what a rating costs in time (see simulation.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp
from random import Random

from bench.learning.memory import Memory
from quiz.learning.parameters import WEIGHTS

# How much each weight differs between Anki users, as a standard deviation: w4 to w20 as
# fsrs-rs 6 states them for its fitting (PARAMS_STDDEV).
DEVIATIONS = (
    *(0.57, 0.28, 0.60, 0.12, 0.39, 0.18, 0.33, 0.30, 0.09, 0.16, 0.57, 0.25, 1.03),
    *(0.31, 0.32, 0.14, 0.27),
)
# The first stabilities are far from normal: a factor for the learner and one for each rating.
LEARNER_FACTOR, RATING_FACTOR = 0.6, 0.4
# What fsrs allows, w0 to w20.
BOUNDS = (
    *((0.001, 100.0),) * 4,
    *((1.0, 10.0), (0.001, 4.0), (0.001, 4.0), (0.001, 0.75), (0.0, 4.5), (0.0, 0.8)),
    *((0.001, 3.5), (0.001, 5.0), (0.001, 0.25), (0.001, 0.9), (0.0, 4.0), (0.0, 1.0)),
    *((1.0, 6.0), (0.0, 2.0), (0.0, 2.0), (0.0, 0.8), (0.1, 0.8)),
)

FIRST_RATING = (0.24, 0.094, 0.495, 0.171)
RECALLED_RATING = (0.224, 0.631, 0.145)  # hard, good, easy
# By the rating before, while a card is in its first steps or in the step after a lapse.
LEARNING_STEP = (
    (0.3686, 0.0628, 0.5108, 0.0577),
    (0.0442, 0.4553, 0.4457, 0.0549),
    (0.0519, 0.0470, 0.8462, 0.0550),
)
RELEARNING_STEP = (0.2157, 0.0643, 0.6595, 0.0604)
MOST_LOOKS = 12


@dataclass(frozen=True, slots=True)
class Answer:
    """What chance holds for one review of one card, whatever the schedule.

    The card is remembered if ``luck`` is below its chance; then it is rated
    ``if_recalled``, else Again and then once more that day for each of ``looks``.
    """

    luck: float
    if_recalled: int
    looks: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Whom the learners are drawn from.

    ``spread`` stretches how much their weights differ (0: the defaults for everyone);
    ``fading`` is w20 for everyone, where given: the higher, the steeper they forget.
    ``curve`` is the kind of memory that they have.
    """

    spread: float = 1.0
    fading: float | None = None
    curve: type[Memory] = Memory


class Learner:
    """One learner: their true memory, and their answers, the same under every schedule."""

    def __init__(self, number: int, cards: int, *, seed: int, people: People) -> None:
        rng = Random(f"{seed}/{number}")
        self.number = number
        self.memory = people.curve(draw_weights(rng, people))
        seeds = [rng.getrandbits(64) for _ in range(cards)]
        # Each card has a source of its own, so that its nth answer meets the same chance
        # however many answers to other cards came before.
        self._sources = [Random(card) for card in seeds]
        self.meetings = [meet(source) for source in self._sources]
        self._answers: list[list[Answer]] = [[] for _ in range(cards)]

    def answer(self, card: int, nth: int) -> Answer:
        """Give the chance of the nth review of a card, from 0."""
        answers = self._answers[card]
        while len(answers) <= nth:
            answers.append(_draw_answer(self._sources[card]))
        return answers[nth]


def draw_weights(rng: Random, people: People) -> tuple[float, ...]:
    """Draw a learner's weights around those that the product starts with.

    They are the median of each weight, as they are among the Anki users they come from.
    """
    spread = people.spread
    shared = rng.gauss(0, LEARNER_FACTOR)
    first = sorted(
        weight * exp(spread * (shared + rng.gauss(0, RATING_FACTOR))) for weight in WEIGHTS[:4]
    )
    rest = [
        weight + spread * rng.gauss(0, deviation)
        for weight, deviation in zip(WEIGHTS[4:], DEVIATIONS, strict=True)
    ]
    if people.fading is not None:
        rest[-1] = people.fading
    return tuple(
        min(max(weight, least), most)
        for weight, (least, most) in zip((*first, *rest), BOUNDS, strict=True)
    )


def meet(rng: Random) -> tuple[int, ...]:
    """Draw the ratings of a card's first day: to the end of the steps of 1 and 10 minutes."""
    ratings = [_choose(rng, FIRST_RATING)]
    step = 0
    while len(ratings) < MOST_LOOKS:
        match ratings[-1]:
            case 1:
                step = 0
            case 3:
                step += 1
            case 4:
                step = 2
        if step == 2:
            break
        ratings.append(_choose(rng, LEARNING_STEP[ratings[-1] - 1]))
    return tuple(ratings)


def _draw_answer(rng: Random) -> Answer:
    luck, recalled = rng.random(), _choose(rng, RECALLED_RATING) + 1
    looks: list[int] = []
    while len(looks) < MOST_LOOKS and (not looks or looks[-1] < 3):
        looks.append(_choose(rng, RELEARNING_STEP))
    return Answer(luck, recalled, tuple(looks))


def _choose(rng: Random, chances: Sequence[float]) -> int:
    """Draw a number from 1 by the chances of each."""
    luck = rng.random() * sum(chances)
    for number, sum_so_far in enumerate(accumulate(chances), start=1):
        if luck < sum_so_far:
            return number
    return len(chances)
