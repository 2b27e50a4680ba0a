"""Answers to grades.

An answer is a list of texts. One, many: the ids of the options chosen. Order: the
ids of all items, in the learner's order. Match: a target's id for each item, in the
items' order. Text: what was typed, alone.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from unicodedata import category

from quiz.questions.base import AnswerKind, Grade, Question
from quiz.questions.spelling import fold, is_slip

LONGEST_TEXT = 200
"""How many characters of what was typed are kept: more than any name has."""


class UnknownOption(ValueError):  # noqa: N818 - named for what happened
    """An answer names an option that the question does not have."""


class IncompleteAnswer(ValueError):  # noqa: N818 - named for what happened
    """An answer leaves out what the question asks for; the text says what to do."""


def grade(question: Question, answer: Collection[str], *, partial: bool = False) -> Grade:
    """Grade an answer, by what it is about.

    One, many: (right − wrong) / number right, floored at 0. Order: the share of
    neighbours that stand in the right order. Match: the share that is right. Text:
    1 for an accepted text however it is written, else 0; ``near`` where it is a slip
    of the pen away from one. ``partial`` allows a match of which some is missing, which counts
    as not right. Raises UnknownOption for an id that the question does not have, and
    IncompleteAnswer.
    """
    given = list(answer)
    match question.answer_kind:
        case AnswerKind.ORDER:
            return _share(neighbours_in_order(question, given))
        case AnswerKind.MATCH:
            return _share(matches(question, given, partial=partial))
        case AnswerKind.TEXT:
            return _grade_typed(question, given)
        case AnswerKind.ONE | AnswerKind.MANY:
            return _grade_chosen(question, frozenset(given))


def neighbours_in_order(question: Question, answer: Sequence[str]) -> list[bool]:
    """Tell of each item but the first whether it belongs behind the one that stands before it.

    Raises UnknownOption, and IncompleteAnswer where an item is missing or there twice.
    """
    _refuse_unknown(answer, {item.id for item in question.items})
    if sorted(answer) != sorted(question.solution):
        raise IncompleteAnswer("Give each of them a place, and each place once.")
    place = {id_: number for number, id_ in enumerate(question.solution)}
    return [place[before] < place[behind] for before, behind in pairwise(answer)]


def matches(question: Question, answer: Sequence[str], *, partial: bool = False) -> list[bool]:
    """Tell of each item whether its target is right.

    Raises UnknownOption, and IncompleteAnswer where an item has no target; where it is
    ``partial``, only if none has one.
    """
    _refuse_unknown(filter(None, answer), {target.id for target in question.targets})
    enough = any if partial else all
    if len(answer) != len(question.solution) or not enough(answer):
        raise IncompleteAnswer("Choose something for each of them first.")
    return [given == right for given, right in zip(answer, question.solution, strict=True)]


def tidy(question: Question, answer: Collection[str]) -> list[str]:
    """Give an answer as it is kept: each choice once, what was typed as one clean line."""
    if question.answer_kind is AnswerKind.TEXT:
        return [written(" ".join(answer))]
    if question.answer_kind is AnswerKind.MATCH:
        return list(answer)
    return list(dict.fromkeys(answer))


def written(text: str) -> str:
    """Clean a typed answer: one line, without control characters, of a limited length."""
    spaced = " ".join("".join(c if category(c)[0] != "C" else " " for c in text).split())
    return spaced[:LONGEST_TEXT].rstrip()


def _grade_chosen(question: Question, ids: frozenset[str]) -> Grade:
    if not ids:
        raise IncompleteAnswer("Choose an answer first.")
    _refuse_unknown(ids, {option.id for option in question.options})
    right = len(ids & question.correct_ids)
    wrong = len(ids - question.correct_ids)
    return Grade(score=max(0, right - wrong) / len(question.correct_ids))


def _grade_typed(question: Question, answer: Sequence[str]) -> Grade:
    typed = written(" ".join(answer))
    folded = fold(typed)
    if not folded:
        raise IncompleteAnswer("Type an answer first.")
    if folded in map(fold, question.accepted):
        return Grade(score=1.0)
    names_another = folded in map(fold, question.lookalikes)
    near = any(is_slip(typed, text) for text in question.accepted)
    return Grade(score=0.0, near=near and not names_another)


def _share(right: Sequence[bool]) -> Grade:
    return Grade(score=sum(right) / len(right))


def _refuse_unknown(ids: Iterable[str], known: Collection[str]) -> None:
    unknown = set(ids) - set(known)
    if unknown:
        raise UnknownOption(f"there is no option {', '.join(sorted(unknown))} here; choose again")
