"""One learner who studies by one policy, so many minutes a day."""

from dataclasses import dataclass

from bench.learning.learners import Learner
from bench.learning.policies import Policy

# Seconds that an answer takes by its rating, from Again to Easy: fsrs-rs's defaults for its
# own simulator, measured on Anki users.
LEARNING_SECONDS = (19.58, 18.79, 13.78, 10.71)
REVIEW_SECONDS = (19.38, 17.59, 12.38, 8.94)
RELEARNING_SECONDS = (16.44, 15.25, 12.32, 8.03)

SURE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one studies: cards in the deck, minutes a day, new cards a day at most.

    From day 0 to ``days``, but for the ``away`` ones; what is known is asked on the
    mornings of ``asked``, which may lie later.
    """

    deck: int = 1200
    days: int = 180
    minutes: float = 10
    new_a_day: int = 10
    away: range = range(0)
    asked: tuple[int, ...] = (180, 210)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it.

    ``known`` says for each morning asked how many cards the learner would remember: the
    sum of the true chances; ``sure`` how many of them with a chance of nine in ten or more.
    ``retention`` is the share remembered of the reviews of cards met on an earlier day.
    ``met`` says for the end of each day how many cards were met by then.
    """

    known: tuple[float, ...]
    sure: tuple[int, ...]
    met: tuple[int, ...]
    reviews: int
    retention: float
    minutes: float


def study(learner: Learner, policy: Policy, plan: Plan) -> Outcome:
    """Study by a policy, day after day.

    A card that is begun is finished, and what it takes beyond the day's minutes is missing
    on the next day; minutes that are left are not saved up.
    """
    desk = _Desk(learner, policy, plan.deck)
    left = spent = 0.0
    met: list[int] = []
    asked: dict[int, list[float]] = {}
    for day in range(max(plan.days, *plan.asked) + 1):
        if day in plan.asked:
            asked[day] = desk.chances(day)
        if day >= plan.days:
            continue
        if day not in plan.away:
            left = min(left, 0.0) + plan.minutes * 60
            cards = policy.cards(day)
            while left > 0 and (card := next(cards, None)) is not None:
                seconds = desk.take(card, day)
                left -= seconds
                spent += seconds
        met.append(len(desk.met))
    chances = [asked[day] for day in plan.asked]
    return Outcome(
        known=tuple(map(sum, chances)),
        sure=tuple(sum(chance >= SURE for chance in each) for each in chances),
        met=tuple(met),
        reviews=desk.reviews,
        retention=desk.remembered / desk.reviews if desk.reviews else 1.0,
        minutes=spent / 60,
    )


class _Desk:
    """The learner's true memory of every card, which no policy sees."""

    def __init__(self, learner: Learner, policy: Policy, deck: int) -> None:
        self._learner, self._policy = learner, policy
        self._stability, self._difficulty = [0.0] * deck, [0.0] * deck
        self._last, self._nth = [-1] * deck, [0] * deck
        self.met: list[int] = []
        self.reviews = self.remembered = 0

    def take(self, card: int, day: int) -> float:
        """Take a card: meet it, review it, or look at it once more today; gives seconds."""
        last = self._last[card]
        self._last[card] = day
        if last < 0:
            return self._meet(card, day)
        return self._review(card, day, day - last)

    def _meet(self, card: int, day: int) -> float:
        memory, ratings = self._learner.memory, self._learner.meetings[card]
        stability, difficulty = memory.first(ratings[0])
        seconds = LEARNING_SECONDS[ratings[0] - 1]
        for look in ratings[1:]:
            stability, difficulty = memory.again_today(stability, difficulty, look)
            seconds += LEARNING_SECONDS[look - 1]
        self._stability[card], self._difficulty[card] = stability, difficulty
        self.met.append(card)
        self._policy.met(card, day, ratings)
        return seconds

    def _review(self, card: int, day: int, days: int) -> float:
        memory = self._learner.memory
        answer = self._learner.answer(card, self._nth[card])
        self._nth[card] += 1
        stability, difficulty = self._stability[card], self._difficulty[card]
        recall = memory.retrievability(stability, days)
        remembered = answer.luck < recall
        rating, looks = (answer.if_recalled, ()) if remembered else (1, answer.looks)
        if days:
            stability, difficulty = memory.review(stability, difficulty, recall, rating)
            self.reviews += 1
            self.remembered += remembered
        else:
            stability, difficulty = memory.again_today(stability, difficulty, rating)
        seconds = REVIEW_SECONDS[rating - 1]
        for look in looks:
            stability, difficulty = memory.again_today(stability, difficulty, look)
            seconds += RELEARNING_SECONDS[look - 1]
        self._stability[card], self._difficulty[card] = stability, difficulty
        self._policy.reviewed(card, day, rating, looks)
        return seconds

    def chances(self, day: int) -> list[float]:
        """Tell for each card met with what chance it would be remembered on a day."""
        chance = self._learner.memory.retrievability
        return [chance(self._stability[card], day - self._last[card]) for card in self.met]
