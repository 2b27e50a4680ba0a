"""Which questions are to be answered in writing: by the seed, or as it is asked for."""

from random import Random

import pytest

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions import evidence
from quiz.questions.base import AnswerKind, Choice, Draft, Nearness, Question, QuestionKind
from quiz.questions.generator import generate
from tests import factories


class BothWays(QuestionKind):
    """Ask for a name in writing, or to choose among three."""

    slug = "both-ways"
    title = "Both ways"
    purpose = "Test"
    rank = 99

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        return True

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        choices = [Choice(text=text, correct=text == "a") for text in "abc"]
        return self._draft(technique, choices=choices)

    def ask_typed(self, technique: Technique, catalogue: Catalogue, rng: Random) -> Draft | None:
        return self._draft(technique, accepted=(technique.name,))

    def _draft(self, technique: Technique, **given: object) -> Draft:
        found = (evidence.from_identity(technique),)
        return Draft(stem="Which?", explanation="So.", evidence=found, **given)  # type: ignore[arg-type]


def ask(seed: int, *, typed: bool | None = None) -> Question:
    catalogue = factories.catalogue()
    question = generate(catalogue.techniques[0], BothWays(), seed, catalogue, typed=typed)
    assert question
    return question


@pytest.mark.parametrize(
    ("typed", "answer_kind"), [(True, AnswerKind.TEXT), (False, AnswerKind.ONE)]
)
def test_it_can_be_asked_for(typed: bool, answer_kind: AnswerKind) -> None:
    for seed in range(20):
        question = ask(seed, typed=typed)
        assert question.answer_kind is answer_kind
        assert bool(question.accepted) is typed
        assert bool(question.options) is not typed
        assert Question.from_dict(question.to_dict()) == question


def test_left_alone_every_fourth_is_typed_and_a_seed_always_the_same() -> None:
    kinds = [ask(seed).answer_kind for seed in range(400)]
    assert kinds == [ask(seed).answer_kind for seed in range(400)]
    assert 0.2 < kinds.count(AnswerKind.TEXT) / 400 < 0.3
