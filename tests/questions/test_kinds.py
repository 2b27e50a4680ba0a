"""One contract for every kind of question, over the starter and over ATT&CK's own files."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import pytest

from quiz.content.catalogue import Catalogue
from quiz.content.folder import TechniqueFolder, read_folder
from quiz.content.technique import Technique
from quiz.learning.grading import grade
from quiz.questions.base import AnswerKind, Item, Option, Question, QuestionKind
from quiz.questions.generator import cards_of, generate
from quiz.questions.kinds import KINDS
from quiz.questions.wording import nearly_same, share_stems
from tests import factories
from tests.answering import right_answer, wrong_answer
from tests.catalogues import STARTER, attack, attack_markdown, starter

SEEDS = (0, 1, 2)
EXPECTED = {
    "tactic",
    "technique-for-tactic",
    "description",
    "detection-difficulty",
    "harder-to-detect",
    "related",
    "family",
    "platform",
    "data-source",
    "attack-id",
    "tactic-order",
    "match",
}

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
every_kind_to_choose_from = pytest.mark.parametrize(
    "kind", [pytest.param(k, id=slug) for slug, k in KINDS.items() if k.flashcard]
)
every_catalogue = pytest.mark.parametrize("catalogue_of", [starter, attack])
CatalogueOf = Callable[[], Catalogue]
AGAIN: dict[CatalogueOf, CatalogueOf] = {
    starter: cache(lambda: read_folder(STARTER).catalogue),
    attack: cache(lambda: read_folder(attack_markdown()).catalogue),
}
"""The same files read a second time, in which nothing was asked yet."""


@cache
def ask_all(
    kind: QuestionKind, catalogue: Catalogue, seeds: tuple[int, ...] = SEEDS
) -> list[Question]:
    found = [generate(t, kind, seed, catalogue) for t in catalogue for seed in seeds]
    return [question for question in found if question]


def ask_choices(
    kind: QuestionKind, catalogue: Catalogue, seeds: tuple[int, ...] = SEEDS
) -> list[Question]:
    return [q for q in ask_all(kind, catalogue, seeds) if q.answer_kind is not AnswerKind.TEXT]


def catalogue_for(kind: QuestionKind, catalogue_of: CatalogueOf) -> Catalogue:
    """The catalogue; skips the test where ATT&CK's files lack what only releases carry."""
    catalogue = catalogue_of()
    if catalogue_of is attack and not any(kind.applies(t, catalogue) for t in catalogue):
        pytest.skip("these files hold nothing that it asks about: only releases do")
    return catalogue


def shown(question: Question) -> list[Option | Item]:
    return [*question.options, *question.items, *question.targets]


def technique_of(question: Question, catalogue: Catalogue) -> Technique:
    return catalogue.by_stix_id[question.stix_id]


def test_every_kind_of_the_first_slice_is_registered() -> None:
    assert set(KINDS) >= EXPECTED


@every_kind
def test_a_kind_introduces_itself(kind: QuestionKind) -> None:
    assert kind.slug
    assert kind.title
    assert kind.purpose
    assert kind.__doc__
    assert (kind.__doc__ or "").startswith("Ask")


@every_kind
@every_catalogue
def test_the_same_seed_asks_the_same_question(
    kind: QuestionKind, catalogue_of: CatalogueOf
) -> None:
    catalogue, again = catalogue_of(), AGAIN[catalogue_of]()
    for technique in Random(1).sample(catalogue.techniques, 25):
        first = generate(technique, kind, 7, catalogue)
        Random().random()
        assert generate(again.by_stix_id[technique.stix_id], kind, 7, again) == first


@every_kind
@every_catalogue
def test_seeds_vary_the_question(kind: QuestionKind, catalogue_of: CatalogueOf) -> None:
    if kind.slug == "detection-difficulty":
        pytest.skip("its options are a scale: the same four in the same order")
    catalogue = catalogue_for(kind, catalogue_of)
    for technique in catalogue:
        asked = [q for seed in range(8) if (q := generate(technique, kind, seed, catalogue))]
        if asked:
            assert len({(q.stem, q.excerpt, *[o.text for o in shown(q)]) for q in asked}) > 1
            return
    pytest.fail("the kind asked nothing")


