"""A table that a spreadsheet may open: read back, and tried with every way to part a line."""

import csv
import re
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.exports.csv_table import COLUMNS
from quiz.questions.base import AnswerKind, Question
from tests.catalogues import starter
from tests.exported import everything, filled, formulas, nasty, of, of_each_way, written


def rows(questions: list[Question] | tuple[Question, ...]) -> list[dict[str, str]]:
    text = written("csv", questions)
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")))


def test_each_question_is_a_row_that_says_the_same() -> None:
    found = rows(everything())
    for question, row in zip(everything(), found, strict=True):
        assert tuple(row) == COLUMNS
        assert (row["key"], row["seed"]) == (question.key, str(question.seed))
        assert (row["kind"], row["answer_kind"]) == (question.kind, str(question.answer_kind))
        assert row["stem"] == question.stem
        assert bare(row["explanation"]) == bare(question.explanation)
        assert [bare(text) for text in row["answer"].split("\n")] == [
            bare(text) for text in question.answer
        ]
        for evidence in question.evidence:
            assert bare(evidence.quote) in bare(row["evidence"])
        technique = starter().by_stix_id[question.stix_id]
        assert row["tactics"] == ", ".join(technique.tactics)
        assert row["release"] == "18.1"
        assert row["source"] == "Starter collection 18.1 · © 2026 the Tradecraft authors."


def bare(text: str) -> str:
    """A text without the apostrophes that neutralize, and what surrounds them."""
    return re.sub(r"[\s']+", " ", text).strip()


def test_the_key_is_given_in_the_letters_of_the_options() -> None:
    for question in of_each_way():
        (row,) = rows([question])
        listed = dict(line.split(". ", 1) for line in row["options"].split("\n") if line)
        letters = row["right"].split(", ")
        if question.answer_kind is AnswerKind.TEXT:
            assert (listed, letters) == ({}, [""])
        elif question.answer_kind is AnswerKind.MATCH:
            targets = dict(line.split(". ", 1) for line in row["targets"].split("\n"))
            pairs = [
                f"{item}: {targets[x]}" for item, x in zip(listed.values(), letters, strict=True)
            ]
            assert pairs == list(question.answer)
        else:
            assert [listed[x] for x in letters] == list(question.answer)


def test_no_cell_is_ever_a_formula() -> None:
    text = written("csv", nasty())
    assert formulas(text) == []
    assert "'=1+1" in text


def test_what_runs_would_be_found() -> None:
    assert formulas('"a","\t=1+1"\r\n') == ["\t=1+1", '=1+1"']
    assert formulas('"a","x;=1+1;y"\r\n') == ["=1+1"]
    assert formulas('"1","-5"\r\n') == []


@given(st.text(alphabet=st.one_of(st.sampled_from("=+-@|%＝;,\t\r\n \"'a1"), st.characters())))
def test_no_text_at_all_becomes_a_formula(text: str) -> None:
    assert formulas(written("csv", [filled(of(AnswerKind.ONE), text)])) == []


@pytest.mark.parametrize(
    "text", ["<b>x</b>", 'quoted "x"', "a, b", "é “x”", "T1059.001", "one\ntwo"]
)
def test_harmless_text_stays_as_it_is(text: str) -> None:
    (row,) = rows([filled(of(AnswerKind.ONE), text)])
    assert row["stem"] == text


def test_excel_is_told_that_it_is_utf_8() -> None:
    assert written("csv", []).encode().startswith(b'\xef\xbb\xbf"key"')
