"""Pairs of techniques that a learner may confuse, and every question about them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions.base import Question
from quiz.questions.distractors import linked
from quiz.questions.generator import generate
from quiz.questions.kinds import KINDS
from quiz.questions.wording import share_stems

Pair = tuple[Technique, Technique]

QUOTING = ("description", "detection", "procedure")
NEAR_EACH = 3


def pairs_of(catalogue: Catalogue, most: int) -> Mapping[str, Sequence[Pair]]:
    """Some pairs of every sort: siblings, tied by a text, of a tactic; with a word in common."""
    rng = Random(1)
    found: dict[str, list[Pair]] = defaultdict(list)

    def add(sort: str, one: Technique, other: Technique) -> None:
        names = catalogue.display_name(one), [catalogue.display_name(other)]
        akin = "siblings" if sort == "siblings" else sort + " alike" * share_stems(*names)
        if one.stix_id < other.stix_id:
            found[akin].append((one, other))

    for technique in catalogue:
        family = catalogue.family(technique)
        near = [
            t
            for t in catalogue.in_domain(technique.domain)
            if t is not technique and t not in family and set(t.tactics) & set(technique.tactics)
        ]
        for sort, others in (
            ("siblings", catalogue.siblings(technique)),
            ("tied", linked(technique, catalogue)),
            ("near", rng.sample(near, min(NEAR_EACH, len(near)))),
        ):
            for other in others:
                add(sort, technique, other)
    return {sort: rng.sample(pairs, min(most, len(pairs))) for sort, pairs in found.items()}


def ask_both_ways(
    pair: Pair, catalogue: Catalogue, seeds: Sequence[int] = (0, 1)
) -> Iterator[tuple[Question, Technique]]:
    """Every question about each of a pair beside the other, with the other."""
    one, other = pair
    for technique, rival in ((one, other), (other, one)):
        for slug in QUOTING:
            for seed in seeds:
                if question := generate(technique, KINDS[slug], seed, catalogue, rival=rival):
                    yield question, rival
