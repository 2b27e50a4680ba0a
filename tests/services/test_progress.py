"""Progress, with every number worked out by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Attempt, AttemptQuestion, Card, Learner, Review
from quiz.learning.knowledge import Knowledge
from quiz.services import learners, progress, today
from quiz.services.deck import Flashcards
from quiz.services.progress import DayTotal
from tests import factories
from tests.conftest import CountQueries
from tests.factories import DOMAIN, NOON, stix_id

DAY = timedelta(days=1)


class History:
    """Writes down what a learner did, without the services that would."""

    def __init__(self, session: Session, learner: Learner) -> None:
        self.session, self.learner = session, learner
        self.attempts = 0

    def card(
        self, attack_id: str, kind: str = "tactic", *, state: str = "review", stability: float = 10
    ) -> Card:
        """Meet a card at noon."""
        card = Card(
            learner_id=self.learner.id,
            key=f"{stix_id(attack_id)}/{kind}",
            stix_id=stix_id(attack_id),
            kind=kind,
            state=state,
            stability=stability,
            difficulty=5.0,
            due=NOON + DAY,
            last_review=NOON,
            first_review=NOON,
            reviews=1,
        )
        self.session.add(card)
        self.session.flush()
        return card

    def review(self, card: Card, sequence: int, rating: int, at: datetime) -> None:
        """Log a review that leaves the card alone."""
        self.session.add(
            Review(
                learner_id=self.learner.id,
                card_id=card.id,
                card_key=card.key,
                sequence=sequence,
                seed=0,
                rating=rating,
                reviewed_at=at,
                time_zone="UTC",
                duration_ms=0,
                before={},
                after={},
                algorithm="",
                parameters_version="",
                day=learners.study_day(self.learner, at),
                first_that_day=True,
                state_before="review",
            )
        )
        self.session.flush()

    def answer(self, attack_id: str, score: float | None, at: datetime | None) -> None:
        """Answer a quiz of one question."""
        self.attempts += 1
        self.session.add(
            Attempt(
                learner_id=self.learner.id,
                token=str(self.attempts),
                scope="",
                seed=0,
                collections="",
                started_at=NOON,
                questions=[
                    AttemptQuestion(
                        learner_id=self.learner.id,
                        position=1,
                        card_key=f"{stix_id(attack_id)}/tactic",
                        stix_id=stix_id(attack_id),
                        kind="tactic",
                        question={},
                        score=score,
                        answered_at=at,
                    )
                ],
            )
        )
        self.session.flush()


@pytest.fixture
def history(session: Session, learner: Learner) -> History:
    return History(session, learner)


# Days


def test_days_are_study_days_and_those_with_nothing_are_there(
    session: Session, learner: Learner, history: History
) -> None:
    card = history.card("T9001")
    for sequence, (rating, at) in enumerate(
        [
            (3, datetime(2026, 3, 9, 3, 59, tzinfo=UTC)),  # a minute too early for all of them
            (3, datetime(2026, 3, 9, 4, 0, tzinfo=UTC)),
            (1, datetime(2026, 3, 10, 3, 59, tzinfo=UTC)),  # still the ninth
            (2, NOON),
        ],
        start=1,
    ):
        history.review(card, sequence, rating, at)
    history.answer("T9001", 1.0, NOON)
    history.answer("T9001", 0.5, NOON)
    history.answer("T9001", None, None)
    assert progress.days(session, learner, now=NOON, count=3) == [
        DayTotal(day=date(2026, 3, 9), reviews=2, remembered=1, answers=0, right=0),
        DayTotal(day=date(2026, 3, 10), reviews=0, remembered=0, answers=0, right=0),
        DayTotal(day=date(2026, 3, 11), reviews=1, remembered=1, answers=2, right=1),
    ]


def test_days_follow_the_clock_of_the_learner_through_a_change(
    session: Session, learner: Learner, history: History
) -> None:
    learner.time_zone = "America/New_York"  # to summer time on 8 March 2026, at 07:00 UTC
    card = history.card("T9001")
    history.review(card, 1, 3, datetime(2026, 3, 8, 7, 59, tzinfo=UTC))  # 03:59 in summer time
    history.review(card, 2, 3, datetime(2026, 3, 8, 8, 0, tzinfo=UTC))
    found = progress.days(session, learner, now=datetime(2026, 3, 8, 20, tzinfo=UTC), count=2)
    assert [(day.day, day.reviews) for day in found] == [
        (date(2026, 3, 7), 1),
        (date(2026, 3, 8), 1),
    ]


# Totals


def test_totals_of_a_learner_who_has_done_nothing(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    assert progress.totals(session, learner, catalogue, now=NOON) == progress.Totals(
        techniques=24,
        met=0,
        learning=0,
        fading=0,
        fair=0,
        strong=0,
        cards=len(catalogue.once(Flashcards).cards),
        met_cards=0,
        reviews=0,
        answers=0,
        share_right=None,
        streak_days=0,
    )


def test_totals_count_techniques_cards_reviews_and_answers(
    session: Session, learner: Learner, catalogue: Catalogue, history: History
) -> None:
    card = history.card("T9001", stability=1000)  # remembered: strong
    history.card("T9001", "description", stability=1000)
    history.card("T9002", stability=10)  # at 0.9 after ten days: fair
    history.card("T9003", stability=1)  # fading
    history.card("T9004", state="relearning", stability=1)
    history.card("T0000", stability=1000)  # its file is gone
    for sequence, rating in enumerate([3, 1, 4], start=1):
        history.review(card, sequence, rating, NOON)
    for score in (1.0, 0.5, 1.0, 0.0):
        history.answer("T9001", score, NOON)
    found = progress.totals(session, learner, catalogue, now=NOON + 10 * DAY)
    assert (found.met, found.met_cards) == (4, 5)
    assert (found.strong, found.fair, found.fading, found.learning) == (1, 1, 1, 1)
    assert (found.reviews, found.answers, found.share_right) == (3, 4, 0.5)


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [
        ([], 0),
        ([0], 1),
        ([1], 1),  # today is not over
        ([2], 0),
        ([0, 1, 2], 3),
        ([1, 2, 4], 2),
        ([0, 0, 1, 3], 2),
    ],
)
def test_a_streak_counts_days_in_a_row(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    history: History,
    days_ago: list[int],
    expected: int,
) -> None:
    card = history.card("T9001")
    for sequence, back in enumerate(days_ago, start=1):
        if sequence % 2:
            history.review(card, sequence, 1, NOON - back * DAY)
        else:
            history.answer("T9001", 0.0, NOON - back * DAY)
    assert progress.totals(session, learner, catalogue, now=NOON).streak_days == expected


# Techniques


def test_levels_name_every_technique(
    session: Session, learner: Learner, catalogue: Catalogue, history: History
) -> None:
    history.card("T9001", stability=1000)
    history.card("T0000")
    levels = progress.levels(session, learner, catalogue, now=NOON)
    assert set(levels) == set(catalogue.by_stix_id)
    assert levels.pop(stix_id("T9001")) is Knowledge.STRONG
    assert set(levels.values()) == {Knowledge.NOT_MET}


def test_a_techniques_cards_are_all_listed_met_or_not(
    session: Session, learner: Learner, catalogue: Catalogue, history: History
) -> None:
    met = history.card("T9001", "description", stability=10)
    history.card("T9001", "no-such-kind", stability=1)
    technique = catalogue.by_stix_id[stix_id("T9001")]
    found = progress.technique(session, learner, catalogue, technique, now=NOON + 10 * DAY)
    assert (found.knowledge, found.met_cards) == (Knowledge.FAIR, 1)
    assert found.retrievability == pytest.approx(0.9)
    deck = catalogue.once(Flashcards).cards
    assert {card.key for card in found.cards} == {k for k in deck if k.startswith(met.stix_id)}
    for card in found.cards:
        if card.key == met.key:
            assert (card.state, card.due, card.reviews) == ("review", NOON + DAY, 1)
        else:
            assert (card.state, card.due, card.retrievability) == ("new", None, None)


def test_the_matrix_has_every_technique_in_each_of_its_tactics(
    session: Session, learner: Learner, catalogue: Catalogue, history: History
) -> None:
    history.card("T9001.001", stability=1000)
    columns = progress.matrix(session, learner, catalogue, now=NOON, domain=DOMAIN)
    assert [column.tactic.name for column in columns] == [t.name for t in factories.TACTICS]
    arrival = columns[0].cells
    assert [cell.technique.attack_id for cell in arrival] == [
        "T9001",
        "T9002",
        "T9003",
        "T9004",
        "T9005",
    ]
    assert [cell.display_name for cell in arrival[0].children] == [
        "Parcel Drop: Ribboned Box",
        "Parcel Drop: Forwarded Crate",
    ]
    assert [cell.knowledge for cell in arrival[0].children] == [
        Knowledge.STRONG,
        Knowledge.NOT_MET,
    ]
    shown = [
        (column.tactic.short_name, cell.technique.stix_id)
        for column in columns
        for top in column.cells
        for cell in (top, *top.children)
    ]
    assert sorted(shown) == sorted((s, t.stix_id) for t in catalogue for s in t.tactics)


def test_a_sub_technique_stands_alone_where_its_parent_is_not(
    session: Session, learner: Learner
) -> None:
    catalogue = factories.catalogue_of(
        [
            factories.technique("T1", tactics="arrival"),
            factories.technique("T1.001", tactics="arrival, covering-up"),
        ]
    )
    columns = progress.matrix(session, learner, catalogue, now=NOON, domain=DOMAIN)
    ids = [[cell.technique.attack_id for cell in column.cells] for column in columns]
    assert ids == [["T1"], ["T1.001"]]


def test_a_domain_that_is_not_there_has_an_empty_matrix(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    assert progress.matrix(session, learner, catalogue, now=NOON, domain="nowhere") == []


# Today


def test_the_first_visit_is_told_apart(
    session: Session, learner: Learner, catalogue: Catalogue, history: History
) -> None:
    found = today.today(session, learner, catalogue, now=NOON)
    assert found.first_visit
    assert (found.counts.new, found.unfinished, found.recent_misses) == (10, (), ())
    assert [day.day for day in found.days] == [date(2026, 3, day) for day in range(5, 12)]
    history.answer("T9001", None, None)
    found = today.today(session, learner, catalogue, now=NOON)
    assert not found.first_visit
    assert [quiz.next_position for quiz in found.unfinished] == [1]


def test_recent_misses_are_five_techniques_still_there_the_latest_first(
    session: Session, learner: Learner, catalogue: Catalogue, history: History
) -> None:
    first, second = history.card("T9001"), history.card("T9002")
    gone = history.card("T0000")
    hour = timedelta(hours=1)
    history.review(first, 1, 1, NOON - 8 * DAY)  # too long ago
    history.review(second, 1, 1, NOON - 6 * hour)
    history.review(second, 2, 4, NOON - 5 * hour)
    history.review(gone, 1, 1, NOON - 5 * hour)
    history.answer("T9003", 0.5, NOON - 4 * hour)
    history.answer("T9004", 1.0, NOON - 3 * hour)
    history.answer("T9002", 0.0, NOON - 2 * hour)
    found = today.today(session, learner, catalogue, now=NOON)
    assert [t.attack_id for t in found.recent_misses] == ["T9002", "T9003"]
    for place in (5, 6, 7, 8):
        history.answer(f"T900{place}", 0.0, NOON - hour)
    assert len(today.today(session, learner, catalogue, now=NOON).recent_misses) == 5


def test_other_learners_do_not_count(
    session: Session, learner: Learner, catalogue: Catalogue, history: History
) -> None:
    history.review(history.card("T9001"), 1, 1, NOON)
    history.answer("T9002", 0.0, NOON)
    found = today.today(session, factories.learner(session), catalogue, now=NOON)
    assert found.first_visit
    assert (found.totals.met, found.totals.reviews, found.totals.answers) == (0, 0, 0)
    assert (found.recent_misses, found.unfinished) == ((), ())
    assert sum(day.reviews + day.answers for day in found.days) == 0


# The number of queries


@pytest.mark.parametrize("done", [1, 24])
def test_the_number_of_queries_does_not_grow_with_what_was_done(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    history: History,
    count_queries: CountQueries,
    done: int,
) -> None:
    learner.new_per_day = 100
    for place, technique in enumerate(catalogue.techniques[:done]):
        card = history.card(technique.attack_id)
        history.review(card, 1, 1, NOON - place * DAY)
        history.answer(technique.attack_id, 0.0, NOON - place * DAY)
    for work, number in (
        (lambda: progress.days(session, learner, now=NOON), 2),
        (lambda: progress.totals(session, learner, catalogue, now=NOON), 7),
        (lambda: progress.levels(session, learner, catalogue, now=NOON), 1),
        (lambda: progress.matrix(session, learner, catalogue, now=NOON, domain=DOMAIN), 1),
        (
            lambda: progress.technique(
                session, learner, catalogue, catalogue.techniques[0], now=NOON
            ),
            2,
        ),
        (lambda: today.today(session, learner, catalogue, now=NOON), 25),
    ):
        with count_queries() as queries:
            work()
        assert len(queries) == number
