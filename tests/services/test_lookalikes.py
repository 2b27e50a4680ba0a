"""Which technique another is confused with, and what tells them apart."""

import pytest
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Attempt, AttemptQuestion, Learner
from quiz.services import log, undo
from quiz.services.lookalikes import LookAlike, Why, look_alike, traits
from tests import factories
from tests.factories import NOON, stix_id
from tests.studying import card_row, rate

DROP, BOX, CRATE = "T9001", "T9001.001", "T9001.002"


def found(
    session: Session, learner: Learner, catalogue: Catalogue, attack_id: str
) -> LookAlike | None:
    technique = catalogue.find(attack_id)
    assert technique
    return look_alike(session, learner, catalogue, technique)


def take_card(session: Session, learner: Learner, attack_id: str, other: str) -> int:
    """Answer a card by choosing another technique, which is taken for the right one."""
    key = f"{stix_id(attack_id)}/description"
    rate(session, learner, key, 3)
    answer = log.Answer(chosen=("2",), taken_for=stix_id(other))
    row = card_row(session, learner, key)
    return log.append(session, learner, row, 1, duration_ms=0, now=NOON, answer=answer).id


@pytest.fixture
def take_in_quiz(session: Session, learner: Learner) -> "Take":
    return Take(session, learner)


class Take:
    """Answers quiz questions about one technique by another."""

    def __init__(self, session: Session, learner: Learner) -> None:
        self.session, self.learner = session, learner
        self.attempt = Attempt(
            learner_id=learner.id, token="t", scope="", seed=1, collections="", started_at=NOON
        )
        session.add(self.attempt)
        session.flush()
        self.position = 0

    def __call__(self, attack_id: str, other: str) -> None:
        self.position += 1
        self.session.add(
            AttemptQuestion(
                learner_id=self.learner.id,
                attempt_id=self.attempt.id,
                position=self.position,
                card_key=f"{stix_id(attack_id)}/description",
                stix_id=stix_id(attack_id),
                kind="description",
                question={},
                answered_at=NOON,
                taken_for=stix_id(other),
            )
        )
        self.session.flush()


def test_the_technique_taken_most_often_over_cards_and_quizzes_is_shown(
    session: Session, learner: Learner, catalogue: Catalogue, take_in_quiz: Take
) -> None:
    take_card(session, learner, DROP, "T9004")
    take_card(session, learner, DROP, "T9005")
    take_in_quiz(DROP, "T9005")
    take_in_quiz("T9002", "T9004")
    take_in_quiz(DROP, DROP)
    alike = found(session, learner, catalogue, DROP)
    assert alike
    assert (str(alike.other.attack_id), alike.why, alike.times) == ("T9005", Why.CONFUSED, 2)


def test_what_was_undone_or_is_someone_elses_or_gone_does_not_count(
    session: Session, learner: Learner, catalogue: Catalogue, take_in_quiz: Take
) -> None:
    undo.undo(session, learner, take_card(session, learner, BOX, "T9004"), now=NOON)
    take_card(session, factories.learner(session, name="Eve"), BOX, "T9004")
    take_in_quiz(BOX, "T9999")
    alike = found(session, learner, catalogue, BOX)
    assert alike
    assert (str(alike.other.attack_id), alike.why, alike.times) == (CRATE, Why.SIBLING, 0)


def test_an_answer_that_counts_in_a_quiz_and_as_a_review_is_one_confusion(
    session: Session, learner: Learner, catalogue: Catalogue, take_in_quiz: Take
) -> None:
    key = f"{stix_id(DROP)}/description"
    rate(session, learner, key, 3)
    log.append(
        session, learner, card_row(session, learner, key), 1,
        duration_ms=0, now=NOON, source="quiz",
        answer=log.Answer(chosen=("2",), taken_for=stix_id("T9004")),
    )  # fmt: skip
    take_in_quiz(DROP, "T9004")
    alike = found(session, learner, catalogue, DROP)
    assert alike
    assert alike.times == 1


def test_where_no_confusion_is_known_the_files_say_what_is_near(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    whys = {}
    for technique in catalogue:
        alike = look_alike(session, learner, catalogue, technique)
        if alike is None:
            assert not catalogue.family(technique)
            assert not catalogue.links_from(technique)
            assert not catalogue.links_to(technique)
            continue
        whys[alike.why] = alike
        assert alike.other is not technique
    assert set(whys) == {Why.SIBLING, Why.LINKED}
    sibling = whys[Why.SIBLING]
    assert sibling.other in catalogue.siblings(sibling.technique)


def test_traits_hold_what_either_has_and_tell_what_is_the_same(catalogue: Catalogue) -> None:
    one, other = catalogue.find(BOX), catalogue.find(CRATE)
    assert one
    assert other
    by_name = {trait.name: trait for trait in traits(one, other, catalogue)}
    assert list(by_name) == ["In short", "Tactics", "Platforms", "Data sources", "Detection is"]
    assert by_name["Tactics"].same
    assert (by_name["Platforms"].own, by_name["Platforms"].others) == (
        ("Windows",),
        ("Linux", "macOS"),
    )
    assert by_name["In short"].own[0].startswith("A decorated package")
