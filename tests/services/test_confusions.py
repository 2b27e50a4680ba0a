"""What a learner takes for what: over cards and quizzes, each learner's own, taught ones alone."""

from datetime import timedelta

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import AttemptQuestion, Learner
from quiz.services import confusions, undo
from quiz.services.confusions import Confusion
from quiz.services.deck import Flashcards
from tests import factories
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
