"""Which technique a sentence from a real report shows."""

from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.sentences import sentences
from quiz.content.technique import Procedure, Technique
from quiz.questions import evidence, excerpts
from quiz.questions.actors import perhaps_used, sample
from quiz.questions.base import Draft, Nearness, QuestionKind
from quiz.questions.distractors import Allowed, Weights, beside, fair_weights, is_stranger
from quiz.questions.notes import technique_choice

MIN_WORDS = 8
"""Reports are terse: a shorter sentence says too little around its gaps."""
FEW = 4
"""How many of a technique's procedures stand for all where options are weighed."""
TRIES = 8
"""Of how many of a technique's procedures, at random, the first fair one is asked about."""


class ProcedureKind(QuestionKind):
    """Ask which technique a sentence about what a group or software did shows.

    Needs the facts of a release.
    """

    slug = "procedure"
    title = "Procedure"
    purpose = "Map what a report says to a technique"
    rank = 8
    identifies = True

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Need a documented use."""
        return bool(technique.procedures)

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Offer look-alikes that are not documented for whoever did it."""
        count = min(TRIES, len(technique.procedures))
        for procedure in rng.sample(technique.procedures, count):
            if draft := _about(procedure, technique, catalogue, rng, nearness):
                return draft
        return None


def _about(
    procedure: Procedure,
    technique: Technique,
    catalogue: Catalogue,
    rng: Random,
    nearness: Nearness,
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
    for others in beside(
        technique,
        catalogue,
        rng,
        nearness,
        weights=catalogue.once(_weights),
        excluded=excluded,
    ):
        excerpt = excerpts.hide(sentence, excerpts.hidden_terms((technique, *others), catalogue))
        if excerpt.hidden <= excerpts.MAX_HIDDEN and excerpts.tells_apart(
            excerpt, technique, others, catalogue, ignored=procedure.name
        ):
            name = catalogue.display_name(technique)
            return Draft(
                stem="Which technique does this sentence from a report show?",
                excerpt=excerpt.text,
                choices=[
                    technique_choice(technique, catalogue, correct=True),
                    *(
                        technique_choice(
                            other,
                            catalogue,
                            correct=False,
                            note=f"ATT&CK does not document it for {procedure.name}.",
                        )
                        for other in others
                    ),
                ],
                explanation=f"ATT&CK documents it as an example of {name} ({technique.attack_id}).",
                evidence=(evidence.from_procedure(technique, procedure),),
            )
    return None


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
