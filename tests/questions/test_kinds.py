"""One contract for every kind of question, over the starter and over ATT&CK's own files."""

from collections.abc import Callable
from functools import cache
from random import Random

import pytest

from quiz.content.catalogue import Catalogue
from quiz.content.folder import read_folder
from quiz.content.technique import Technique
from quiz.learning.grading import grade
from quiz.questions.base import AnswerKind, Question, QuestionKind
from quiz.questions.generator import cards_of, generate
from quiz.questions.kinds import KINDS
from quiz.questions.wording import nearly_same
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
}

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
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
    catalogue = catalogue_of()
    for technique in catalogue:
        asked = [q for seed in range(8) if (q := generate(technique, kind, seed, catalogue))]
        if asked:
            assert len({(q.stem, q.excerpt, tuple(o.text for o in q.options)) for q in asked}) > 1
            return
    pytest.fail("the kind asked nothing")


@every_kind
@every_catalogue
def test_options_are_few_and_distinct_and_the_key_is_among_them(
    kind: QuestionKind, catalogue_of: CatalogueOf
) -> None:
    questions = ask_all(kind, catalogue_of())
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


@every_kind
@every_catalogue
def test_no_two_options_can_be_taken_for_one_another(
    kind: QuestionKind, catalogue_of: CatalogueOf
) -> None:
    if kind.slug in {"detection-difficulty", "data-source"}:
        pytest.skip("a scale and a list of fields name their values as they are")
    for question in ask_all(kind, catalogue_of(), seeds=(0,)):
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
        assert grade(question, question.correct_ids).score == 1.0
        wrong = next(option.id for option in question.options if not option.correct)
        assert grade(question, {wrong}).score == 0.0


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
        assert all(option.note for option in question.options)
        assert question.subject == catalogue.display_name(technique_of(question, catalogue))


@every_kind
@every_catalogue
def test_a_question_survives_being_frozen(kind: QuestionKind, catalogue_of: CatalogueOf) -> None:
    question = ask_all(kind, catalogue_of(), seeds=(0,))[0]
    assert Question.from_dict(question.to_dict()) == question


@every_catalogue
def test_retired_techniques_are_never_asked_about_or_offered(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of()
    retired = {technique.stix_id for technique in catalogue.retired}
    for kind in KINDS.values():
        for question in ask_all(kind, catalogue, seeds=(0,)):
            assert question.stix_id not in retired
            assert not {option.stix_id for option in question.options} & retired


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
