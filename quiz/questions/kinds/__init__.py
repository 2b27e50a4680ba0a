"""The registry: every module beside this one that holds a :class:`QuestionKind`."""

from importlib import import_module
from inspect import isabstract, isclass
from pkgutil import iter_modules

from quiz.questions.base import QuestionKind


def _discover() -> dict[str, QuestionKind]:
    kinds = [
        value()
        for module in iter_modules(__path__)
        for value in vars(import_module(f"{__name__}.{module.name}")).values()
        if isclass(value) and issubclass(value, QuestionKind) and not isabstract(value)
    ]
    return {kind.slug: kind for kind in sorted(kinds, key=lambda kind: (kind.rank, kind.slug))}


KINDS: dict[str, QuestionKind] = _discover()
"""Every kind by slug, in the order in which a technique's cards are met."""
