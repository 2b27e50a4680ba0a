"""Which technique another one's text points the reader to."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from quiz.content.catalogue import Catalogue, linked_ids
from quiz.content.sentences import sentences
from quiz.content.technique import Technique
from quiz.questions import evidence, excerpts
from quiz.questions.base import GAP, Draft, Nearness, QuestionKind
from quiz.questions.distractors import Allowed, Weights, fair_weights, is_stranger, nearest
from quiz.questions.notes import technique_choice
from quiz.questions.wording import share_stems

MIN_WORDS = 8
"""A shorter sentence says too little around its gap."""
MOST_OFTEN = 3
"""Of how many techniques' questions one technique may be the key: some are linked everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A sentence of a technique's text that links to another technique."""

    target: Technique
    sentence: str
    section: str


class RelatedKind(QuestionKind):
    """Ask which technique belongs in the gap of a sentence that links to it."""

    slug = "related"
    title = "Related technique"
    purpose = "See how techniques hang together"
    rank = 6
    needs_options = True

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Need a link out of the family, to a technique that the name does not give away."""
        return technique in catalogue.once(_asked)

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Show the sentence with the link hidden; offer techniques that are not linked."""
        link = catalogue.once(_asked)[technique]
        name = catalogue.display_name(technique)
        others = nearest(
            link.target,
            catalogue,
            rng,
            allowed=_may_stand(technique, link.target, catalogue),
            label=catalogue.display_name,
            nearness=nearness,
            weights=catalogue.once(_weights),
        )
        if not others:
            return None
        terms = excerpts.hidden_terms((link.target, *others), catalogue)
        excerpt = excerpts.hide(link.sentence, terms)
        if excerpt.hidden > excerpts.MAX_HIDDEN or GAP not in excerpt.text:
            return None
        unlinked = f"The text of {name} does not link to it."
        return Draft(
            stem=f"Which technique does the text of {name} point the reader to here?",
            excerpt=excerpt.text,
            choices=[
                technique_choice(link.target, catalogue, correct=True),
                *(technique_choice(o, catalogue, correct=False, note=unlinked) for o in others),
            ],
            explanation=f"The text of {name} links to {catalogue.display_name(link.target)} "
            "in this sentence, and nowhere to the others.",
            evidence=(evidence.from_text(technique, link.section, link.sentence),),
        )

    def true_answer(self, technique: Technique, catalogue: Catalogue) -> tuple[str, ...]:
        """The technique that the sentence asked about links to."""
        link = catalogue.once(_asked).get(technique)
        return (catalogue.display_name(link.target),) if link else ()


def _asked(catalogue: Catalogue) -> Mapping[Technique, Link]:
    """One link for each technique, so spread that no technique is the key too often."""
    keyed: Counter[Technique] = Counter()
    asked = {}
    techniques = sorted(catalogue, key=lambda t: Random(t.stix_id).random())  # noqa: S311
    for technique in techniques:
        links = sorted(_links(technique, catalogue), key=lambda link: keyed[link.target])
        if links and keyed[links[0].target] < MOST_OFTEN:
            keyed[links[0].target] += 1
            asked[technique] = links[0]
    return asked


def _may_stand(technique: Technique, target: Technique, catalogue: Catalogue) -> Allowed:
    """Allow techniques that the text does not point to, and whose names it does not tell."""
    family, name = set(catalogue.family(target)), catalogue.display_name(technique)
    stranger = is_stranger(technique, catalogue)
    return lambda other: (
        stranger(other)
        and other not in family
        and not share_stems(catalogue.display_name(other), [name])
    )


def _weights(catalogue: Catalogue) -> Weights:
    asked = (
        (1, link.target, _may_stand(t, link.target, catalogue))
        for t, link in catalogue.once(_asked).items()
    )
    return fair_weights(asked, catalogue)


def _links(technique: Technique, catalogue: Catalogue) -> Iterator[Link]:
    """The links out of the family that can be quoted, to techniques the name does not tell."""
    family = set(catalogue.family(technique))
    name = catalogue.display_name(technique)
    for target in catalogue.links_from(technique):
        if target not in family and not share_stems(catalogue.display_name(target), [name]):
            yield from _quoted(technique, target)


def _quoted(technique: Technique, target: Technique) -> Iterator[Link]:
    """Find the first sentence that links to the target by its name.

    A link reads as its text once the Markdown is gone, so the paragraph with
    the link is searched for a sentence that has the target's name.
    """
    texts = {
        "Description": technique.description,
        technique.detection_section: technique.detection_text,
    }
    for section, text in texts.items():
        for paragraph in text.splitlines():
            if target.attack_id not in linked_ids(paragraph):
                continue
            for sentence in sentences(paragraph):
                words = len(sentence.split())
                if target.name in sentence and MIN_WORDS <= words <= excerpts.MAX_WORDS:
                    yield Link(target=target, sentence=sentence, section=section)
                    return
