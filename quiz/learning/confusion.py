"""Which technique was taken for which, where an answer says so."""

from collections.abc import Mapping, Sequence

from quiz.content.catalogue import Catalogue
from quiz.questions.base import AnswerKind, Question
from quiz.questions.kinds import KINDS
from quiz.questions.spelling import fold


def taken_for(question: Question, answer: Sequence[str], catalogue: Catalogue) -> str | None:
    """Give the STIX id of the technique that the asked one was taken for; None where none was.

    The answer is as grading has it. Only kinds that ask which technique it is tell: the
    first wrong choice, what was typed where it names another technique, or the target
    that was matched to it.
    """
    kind = KINDS.get(question.kind)
    if kind is None or not kind.identifies:
        return None
    found = None
    match question.answer_kind:
        case AnswerKind.ONE | AnswerKind.MANY:
            found = next(
                (o.stix_id for o in question.options if o.id in answer and not o.correct), None
            )
        case AnswerKind.TEXT:
            found = _technique_named(" ".join(answer), question.domain, catalogue)
        case AnswerKind.MATCH:
            targets = {target.id: target.stix_id for target in question.targets}
            pairs = zip(question.items, answer, strict=False)
            own = (targets.get(id_) for item, id_ in pairs if item.stix_id == question.stix_id)
            found = next(own, None)
    return found if found != question.stix_id else None


def _technique_named(typed: str, domain: str, catalogue: Catalogue) -> str | None:
    """Find the technique that a text names; None where its domain is gone, too."""
    return catalogue.once(_named).get(domain, {}).get(fold(typed))


def _named(catalogue: Catalogue) -> Mapping[str, Mapping[str, str]]:
    """The techniques of each domain by all that names them: ID, name, and name with its parent's.

    A name that several have is left to the first: the others are typed with their parent's.
    """
    found: dict[str, dict[str, str]] = {}
    for domain in catalogue.domains:
        names: dict[str, str] = {}
        for technique in catalogue.in_domain(domain):
            for text in (
                technique.attack_id,
                catalogue.display_name(technique),
                technique.name,
            ):
                names.setdefault(fold(str(text)), technique.stix_id)
        found[domain] = names
    return found
