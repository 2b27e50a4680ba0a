"""How far ahead a learner can study at a moment."""

from datetime import datetime, timedelta

from quiz.db.models import Learner
from quiz.learning.days import DAY
from quiz.learning.scheduling import MemoryState, State
from quiz.services import learners

LEARN_AHEAD = timedelta(minutes=20)
"""How early a card in its first steps is shown where there is nothing else to do."""


class Horizon:
    """How far ahead a learner can study at a moment: reviews of the whole study day, steps soon."""

    def __init__(self, learner: Learner, now: datetime) -> None:
        self.today = learners.study_day(learner, now)
        self.day_start = learners.day_start(learner, self.today)
        self.reviews_before = learners.day_start(learner, self.today + DAY)
        self.steps_until = now + LEARN_AHEAD

    def is_before(self, memory: MemoryState) -> bool:
        """Tell whether a card met before is not up yet."""
        if memory.due is None:
            return False
        if memory.state is State.REVIEW:
            return memory.due >= self.reviews_before
        return memory.due > self.steps_until