@every_kind_to_choose_from
@every_catalogue
def test_options_are_few_and_distinct_and_the_key_is_among_them(
    kind: QuestionKind, catalogue_of: CatalogueOf
) -> None:
    questions = ask_choices(kind, catalogue_for(kind, catalogue_of))
    assert questions
    for question in questions:
        texts = [option.text for option in question.options]
        assert 3 <= len(texts) <= 5
        assert len(set(texts)) == len(texts)
        assert [option.id for option in question.options] == [
            str(place) for place in range(1, len(texts) + 1)
        ]
        right = len(question.correct_ids)
        assert 1 <= right < len(texts)
        if question.answer_kind is AnswerKind.ONE:
            assert right == 1


@every_kind_to_choose_from
@every_catalogue
def test_no_two_options_can_be_taken_for_one_another(
    kind: QuestionKind, catalogue_of: CatalogueOf
) -> None:
    if kind.slug in {"detection-difficulty", "data-source"}:
        pytest.skip("a scale and a list of fields name their values as they are")
    for question in ask_choices(kind, catalogue_of(), seeds=(0,)):
        if question.options[0].text == question.options[0].attack_id:
            continue
        texts = [option.text.rpartition(": ")[2] for option in question.options]
        for place, text in enumerate(texts):
            assert not any(nearly_same(text, other) for other in texts[:place]), question


@every_kind
@every_catalogue
def test_the_correct_answer_grades_one_and_a_wrong_one_less(
    kind: QuestionKind, catalogue_of: CatalogueOf
) -> None:
    for question in ask_all(kind, catalogue_of(), seeds=(0,)):
        assert grade(question, right_answer(question)).score == 1.0
        assert grade(question, wrong_answer(question)).score == 0.0


@every_kind
@every_catalogue
def test_feedback_explains_and_quotes_the_file(
    kind: QuestionKind, catalogue_of: CatalogueOf
) -> None:
    catalogue = catalogue_of()
    for question in ask_all(kind, catalogue, seeds=(0,)):
        assert question.explanation.endswith((".", ")."))
        assert question.evidence
        assert all(e.file and e.section and e.quote for e in question.evidence)
        assert all(o.note for o in shown(question))
        assert question.subject == catalogue.display_name(technique_of(question, catalogue))


@every_kind
@every_catalogue
def test_a_question_survives_being_frozen(kind: QuestionKind, catalogue_of: CatalogueOf) -> None:
    question = ask_all(kind, catalogue_for(kind, catalogue_of), seeds=(0,))[0]
    assert Question.from_dict(question.to_dict()) == question


