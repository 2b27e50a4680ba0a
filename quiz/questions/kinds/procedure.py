"""Which technique a sentence from a real report shows."""

from collections.abc import Callable, Iterable
from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.sentences import sentences
from quiz.content.technique import Procedure, Technique
from quiz.questions import evidence, excerpts
from quiz.questions.actors import perhaps_used, sample
from quiz.questions.base import Draft, Nearness, QuestionKind
from quiz.questions.distractors import Allowed, Weights, beside, fair_weights, is_stranger
from quiz.questions.notes import technique_choice
from quiz.questions.rivals import beside_rival

MIN_WORDS = 8
"""Reports are terse: a shorter sentence says too little around its gaps."""
FEW = 4
"""How many of a technique's procedures stand for all where options are weighed."""
TRIES = 8
"""Of how many of a technique's procedures, at random, the first fair one is asked about."""


Around = Callable[[frozenset[Technique]], Iterable[tuple[Technique, ...]]]
"""What may stand beside a technique, given those that may have been used as well."""


class ProcedureKind(QuestionKind):
    """Ask which technique a sentence about what a group or software did shows.

    Needs the facts of a release.
    """

    slug = "procedure"
    title = "Procedure"
    purpose = "Map what a report says to a technique"
    rank = 8
    identifies = True
    contrasts = True

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Need a documented use."""
        return bool(technique.procedures)

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Offer look-alikes that are not documented for whoever did it."""

        def around(used: frozenset[Technique]) -> Iterable[tuple[Technique, ...]]:
            weights = catalogue.once(_weights)
            return beside(technique, catalogue, rng, nearness, weights=weights, excluded=used)

        return _ask(technique, catalogue, rng, around)

    def ask_beside(
        self, technique: Technique, rival: Technique, catalogue: Catalogue, rng: Random
    ) -> Draft | None:
        """Offer the rival and others, none documented for whoever did it: never family."""

        def around(used: frozenset[Technique]) -> Iterable[tuple[Technique, ...]]:
            weights = catalogue.once(_weights)
            return beside_rival(technique, rival, catalogue, rng, weights=weights, excluded=used)

        return _ask(technique, catalogue, rng, around)


def _ask(technique: Technique, catalogue: Catalogue, rng: Random, around: Around) -> Draft | None:
    count = min(TRIES, len(technique.procedures))
    for procedure in rng.sample(technique.procedures, count):
        if draft := _about(procedure, technique, catalogue, around):
            return draft
    return None


def _about(
    procedure: Procedure, technique: Technique, catalogue: Catalogue, around: Around
) -> Draft | None:
    sentence = " ".join(sentences(procedure.description))
    if not MIN_WORDS <= len(sentence.split()) <= excerpts.MAX_WORDS:
        return None
    excluded = frozenset().union(
        *(
            perhaps_used(technique, actor_id, catalogue)
            for actor_id in _said_of(sentence, procedure, technique)
        )
    )
    for others in around(excluded):
        excerpt = excerpts.hide(sentence, excerpts.hidden_terms((technique, *others), catalogue))
        if excerpt.hidden <= excerpts.MAX_HIDDEN and excerpts.tells_apart(
            excerpt, technique, others, catalogue, ignored=procedure.name
        ):
            return _draft(procedure, technique, others, excerpt, catalogue)
    return None


def _draft(
    procedure: Procedure,
    technique: Technique,
    others: tuple[Technique, ...],
    excerpt: excerpts.Excerpt,
    catalogue: Catalogue,
) -> Draft:
    name = catalogue.display_name(technique)
    note = f"ATT&CK does not document it for {procedure.name}."
    return Draft(
        stem="Which technique does this sentence from a report show?",
        excerpt=excerpt.text,
        choices=[
            technique_choice(technique, catalogue, correct=True),
            *(technique_choice(other, catalogue, correct=False, note=note) for other in others),
        ],
        explanation=f"ATT&CK documents it as an example of {name} ({technique.attack_id}).",
        evidence=(evidence.from_procedure(technique, procedure),),
    )


def _said_of(sentence: str, procedure: Procedure, technique: Technique) -> set[str]:
    """The actors that a sentence is about: some stand under a campaign and its group alike."""
    telling = sorted(sentence.split(), key=len)[-3:]
    return {procedure.id} | {
        other.id
        for other in technique.procedures
        if all(word in other.description for word in telling)
        and sentence in " ".join(sentences(other.description))
    }


def _weights(catalogue: Catalogue) -> Weights:
    asked = (
        (1 / len(some), technique, _may_stand(technique, procedure, catalogue))
        for technique in catalogue
        for some in [sample(technique.procedures, FEW)]
        for procedure in some
    )
    return fair_weights(asked, catalogue)


def _may_stand(technique: Technique, procedure: Procedure, catalogue: Catalogue) -> Allowed:
    stranger = is_stranger(technique, catalogue)
    used = perhaps_used(technique, procedure.id, catalogue)
    return lambda other: other not in used and stranger(other)
