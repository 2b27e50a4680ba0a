"""Questions as JSON Lines, one object a line, as QUESTIONS specifies."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from quiz.content.catalogue import Catalogue
from quiz.questions.base import AnswerKind, Item, Option, Question, QuestionKind
from quiz.questions.generator import generate


def questions(
    catalogue: Catalogue, kinds: Iterable[QuestionKind], *, seed: int, per_card: int
) -> Iterator[Question]:
    """Generate the questions of every card: ``per_card`` of each, with seeds from ``seed`` on.

    In stable order: technique, kind, seed. The same arguments always give the same questions.
    """
    ways = tuple(kinds)
    for technique in catalogue:
        for kind in ways:
            for number in range(seed, seed + per_card):
                if question := generate(technique, kind, number, catalogue):
                    yield question


def write(
    asked: Iterable[Question],
    catalogue: Catalogue,  # noqa: ARG001 - a line tells of the question alone
    title: str,  # noqa: ARG001
) -> Iterator[str]:
    """Give a file of lines."""
    return (f"{line(question)}\n" for question in asked)


def line(question: Question) -> str:
    """Write a question as one line of JSON, without the line break.

    What is put in order or matched follows the options, which are none then.
    """
    return json.dumps(
        {
            "key": question.key,
            "kind": question.kind,
            "attack_id": question.attack_id,
            "stix_id": question.stix_id,
            "collection": question.collection,
            "domain": question.domain,
            "seed": question.seed,
            "answer_kind": question.answer_kind,
            "stem": question.stem,
            "excerpt": question.excerpt,
            "options": [_choice(option) for option in question.options],
            **_arrangement(question),
            "answer": question.answer,
            "explanation": question.explanation,
            "evidence": [
                {"file": e.file, "section": e.section, "quote": e.quote} for e in question.evidence
            ],
            "difficulty": question.difficulty,
        },
        ensure_ascii=False,
    )


def _arrangement(question: Question) -> dict[str, Any]:
    """Give the items and targets, and the ids in order or each item's target."""
    if question.answer_kind is AnswerKind.ORDER:
        solution: list[str] | dict[str, str] = list(question.solution)
    elif question.answer_kind is AnswerKind.MATCH:
        ids = [item.id for item in question.items]
        solution = dict(zip(ids, question.solution, strict=True))
    else:
        return {}
    return {
        "items": [_choice(item) for item in question.items],
        "targets": [_choice(target) for target in question.targets],
        "solution": solution,
    }


def _choice(choice: Option | Item) -> dict[str, Any]:
    values: dict[str, Any] = {"id": choice.id, "text": choice.text}
    if isinstance(choice, Option):
        values["correct"] = choice.correct
    if choice.attack_id:
        values["attack_id"] = choice.attack_id
    if choice.tactic:
        values["tactic"] = choice.tactic
    return values
