"""What of a question may be shown before it is answered."""

from dataclasses import replace

from quiz.questions.base import Item, Option, Question


def sealed(question: Question) -> Question:
    """Leave out of a question everything that tells its key, or the technique that it is about."""
    return replace(
        question,
        key="",
        attack_id="",
        stix_id="",
        subject="",
        explanation="",
        evidence=(),
        difficulty=None,
        options=tuple(Option(id=o.id, text=o.text, correct=False) for o in question.options),
        items=tuple(Item(id=item.id, text=item.text) for item in question.items),
        targets=tuple(Item(id=target.id, text=target.text) for target in question.targets),
        solution=(),
        accepted=(),
        lookalikes=(),
    )
