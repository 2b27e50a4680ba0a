"""A card that is answered is rated by its answer, once; a quiz answer where that is wanted."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db import answer_queries
from quiz.db.models import AttemptQuestion, Card, Learner, Review
from quiz.learning.grading import IncompleteAnswer, UnknownOption
from quiz.learning.setup import Answers, Setup
from quiz.questions.base import AnswerKind, Question
from quiz.questions.scope import Scope
from quiz.services import answering, log, starting, study, taking, undo
from quiz.services.answering import NotAnswered, NotThatRating
from quiz.services.deck import Flashcards
from tests import factories
from tests.answering import right_answer, wrong_answer
from tests.factories import NOON, stix_id
from tests.studying import log_of, rate

MINUTE = timedelta(minutes=1)
DESCRIPTION = f"{stix_id('T9001')}/description"


def asked(session: Session, learner: Learner, catalogue: Catalogue, key: str) -> Question:
    served = study.card(session, learner, catalogue, key, now=NOON)
    assert served is not None
    return served.question


def answer(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    key: str,
    given: list[str],
    sequence: int = 1,
) -> study.Rated:
    return answering.answer(
        session, learner, catalogue, key, given, sequence=sequence, duration_ms=900, now=NOON
    )


def test_right_is_good_and_wrong_is_again(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    question = asked(session, learner, catalogue, DESCRIPTION)
    rated = answer(session, learner, catalogue, DESCRIPTION, right_answer(question))
    assert (rated.recorded, rated.rating) == (True, 3)
    other = f"{stix_id('T9003')}/description"
    wrong = wrong_answer(asked(session, learner, catalogue, other))
    assert answer(session, learner, catalogue, other, wrong).rating == 1
    assert log.rebuild(session, learner) == []


def test_partly_right_is_again_and_not_hard(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    key, question = next(
        (key, question)
        for key in catalogue.once(Flashcards).cards
        if len(right_answer(question := asked(session, learner, catalogue, key))) > 1
        and question.answer_kind is AnswerKind.MANY
    )
    rated = answer(session, learner, catalogue, key, right_answer(question)[:1])
    assert rated.rating == 1
    found = answering.result(session, learner, catalogue, key, 1, now=NOON)
    assert found.grade is not None
    assert 0 < found.grade.score < 1
    assert found.could_be == ()


def test_not_to_know_is_again_and_needs_no_choice(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    assert answer(session, learner, catalogue, DESCRIPTION, []).rating == 1
    found = answering.result(session, learner, catalogue, DESCRIPTION, 1, now=NOON)
    assert (found.chosen, found.grade, found.could_be) == ((), None, ())


@pytest.mark.parametrize("given", [[], ["1"]])
def test_a_result_asks_what_was_asked_where_nothing_or_a_number_was_typed(
    session: Session, learner: Learner, catalogue: Catalogue, given: list[str]
) -> None:
    learner.answering = "type"
    for attack_id in ("T9001", "T9002", "T9003", "T9004"):
        key = f"{stix_id(attack_id)}/attack-id"
        question = asked(session, learner, catalogue, key)
        assert question.answer_kind is AnswerKind.TEXT
        answer(session, learner, catalogue, key, given)
        found = answering.result(session, learner, catalogue, key, 1, now=NOON)
        assert (found.question, found.known) == (question, bool(given))
        assert found.rated.rating == 1


def test_an_answer_sent_twice_counts_once_and_the_first_stands(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    question = asked(session, learner, catalogue, DESCRIPTION)
    first = answer(session, learner, catalogue, DESCRIPTION, wrong_answer(question))
    again = answer(session, learner, catalogue, DESCRIPTION, right_answer(question))
    assert (again.recorded, again.rating, again.id) == (False, 1, first.id)
    assert len(log_of(session, learner)) == 1
    found = answering.result(session, learner, catalogue, DESCRIPTION, 1, now=NOON)
    assert (found.question, list(found.chosen)) == (question, wrong_answer(question))


@pytest.mark.parametrize("given", [["7"], ["x", "y"]])
def test_an_option_that_is_none_is_refused(
    session: Session, learner: Learner, catalogue: Catalogue, given: list[str]
) -> None:
    with pytest.raises(UnknownOption):
        answer(session, learner, catalogue, DESCRIPTION, given)
    assert log_of(session, learner) == []


def test_what_is_typed_is_graded_and_shown_as_it_was(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    learner.answering = "type"
    question = asked(session, learner, catalogue, DESCRIPTION)
    assert question.answer_kind is AnswerKind.TEXT
    with pytest.raises(IncompleteAnswer):
        answer(session, learner, catalogue, DESCRIPTION, [" "])
    assert answer(session, learner, catalogue, DESCRIPTION, ["parcel drop"]).rating == 3
    learner.answering = "choose"  # what was typed stays typed
    found = answering.result(session, learner, catalogue, DESCRIPTION, 1, now=NOON)
    assert (found.question, found.chosen) == (question, ("parcel drop",))


def test_a_slip_of_the_pen_is_again_until_the_learner_says_otherwise(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    learner.answering = "type"
    assert answer(session, learner, catalogue, DESCRIPTION, ["Parsel Drop"]).rating == 1
    found = answering.result(session, learner, catalogue, DESCRIPTION, 1, now=NOON)
    assert found.could_be == (3,)
    sequence = answering.change(session, learner, catalogue, DESCRIPTION, 3, sequence=1, now=NOON)
    assert sequence == 2
    assert [(row.rating, row.undone_at is None) for row in log_of(session, learner)] == [
        (1, False),
        (3, True),
    ]
    assert log.rebuild(session, learner) == []


def test_what_was_right_may_have_been_hard_or_easy_and_what_was_wrong_never(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    question = asked(session, learner, catalogue, DESCRIPTION)
    answer(session, learner, catalogue, DESCRIPTION, right_answer(question))
    assert answering.result(session, learner, catalogue, DESCRIPTION, 1, now=NOON).could_be == (
        2,
        4,
    )
    assert answering.change(session, learner, catalogue, DESCRIPTION, 4, sequence=1, now=NOON) == 2
    row = session.scalars(select(Card)).one()
    assert (row.reviews, row.entries, row.state) == (1, 2, "review")
    assert answering.change(session, learner, catalogue, DESCRIPTION, 4, sequence=2, now=NOON) == 2
    with pytest.raises(NotThatRating):
        answering.change(session, learner, catalogue, DESCRIPTION, 1, sequence=2, now=NOON)
    wrong = f"{stix_id('T9003')}/description"
    given = wrong_answer(asked(session, learner, catalogue, wrong))
    answer(session, learner, catalogue, wrong, given)
    for rating in (2, 3, 4):
        with pytest.raises(NotThatRating):
            answering.change(session, learner, catalogue, wrong, rating, sequence=1, now=NOON)
    assert log.rebuild(session, learner) == []


def test_only_the_latest_answer_can_be_rated_otherwise(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    question = asked(session, learner, catalogue, DESCRIPTION)
    answer(session, learner, catalogue, DESCRIPTION, right_answer(question))
    rate(session, learner, DESCRIPTION, 3, at=NOON + 10 * MINUTE)
    with pytest.raises(NotThatRating):
        answering.change(session, learner, catalogue, DESCRIPTION, 4, sequence=1, now=NOON)
    with pytest.raises(NotAnswered):  # that one was turned
        answering.result(session, learner, catalogue, DESCRIPTION, 2, now=NOON)


def test_an_answer_can_be_undone_and_says_so(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    question = asked(session, learner, catalogue, DESCRIPTION)
    rated = answer(session, learner, catalogue, DESCRIPTION, right_answer(question))
    undo.undo(session, learner, rated.id, now=NOON)
    found = answering.result(session, learner, catalogue, DESCRIPTION, 1, now=NOON)
    assert found.rated.undone
    assert found.could_be == ()
    assert asked(session, learner, catalogue, DESCRIPTION) == question


def test_which_technique_it_was_taken_for_is_kept_and_counted(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    question = asked(session, learner, catalogue, DESCRIPTION)
    wrong = next(option for option in question.options if not option.correct)
    answer(session, learner, catalogue, DESCRIPTION, [wrong.id])
    found = answering.result(session, learner, catalogue, DESCRIPTION, 1, now=NOON)
    assert found.confused_with is not None
    assert (found.confused_with.stix_id, found.times) == (wrong.stix_id, 1)
    rows = session.execute(answer_queries.confusions(learner.id)).all()
    assert [tuple(row) for row in rows] == [(stix_id("T9001"), wrong.stix_id, 1, NOON, 1)]
    assert session.execute(answer_queries.confusions(factories.learner(session).id)).all() == []


def test_a_name_that_is_typed_tells_what_it_was_taken_for(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    learner.answering = "type"
    answer(session, learner, catalogue, DESCRIPTION, ["side-gate"])
    (review,) = log_of(session, learner)
    assert review.taken_for == stix_id("T9002")


# Quiz answers


def quiz_answer(
    session: Session, learner: Learner, catalogue: Catalogue, *, right: bool, token: str = "t"
) -> AttemptQuestion:
    attempt = starting.start(
        session,
        learner,
        catalogue,
        setup=Setup(
            scope=Scope.from_query("kinds=description&techniques=T9001"),
            length=1,
            answers=Answers.CHOOSE,
        ),
        seed=1,
        token=token,
        now=NOON,
    )
    found = select(AttemptQuestion).where(AttemptQuestion.attempt_id == attempt.id)
    question = Question.from_dict(session.scalars(found).one().question)
    taking.answer(
        session,
        learner,
        attempt.id,
        1,
        right_answer(question) if right else wrong_answer(question),
        duration_ms=700,
        now=NOON,
        catalogue=catalogue,
    )
    return session.scalars(found).one()


@pytest.mark.parametrize(("right", "rating"), [(True, 3), (False, 1)])
def test_a_quiz_answer_counts_as_a_review_where_that_is_wanted(
    session: Session, learner: Learner, catalogue: Catalogue, right: bool, rating: int
) -> None:
    learner.quiz_counts = True
    row = quiz_answer(session, learner, catalogue, right=right)
    (review,) = log_of(session, learner)
    assert (review.card_key, review.rating, review.source) == (DESCRIPTION, rating, "quiz")
    assert review.taken_for == row.taken_for
    assert (row.taken_for is None) == right
    assert log.rebuild(session, learner) == []
    # One mistake, not two.
    times = [row.times for row in session.execute(answer_queries.confusions(learner.id))]
    assert times == ([] if right else [1])


def test_a_quiz_answer_counts_once_a_day_and_not_where_it_is_not_wanted(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    quiz_answer(session, learner, catalogue, right=True, token="off")
    assert log_of(session, learner) == []
    learner.quiz_counts = True
    rate(session, learner, DESCRIPTION, 3)
    quiz_answer(session, learner, catalogue, right=False, token="on")
    assert session.scalars(select(func.count()).select_from(Review)).one() == 1


def test_a_suspended_card_is_not_counted(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    rate(session, learner, DESCRIPTION, 3, at=NOON - timedelta(days=2))
    session.scalars(select(Card)).one().suspended_at = NOON
    learner.quiz_counts = True
    quiz_answer(session, learner, catalogue, right=True)
    assert len(log_of(session, learner)) == 1
