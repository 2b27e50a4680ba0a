"""Whole releases of ATT&CK in every format, read back by what is not ours."""

from functools import cache

import pytest
from moodle_xml_parser.parser import parse_string

from quiz.content.catalogue import Catalogue
from quiz.questions.base import AnswerKind, Question
from quiz.questions.generator import generate
from quiz.questions.kinds import KINDS
from tests import gift_reader, moodle_structure
from tests.catalogues import attack, attack_release
from tests.exported import formulas, written

SHARE = {"16.1": 3, "18.1": 1}
"""Of how many techniques one is asked about: all of the release, and enough of the files."""
every_collection = pytest.mark.parametrize("name", ["16.1", "18.1"])


@cache
def catalogue(name: str) -> Catalogue:
    """ATT&CK's own files, or its newest release as it would be imported."""
    if name == "16.1":
        return attack()
    release = attack_release(f"enterprise-attack-{name}")
    return Catalogue(release.techniques, [release.collection])


@cache
def asked(name: str) -> tuple[Question, ...]:
    """A question of each card of the techniques, as the command asks them."""
    found = catalogue(name)
    techniques = found.techniques[:: SHARE[name]]
    made = (generate(t, kind, 0, found) for t in techniques for kind in KINDS.values())
    return tuple(question for question in made if question)


@every_collection
def test_every_card_has_a_question_to_export(name: str) -> None:
    assert len(asked(name)) > 5000 / SHARE[name]
    assert {question.answer_kind for question in asked(name)} == set(AnswerKind)


@every_collection
def test_gift_is_read_back_by_another_parser(name: str) -> None:
    found = gift_reader.read(written("gift", asked(name), catalogue(name)))
    for question, back in zip(asked(name), found, strict=True):
        gift_reader.agrees(question, back)
    assert len({back.title for back in found}) == len(found)


@every_collection
def test_moodle_xml_is_as_documented(name: str) -> None:
    text = written("moodle", asked(name), catalogue(name))
    found = moodle_structure.check(text)
    for question, element in zip(asked(name), found, strict=True):
        moodle_structure.agrees(question, element)
    identities = {element.findtext("idnumber") for element in found}
    assert len(identities) == len(found)


@every_collection
def test_another_reader_finds_what_is_right_in_moodle_xml(name: str) -> None:
    chosen = [q for q in asked(name) if q.options]
    found = parse_string(written("moodle", chosen, catalogue(name)))["multichoice"]
    for question, back in zip(chosen, found, strict=True):
        right = tuple(o.score_fraction > 0 for o in back.options)
        assert right == tuple(option.correct for option in question.options)


@every_collection
def test_no_cell_of_the_table_is_a_formula(name: str) -> None:
    assert formulas(written("csv", asked(name), catalogue(name))) == []


@every_collection
def test_paper_and_answers_have_every_question(name: str) -> None:
    for slug in ("paper", "answers"):
        html = written(slug, asked(name), catalogue(name))
        assert html.count('<section class="question') == len(asked(name))
        assert "The MITRE Corporation" in html.partition("<footer")[2]
        assert "<script" not in html
