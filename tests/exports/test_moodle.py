"""Moodle XML: as documented, read back by a reader that is not ours, and harmless."""

import re
from collections.abc import Iterable
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moodle_xml_parser.parser import parse_string

from quiz.questions.base import AnswerKind, Question
from tests.catalogues import starter
from tests.exported import everything, filled, nasty, of, of_each_way, said, words, written
from tests.moodle_structure import GRADES, WrongStructure, agrees, check, tags_of, text_of

CHOSEN = {AnswerKind.ONE, AnswerKind.MANY}
SHOWN = ("questiontext", "generalfeedback", "answer", "feedback", "subquestion")
"""What a browser gets as HTML."""
OURS = {"p", "blockquote", "code", "i", "a"}


def exported(questions: Iterable[Question], title: str = "Week 3") -> list[Element]:
    return check(written("moodle", questions, title=title))


def test_every_question_of_the_starter_is_as_moodle_documents_it() -> None:
    for question, found in zip(everything(), exported(everything()), strict=True):
        agrees(question, found)


def test_whatever_a_file_holds_is_shown_as_it_is_and_never_live() -> None:
    questions = nasty()
    for question, found in zip(questions, exported(questions), strict=True):
        agrees(question, found)
        shown = [element for name in SHOWN for element in found.iter(name)]
        if question.answer_kind is AnswerKind.TEXT:  # what is typed is no HTML
            shown = [element for element in shown if element.tag != "answer"]
        assert len(shown) >= 4
        for html in map(text_of, shown):
            assert elements(html) <= OURS
            assert "\\(" not in html
            assert "\\[" not in html
            assert "$$" not in html


def elements(html: str) -> set[str]:
    """The elements that a browser would make of HTML."""
    found = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            found.add(tag)

        def handle_comment(self, data: str) -> None:
            found.add("comment")

    Reader().feed(html)
    return found


@given(st.text(max_size=60), st.sampled_from(AnswerKind))
def test_any_text_at_all_makes_a_file_that_can_be_read(text: str, answer_kind: AnswerKind) -> None:
    question = filled(of(answer_kind), f"x{text}")
    (found,) = exported([question], title=text)
    agrees(question, found)


def test_a_reader_that_is_not_ours_finds_the_same_choices_and_grades() -> None:
    chosen = [question for question in everything() if question.answer_kind in CHOSEN]
    read = parse_string(written("moodle", chosen))["multichoice"]
    for question, found in zip(chosen, read, strict=True):
        assert words(found.text_pre_parse).startswith(said(question.stem))
        assert found.single == (question.answer_kind is AnswerKind.ONE)
        assert [(words(o.answer), o.score_fraction > 0) for o in found.options] == [
            (said(option.text), option.correct) for option in question.options
        ]
        assert [words(o.feedback or "") for o in found.options] == [
            said(option.note) for option in question.options
        ]
        assert said(question.explanation) in words(found.general_feedback)


def test_choosing_is_scored_as_we_score_it() -> None:
    for question in everything():
        if question.answer_kind is not AnswerKind.MANY:
            continue
        (found,) = exported([question])
        grades = [float(answer.get("fraction", "")) for answer in found.findall("answer")]
        right = len(question.correct_ids)
        for option, grade in zip(question.options, grades, strict=True):
            assert grade == pytest.approx((1 if option.correct else -1) * 100 / right, abs=1e-5)


@pytest.mark.parametrize("right", range(1, 11))
def test_moodle_has_the_share_of_up_to_ten_right_choices(right: int) -> None:
    question = of(AnswerKind.MANY)
    option = question.options[0]
    options = [
        replace(option, id=str(place + 1), text=f"Choice {place}", correct=place < right)
        for place in range(right + 1)
    ]
    (found,) = exported([replace(question, options=tuple(options))])
    assert {abs(float(a.get("fraction", ""))) for a in found.findall("answer")} <= GRADES


def test_feedback_says_why_by_what_words_and_whose_they_are() -> None:
    for question, found in zip(of_each_way(), exported(of_each_way()), strict=True):
        taught = words(re.sub("</?a[^>]*>", "", text_of(found.findall("generalfeedback")[0])))
        assert said(question.explanation) in taught
        for evidence in question.evidence:
            assert said(evidence.quote) in taught
        assert question.subject in taught
        assert taught.endswith("Starter collection 18.1 · © 2026 the Tradecraft authors.")


def test_the_name_is_for_the_teacher_and_the_identity_is_stable() -> None:
    question = of(AnswerKind.ONE)
    (found,) = exported([question])
    (other,) = exported([replace(question, seed=7)])
    assert question.subject in text_of(found.findall("name")[0])
    assert found.findtext("idnumber") == f"{question.key}/0"
    assert other.findtext("idnumber") == f"{question.key}/7"
    long = replace(question, key=f"{'x' * 120}/tactic")
    identity = exported([long])[0].findtext("idnumber")
    assert identity == exported([long])[0].findtext("idnumber") != f"{long.key}/0"


def test_tags_are_those_that_people_filter_by() -> None:
    question = of(AnswerKind.MATCH)
    technique = starter().by_stix_id[question.stix_id]
    (found,) = exported([question])
    assert set(tags_of(found)) >= {
        "kind:match",
        f"technique:{question.attack_id}",
        "domain:enterprise-attack",
        "collection:starter",
        "release:18.1",
        *(f"tactic:{tactic}" for tactic in technique.tactics),
    }


def test_a_question_of_a_technique_that_is_gone_is_exported_all_the_same() -> None:
    question = replace(of(AnswerKind.ONE), stix_id="attack-pattern--gone", collection="gone")
    (found,) = exported([question])
    agrees(question, found)
    assert "collection:gone" in tags_of(found)


def test_the_license_describes_the_category() -> None:
    text = written("moodle", [])
    assert check(text) == []
    collection = starter().collections[0]
    for said_there in (collection.copyright, " ".join(collection.licence.split()).split("&")[0]):
        assert said_there in text


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('type="multichoice"', 'type="choice"'),
        ('fraction="100"', 'fraction="99"'),
        ("<single>true</single>", ""),
        ("<single>true</single>", "<single>true</single><extra />"),
        ("<idnumber>", "<idnumber>" + "x" * 100),
        ('<question type="category">', '<question type="multichoice">'),
        ("$course$/", ""),
    ],
)
def test_the_check_finds_what_is_wrong(right: str, wrong: str) -> None:
    text = written("moodle", [of(AnswerKind.ONE)])
    assert right in text
    with pytest.raises(WrongStructure):
        check(text.replace(right, wrong, 1))
