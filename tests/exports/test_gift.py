"""GIFT, read back by a parser that is not ours."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.questions.base import AnswerKind
from tests.catalogues import starter
from tests.exported import everything, filled, nasty, of, of_each_way, written
from tests.gift_reader import agrees, comments, plain, read


def test_every_question_of_the_starter_is_read_back_as_it_is() -> None:
    found = read(written("gift", everything()))
    for question, back in zip(everything(), found, strict=True):
        agrees(question, back)


def test_whatever_a_file_holds_is_read_back_as_it_is() -> None:
    questions = nasty()
    text = written("gift", questions)
    for question, back in zip(questions, read(text), strict=True):
        agrees(question, back)
    # Neither a comment nor a text to type is ever HTML.
    html = "".join(line for line in text.splitlines() if not line.startswith(("//", "\t=%100%")))
    assert "<script" not in html
    assert "<img" not in html


@given(st.text(max_size=60), st.sampled_from([AnswerKind.ONE, AnswerKind.MANY, AnswerKind.MATCH]))
def test_any_text_at_all_is_read_back_as_it_is(text: str, answer_kind: AnswerKind) -> None:
    question = filled(of(answer_kind), f"x{text}")
    (back,) = read(written("gift", [question]))
    agrees(question, back)


def test_right_choices_share_the_grade_and_wrong_ones_cost_as_much() -> None:
    several = [q for q in everything() if q.answer_kind is AnswerKind.MANY]
    assert {len(question.correct_ids) for question in several} >= {2, 3}
    for question in several:
        weights = re.findall(r"^\t~%(-?[\d.]+)%", written("gift", [question]), re.MULTILINE)
        right, share = len(question.correct_ids), 100 / len(question.correct_ids)
        signs = [1 if option.correct else -1 for option in question.options]
        assert [float(w) for w in weights] == pytest.approx([s * share for s in signs], abs=1e-5)
        assert sum(float(w) for w in weights if float(w) > 0) == pytest.approx(
            100, abs=right * 1e-5
        )
        assert "\t=" not in written("gift", [question])


def test_an_answer_is_followed_by_what_each_option_is_and_by_why() -> None:
    for question in of_each_way():
        text = written("gift", [question])
        general = plain(re.sub(r"\\(.)", r"\1", text.partition("\t####")[2]))
        assert plain(question.explanation).replace("&", "&amp;") in general
        for option in question.options:
            if option.note:
                assert f"#{plain_start(option.note)}" in text
        assert "Starter collection 18.1 · © 2026 the Tradecraft authors." in general


def plain_start(text: str) -> str:
    """What a text starts with, up to the first thing that any format would mark."""
    return re.split(r"[^\w ,.]", text)[0]


def test_tags_and_the_identity_stand_where_moodle_reads_them() -> None:
    question = of(AnswerKind.ONE)
    (comment,) = comments(written("gift", [question]))
    tags = re.findall(r"\[tag:([^\]]+)\]", comment)
    technique = starter().by_stix_id[question.stix_id]
    assert re.findall(r"\[id:([^\]]+)\]", comment) == [f"{question.key}/{question.seed}"]
    assert tags == [
        f"kind:{question.kind}",
        f"technique:{question.attack_id}",
        *(f"tactic:{tactic}" for tactic in technique.tactics),
        "domain:enterprise-attack",
        "collection:starter",
        "release:18.1",
        *([f"difficulty:{question.difficulty['level']}"] if question.difficulty else []),
    ]


def test_the_title_is_always_the_same_and_gives_nothing_away() -> None:
    questions = of_each_way()
    titles = [found.title for found in read(written("gift", questions))]
    assert titles == [found.title for found in read(written("gift", reversed(questions)))][::-1]
    assert len(set(titles)) == len(titles)
    for question, title in zip(questions, titles, strict=True):
        assert question.attack_id not in title
        assert question.subject not in title


def test_questions_go_to_a_category_of_the_title() -> None:
    text = written("gift", of_each_way(), title="Phishing / \\:week {3}\n")
    path = "$course$/top/Tradecraft/Phishing // :week 3"
    assert f"\n$CATEGORY: {path}\n\n" in text
    assert {found.category for found in read(text)} == {path}


def test_copyright_and_license_stand_at_the_top() -> None:
    collection = starter().collections[0]
    top = written("gift", []).partition("\n\n")[0]
    assert all(line.startswith("// ") for line in top.splitlines())
    said_there = " ".join(line.removeprefix("// ") for line in top.splitlines())
    assert collection.copyright in said_there
    assert " ".join(collection.licence.split()) in said_there


def test_what_is_typed_is_taken_word_for_word() -> None:
    question = filled(of(AnswerKind.TEXT), "a*b -> c")
    assert r"=%100%a\\*b -*> c" in written("gift", [question])
