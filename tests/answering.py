"""Right and wrong answers to any question, as grading has them and as a form sends them."""

from collections.abc import Sequence
from dataclasses import replace

from quiz.questions.base import AnswerKind, Grade, Question
from quiz.services.taking import Answered


def right_answer(question: Question) -> list[str]:
    """The key: ids as they are shown, in order or for each item; or the best text to type."""
    if question.answer_kind is AnswerKind.TEXT:
        return [question.accepted[0]]
    return list(question.solution) or sorted(question.correct_ids)


def wrong_answer(question: Question) -> list[str]:
    """An answer in which nothing is right."""
    match question.answer_kind:
        case AnswerKind.ORDER:
            return list(reversed(question.solution))
        case AnswerKind.MATCH:
            return [*question.solution[1:], question.solution[0]]
        case AnswerKind.TEXT:
            return ["no such thing"]
        case AnswerKind.ONE | AnswerKind.MANY:
            return [next(option.id for option in question.options if not option.correct)]


def as_sent(question: Question, answer: Sequence[str]) -> dict[str, str | list[str]]:
    """The fields that a page's form sends for an answer."""
    if question.answer_kind is AnswerKind.ORDER:
        return {f"place-{id_}": str(place) for place, id_ in enumerate(answer, start=1)}
    return {"chosen": list(answer)}


def typed(question: Question, *accepted: str, lookalikes: tuple[str, ...] = ()) -> Question:
    """Ask a question for an answer in writing."""
    return replace(
        question,
        answer_kind=AnswerKind.TEXT,
        stem="What is this technique called?",
        excerpt=None,
        options=(),
        items=(),
        targets=(),
        solution=(),
        accepted=accepted,
        lookalikes=lookalikes,
    )


def graded(answered: Answered) -> Grade:
    """The grade of an answer that is told at once."""
    assert answered.grade
    return answered.grade
