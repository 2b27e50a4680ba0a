"""Orders, matches and typed answers in quizzes: what is refused, kept, told, and decided."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Attempt, AttemptQuestion, Learner
from quiz.learning.grading import IncompleteAnswer, UnknownOption
from quiz.learning.setup import Answers, Setup
from quiz.questions.base import AnswerKind, Question
from quiz.questions.scope import Scope
from quiz.services import progress, quizzes, results, starting, taking
from tests import factories
from tests.answering import graded, right_answer, typed, wrong_answer
from tests.factories import NOON

ACCEPTED = ("Window Rattling", "T9004")
SLIP = "Windw Ratling"

Start = Callable[..., Attempt]


@pytest.fixture
def start(session: Session, learner: Learner, catalogue: Catalogue) -> Start:
    """Start a quiz of two questions of a kind."""

    def start(*kinds: str, answers: Answers = Answers.MIXED) -> Attempt:
        return starting.start(
            session,
            learner,
            catalogue,
            setup=Setup(scope=Scope(kinds=kinds), length=2, answers=answers),
            seed=7,
            token="/".join(kinds),
            now=NOON,
        )

    return start


@pytest.fixture
def asked_to_type(session: Session, start: Start) -> Attempt:
    """A quiz whose first question is to be answered in writing."""
    attempt = start("attack-id")
    row = rows(session, attempt)[0]
    question = typed(Question.from_dict(row.question), *ACCEPTED, lookalikes=("Window Rattler",))
    row.question = question.to_dict()
    session.flush()
    return attempt


def rows(session: Session, attempt: Attempt) -> list[AttemptQuestion]:
    query = select(AttemptQuestion).where(AttemptQuestion.attempt_id == attempt.id)
    return list(session.scalars(query.order_by(AttemptQuestion.position)))


def stored(session: Session, attempt: Attempt) -> Question:
    return Question.from_dict(rows(session, attempt)[0].question)


def answer(
    session: Session, learner: Learner, attempt: Attempt, chosen: list[str]
) -> taking.Answered:
    return taking.answer(session, learner, attempt.id, 1, chosen, duration_ms=1, now=NOON)


@pytest.mark.parametrize("kind", ["tactic-order", "match"])
def test_an_order_and_a_match_are_kept_as_they_were_given(
    session: Session, learner: Learner, start: Start, kind: str
) -> None:
    attempt = start(kind)
    given = wrong_answer(stored(session, attempt))
    answered = answer(session, learner, attempt, given)
    session.commit()
    session.expire_all()
    row = rows(session, attempt)[0]
    assert (row.chosen, row.score) == (given, 0.0)
    assert answered.chosen == tuple(given)
    asked = quizzes.question(session, learner, attempt.id, 1, now=NOON)
    assert asked.question == stored(session, attempt)
    assert asked.chosen == tuple(given)


@pytest.mark.parametrize("kind", ["tactic-order", "match"])
def test_the_right_order_and_match_score_one(
    session: Session, learner: Learner, start: Start, kind: str
) -> None:
    attempt = start(kind)
    assert graded(answer(session, learner, attempt, right_answer(stored(session, attempt)))).correct


def test_one_target_for_everything_is_kept_whole(
    session: Session, learner: Learner, start: Start
) -> None:
    attempt = start("match")
    assert graded(answer(session, learner, attempt, ["1"] * 4)).score == 0.25
    assert rows(session, attempt)[0].chosen == ["1"] * 4


@pytest.mark.parametrize(
    ("kind", "given", "error"),
    [
        ("tactic-order", [], IncompleteAnswer),
        ("tactic-order", ["1", "2"], IncompleteAnswer),
        ("tactic-order", ["1", "1", "2", "3", "4"], IncompleteAnswer),
        ("tactic-order", ["9", "1"], UnknownOption),
        ("match", [], IncompleteAnswer),
        ("match", ["1", "2", "", "3"], IncompleteAnswer),
        ("match", ["1", "2", "3", "5"], UnknownOption),
    ],
)
def test_half_an_answer_and_unknown_ids_store_nothing(
    session: Session,
    learner: Learner,
    start: Start,
    kind: str,
    given: list[str],
    error: type[Exception],
) -> None:
    attempt = start(kind)
    with pytest.raises(error):
        answer(session, learner, attempt, given)
    assert not quizzes.question(session, learner, attempt.id, 1, now=NOON).answered


@pytest.mark.parametrize("kind", ["tactic-order", "match"])
def test_what_is_shown_before_the_answer_holds_no_solution(
    session: Session, learner: Learner, start: Start, kind: str
) -> None:
    attempt = start(kind)
    whole, shown = (
        stored(session, attempt),
        quizzes.question(session, learner, attempt.id, 1, now=NOON),
    )
    assert shown.question.solution == ()
    sealed = json.dumps(shown.question.to_dict())
    assert all(item.note not in sealed for item in (*whole.items, *whole.targets))
    assert "attack-pattern" not in sealed
    assert [i.text for i in shown.question.items] == [i.text for i in whole.items]
    assert [t.text for t in shown.question.targets] == [t.text for t in whole.targets]


def test_what_may_be_typed_is_not_shown_before_the_answer(
    session: Session, learner: Learner, asked_to_type: Attempt
) -> None:
    shown = quizzes.question(session, learner, asked_to_type.id, 1, now=NOON).question
    assert (shown.accepted, shown.lookalikes) == ((), ())
    assert "Rattl" not in json.dumps(shown.to_dict())


@pytest.mark.parametrize("text", ["window rattling", " T9004\n", "WINDOW-RATTLING"])
def test_a_typed_answer_is_right_however_it_is_written(
    session: Session, learner: Learner, asked_to_type: Attempt, text: str
) -> None:
    assert graded(answer(session, learner, asked_to_type, [text])).correct
    assert rows(session, asked_to_type)[0].chosen == [text.strip()]


def test_what_is_typed_is_kept_as_one_clean_line(
    session: Session, learner: Learner, asked_to_type: Attempt
) -> None:
    answer(session, learner, asked_to_type, ["a\x00b\n\u202ec" + "x" * 500])
    (kept,) = rows(session, asked_to_type)[0].chosen or []
    assert kept == "a b c" + "x" * 195


def test_nothing_typed_is_no_answer(
    session: Session, learner: Learner, asked_to_type: Attempt
) -> None:
    with pytest.raises(IncompleteAnswer, match="Type an answer"):
        answer(session, learner, asked_to_type, [" . "])
    assert not quizzes.question(session, learner, asked_to_type.id, 1, now=NOON).answered


# A slip of the pen


def test_a_slip_counts_nothing_until_the_learner_says_so(
    session: Session, learner: Learner, catalogue: Catalogue, asked_to_type: Attempt
) -> None:
    attempt_id = asked_to_type.id
    answered = answer(session, learner, asked_to_type, [SLIP])
    assert (graded(answered).score, graded(answered).near) == (0, True)
    decided = taking.decide(session, learner, attempt_id, 1, counts=True, now=NOON)
    assert (decided.correct, decided.near) == (True, True)
    session.commit()
    session.expire_all()
    asked = quizzes.question(session, learner, attempt_id, 1, now=NOON)
    assert asked.grade == decided
    assert asked.chosen == (SLIP,)
    assert asked.places[0].grade
    assert asked.places[0].grade.correct
    result = results.result(session, learner, attempt_id, catalogue, now=NOON)
    assert (result.score, result.missed, result.to_study) == (1, 0, ())
    assert progress.totals(session, learner, catalogue, now=NOON).share_right == 1


def test_the_decision_can_be_taken_back_and_told_twice(
    session: Session, learner: Learner, asked_to_type: Attempt
) -> None:
    attempt_id = asked_to_type.id
    answer(session, learner, asked_to_type, [SLIP])
    for counts in (True, True, False, False):
        assert (
            taking.decide(session, learner, attempt_id, 1, counts=counts, now=NOON).correct
            is counts
        )
        assert rows(session, asked_to_type)[0].chosen == [SLIP]
    assert rows(session, asked_to_type)[0].score == 0


def test_a_slip_can_be_counted_after_the_quiz_is_over(
    session: Session, learner: Learner, asked_to_type: Attempt
) -> None:
    answer(session, learner, asked_to_type, [SLIP])
    taking.finish(session, learner, asked_to_type.id, now=NOON)
    assert taking.decide(session, learner, asked_to_type.id, 1, counts=True, now=NOON).correct


@pytest.mark.parametrize("text", ["something else", "Window Rattler", "T9003", "T9004"])
def test_only_a_slip_is_the_learners_to_judge(
    session: Session, learner: Learner, asked_to_type: Attempt, text: str
) -> None:
    before = answer(session, learner, asked_to_type, [text]).grade
    for counts in (True, False):
        with pytest.raises(taking.NoNearMiss):
            taking.decide(session, learner, asked_to_type.id, 1, counts=counts, now=NOON)
    assert quizzes.question(session, learner, asked_to_type.id, 1, now=NOON).grade == before


def test_there_is_nothing_to_decide_before_an_answer_or_about_a_choice(
    session: Session, learner: Learner, asked_to_type: Attempt, start: Start
) -> None:
    with pytest.raises(taking.NoNearMiss):
        taking.decide(session, learner, asked_to_type.id, 1, counts=True, now=NOON)
    chosen = start("tactic")
    answer(session, learner, chosen, wrong_answer(stored(session, chosen)))
    with pytest.raises(taking.NoNearMiss):
        taking.decide(session, learner, chosen.id, 1, counts=True, now=NOON)


def test_someone_elses_slip_is_not_there(
    session: Session, learner: Learner, asked_to_type: Attempt
) -> None:
    answer(session, learner, asked_to_type, [SLIP])
    with pytest.raises(quizzes.NotFound):
        taking.decide(
            session, factories.learner(session), asked_to_type.id, 1, counts=True, now=NOON
        )
    assert rows(session, asked_to_type)[0].score == 0


# How a quiz is answered, and what is studied of it


@pytest.mark.parametrize("answers", list(Answers))
def test_a_quiz_remembers_how_it_is_answered(start: Start, answers: Answers) -> None:
    attempt = start("tactic", answers=answers)
    assert quizzes.setup_of(attempt).answers is answers
    assert Scope.from_query(attempt.scope) == Scope(kinds=("tactic",))


def test_a_quiz_to_choose_asks_nothing_to_type(session: Session, start: Start) -> None:
    attempt = start("attack-id", "description", answers=Answers.CHOOSE)
    kinds = {Question.from_dict(row.question).answer_kind for row in rows(session, attempt)}
    assert kinds == {AnswerKind.ONE}


def test_only_what_makes_a_flashcard_is_studied_afterwards(
    session: Session, learner: Learner, catalogue: Catalogue, start: Start
) -> None:
    attempt = start("match", "tactic")
    for row in rows(session, attempt):
        given = wrong_answer(Question.from_dict(row.question))
        taking.answer(session, learner, attempt.id, row.position, given, duration_ms=1, now=NOON)
    result = results.result(session, learner, attempt.id, catalogue, now=NOON)
    assert result.missed == 2
    (key,) = result.to_study
    assert key.endswith("/tactic")
