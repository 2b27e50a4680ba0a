"""Which technique another one's text points the reader to."""

from random import Random

from quiz.content.catalogue import Catalogue, linked_ids
from quiz.content.sentences import sentences
from quiz.content.technique import Technique
from quiz.questions import evidence, excerpts
from quiz.questions.base import GAP, Draft, Nearness, QuestionKind
from quiz.questions.distractors import nearest, strangers
from quiz.questions.notes import technique_choice
from quiz.questions.wording import share_stems

MIN_WORDS = 8
"""A shorter sentence says too little around its gap."""
RARELY = 0.05
"""The weight of a technique that no text points to, beside one that has a link."""


class RelatedKind(QuestionKind):
    """Ask which technique belongs in the gap of a sentence that links to it."""

    slug = "related"
    title = "Related technique"
    purpose = "See how techniques hang together"
    rank = 6
    needs_options = True

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Need a link out of the family, to a technique that the name does not give away."""
        return bool(_targets(technique, catalogue))

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Show the sentence with the link hidden; offer techniques that are not linked."""
        targets = list(_targets(technique, catalogue))
        rng.shuffle(targets)
        for target in targets:
            if draft := self._about(technique, target, catalogue, rng, nearness):
                return draft
        return None

    def _about(
        self,
        technique: Technique,
        target: Technique,
        catalogue: Catalogue,
        rng: Random,
        nearness: Nearness,
    ) -> Draft | None:
        name = catalogue.display_name(technique)
        sentence = _linking_sentence(technique, target)
        if not sentence:
            return None
        family = set(catalogue.family(target))
        pool = [
            other
            for other in strangers(technique, catalogue)
            if other not in family and not share_stems(catalogue.display_name(other), [name])
        ]

        def popularity(other: Technique) -> float:
            return len(catalogue.links_to(other)) + RARELY

        others = nearest(
            target,
            pool,
            rng,
            label=catalogue.display_name,
            nearness=nearness,
            weight=popularity,
        )
        if not others:
            return None
        terms = excerpts.hidden_terms((target, *others), catalogue)
        excerpt = excerpts.hide(sentence, terms)
        if excerpt.hidden > excerpts.MAX_HIDDEN or GAP not in excerpt.text:
            return None
        return Draft(
            stem=f"Which technique does the text of {name} point the reader to here?",
            excerpt=excerpt.text,
            choices=[
                technique_choice(target, catalogue, correct=True),
                *(
                    technique_choice(
                        other,
                        catalogue,
                        correct=False,
                        note=f"The text of {name} does not link to it.",
                    )
                    for other in others
                ),
            ],
            explanation=f"The text of {name} links to {catalogue.display_name(target)} "
            "in this sentence, and nowhere to the others.",
            evidence=(evidence.from_text(technique, _section(technique, sentence), sentence),),
        )


def _targets(technique: Technique, catalogue: Catalogue) -> tuple[Technique, ...]:
    family = set(catalogue.family(technique))
    name = catalogue.display_name(technique)
    return tuple(
        target
        for target in catalogue.links_from(technique)
        if target not in family and not share_stems(catalogue.display_name(target), [name])
    )


def _linking_sentence(technique: Technique, target: Technique) -> str | None:
    """Find a sentence that links to the target by its name.

    A link reads as its text once the Markdown is gone, so the paragraph with
    the link is searched for a sentence that has the target's name.
    """
    for text in (technique.description, technique.detection_text):
        for paragraph in text.splitlines():
            ids = linked_ids(paragraph)
            if target.attack_id not in ids:
                continue
            for sentence in sentences(paragraph):
                words = len(sentence.split())
                if target.name in sentence and MIN_WORDS <= words <= excerpts.MAX_WORDS:
                    return sentence
    return None


def _section(technique: Technique, sentence: str) -> str:
    in_description = sentence in sentences(technique.description)
    return "Description" if in_description else technique.detection_section
