"""Scores by the rules of QUESTIONS."""

from typing import Any
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.learning.grading import LONGEST_TEXT, IncompleteAnswer, UnknownOption, grade, written
from quiz.questions.base import AnswerKind, Item, Option, Question

PARTS: dict[str, Any] = {
    "key": "attack-pattern--1/tactic",
    "kind": "tactic",
    "attack_id": "T9001",
    "stix_id": "attack-pattern--1",
    "subject": "Parcel Drop",
    "collection": "invented",
    "domain": "enterprise-attack",
    "seed": 0,
    "stem": "Which?",
    "options": (),
    "explanation": "Because.",
    "evidence": (),
}


def items(count: int) -> tuple[Item, ...]:
    return tuple(Item(id=str(place), text=f"Item {place}") for place in range(1, count + 1))


def choice(correct: str, count: int, answer_kind: AnswerKind = AnswerKind.MANY) -> Question:
    options = tuple(
        Option(id=str(place), text=f"Option {place}", correct=str(place) in correct)
        for place in range(1, count + 1)
    )
    return Question(**PARTS | {"answer_kind": answer_kind, "options": options})


def order(solution: str) -> Question:
    return Question(
        **PARTS, answer_kind=AnswerKind.ORDER, items=items(len(solution)), solution=tuple(solution)
    )


def match(solution: str) -> Question:
    return Question(
        **PARTS,
        answer_kind=AnswerKind.MATCH,
        items=items(len(solution)),
        targets=items(len(solution)),
        solution=tuple(solution),
    )


def text(*accepted: str, lookalikes: tuple[str, ...] = ()) -> Question:
    return Question(**PARTS, answer_kind=AnswerKind.TEXT, accepted=accepted, lookalikes=lookalikes)


# Choosing


def test_choosing_the_one_right_option_scores_one_and_any_other_nothing() -> None:
    one = choice("2", 4, AnswerKind.ONE)
    assert grade(one, ["2"]).correct
    assert [grade(one, [wrong]).score for wrong in "134"] == [0, 0, 0]


@pytest.mark.parametrize(
    ("chosen", "score"), [("12", 1), ("1", 0.5), ("13", 0), ("123", 0.5), ("1234", 0), ("34", 0)]
)
def test_a_wrong_choice_costs_what_a_right_one_earns(chosen: str, score: float) -> None:
    result = grade(choice("12", 4), list(chosen))
    assert result.score == score
    assert result.correct is (score == 1)


def test_choosing_an_option_twice_counts_once() -> None:
    assert grade(choice("12", 4), ["1", "1"]).score == 0.5


def test_an_option_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownOption, match="no option 5"):
        grade(choice("1", 4), ["1", "5"])


# Ordering


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        ("12345", 1),
        ("21345", 0.75),  # one pair the wrong way round
        ("51234", 0.75),  # one item far too early: its neighbours are still in order
        ("54321", 0),
        ("13524", 0.75),
        ("31542", 0.25),
    ],
)
def test_an_order_scores_the_share_of_neighbours_in_order(answer: str, score: float) -> None:
    assert grade(order("12345"), list(answer)).score == score


@given(st.permutations("123456"), st.permutations("123456"))
def test_only_the_right_order_is_wholly_right(solution: list[str], answer: list[str]) -> None:
    question = order("".join(solution))
    result = grade(question, answer)
    assert 0 <= result.score <= 1
    assert result.correct is (answer == solution)
    mirrored = grade(question, answer[::-1]).score
    assert result.score + mirrored == pytest.approx(1)


@pytest.mark.parametrize("answer", ["", "123", "1223", "1233", "12344"])
def test_an_order_with_an_item_missing_or_twice_is_not_graded(answer: str) -> None:
    with pytest.raises(IncompleteAnswer, match="each place once"):
        grade(order("1234"), list(answer))


def test_an_item_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownOption, match="no option 9"):
        grade(order("1234"), list("1239"))


# Matching


@pytest.mark.parametrize(("answer", "score"), [("2413", 1), ("2431", 0.5), ("2222", 0.25)])
def test_matching_scores_the_share_that_is_right(answer: str, score: float) -> None:
    assert grade(match("2413"), list(answer)).score == score


@given(st.permutations("1234"), st.lists(st.sampled_from("1234"), min_size=4, max_size=4))
def test_a_match_is_wholly_right_where_each_is(solution: list[str], answer: list[str]) -> None:
    result = grade(match("".join(solution)), answer)
    assert result.correct is (answer == solution)
    assert result.score == sum(a == s for a, s in zip(answer, solution, strict=True)) / 4


@pytest.mark.parametrize("answer", [[], ["1", "2", "3"], ["1", "", "3", "4"], list("12341")])
def test_a_match_that_leaves_something_out_is_not_graded(answer: list[str]) -> None:
    with pytest.raises(IncompleteAnswer, match="for each of them"):
        grade(match("1234"), answer)


def test_a_target_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownOption, match="no option 7"):
        grade(match("1234"), list("1237"))


# Typing

POWERSHELL = ("Command and Scripting Interpreter: PowerShell", "T1059.001")


@pytest.mark.parametrize(
    "typed",
    [
        "Command and Scripting Interpreter: PowerShell",
        "command and scripting interpreter - powershell",
        "T1059.001",
        "t1059/001",
        "\tT1059.001\n",
    ],
)
def test_any_accepted_text_is_right_however_it_is_written(typed: str) -> None:
    assert grade(text(*POWERSHELL), [typed]).correct


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("Comand and Scripting Interpreter: Powershel", True),
        ("Command and Scripting Interpreter", False),
        ("PowerShell", False),
        ("T1059.002", False),
        ("T1059", False),
    ],
)
def test_a_slip_scores_nothing_but_is_told_from_a_miss(typed: str, near: bool) -> None:
    result = grade(text(*POWERSHELL), [typed])
    assert (result.score, result.near) == (0, near)


def test_what_names_another_technique_is_no_slip() -> None:
    question = text("Domain Accounts", lookalikes=("Domain Account",))
    assert not grade(question, ["domain account"]).near
    assert grade(question, ["domain acounts"]).near


@pytest.mark.parametrize("typed", ["", "   ", "...", "\x00\x1b", "\u200b"])
def test_nothing_typed_is_not_graded(typed: str) -> None:
    with pytest.raises(IncompleteAnswer, match="Type an answer"):
        grade(text(*POWERSHELL), [typed])


@given(st.text())
def test_what_is_kept_of_a_text_is_one_short_line_that_can_be_stored(typed: str) -> None:
    kept = written(typed)
    assert len(kept) <= LONGEST_TEXT
    assert written(kept) == kept
    assert kept == " ".join(kept.split())
    assert not any(category(c)[0] == "C" for c in kept)


@given(st.text(min_size=1), st.text())
def test_any_text_gets_a_grade_or_a_sentence(accepted: str, typed: str) -> None:
    try:
        result = grade(text(accepted), [typed])
    except IncompleteAnswer:
        return
    assert result.score in {0, 1}
    assert not (result.near and result.correct)


@given(st.text(min_size=1))
def test_an_accepted_text_is_right_as_it_is(accepted: str) -> None:
    try:
        assert grade(text(accepted[:LONGEST_TEXT]), [accepted[:LONGEST_TEXT]]).correct
    except IncompleteAnswer:
        assert not any(c.isalnum() for c in accepted)


@pytest.mark.parametrize("question", [choice("1", 4), choice("1", 4, AnswerKind.ONE)])
def test_choosing_nothing_is_not_graded(question: Question) -> None:
    with pytest.raises(IncompleteAnswer, match="Choose an answer"):
        grade(question, [])
