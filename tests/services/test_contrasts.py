"""Contrast drills: whom they are about, in which order, and when they end."""

from datetime import timedelta
from itertools import islice, pairwise

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Learner
from quiz.questions.base import AnswerKind, Question
from quiz.questions.kinds import KINDS
from quiz.questions.pairs import Pair, read_pairs
from quiz.questions.scope import Scope
from quiz.services import contrasts
from quiz.services.contrasts import ALONE, HANDFUL, can_drill
from quiz.services.lookalikes import Why
from tests import factories
from tests.catalogues import starter
from tests.confusing import confuse
from tests.factories import NOON

OWN = (
    ("T1566.001", "T1566.002"),
    ("T1059.001", "T1059.003"),
    ("T1133", "T1190"),
    ("T1083", "T1018"),
    ("T1074", "T1005"),
    ("T1071.001", "T1071.004"),
)


def pair(value: str, catalogue: Catalogue | None = None) -> Pair:
    (found,) = read_pairs([value], catalogue or starter())
    return found


def about(question: Question, pairs: list[Pair]) -> Pair:
    """The pair that a question is about: both are offered."""
    offered = {option.stix_id for option in question.options}
    (found,) = (p for p in pairs if p.ids <= offered and question.stix_id in p.ids)
    return found


def confuse_all(session: Session, learner: Learner) -> list[Pair]:
    """Confuse six pairs, the first most often."""
    for place, (one, other) in enumerate(OWN):
        confuse(session, learner, starter(), one, other, times=len(OWN) - place)
    return [pair("~".join(ids)) for ids in OWN]


def test_what_the_learner_confused_comes_most_often_first_and_says_so(
    session: Session, learner: Learner
) -> None:
    pairs = confuse_all(session, learner)
    confuse(session, learner, starter(), OWN[0][1], OWN[0][0], times=9)
    found = contrasts.contrasts(session, learner, starter(), seed=1)
    assert [contrast.pair.ids for contrast in found] == [p.ids for p in pairs]
    assert [contrast.times for contrast in found] == [15, 5, 4, 3, 2, 1]
    assert all(contrast.own for contrast in found)
    assert str(found[0].pair.one.attack_id) == OWN[0][1]  # mistaken more often than the other


def test_what_was_confused_lately_comes_before_what_was_long_ago(
    session: Session, learner: Learner
) -> None:
    confuse(session, learner, starter(), *OWN[0], times=4, at=NOON - timedelta(days=100))
    confuse(session, learner, starter(), *OWN[1], times=1)
    found = contrasts.contrasts(session, learner, starter(), seed=1)
    assert [contrast.times for contrast in found[:2]] == [1, 4]


def test_look_alikes_join_where_fewer_than_a_handful_are_confused(
    session: Session, learner: Learner
) -> None:
    confuse(session, learner, starter(), *OWN[2])
    found = contrasts.contrasts(session, learner, starter(), seed=3)
    assert len(found) == HANDFUL
    assert [contrast.own for contrast in found] == [True, False, False, False, False]
    assert {contrast.why for contrast in found[1:]} <= {Why.SIBLING, Why.LINKED}
    techniques = [t for contrast in found[1:] for t in contrast.pair.ids]
    assert len(set(techniques)) == len(techniques)
    others = contrasts.contrasts(session, learner, starter(), seed=4)
    assert [c.pair.ids for c in others[1:]] != [c.pair.ids for c in found[1:]]


def test_look_alikes_of_what_was_asked_about_come_first(session: Session, learner: Learner) -> None:
    confuse(session, learner, starter(), "T1059.001", "T1486")
    found = contrasts.contrasts(session, learner, starter(), seed=1)
    assert str(found[1].pair.one.attack_id) == "T1059.001"
    assert not found[1].own


