"""The local learner, and the learner's time zone."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from quiz.db.models import Learner
from quiz.services import learners
from tests import factories
from tests.factories import NOON


def test_the_local_learner_is_made_once(session: Session) -> None:
    first = learners.local_learner(session, now=NOON)
    session.commit()
    assert learners.local_learner(session, now=NOON) is first
    assert (first.time_zone, first.time_zone_known, first.created_at) == ("UTC", False, NOON)


def test_other_learners_are_not_the_local_one(session: Session) -> None:
    factories.learner(session)
    factories.learner(session)
    assert learners.local_learner(session, now=NOON).local


def test_two_first_requests_at_once_get_the_same_learner(engine: Engine) -> None:
    found: list[int] = []
    barrier = Barrier(2, timeout=10)

    def first_request() -> None:
        with Session(engine) as session:
            barrier.wait()
            learner = learners.local_learner(session, now=NOON)
            session.commit()
            found.append(learner.id)

    threads = [Thread(target=first_request) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    with Session(engine) as session:
        assert found == [session.scalars(select(Learner.id)).one()] * 2


def test_a_time_zone_is_kept_by_its_name(session: Session, learner: Learner) -> None:
    learners.set_time_zone(session, learner, "Asia/Kathmandu")
    session.commit()
    session.expire_all()
    assert (learner.time_zone, learner.time_zone_known) == ("Asia/Kathmandu", True)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe"])
def test_an_unknown_time_zone_changes_nothing(
    session: Session, learner: Learner, name: str
) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        learners.set_time_zone(session, learner, name)
    assert (learner.time_zone, learner.time_zone_known) == ("UTC", False)