@every_catalogue
def test_retired_techniques_are_never_asked_about_or_offered(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of()
    retired = {technique.stix_id for technique in catalogue.retired}
    for kind in KINDS.values():
        for question in ask_all(kind, catalogue, seeds=(0,)):
            assert question.stix_id not in retired
            assert not {choice.stix_id for choice in shown(question)} & retired


@every_catalogue
def test_most_techniques_make_several_cards(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of()
    enough = 0
    for technique in catalogue:
        asked = [
            k for _, k in cards_of(technique, catalogue) if generate(technique, k, 0, catalogue)
        ]
        enough += len(asked) >= 4
    assert enough >= 0.9 * len(catalogue)


# Putting in order and matching: what holds instead of the rules for options.


@every_catalogue
def test_there_is_one_question_about_the_order_of_tactics_for_each_tactic(
    catalogue_of: CatalogueOf,
) -> None:
    catalogue = catalogue_of()
    questions = ask_all(KINDS["tactic-order"], catalogue, seeds=(0,))
    assert len(questions) == len(catalogue.tactics("enterprise-attack")) == 14


@every_catalogue
def test_the_order_of_tactics_is_the_catalogues(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of()
    for question in ask_all(KINDS["tactic-order"], catalogue):
        matrix = [t.name for t in catalogue.tactics(question.domain)]
        right = [matrix.index(name) for name in question.answer]
        assert 4 <= len(right) <= 6
        assert right == sorted(set(right))
        as_shown = [matrix.index(item.text) for item in question.items]
        assert as_shown != sorted(as_shown)
        assert {i.tactic for i in question.items} & set(technique_of(question, catalogue).tactics)
        assert question.evidence[0].quote == ", ".join(matrix)
        assert question.evidence[0].file.endswith("collection.json")
        assert not question.options
        assert question.answer_kind is AnswerKind.ORDER


@every_catalogue
def test_only_one_way_to_match_is_true(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of()
    ways = set()
    for question in ask_all(KINDS["match"], catalogue):
        assert question.answer_kind is AnswerKind.MATCH
        assert question.stix_id in {item.stix_id for item in question.items}
        assert len(question.items) == len(question.targets) == 4
        techniques = [catalogue.by_stix_id[item.stix_id or ""] for item in question.items]
        by_tactic = question.targets[0].tactic is not None
        ways.add(by_tactic)
        for technique, solution in zip(techniques, question.solution, strict=True):
            true = {
                t.id
                for t in question.targets
                if (t.tactic in technique.tactics if by_tactic else t.text == technique.attack_id)
            }
            assert true == {solution}
    assert ways == {True, False}


@every_catalogue
def test_nothing_to_match_can_be_told_by_its_words_or_family(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of()
    for question in ask_all(KINDS["match"], catalogue):
        techniques = [catalogue.by_stix_id[item.stix_id or ""] for item in question.items]
        heads = {t.attack_id.parent or t.attack_id for t in techniques}
        assert len(heads) == 4
        assert len({t.is_subtechnique for t in techniques}) == 1
        names = [item.text for item in question.items]
        assert not any(share_stems(name, [t.text for t in question.targets]) for name in names)
        for place, technique in enumerate(techniques):
            assert not any(nearly_same(technique.name, t.name) for t in techniques[:place])


def test_an_order_that_nobody_states_is_not_asked_for() -> None:
    techniques = [replace(t, domain="elsewhere") for t in factories.invented()]
    unstated = factories.catalogue_of(techniques)
    assert len(unstated.tactics("elsewhere")) == 5
    assert not ask_all(KINDS["tactic-order"], unstated)
    assert ask_all(KINDS["tactic-order"], factories.catalogue())


def test_the_order_of_tactics_is_quoted_from_the_collection_that_states_it(tmp_path: Path) -> None:
    shutil.copytree(STARTER, tmp_path / "techniques" / "own")
    nested = TechniqueFolder(tmp_path / "techniques").load().catalogue
    alone = read_folder(tmp_path / "techniques" / "own").catalogue
    (tmp_path / "techniques" / "own" / "collection.json").unlink()
    unstated = read_folder(tmp_path / "techniques" / "own").catalogue
    files = [
        {q.evidence[0].file for q in ask_all(KINDS["tactic-order"], catalogue, seeds=(0,))}
        for catalogue in (nested, alone, unstated)
    ]
    assert files == [{"own/collection.json"}, {"collection.json"}, {"starter/collection.json"}]


@every_catalogue
def test_a_description_never_offers_family_or_techniques_tied_by_a_link(
    catalogue_of: CatalogueOf,
) -> None:
    catalogue = catalogue_of()
    for question in ask_all(KINDS["description"], catalogue, seeds=(0,)):
        technique = technique_of(question, catalogue)
        close = {
            t.stix_id
            for t in (
                *catalogue.family(technique),
                *catalogue.links_from(technique),
                *catalogue.links_to(technique),
            )
        }
        assert not {o.stix_id for o in question.options if not o.correct} & close


@every_kind_to_choose_from
@every_catalogue
def test_every_key_is_among_what_the_kind_says_is_true_whatever_the_seed(
    kind: QuestionKind, catalogue_of: CatalogueOf
) -> None:
    catalogue = catalogue_of()
    for question in ask_all(kind, catalogue):
        technique = catalogue.by_stix_id[question.stix_id]
        true = kind.true_answer(technique, catalogue)
        # A component is the same, whatever data source its name begins with.
        keys = [key.rpartition(": ")[2] for key in question.answer[:1]]
        assert all(any(key in text for text in true) for key in keys), (question.answer, true)