def test_a_drill_shows_each_beside_the_other_and_no_pair_twice_in_a_row(
    session: Session, learner: Learner
) -> None:
    pairs = confuse_all(session, learner)
    drawn = list(contrasts.drill(session, learner, starter(), seed=7))
    assert len(drawn) > 8 * len(pairs)
    found = [about(question, pairs) for question in drawn]
    assert [p.ids for p in found[:HANDFUL]] == [p.ids for p in pairs[:HANDFUL]]
    assert all(a.ids != b.ids for a, b in pairwise(found[: len(found) // 2]))
    asked = {question.stix_id for question in drawn}
    assert asked == {stix_id for p in pairs for stix_id in p.ids}
    assert {question.kind for question in drawn} == {"description", "detection", "procedure"}
    assert all(question.answer_kind is AnswerKind.ONE for question in drawn)


def test_nothing_is_quoted_twice_and_a_drill_has_an_end(session: Session, learner: Learner) -> None:
    confuse_all(session, learner)
    drawn = list(contrasts.drill(session, learner, starter(), seed=7))
    quoted = [(question.key, question.evidence[0].quote) for question in drawn]
    assert len(set(quoted)) == len(quoted)
    first, later = drawn[:10], drawn[10:]
    going_on = list(contrasts.drill(session, learner, starter(), seed=7, before=first))
    assert {q.evidence[0].quote for q in going_on}.isdisjoint(q.evidence[0].quote for q in first)
    assert len(going_on) >= len(later) / 2


def test_the_same_log_and_seed_give_the_same_drill(session: Session, learner: Learner) -> None:
    confuse_all(session, learner)
    first, again = (
        list(islice(contrasts.drill(session, learner, starter(), seed=seed), 20)) for seed in (5, 5)
    )
    assert first == again
    other = list(islice(contrasts.drill(session, learner, starter(), seed=6), 20))
    assert other != first


def test_given_pairs_are_drilled_alone_whatever_was_confused(
    session: Session, learner: Learner
) -> None:
    confuse_all(session, learner)
    given = [pair("T1588.001~T1588.002")]
    drawn = list(contrasts.drill(session, learner, starter(), seed=1, pairs=given))
    assert len(drawn) > 4
    assert {q.stix_id for q in drawn} == given[0].ids
    answers = [question.stix_id for question in drawn]
    assert any(a == b for a, b in pairwise(answers)), "or each answer would tell the next"


def test_a_technique_that_is_the_answer_each_time_does_not_come_for_long(
    session: Session, learner: Learner
) -> None:
    given = [pair("T1588.001~T1588.002")]
    scope = Scope(techniques=("T1588.001",))
    drawn = list(contrasts.drill(session, learner, starter(), seed=1, scope=scope, pairs=given))
    assert {q.attack_id for q in drawn} == set(scope.techniques)
    assert ALONE <= len(drawn) <= 2 * ALONE


def test_only_what_is_in_scope_and_not_switched_off_is_asked(
    session: Session, learner: Learner
) -> None:
    confuse_all(session, learner)
    scope = Scope(techniques=("T1566.001", "T1566.002", "T1133"), kinds=("description",))
    drawn = list(contrasts.drill(session, learner, starter(), seed=1, scope=scope))
    assert {q.attack_id for q in drawn} == set(scope.techniques)
    assert {q.kind for q in drawn} == {"description"}
    off = frozenset(question.key for question in drawn if question.attack_id == "T1133")
    again = list(contrasts.drill(session, learner, starter(), seed=1, scope=scope, off=off))
    assert {q.attack_id for q in again} == {"T1566.001", "T1566.002"}


def test_a_scope_without_a_kind_that_quotes_gives_no_drill(
    session: Session, learner: Learner
) -> None:
    confuse_all(session, learner)
    scope = Scope(kinds=("tactic", "attack-id"))
    assert contrasts.contrasts(session, learner, starter(), seed=1, scope=scope) == []
    assert list(contrasts.drill(session, learner, starter(), seed=1, scope=scope)) == []


def test_a_drill_is_typed_where_that_is_asked_for(session: Session, learner: Learner) -> None:
    given = [pair("T1588.001~T1588.002")]
    drawn = list(contrasts.drill(session, learner, starter(), seed=1, pairs=given, typed=True))
    assert {q.answer_kind for q in drawn if q.kind == "description"} == {AnswerKind.TEXT}


def test_what_cannot_be_told_apart_is_left_out_and_look_alikes_take_its_place(
    session: Session, learner: Learner
) -> None:
    confuse(session, learner, starter(), "T1078.004", "T1078", times=5)
    found = contrasts.contrasts(session, learner, starter(), seed=1)
    assert len(found) == HANDFUL
    assert not any(contrast.own for contrast in found)
    parent, fair = pair("T1078~T1078.004"), pair("T1133~T1190")
    assert (can_drill(parent, starter()), can_drill(fair, starter())) == (False, True)
    off = frozenset(f"{id_}/{slug}" for id_ in fair.ids for slug in KINDS)
    assert not can_drill(fair, starter(), off)
    assert can_drill(fair, starter())
    assert list(contrasts.drill(session, learner, starter(), seed=1, pairs=[parent])) == []


def test_what_others_confuse_and_what_is_not_taught_any_more_does_not_count(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    confuse(session, factories.learner(session), catalogue, "T9001", "T9002")
    confuse(session, learner, catalogue, "T9003", "T9004")
    gone = factories.without("T9004")
    for taught in (catalogue, gone):
        found = contrasts.contrasts(session, learner, taught, seed=1)
        assert any(contrast.own for contrast in found) is (taught is catalogue)
