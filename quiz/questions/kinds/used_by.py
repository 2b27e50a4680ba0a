"""Which technique a group or software is documented to use."""

from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Procedure, Technique
from quiz.questions import evidence
from quiz.questions.actors import named, perhaps_used, sample
from quiz.questions.base import Choice, Draft, Nearness, QuestionKind
from quiz.questions.distractors import Allowed, Weights, fair_weights, nearest
from quiz.questions.notes import technique_choice
from quiz.questions.wording import listing, share_stems

FEW = 3
MOST = 8
"""How many actors a technique is asked about at most, so that the weights can be fair."""


class UsedByKind(QuestionKind):
    """Ask which technique a group, software or campaign is documented to use.

    Needs the facts of a release.
    """

    slug = "used-by"
    title = "Used by"
    purpose = "Know what the groups and tools in the news do"
    rank = 12
    needs_options = True

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Need an actor whose name does not tell the technique."""
        return bool(_askable(technique, catalogue))

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Offer techniques that are documented for others, but not for this actor."""
        procedure = rng.choice(_askable(technique, catalogue))
        others = nearest(
            technique,
            catalogue,
            rng,
            allowed=_may_stand(technique, procedure, catalogue),
            label=catalogue.display_name,
            nearness=nearness,
            weights=catalogue.once(_weights),
        )
        if not others:
            return None
        name = catalogue.display_name(technique)
        actor = named(procedure.id, procedure.name)
        return Draft(
            stem=f"Which of these techniques is {actor} documented in ATT&CK to use?",
            choices=[
                technique_choice(technique, catalogue, correct=True),
                *(_wrong(other, procedure, catalogue) for other in others),
            ],
            explanation=f"ATT&CK documents {name} ({technique.attack_id}) for {procedure.name}, "
            "and none of the others.",
            evidence=(evidence.from_procedure(technique, procedure),),
        )


def _askable(technique: Technique, catalogue: Catalogue) -> list[Procedure]:
    """Some uses by actors whose names do not tell the technique, always the same ones."""
    name = catalogue.display_name(technique)
    actors = {p.id: p for p in technique.procedures if not share_stems(name, [named(p.id, p.name)])}
    return sample(list(actors.values()), MOST)


def _may_stand(technique: Technique, procedure: Procedure, catalogue: Catalogue) -> Allowed:
    """Allow techniques documented for somebody, but certainly not for this actor."""
    used = perhaps_used(technique, procedure.id, catalogue)
    actor = named(procedure.id, procedure.name)
    return lambda other: (
        bool(other.procedures)
        and other not in used
        and not share_stems(catalogue.display_name(other), [actor])
    )


def _weights(catalogue: Catalogue) -> Weights:
    asked = (
        (1 / len(some), t, _may_stand(t, procedure, catalogue))
        for t in catalogue
        for some in [_askable(t, catalogue)]
        for procedure in some
    )
    return fair_weights(asked, catalogue)


def _wrong(other: Technique, procedure: Procedure, catalogue: Catalogue) -> Choice:
    users = listing(list(dict.fromkeys(p.name for p in other.procedures))[:FEW])
    note = f"Not documented for {procedure.name}, but for {users}."
    return technique_choice(other, catalogue, correct=False, note=note)
