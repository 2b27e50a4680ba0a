"""What a learner takes for what: over cards and quizzes, each learner's own, taught ones alone."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import AttemptQuestion, Learner
from quiz.learning.setup import Answers, Mode, Setup
from quiz.questions.base import Question
from quiz.questions.scope import Scope
from quiz.services import confusions, starting, taking, undo
from quiz.services.confusions import Confusion
from quiz.services.deck import Flashcards
from tests import factories
from tests.answering import wrong_answer
from tests.confusing import confuse
from tests.factories import NOON, stix_id
from tests.services.test_answering import DESCRIPTION, answer, asked, quiz_answer

DAY = timedelta(days=1)


def mistake(session: Session, learner: Learner, catalogue: Catalogue, sequence: int) -> str:
    """Take one technique for the first other that is offered, and say which it was."""
    question = asked(session, learner, catalogue, DESCRIPTION)
    wrong = next(option for option in question.options if not option.correct)
    answer(session, learner, catalogue, DESCRIPTION, [wrong.id], sequence=sequence)
    return str(wrong.stix_id)


def test_mistakes_on_cards_and_in_quizzes_are_counted_together(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    assert confusions.pairs(session, learner, catalogue) == []
    other = mistake(session, learner, catalogue, 1)
    row = quiz_answer(session, learner, catalogue, right=False)
    row.taken_for, row.answered_at = other, NOON + DAY
    session.flush()
    assert confusions.pairs(session, learner, catalogue) == [
        Confusion(
            technique=catalogue.by_stix_id[stix_id("T9001")],
            taken_for=catalogue.by_stix_id[other],
            times=2,
            last=NOON + DAY,
            on_cards=1,
        )
    ]
    assert confusions.pairs(session, factories.learner(session), catalogue) == []


def test_what_is_undone_or_not_taught_any_more_is_left_out(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    other = mistake(session, learner, catalogue, 1)
    gone = factories.without(str(catalogue.by_stix_id[other].attack_id))
    assert gone.once(Flashcards).cards
    assert confusions.pairs(session, learner, gone) == []
    (latest,) = undo.recent(session, learner)
    undo.undo(session, learner, latest.id, now=NOON)
    assert confusions.pairs(session, learner, catalogue) == []
    assert session.query(AttemptQuestion).count() == 0


def test_both_ways_of_a_pair_are_one_the_more_frequent_way_first(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    confuse(session, learner, catalogue, "T9001", "T9002", times=2)
    confuse(session, learner, catalogue, "T9002", "T9001", times=3, at=NOON + DAY)
    confuse(session, learner, catalogue, "T9003", "T9004", times=4)
    first, second = confusions.mixed_up(session, learner, catalogue)
    assert (first.times, first.last, second.times) == (5, NOON + DAY, 4)
    assert [str(way.technique.attack_id) for way in first.ways] == ["T9002", "T9001"]
    assert (str(first.pair.one.attack_id), first.ways[0].in_quizzes) == ("T9002", 3)


def test_a_confusion_weighs_half_as_much_for_each_month_that_it_is_older(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    confuse(session, learner, catalogue, "T9001", "T9002", times=3, at=NOON - 60 * DAY)
    confuse(session, learner, catalogue, "T9003", "T9004", times=1)
    confuse(session, learner, catalogue, "T9008", "T9009", times=3, at=NOON - 30 * DAY)
    found = confusions.mixed_up(session, learner, catalogue)
    assert [str(mixed.pair.one.attack_id) for mixed in found] == ["T9008", "T9003", "T9001"]


def test_a_scope_leaves_out_pairs_of_which_it_has_neither(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    confuse(session, learner, catalogue, "T9001", "T9002")
    confuse(session, learner, catalogue, "T9003", "T9004")
    for attack_id in ("T9001", "T9002"):
        scope = Scope(techniques=(attack_id,))
        (mixed,) = confusions.mixed_up(session, learner, catalogue, scope)
        assert str(mixed.pair.one.attack_id) == "T9001"


def test_an_exam_tells_of_no_confusion_before_it_is_handed_in(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    scope = Scope(kinds=("description",), techniques=("T9001",))
    setup = Setup(scope=scope, mode=Mode.EXAM, length=1, answers=Answers.CHOOSE)
    attempt = starting.start(
        session, learner, catalogue, setup=setup, seed=1, token="exam", now=NOON
    )
    row = session.scalars(select(AttemptQuestion)).one()
    wrong = wrong_answer(Question.from_dict(row.question))
    taking.answer(
        session, learner, attempt.id, 1, wrong, duration_ms=1, now=NOON, catalogue=catalogue
    )
    assert confusions.mixed_up(session, learner, catalogue) == []
    taking.finish(session, learner, attempt.id, now=NOON, catalogue=catalogue)
    (mixed,) = confusions.mixed_up(session, learner, catalogue)
    assert (str(mixed.pair.one.attack_id), mixed.times) == ("T9001", 1)
