"""By tactic and kind: what each card counts of its own, and what that adds up to."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Card, Learner
from quiz.learning.statistics import Recall
from quiz.questions.scope import Scope
from quiz.services import log as review_log
from quiz.services import study, topics
from quiz.services.deck import Flashcards
from tests.factories import NOON
from tests.past import DAY, Past

# By tactic and kind


def test_topics_add_up_what_each_card_counts(
    session: Session, learner: Learner, catalogue: Catalogue, past: Past
) -> None:
    past.card("T9001", reviews=5, asked=3, remembered=2, duration_ms=9000)
    past.card("T9001", "description", reviews=2, asked=1, remembered=1, duration_ms=1000)
    past.card("T9018", reviews=1, duration_ms=500)
    found = topics.topics(session, learner, catalogue)
    by_tactic = {tactic.name: topic for tactic, topic in found.by_tactic}
    assert by_tactic["Arrival"] == topics.Topic(
        cards=2, reviews=7, recall=Recall(asked=4, remembered=3), duration_ms=10_000
    )
    assert set(by_tactic) == {"Arrival", "Covering Up"}
    assert list(found.by_kind) == ["description", "tactic"]
    assert (found.by_kind["tactic"].cards, found.by_kind["tactic"].reviews) == (2, 6)
    assert (found.total.cards, found.total.reviews) == (3, 8)
    only = topics.topics(session, learner, catalogue, scope=Scope(kinds=("tactic",)))
    assert (only.total.cards, list(only.by_kind)) == (2, ["tactic"])


def test_a_card_counts_its_first_ratings_of_a_day_in_review_and_their_time(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    key = next(iter(catalogue.once(Flashcards).cards))

    def rate(rating: int, at: datetime) -> Card:
        row = session.scalars(select(Card).where(Card.key == key)).one_or_none()
        study.rate(
            session,
            learner,
            catalogue,
            key,
            rating,
            sequence=(row.entries if row else 0) + 1,
            duration_ms=2000,
            now=at,
        )
        return session.scalars(select(Card).where(Card.key == key)).one()

    rate(4, NOON)  # new, and in review from now on
    rate(1, NOON + 30 * DAY)
    rate(4, NOON + 30 * DAY + timedelta(minutes=10))  # the second of that day, in relearning
    row = rate(3, NOON + 60 * DAY)
    expected = (4, 2, 1, 8000)
    assert (row.reviews, row.asked, row.remembered, row.duration_ms) == expected
    assert review_log.rebuild(session, learner) == []
    row.asked = row.remembered = row.duration_ms = 99
    (difference,) = review_log.rebuild(session, learner)
    assert [name for name, *_ in difference.fields] == ["asked", "remembered", "duration_ms"]
    assert (row.reviews, row.asked, row.remembered, row.duration_ms) == expected
    review_log.append(session, learner, row, 0, duration_ms=0, now=NOON + 61 * DAY)
    assert (row.reviews, row.asked, row.remembered, row.duration_ms) == (0, 0, 0, 0)
    assert review_log.rebuild(session, learner) == []
