"""What GIFT and Moodle XML have in common: categories, shares of a grade, what is matched."""

from __future__ import annotations

import re

from quiz.exports import markup
from quiz.questions.base import AnswerKind, Question


def category(title: str) -> str:
    """Name the category that a file's questions go to, below one of our own.

    Moodle parts names at a slash and reads two as one; GIFT has no way to escape anything here.
    """
    named = re.sub(r"\s*/\s*", " // ", re.sub(r"[\\${}~=#<>]", " ", markup.plain(title)))
    return f"$course$/top/Tradecraft/{' '.join(named.split()).strip(' /') or 'Questions'}"


def share(question: Question) -> str:
    """Say how much of the grade a right choice earns, and a wrong one costs, in percent.

    The sum, floored at 0, is how we score: (right - wrong) / number right. Moodle knows
    1/2 to 1/10 by five decimals; no question has more right options than five.
    """
    return f"{100 / len(question.correct_ids):.5f}".rstrip("0").rstrip(".")


def pairs(question: Question) -> list[tuple[str, str]]:
    """List what is matched to what, in shown order; each thing in an order to its place."""
    if question.answer_kind is AnswerKind.ORDER:
        return [(item.text, str(question.solution.index(item.id) + 1)) for item in question.items]
    targets = {target.id: target.text for target in question.targets}
    matched = zip(question.items, question.solution, strict=True)
    return [(item.text, targets[id_]) for item, id_ in matched]


def any_spelling(text: str) -> str:
    """Write a text that is to be typed: a star in it means a star and not anything."""
    return text.replace("*", r"\*")
