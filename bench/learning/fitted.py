"""Our schedule once it is fitted to the learner's own reviews."""

from fsrs_rs_python import DEFAULT_PARAMETERS, FSRS, FSRSItem, FSRSReview

from bench.learning.memory import Memory, State
from bench.learning.policies import Intake, Ours

FIT_EVERY = 30
LEAST_REVIEWS = 400


class Fitted(Ours):
    """Ours, with weights fitted every 30 days from 400 reviews on.

    As in the product, new weights change what is thought to be remembered, and move no
    date that was given.
    """

    def __init__(self, intake: Intake) -> None:
        super().__init__(intake)
        self._log: list[list[tuple[int, int]]] = [[] for _ in range(intake.deck)]
        self._reviews = 0
        self._fit_next = FIT_EVERY

    def met(self, card: int, day: int, ratings: tuple[int, ...]) -> None:
        self._note(card, day, ratings)
        super().met(card, day, ratings)

    def reviewed(self, card: int, day: int, rating: int, looks: tuple[int, ...]) -> None:
        self._note(card, day, (rating, *looks))
        super().reviewed(card, day, rating, looks)

    def _note(self, card: int, day: int, ratings: tuple[int, ...]) -> None:
        if day >= self._fit_next:
            self._fit_next = day + FIT_EVERY
            if self._reviews >= LEAST_REVIEWS:
                self._fit()
        gap = day - self._last[card] if self._log[card] else 0
        self._log[card] += [(rating, 0 if i else gap) for i, rating in enumerate(ratings)]
        self._reviews += len(ratings)

    def _fit(self) -> None:
        items: list[FSRSItem] = []
        for log in self._log:
            reviews = [FSRSReview(rating, gap) for rating, gap in log]
            items += [FSRSItem(reviews[: i + 1]) for i, (_, gap) in enumerate(log) if gap]
        self.believe(Memory(FSRS(DEFAULT_PARAMETERS).compute_parameters(items)))
        for card, log in enumerate(self._log):
            if log:
                self._stability[card], self._difficulty[card] = self._replay(log)

    def _replay(self, log: list[tuple[int, int]]) -> State:
        memory = self.memory
        stability, difficulty = memory.first(log[0][0])
        for rating, gap in log[1:]:
            if gap:
                recall = memory.retrievability(stability, gap)
                stability, difficulty = memory.review(stability, difficulty, recall, rating)
            else:
                stability, difficulty = memory.again_today(stability, difficulty, rating)
        return stability, difficulty
