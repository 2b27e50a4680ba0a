"""What was answered beside what is right, row by row, for the pages that explain it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask

from quiz.learning.grading import LONGEST_TEXT, matches, neighbours_in_order
from quiz.questions.base import Item, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """An item where the learner put it, and whether it belongs behind the one before it."""

    item: Item
    in_order: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """An item with its target and the one that the learner chose, if any."""

    item: Item
    target: Item
    chosen: Item | None
    right: bool


def right_order(question: Question) -> list[Item]:
    """The items of a question in the right order."""
    items = {item.id: item for item in question.items}
    return [items[id_] for id_ in question.solution]


def ordered(question: Question, chosen: Sequence[str]) -> list[Ordered]:
    """The items of a question in the learner's order."""
    items = {item.id: item for item in question.items}
    marks = [None, *neighbours_in_order(question, chosen)]
    return [
        Ordered(item=items[id_], in_order=mark) for id_, mark in zip(chosen, marks, strict=True)
    ]


def matched(question: Question, chosen: Sequence[str] | None) -> list[Matched]:
    """The items of a question with their targets, and with the learner's where there are any.

    An item that the learner left without a target has none.
    """
    targets = {target.id: target for target in question.targets}
    given = chosen or [""] * len(question.items)
    marks = matches(question, given, partial=True) if chosen else [False] * len(question.items)
    rows = zip(question.items, question.solution, given, marks, strict=True)
    return [
        Matched(item=item, target=targets[right], chosen=targets.get(id_), right=mark)
        for item, right, id_, mark in rows
    ]


def init_app(app: Flask) -> None:
    """Give these to the templates."""
    app.jinja_env.globals.update(
        LONGEST_TEXT=LONGEST_TEXT,
        matched=matched,
        ordered=ordered,
        right_order=right_order,
    )
