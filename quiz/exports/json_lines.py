"""Questions as JSON Lines, one object a line, as QUESTIONS specifies."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from quiz.content.catalogue import Catalogue
from quiz.questions.base import Option, Question, QuestionKind
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


def line(question: Question) -> str:
    """Write a question as one line of JSON, without the line break."""
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
            "options": [_option(option) for option in question.options],
            "answer": question.answer,
            "explanation": question.explanation,
            "evidence": [
                {"file": e.file, "section": e.section, "quote": e.quote} for e in question.evidence
            ],
            "difficulty": question.difficulty,
        },
        ensure_ascii=False,
    )


def _option(option: Option) -> dict[str, Any]:
    values: dict[str, Any] = {"id": option.id, "text": option.text, "correct": option.correct}
    if option.attack_id:
        values["attack_id"] = option.attack_id
    if option.tactic:
        values["tactic"] = option.tactic
    return values
