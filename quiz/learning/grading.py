"""Answers to grades."""

from collections.abc import Collection

from quiz.questions.base import Grade, Question


class UnknownOption(ValueError):  # noqa: N818 - named for what happened
    """An answer names an option that the question does not have."""


def grade(question: Question, chosen: Collection[str]) -> Grade:
    """Grade the ids of the options chosen: (right − wrong) / number right, floored at 0.

    Where one option is right, that is 1 or 0. Raises UnknownOption for an id that
    the question does not have.
    """
    ids = frozenset(chosen)
    unknown = ids - {option.id for option in question.options}
    if unknown:
        raise UnknownOption(f"there is no option {', '.join(sorted(unknown))} here; choose again")
    right = len(ids & question.correct_ids)
    wrong = len(ids - question.correct_ids)
    return Grade(score=max(0, right - wrong) / len(question.correct_ids))
