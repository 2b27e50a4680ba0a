"""Paths with a day: the plan is what studying it through really comes to."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Break, Card, Learner, Review, SavedDeck
from quiz.learning.habits import USUAL
from quiz.learning.parameters import STANDARD
from quiz.learning.scheduling import MemoryState, predicted
from quiz.questions.scope import Scope
from quiz.services import decks, learners, log, parameters, paths, study
from quiz.services.deck import Flashcards
from quiz.services.decks import Goal
from quiz.services.paths import Course, Status
from tests import factories
from tests.conftest import CountQueries
from tests.factories import NOON

DAY = timedelta(days=1)
TODAY = NOON.date()
ARRIVAL = Scope(tactics=("arrival",))
LISTED = Scope(techniques=("T9001", "T9003", "T9006", "T9009", "T9012", "T9015", "T9018"))


def path(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    *,
    days: int = 30,
    target: float = 0.9,
    scope: Scope = ARRIVAL,
    name: str = "Mine",
    now: datetime = NOON,
) -> SavedDeck:
    goal = Goal(until=learners.study_day(learner, now) + days * DAY, target=target)
    return decks.make(session, learner, catalogue, name=name, scope=scope, goal=goal, now=now)


@pytest.fixture(autouse=True)
def proven(catalogue: Catalogue) -> None:
    """Have the cards that make no question leave the deck first."""
    deck = catalogue.once(Flashcards)
    for card in list(deck.cards.values()):
        deck.can_ask(card)


def course(
    session: Session, learner: Learner, catalogue: Catalogue, now: datetime = NOON
) -> Course:
    (found,) = paths.courses(session, learner, catalogue, now=now)
    return found


def study_through(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    scope: Scope,
    start: datetime,
    chance: Random,
    at_most: int | None = None,
) -> int:
    """Study a scope until nothing is left, remembering by chance; returns how many ratings."""
    now, ratings = start, 0
    while at_most is None or ratings < at_most:
        served = study.next_card(session, learner, catalogue, now=now, scope=scope)
        if served is None:
            break
        row = session.scalars(
            select(Card).where(Card.learner_id == learner.id, Card.key == served.key)
        ).one_or_none()
        memory, today = log.memory(row) if row else MemoryState(), learners.study_day(learner, now)
        known = predicted(memory, now, today) or 0.0
        rating = USUAL.rate(memory.state, known, chance.random())
        study.rate(
            session,
            learner,
            catalogue,
            served.key,
            rating,
            sequence=served.sequence,
            duration_ms=round(USUAL.seconds(memory.state, rating) * 1000),
            now=now,
        )
        now, ratings = now + timedelta(seconds=20), ratings + 1
    return ratings


def test_who_follows_the_plan_studies_and_knows_what_it_says(
    session: Session, catalogue: Catalogue
) -> None:
    """Of one learner ratings vary by an eighth from chance alone: two are taken together.

    One studies the cards of a technique on different days, the other together.
    """
    planned, ratings, minutes = [], 0, 0.0
    for name, apart in (("Ada", True), ("Grace", False)):
        learner = factories.learner(session, name=name, bury_siblings=apart, new_per_day=0)
        mine = path(session, learner, catalogue, days=24, scope=LISTED)
        planned.append(course(session, learner, catalogue))
        assert planned[-1].status is Status.ON_COURSE
        chance = Random(name)
        for now in (NOON + day * DAY for day in range(24)):
            ratings += study_through(session, learner, catalogue, LISTED, now, chance)
        assert mine.until is not None
        over = course(session, learner, catalogue, learners.day_start(learner, mine.until))
        assert over.status is Status.OVER
        assert over.met == over.cards
        assert over.share == pytest.approx(planned[-1].share_then, abs=0.03)
        assert over.share >= 0.9
        took = select(func.sum(Review.duration_ms)).where(Review.learner_id == learner.id)
        minutes += session.scalars(took).one() / 60_000
    days = [day for found in planned for day in found.days]
    assert ratings == pytest.approx(sum(day.ratings for day in days), rel=0.15)
    assert minutes == pytest.approx(sum(day.minutes for day in days), rel=0.15)


def test_the_plan_of_a_day_stays_the_same_while_it_is_studied(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    mine = path(session, learner, catalogue, scope=LISTED)
    learner.new_per_day = 3
    now = NOON + DAY
    study_through(session, learner, catalogue, LISTED, NOON, Random("yesterday"))
    before = course(session, learner, catalogue, now)
    study_through(session, learner, catalogue, LISTED, now, Random("today"), at_most=4)
    after = course(session, learner, catalogue, now + timedelta(hours=1))
    assert after.days == before.days
    assert after.new_a_day == before.new_a_day
    # Somewhere else it is worked out again, from how things stood in the morning.
    mine.created_at += timedelta(seconds=1)
    session.flush()
    again = course(session, learner, catalogue, now + timedelta(hours=2))
    assert again.days == before.days


def test_new_cards_of_the_nearest_path_come_first_and_so_many_as_are_left_of_today(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    assert paths.new_today(session, learner, catalogue, now=NOON) == ()
    elsewhere = Scope(tactics=("covering-up",), techniques=("T9002", "T9017"))
    path(session, learner, catalogue, days=60, name="Far", scope=elsewhere)
    path(session, learner, catalogue, days=20, name="Near", scope=LISTED)
    near, far = paths.new_today(session, learner, catalogue, now=NOON)
    deck = catalogue.once(Flashcards)
    assert near.keys == set(deck.select(LISTED))
    assert far.keys == set(deck.select(elsewhere))
    assert near.number > far.number > 0
    for key in list(deck.select(LISTED))[: near.number]:
        served = study.card(session, learner, catalogue, key, now=NOON)
        assert served is not None
        study.rate(session, learner, catalogue, key, 3, sequence=1, duration_ms=1000, now=NOON)
    (left,) = paths.new_today(session, learner, catalogue, now=NOON)
    assert left.keys == far.keys
    tomorrow = paths.new_today(session, learner, catalogue, now=NOON + DAY)
    assert [need.keys for need in tomorrow] == [near.keys, far.keys]


def test_what_today_counts_is_what_comes_and_new_cards_of_a_path_come_before_others(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    learner.new_per_day = 5
    path(session, learner, catalogue, days=20, scope=LISTED)
    chance = Random("counted")
    wanted = set(catalogue.once(Flashcards).select(LISTED))
    for day in range(8):
        now = NOON + day * DAY
        needs = paths.new_today(session, learner, catalogue, now=now)
        left = study.counts(session, learner, catalogue, now=now)
        assert left.new >= needs[0].number
        met: list[str] = []
        while served := study.next_card(session, learner, catalogue, now=now):
            before = study.counts(session, learner, catalogue, now=now).total
            if served.is_new:
                met.append(served.key)
            # Easy, or hard for a card once known: out of its steps, and soon due again.
            rating = 4 if served.is_new or chance.random() < 0.3 else 2
            study.rate(
                session,
                learner,
                catalogue,
                served.key,
                rating,
                sequence=served.sequence,
                duration_ms=5000,
                now=now,
            )
            after = study.counts(session, learner, catalogue, now=now).total
            assert after == before - 1
        assert len(met) == left.new
        assert len(wanted & set(met)) >= needs[0].number
        assert wanted.issuperset(met[: needs[0].number])
        assert len(met) == max(learner.new_per_day, needs[0].number)


def test_a_new_card_of_a_path_comes_before_a_review_of_its_technique_which_waits_a_day(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    scope = Scope(techniques=("T9001",))
    path(session, learner, catalogue, days=12, scope=scope)
    first = study.next_card(session, learner, catalogue, now=NOON, scope=scope)
    assert first is not None
    study.rate(session, learner, catalogue, first.key, 4, sequence=1, duration_ms=1000, now=NOON)
    row = session.scalars(select(Card)).one()
    row.due = NOON + DAY
    session.flush()
    later = NOON + DAY
    assert study.counts(session, learner, catalogue, now=later, scope=scope).due == 0
    new = study.next_card(session, learner, catalogue, now=later, scope=scope)
    assert new is not None
    assert new.is_new
    learner.bury_siblings = False
    assert study.counts(session, learner, catalogue, now=later, scope=scope).due == 1


def test_a_day_of_a_break_asks_for_nothing_and_the_days_around_it_for_more(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    path(session, learner, catalogue, days=20)
    without = course(session, learner, catalogue)
    session.add(
        Break(
            learner_id=learner.id,
            first_day=TODAY + 2 * DAY,
            last_day=TODAY + 10 * DAY,
            spread_days=0,
            created_at=NOON,
        )
    )
    session.flush()
    found = course(session, learner, catalogue)
    assert all(not day.ratings for day in found.days[2:11])
    assert found.new_a_day > without.new_a_day
    assert paths.new_today(session, learner, catalogue, now=NOON + 5 * DAY) == ()


def meet(
    session: Session, learner: Learner, catalogue: Catalogue, number: int, at: datetime
) -> None:
    """Have some cards of the arrival met at a moment, and well known."""
    rows = set(session.scalars(select(Card.key).where(Card.learner_id == learner.id)))
    keys = [key for key in catalogue.once(Flashcards).select(ARRIVAL) if key not in rows]
    for key in keys[:number]:
        session.add(
            Card(
                learner_id=learner.id,
                key=key,
                stix_id=key.rpartition("/")[0],
                kind=key.rpartition("/")[2],
                state="review",
                stability=60.0,
                difficulty=5.0,
                due=at + 60 * DAY,
                last_review=at,
                first_review=at,
                reviews=1,
                entries=1,
            )
        )
    session.flush()


def test_a_path_says_whether_it_is_ahead_on_course_or_behind(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    learner.bury_siblings = False
    path(session, learner, catalogue, days=37)  # 30 of them for new cards
    cards = course(session, learner, catalogue).cards
    later = NOON + 15 * DAY
    behind = course(session, learner, catalogue, later)
    assert (behind.status, behind.met, behind.planned) == (Status.BEHIND, 0, round(cards / 2))
    meet(session, learner, catalogue, round(cards / 2), NOON + 10 * DAY)
    assert course(session, learner, catalogue, later + timedelta(hours=1)).met == round(cards / 2)
    # What was met today counts from tomorrow on, and so does a plan from the morning.
    assert course(session, learner, catalogue, later).status is Status.ON_COURSE
    meet(session, learner, catalogue, round(cards / 4), NOON + 11 * DAY)
    ahead = course(session, learner, catalogue, later)
    assert ahead.status is Status.AHEAD
    assert ahead.met > ahead.planned


def test_what_would_make_a_path_that_cannot_be_reached_is_said(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    short = path(session, learner, catalogue, days=8)
    found = course(session, learner, catalogue)
    assert found.status is Status.UNREACHABLE
    assert found.ways is not None
    assert found.ways.later is not None
    assert found.ways.later > TODAY + 8 * DAY
    assert found.ways.together_minutes is not None
    assert found.ways.together_minutes > found.minutes_a_day
    decks.change(
        session,
        learner,
        catalogue,
        short.id,
        name="Mine",
        scope=ARRIVAL,
        goal=Goal(until=found.ways.later, target=0.9),
        now=NOON,
    )
    assert course(session, learner, catalogue).status is Status.ON_COURSE


def test_a_high_aim_takes_a_lower_one_or_more_reviews(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    learner.bury_siblings = False
    mine = path(session, learner, catalogue, days=50, target=0.97)
    found = course(session, learner, catalogue)
    assert found.status is Status.UNREACHABLE
    ways = found.ways
    assert ways is not None
    assert ways.lower is not None
    assert 0.9 < ways.lower < 0.97
    assert ways.retention is not None
    assert ways.retention_minutes is not None
    assert ways.retention_minutes > found.minutes_a_day
    by = replace(STANDARD, desired_retention=ways.retention)
    learner.parameters_version = parameters.keep(session, by, now=NOON)
    session.flush()
    assert course(session, learner, catalogue).status is Status.ON_COURSE
    learner.parameters_version = None
    mine.target = ways.lower
    session.flush()
    assert course(session, learner, catalogue).status is Status.ON_COURSE


def test_a_path_whose_day_has_come_or_whose_cards_are_gone_says_so(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    path(session, learner, catalogue, scope=Scope(techniques=("T9002",)), days=5)
    assert course(session, learner, catalogue, NOON + 5 * DAY).status is Status.OVER
    gone = factories.without("T9002")
    assert course(session, learner, gone).status is Status.EMPTY
    assert paths.new_today(session, learner, gone, now=NOON) == ()
    assert paths.under_way(session, learner, catalogue, now=NOON + 11 * DAY)
    assert paths.under_way(session, learner, catalogue, now=NOON + 12 * DAY) == ()


def test_a_path_follows_the_learners_own_day(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    learner.time_zone = "Pacific/Auckland"
    now = datetime(2026, 4, 3, 20, tzinfo=NOON.tzinfo)  # the clock goes back two days later
    path(session, learner, catalogue, days=10, now=now)
    found = course(session, learner, catalogue, now)
    assert [day.day for day in found.days] == [date(2026, 4, 4) + n * DAY for n in range(10)]
    assert found.status in {Status.ON_COURSE, Status.UNREACHABLE}


def test_habits_are_those_of_the_learners_own_cards(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    slow = path(session, learner, catalogue, name="Slow")
    usual = course(session, learner, catalogue)
    card = Card(
        learner_id=learner.id,
        key=f"{factories.stix_id('T9018')}/tactic",
        stix_id=factories.stix_id("T9018"),
        kind="tactic",
        state="review",
        reviews=0,
    )
    session.add(card)
    session.flush()
    memory = MemoryState().to_dict()
    for sequence in range(1, 201):
        session.add(
            Review(
                learner_id=learner.id,
                card_id=card.id,
                card_key=card.key,
                sequence=sequence,
                seed=0,
                rating=3,
                reviewed_at=NOON - DAY,
                time_zone="UTC",
                duration_ms=110_000,
                before=memory,
                after=memory,
                algorithm="FSRS-6",
                parameters_version="standard-1",
                day=TODAY - DAY,
                first_that_day=False,
                state_before="new" if sequence % 2 else "learning",
            )
        )
    slow.created_at += timedelta(seconds=1)
    session.flush()
    assert course(session, learner, catalogue).minutes_a_day > 1.5 * usual.minutes_a_day


def test_the_number_of_queries_does_not_grow_with_the_cards(
    session: Session, learner: Learner, catalogue: Catalogue, count_queries: CountQueries
) -> None:
    with count_queries() as none:
        paths.new_today(session, learner, catalogue, now=NOON)
    assert len(none) == 1
    path(session, learner, catalogue, name="One")
    with count_queries() as first:
        paths.courses(session, learner, catalogue, now=NOON)
    meet(session, learner, catalogue, 30, NOON - DAY)
    path(session, learner, catalogue, name="Two", scope=LISTED)
    path(session, learner, catalogue, name="Three", scope=Scope())
    with count_queries() as worked_out:
        paths.courses(session, learner, catalogue, now=NOON)
    assert len(worked_out) == len(first)
    with count_queries() as kept:
        paths.new_today(session, learner, catalogue, now=NOON)
    assert len(kept) == 3
