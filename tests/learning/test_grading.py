"""Scores by the rules of QUESTIONS."""

import pytest

from quiz.learning.grading import UnknownOption, grade
from quiz.questions.base import AnswerKind, Option, Question


def question(correct: str, count: int, answer_kind: AnswerKind = AnswerKind.MANY) -> Question:
    return Question(
        key="attack-pattern--1/tactic",
        kind="tactic",
        attack_id="T9001",
        stix_id="attack-pattern--1",
        subject="Parcel Drop",
        collection="invented",
        domain="enterprise-attack",
        seed=0,
        answer_kind=answer_kind,
        stem="Which?",
        options=tuple(
            Option(id=str(place), text=f"Option {place}", correct=str(place) in correct)
            for place in range(1, count + 1)
        ),
        explanation="Because.",
        evidence=(),
    )


def test_choosing_the_one_right_option_scores_one_and_any_other_nothing() -> None:
    one = question("2", 4, AnswerKind.ONE)
    assert grade(one, ["2"]).correct
    assert [grade(one, [wrong]).score for wrong in "134"] == [0, 0, 0]


@pytest.mark.parametrize(
    ("chosen", "score"),
    [("12", 1), ("1", 0.5), ("13", 0), ("123", 0.5), ("1234", 0), ("34", 0), ("", 0)],
)
def test_a_wrong_choice_costs_what_a_right_one_earns(chosen: str, score: float) -> None:
    result = grade(question("12", 4), list(chosen))
    assert result.score == score
    assert result.correct is (score == 1)


def test_choosing_an_option_twice_counts_once() -> None:
    assert grade(question("12", 4), ["1", "1"]).score == 0.5


def test_an_option_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownOption, match="no option 5"):
        grade(question("1", 4), ["1", "5"])
