"""Studying cards: what comes next, and what a rating does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Card, Learner, Review
from quiz.learning import scheduling
from quiz.learning.parameters import STANDARD
from quiz.learning.scheduling import MemoryState
from quiz.questions.scope import Scope
from quiz.services import log, study
from quiz.services.deck import Flashcards
from tests import factories
from tests.conftest import CountQueries, Sessions
from tests.factories import NOON, stix_id

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
KEY = f"{stix_id('T9001')}/tactic"
OTHER = f"{stix_id('T9009')}/tactic"
THIRD = f"{stix_id('T9003')}/description"


@pytest.fixture
def rate(session: Session, learner: Learner, catalogue: Catalogue) -> Callable[..., study.Rated]:
    """Rate a card, by default its next review."""

    def rate(
        key: str, rating: int = 3, at: datetime = NOON, sequence: int | None = None
    ) -> study.Rated:
        served = study.card(session, learner, catalogue, key, now=at)
        assert served is not None
        return study.rate(
            session,
            learner,
            catalogue,
            key,
            rating,
            sequence=sequence or served.sequence,
            duration_ms=1500,
            now=at,
        )

    return rate


Rate = Callable[..., study.Rated]


def row(session: Session, learner: Learner, key: str = KEY) -> Card:
    return session.scalars(select(Card).where(Card.learner_id == learner.id, Card.key == key)).one()


def next_key(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    at: datetime,
    scope: Scope | None = None,
) -> str | None:
    served = study.next_card(session, learner, catalogue, now=at, scope=scope)
    return served.key if served else None


def know(session: Session, learner: Learner, key: str, due: datetime, stability: float) -> None:
    """Add a card in review, as if it had been rated long ago."""
    stix, _, kind = key.rpartition("/")
    session.add(
        Card(
            learner_id=learner.id,
            key=key,
            stix_id=stix,
            kind=kind,
            state="review",
            stability=stability,
            difficulty=5.0,
            due=due,
            last_review=due - timedelta(days=round(stability)),
            first_review=due - timedelta(days=round(stability)),
            reviews=1,
        )
    )
    session.flush()


# Serving


def test_a_card_is_not_lost_where_its_next_seed_makes_no_fair_question(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    key = f"{stix_id('T9006')}/data-source"
    know(session, learner, key, due=NOON, stability=30.0)
    row(session, learner, key).reviews = 7
    session.flush()
    assert study.counts(session, learner, catalogue, now=NOON).due == 1
    served = study.card(session, learner, catalogue, key, now=NOON)
    assert served is not None
    assert served.question == study.question_at(session, learner, catalogue, key, 1)
    assert study.counts(session, learner, catalogue, now=NOON).due == 1


# Rating


def test_a_rating_is_logged_with_everything_around_it(
    session: Session, learner: Learner, rate: Rate
) -> None:
    learner.time_zone = "Asia/Kathmandu"
    rated = rate(KEY, 3)
    session.commit()
    session.expire_all()
    review = session.scalars(select(Review)).one()
    assert rated == study.Rated(
        recorded=True, next_due=NOON + 10 * MINUTE, interval=10 * MINUTE, rating=3, id=review.id
    )
    assert (review.learner_id, review.card_key, review.sequence) == (learner.id, KEY, 1)
    assert (review.rating, review.reviewed_at, review.duration_ms) == (3, NOON, 1500)
    assert (review.time_zone, review.seed) == ("Asia/Kathmandu", 0)
    assert (review.algorithm, review.parameters_version) == (
        "FSRS-6",
        STANDARD.version,
    )
    assert MemoryState.from_dict(review.before) == MemoryState()
    assert MemoryState.from_dict(review.after) == log.memory(row(session, learner))


def test_a_rating_sent_twice_is_one_review_with_the_same_reply(
    session: Session, learner: Learner, rate: Rate
) -> None:
    first = rate(KEY, 3, sequence=1)
    second = rate(KEY, 1, at=NOON + MINUTE, sequence=1)
    assert not second.recorded
    assert (second.rating, second.next_due, second.interval) == (
        first.rating,
        first.next_due,
        first.interval,
    )
    assert row(session, learner).reviews == 1
    assert session.scalar(select(func.count()).select_from(Review)) == 1


def test_an_old_rating_sent_again_gets_its_own_reply(rate: Rate) -> None:
    first = rate(KEY, 1)
    rate(KEY, 4, at=NOON + MINUTE)
    again = rate(KEY, 3, at=NOON + DAY, sequence=1)
    assert (again.recorded, again.rating, again.next_due) == (False, 1, first.next_due)


@pytest.mark.parametrize("sequence", [-1, 2, 7])
def test_a_rating_that_cannot_be_next_is_stale(session: Session, rate: Rate, sequence: int) -> None:
    with pytest.raises(study.StaleCard, match="next one"):
        rate(KEY, sequence=sequence)
    assert session.scalars(select(Card)).all() == []


@pytest.mark.parametrize("rating", [0, 5])
def test_a_rating_outside_one_to_four_is_refused(rate: Rate, rating: int) -> None:
    with pytest.raises(ValueError, match=str(rating)):
        rate(KEY, rating)


@pytest.mark.parametrize("key", ["", "nonsense", "attack-pattern--0/tactic", KEY + "x"])
def test_rating_a_card_that_is_not_there_is_refused(
    session: Session, learner: Learner, catalogue: Catalogue, key: str
) -> None:
    assert study.card(session, learner, catalogue, key, now=NOON) is None
    with pytest.raises(study.UnknownCard):
        study.rate(session, learner, catalogue, key, 3, sequence=1, duration_ms=0, now=NOON)


@pytest.mark.parametrize(("given_ms", "kept_ms"), [(-5, 0), (10**9, 600_000)])
def test_an_unlikely_duration_is_cut(
    session: Session, learner: Learner, catalogue: Catalogue, given_ms: int, kept_ms: int
) -> None:
    study.rate(session, learner, catalogue, KEY, 3, sequence=1, duration_ms=given_ms, now=NOON)
    assert session.scalars(select(Review.duration_ms)).one() == kept_ms


def test_a_card_forgotten_twice_in_a_row_counts_one_lapse(
    session: Session, learner: Learner, rate: Rate
) -> None:
    rate(KEY, 4)
    rate(KEY, 1, at=NOON + 8 * DAY)
    rate(KEY, 1, at=NOON + 8 * DAY + MINUTE)
    assert (row(session, learner).lapses, row(session, learner).state) == (1, "relearning")


def test_learners_have_their_own_cards(
    session: Session, learner: Learner, catalogue: Catalogue, rate: Rate
) -> None:
    rate(KEY, 4)
    other = factories.learner(session)
    served = study.card(session, other, catalogue, KEY, now=NOON)
    assert served is not None
    assert (served.sequence, served.is_new) == (1, True)
    assert study.counts(session, other, catalogue, now=NOON).new == 10


def test_ratings_of_one_card_from_two_tabs_at_once_are_one_review(
    sessions: Sessions, catalogue: Catalogue
) -> None:
    with sessions() as session:
        learner = factories.learner(session)
        session.commit()
    _rate_at_once(sessions, learner, catalogue, key=KEY, sequence=1)
    _rate_at_once(sessions, learner, catalogue, key=KEY, sequence=2)
    with sessions() as session:
        assert row(session, learner).reviews == 2
        assert session.scalars(select(Review.sequence).order_by(Review.sequence)).all() == [1, 2]
        assert log.rebuild(session, learner) == []


def _rate_at_once(
    sessions: Sessions, learner: Learner, catalogue: Catalogue, *, key: str, sequence: int
) -> None:
    barrier = Barrier(2, timeout=10)
    replies: list[study.Rated] = []

    def send(rating: int) -> None:
        with sessions() as session:
            own = session.merge(learner)
            session.rollback()  # as a request does: the learner is read before writing begins
            barrier.wait()
            rated = study.rate(
                session, own, catalogue, key, rating, sequence=sequence, duration_ms=0, now=NOON
            )
            session.commit()
            replies.append(rated)

    threads = [Thread(target=send, args=(rating,)) for rating in (2, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(reply.recorded for reply in replies) == [False, True]
    assert len({(reply.rating, reply.next_due) for reply in replies}) == 1


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    reviews=st.lists(
        st.tuples(
            st.sampled_from([KEY, OTHER]),
            st.integers(1, 4),
            st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=90)),
        ),
        max_size=8,
    )
)
def test_a_cards_state_is_what_replaying_its_log_gives(
    session: Session,
    catalogue: Catalogue,
    reviews: list[tuple[str, int, timedelta]],
) -> None:
    learner = factories.learner(session)
    at = NOON
    for key, rating, gap in reviews:
        at += gap
        served = study.card(session, learner, catalogue, key, now=at)
        assert served is not None
        study.rate(
            session,
            learner,
            catalogue,
            key,
            rating,
            sequence=served.sequence,
            duration_ms=0,
            now=at,
        )
    session.expire_all()
    assert log.rebuild(session, learner) == []


def test_rebuilding_mends_a_card_that_differs_from_its_log(
    session: Session, learner: Learner, rate: Rate
) -> None:
    rate(KEY, 4)
    rate(KEY, 1, at=NOON + 8 * DAY)
    rate(OTHER, 3)
    right = log.memory(row(session, learner))
    card = row(session, learner)
    card.stability, card.due, card.reviews, card.lapses = 99.0, NOON, 7, 5
    session.flush()
    assert len(log.rebuild(session, learner)) == 1
    assert log.memory(row(session, learner)) == right
    assert (row(session, learner).reviews, row(session, learner).lapses) == (2, 1)
    assert row(session, learner).first_review == NOON


# What comes next


def test_a_new_learner_meets_the_decks_first_cards_up_to_the_daily_limit(
    session: Session, learner: Learner, catalogue: Catalogue, rate: Rate
) -> None:
    learner.new_per_day = 3
    first_three = list(catalogue.once(Flashcards).cards)[:3]
    for key in first_three:
        assert next_key(session, learner, catalogue, NOON) == key
        rate(key, 4)
    assert next_key(session, learner, catalogue, NOON) is None
    assert study.counts(session, learner, catalogue, now=NOON).new == 0


def test_the_daily_limit_is_the_study_days(
    session: Session, learner: Learner, catalogue: Catalogue, rate: Rate
) -> None:
    learner.new_per_day = 1
    learner.time_zone = "America/New_York"
    late = datetime(2026, 3, 11, 7, 59, tzinfo=UTC)  # 03:59 in New York
    rate(KEY, 4, at=late)
    assert study.counts(session, learner, catalogue, now=late).new == 0
    assert study.counts(session, learner, catalogue, now=late + MINUTE).new == 1


def test_only_as_many_new_cards_count_as_there_are(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    learner.bury_siblings = False
    scope = Scope(techniques=("T9013",))
    cards = catalogue.once(Flashcards)
    can = [key for key, card in cards.select(scope).items() if cards.can_ask(card)]
    assert study.counts(session, learner, catalogue, now=NOON, scope=scope).new == len(can) < 10


def test_cards_come_in_order_of_urgency(
    session: Session, learner: Learner, catalogue: Catalogue, rate: Rate
) -> None:
    learner.new_per_day = 3
    keys = list(catalogue.once(Flashcards).cards)
    in_steps, soon, due, queued = keys[20:24]
    know(session, learner, due, due=NOON + timedelta(hours=5), stability=10)
    rate(in_steps, 1, at=NOON - MINUTE)  # due now
    rate(soon, 3, at=NOON)  # due in ten minutes
    study.queue(session, learner, catalogue, [queued], now=NOON)
    met = []
    while (served := study.next_card(session, learner, catalogue, now=NOON)) is not None:
        met.append(served.key)
        rate(served.key, 4)
    # Two of the three new cards of the day are met; the one queued is the third.
    assert met == [queued, in_steps, due, soon]
    assert study.counts(session, learner, catalogue, now=NOON).total == 0


def test_a_new_card_comes_before_a_step_that_is_due_soon(
    session: Session, learner: Learner, catalogue: Catalogue, rate: Rate
) -> None:
    learner.new_per_day = 2
    rate(OTHER, 3)
    assert next_key(session, learner, catalogue, NOON) == next(
        iter(catalogue.once(Flashcards).cards)
    )


def test_a_step_that_is_due_later_waits(
    session: Session, learner: Learner, catalogue: Catalogue, rate: Rate
) -> None:
    learner.new_per_day = 1
    rate(KEY, 3)
    assert next_key(session, learner, catalogue, NOON - 15 * MINUTE) is None
    assert next_key(session, learner, catalogue, NOON) == KEY


def test_reviews_are_due_all_through_their_study_day(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    learner.new_per_day = 0
    know(session, learner, KEY, due=datetime(2026, 3, 12, 3, 59, tzinfo=UTC), stability=10)
    know(session, learner, OTHER, due=datetime(2026, 3, 12, 4, tzinfo=UTC), stability=10)
    counts = study.counts(session, learner, catalogue, now=NOON)
    assert (counts.due, counts.total) == (1, 1)
    assert counts.next_due == datetime(2026, 3, 12, 4, tzinfo=UTC)
    assert next_key(session, learner, catalogue, NOON) == KEY


def test_the_review_remembered_least_comes_first(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    know(session, learner, KEY, due=NOON - 3 * DAY, stability=30)
    know(session, learner, OTHER, due=NOON - 2 * DAY, stability=2)
    know(session, learner, THIRD, due=NOON - DAY, stability=30)
    assert next_key(session, learner, catalogue, NOON) == OTHER


def test_a_look_alike_of_the_card_just_reviewed_comes_next(
    session: Session, learner: Learner, catalogue: Catalogue, rate: Rate
) -> None:
    learner.new_per_day = 0
    first, sibling = (f"{stix_id(t)}/description" for t in ("T9001.001", "T9001.002"))
    know(session, learner, first, due=NOON - 9 * DAY, stability=2)
    know(session, learner, sibling, due=NOON - DAY, stability=60)
    know(session, learner, OTHER, due=NOON - 2 * DAY, stability=30)
    assert next_key(session, learner, catalogue, NOON) == first
    rate(first)
    assert next_key(session, learner, catalogue, NOON) == sibling


def test_look_alikes_do_not_follow_one_another_for_ever(
    session: Session, learner: Learner, catalogue: Catalogue, rate: Rate
) -> None:
    learner.new_per_day, learner.bury_siblings = 0, False
    ids = [stix_id("T9001.001"), stix_id("T9001.002")]
    kinds = ("description", "attack-id", "tactic", "family", "platform", "data-source")
    keys = [f"{stix}/{kind}" for stix in ids for kind in kinds]
    own = [key for key in keys if key in catalogue.once(Flashcards).cards]
    for key in own:
        know(session, learner, key, due=NOON - DAY, stability=60)
    know(session, learner, OTHER, due=NOON - 2 * DAY, stability=30)
    met = []
    for minute in range(5):
        at = NOON + minute * MINUTE
        served = next_key(session, learner, catalogue, at)
        assert served
        met.append(served)
        rate(served, at=at)
    assert len(own) > 4
    assert OTHER in met


def test_the_next_due_card_is_told_when_nothing_is_left(
    session: Session, learner: Learner, catalogue: Catalogue, rate: Rate
) -> None:
    learner.new_per_day = 0
    assert study.counts(session, learner, catalogue, now=NOON) == study.Counts(
        learning=0, due=0, new=0, queued=0, next_due=None
    )
    know(session, learner, KEY, due=datetime(2026, 3, 20, 15, tzinfo=UTC), stability=10)
    counts = study.counts(session, learner, catalogue, now=NOON)
    assert counts.next_due == datetime(2026, 3, 20, 4, tzinfo=UTC)


def test_a_scope_narrows_what_comes_next(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    scope = Scope(tactics=("taking-away",), kinds=("description",))
    know(session, learner, KEY, due=NOON - DAY, stability=10)
    key = next_key(session, learner, catalogue, NOON, scope)
    assert key == f"{stix_id('T9012')}/description"
    assert study.counts(session, learner, catalogue, now=NOON, scope=scope).due == 0


def test_serving_tells_what_each_rating_would_do(
    session: Session, learner: Learner, catalogue: Catalogue, rate: Rate
) -> None:
    new = study.card(session, learner, catalogue, KEY, now=NOON)
    assert new is not None
    assert (new.sequence, new.is_new, new.retrievability) == (1, True, None)
    assert (new.due, new.last_review, new.early) == (None, None, False)
    rated = rate(KEY, 4)
    met = study.card(session, learner, catalogue, KEY, now=NOON + DAY)
    assert met is not None
    assert (met.sequence, met.is_new, met.question.seed) == (2, False, 1)
    assert (met.due, met.last_review, met.early) == (rated.next_due, NOON, True)
    for rating, interval in met.previews.items():
        assert (
            scheduling.interval(
                scheduling.review(
                    log.memory(row(session, learner)), rating, NOON + DAY, fuzz=f"{KEY}/2"
                )
            )
            == interval
        )
    on_its_day = study.card(session, learner, catalogue, KEY, now=rated.next_due - 2 * MINUTE)
    assert on_its_day is not None
    assert not on_its_day.early


# The queue


def test_queued_cards_come_first_in_the_order_given_due_or_not(
    session: Session, learner: Learner, catalogue: Catalogue, rate: Rate
) -> None:
    rate(OTHER, 4)
    keys = [THIRD, OTHER, "gone/tactic", KEY, THIRD]
    assert study.queue(session, learner, catalogue, keys, now=NOON) == 3
    met = []
    for _ in range(3):
        met.append(key := next_key(session, learner, catalogue, NOON))
        rate(key, 4)
    assert met == [THIRD, OTHER, KEY]
    assert study.counts(session, learner, catalogue, now=NOON).queued == 0


def test_a_queued_card_counts_once(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    learner.new_per_day = 3
    know(session, learner, KEY, due=NOON - DAY, stability=10)
    study.queue(session, learner, catalogue, [KEY, OTHER], now=NOON)
    counts = study.counts(session, learner, catalogue, now=NOON)
    # One queued card is new, so that two of the three new ones of the day are left.
    assert (counts.queued, counts.due, counts.new, counts.total) == (2, 0, 2, 4)


def test_queueing_at_once_from_two_tabs_makes_each_card_once(
    sessions: Sessions, catalogue: Catalogue
) -> None:
    with sessions() as session:
        learner = factories.learner(session)
        session.commit()
    barrier = Barrier(2, timeout=10)
    done: list[int] = []

    def send() -> None:
        with sessions() as session:
            own = session.merge(learner)
            session.rollback()
            barrier.wait()
            queued = study.queue(session, own, catalogue, [KEY, OTHER], now=NOON)
            session.commit()
            done.append(queued)

    threads = [Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    with sessions() as session:
        assert done == [2, 2]
        assert sorted(session.scalars(select(Card.key))) == sorted([KEY, OTHER])


# Techniques that are gone


def test_cards_whose_technique_is_gone_are_skipped(
    session: Session, learner: Learner, catalogue: Catalogue, rate: Rate
) -> None:
    learner.new_per_day = 0
    for key in (KEY, OTHER, THIRD):
        know(session, learner, key, due=NOON - DAY, stability=10)
    study.queue(session, learner, catalogue, [KEY], now=NOON)
    smaller = factories.without("T9001", "T9003")
    counts = study.counts(session, learner, smaller, now=NOON)
    assert (counts.queued, counts.due) == (0, 1)
    assert next_key(session, learner, smaller, NOON) == OTHER
    assert study.card(session, learner, smaller, KEY, now=NOON) is None
    assert study.queue(session, learner, smaller, [KEY], now=NOON) == 0
    with pytest.raises(study.UnknownCard, match="not there any more"):
        study.rate(session, learner, smaller, KEY, 3, sequence=2, duration_ms=0, now=NOON)


def test_a_rating_sent_twice_gets_its_reply_even_where_the_technique_is_gone(
    session: Session, learner: Learner, rate: Rate
) -> None:
    first = rate(KEY, 3)
    smaller = factories.without("T9001")
    again = study.rate(session, learner, smaller, KEY, 1, sequence=1, duration_ms=0, now=NOON)
    assert (again.recorded, again.rating, again.next_due) == (False, 3, first.next_due)


def test_more_cards_gone_than_are_looked_at_do_not_hide_the_others(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    for place in range(120):
        know(session, learner, f"gone--{place}/tactic", due=NOON - 9 * DAY, stability=5)
    know(session, learner, KEY, due=NOON - DAY, stability=10)
    assert next_key(session, learner, catalogue, NOON) == KEY
    assert study.counts(session, learner, catalogue, now=NOON).due == 1


# The number of queries


@pytest.mark.parametrize("learned", [0, 5, 60])
def test_the_number_of_queries_does_not_grow_with_the_cards(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    count_queries: CountQueries,
    learned: int,
) -> None:
    keys = list(catalogue.once(Flashcards).cards)
    for place, key in enumerate(keys[:learned]):
        know(session, learner, key, due=NOON + place * DAY, stability=100)
    study.next_card(session, learner, catalogue, now=NOON)  # looks once a day for what is not met
    with count_queries() as counting:
        study.counts(session, learner, catalogue, now=NOON)
    with count_queries() as choosing:
        served = study.next_card(session, learner, catalogue, now=NOON)
    assert served is not None
    with count_queries() as rating:
        study.rate(
            session,
            learner,
            catalogue,
            served.key,
            3,
            sequence=served.sequence,
            duration_ms=0,
            now=NOON,
        )
    assert len(counting) == 9
    assert len(choosing) == 9
    assert len(rating) == (4 if learned else 5)
