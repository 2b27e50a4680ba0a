"""Looking at statistics, for the tests of what they show and of what they keep."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Learner
from quiz.learning.statistics import Range
from quiz.services import day_summaries, statistics
from quiz.services.statistics import Statistics
from tests.factories import NOON
from tests.past import Past

Look = Callable[..., Statistics]


@pytest.fixture
def past(session: Session, learner: Learner) -> Past:
    return Past(session, learner)


@pytest.fixture
def look(session: Session, learner: Learner, catalogue: Catalogue) -> Look:
    """Look at the statistics as the page does: what days are over is kept for the next look."""

    def look_(range_: Range = Range.MONTH, **given: Any) -> Statistics:
        found = statistics.statistics(
            session, learner, catalogue, **{"now": NOON, "range_": range_, **given}
        )
        if found.days.changed:
            day_summaries.keep(session, learner, found.days)
        return found

    return look_
