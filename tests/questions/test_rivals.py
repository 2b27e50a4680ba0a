"""A question about a technique beside the one that it was taken for: as fair as any other."""

from collections import Counter
from collections.abc import Callable
from functools import cache

import pytest

from quiz.content.catalogue import Catalogue
from quiz.content.folder import read_folder
from quiz.content.technique import Technique
from quiz.learning.grading import grade
from quiz.questions.audit.run import Auditor, facts_of
from quiz.questions.base import AnswerKind, Nearness, Question, QuestionKind
from quiz.questions.generator import generate
from quiz.questions.kinds import KINDS
from quiz.questions.wording import share_stems
from tests import factories
from tests.answering import right_answer
from tests.catalogues import STARTER, starter
from tests.rivals import QUOTING, Pair, ask_both_ways, pairs_of

MANY = 60


def asked(attack_id: str, rival: str, slug: str = "description", seed: int = 0) -> Question | None:
    catalogue = starter()
    technique, other = catalogue.find(attack_id), catalogue.find(rival)
    assert technique
    assert other
    return generate(technique, KINDS[slug], seed, catalogue, rival=other)


def pairs() -> list[Pair]:
    return [pair for some in pairs_of(starter(), MANY).values() for pair in some]


def first(fits: Callable[[Pair], bool]) -> Pair:
    return next(pair for pair in pairs() if fits(pair))


@cache
def everything() -> list[tuple[Question, Technique]]:
    """Every question about the pairs, with the rival."""
    return [found for pair in pairs() for found in ask_both_ways(pair, starter())]


def test_the_rival_is_always_among_the_wrong_options() -> None:
    for question, rival in everything():
        (offered,) = (o for o in question.options if o.stix_id == rival.stix_id)
        assert not offered.correct
        assert offered.note
        (key,) = (o for o in question.options if o.correct)
        assert key.stix_id == question.stix_id
        texts = {o.text for o in question.options}
        assert 3 <= len(texts) == len(question.options) <= 4
        assert grade(question, right_answer(question)).correct
        assert Question.from_dict(question.to_dict()) == question
    assert len(everything()) > 10 * MANY


def test_the_audit_finds_nothing_wrong_and_no_guesser_beats_chance() -> None:
    auditor = Auditor(facts_of(starter()), {slug: KINDS[slug] for slug in QUOTING})
    for question, _ in everything():
        auditor.add(question, Nearness.NEAR)
    report = auditor.report(starter(), seeds=2)
    found = [str(violation) for violation in report.violations if violation.kind]
    assert found == []
    assert all(tally.questions > 2 * MANY for tally in report.kinds)


def test_the_same_pair_and_seed_ask_the_same_question() -> None:
    again: Catalogue = read_folder(STARTER).catalogue
    for one, other in pairs()[::7]:
        same = again.by_stix_id[one.stix_id], again.by_stix_id[other.stix_id]
        assert list(ask_both_ways((one, other), starter())) == [
            (question, again.by_stix_id[rival.stix_id])
            for question, rival in ask_both_ways(same, again)
        ]


def test_seeds_vary_what_is_quoted_and_who_else_is_offered() -> None:
    one, other = pairs()[0]
    found = [q for q, _ in ask_both_ways((one, other), starter(), seeds=range(8))]
    about = [q for q in found if q.stix_id == one.stix_id and q.kind == "description"]
    assert len({frozenset(o.text for o in q.options) for q in about}) > 1
    assert len({q.excerpt for q in about}) > 1


def test_siblings_stand_among_siblings_where_there_are_others() -> None:
    catalogue = starter()

    def among_others(pair: Pair) -> bool:
        siblings = catalogue.siblings(pair[0])
        return pair[1] in siblings and len(siblings) > 1

    one, other = first(among_others)
    for question, _ in ask_both_ways((one, other), catalogue):
        heads = [str(o.attack_id).partition(".")[0] for o in question.options]
        assert len(set(heads)) == 1


def test_two_siblings_without_another_stand_beside_two_of_another_family() -> None:
    catalogue = factories.catalogue()
    one, other = catalogue.find("T9001.001"), catalogue.find("T9001.002")
    assert one
    assert other
    questions = [q for q, _ in ask_both_ways((one, other), catalogue)]
    assert questions
    for question in questions:
        heads = Counter(str(o.attack_id).partition(".")[0] for o in question.options)
        assert heads["T9001"] == 2
        assert sorted(heads.values()) == [2, 2]


def test_two_with_a_word_in_common_stand_beside_two_with_another() -> None:
    catalogue = starter()

    def alike(pair: Pair) -> bool:
        one, other = pair
        names = catalogue.display_name(one), [catalogue.display_name(other)]
        return share_stems(*names) and other not in catalogue.family(one)

    for question, rival in ask_both_ways(first(alike), catalogue):
        names = {o.stix_id: o.text for o in question.options}
        pair = [names.pop(question.stix_id), names.pop(rival.stix_id)]
        others = list(names.values())
        assert len(others) == 2
        assert share_stems(others[0], others[1:])
        assert not any(share_stems(name, pair) for name in others)


@pytest.mark.parametrize(
    ("attack_id", "rival"),
    [("T1078", "T1078.004"), ("T1078.004", "T1078"), ("T1078", "T1078")],
)
@pytest.mark.parametrize("slug", QUOTING)
def test_a_parent_its_sub_technique_and_itself_are_no_rivals(
    attack_id: str, rival: str, slug: str
) -> None:
    assert asked(attack_id, rival, slug) is None


def test_a_technique_of_another_domain_or_of_the_same_name_is_no_rival() -> None:
    text = " ".join(f"word{n}" for n in range(40)).capitalize() + "."
    key, namesake, elsewhere = (
        factories.technique("T9101", "Door Knocking", description=text),
        factories.technique("T9102", "Knocking Doors", description="Else."),
        factories.technique("T9103", "Roof Walking", description="Else.", domain="ics-attack"),
    )
    catalogue = factories.catalogue_of((*factories.invented(), key, namesake, elsewhere))
    for rival in (namesake, elsewhere):
        assert generate(key, KINDS["description"], 0, catalogue, rival=rival) is None
    known = catalogue.find("T9002")
    assert generate(key, KINDS["description"], 0, catalogue, rival=known)


def test_kinds_that_quote_nothing_have_no_question_about_a_pair() -> None:
    for slug in set(KINDS) - set(QUOTING):
        assert asked("T1566.001", "T1566.002", slug) is None


def test_a_question_about_a_pair_is_typed_only_where_that_is_asked_for() -> None:
    catalogue = starter()
    technique, rival = pairs()[0]
    kind = KINDS["description"]
    for seed in range(12):
        question = generate(technique, kind, seed, catalogue, rival=rival)
        assert question is None or question.answer_kind is AnswerKind.ONE
    question = generate(technique, kind, 0, catalogue, rival=rival, typed=True)
    assert question
    assert question.answer_kind is AnswerKind.TEXT


def test_a_kind_says_whether_it_asks_about_pairs() -> None:
    for kind in KINDS.values():
        overrides = type(kind).ask_beside is not QuestionKind.ask_beside
        assert kind.contrasts is overrides
        assert kind.identifies or not kind.contrasts
