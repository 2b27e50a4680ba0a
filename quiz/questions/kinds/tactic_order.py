"""Tactics in the order of the matrix."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import PurePath
from random import Random
from typing import Any

from quiz.content.catalogue import Catalogue, by_fullness
from quiz.content.collection import FILE
from quiz.content.technique import Collection, Tactic, Technique
from quiz.questions.base import Choice, Draft, Evidence, Nearness, QuestionKind

FEWEST, MOST = 4, 6
TRIES = 24
"""How many sets of tactics to draw and choose from."""
TILT = 0.1
"""How far from a half to aim, up or down, where an odd number of neighbours cannot halve."""
SHIPPED = f"starter/{FILE}"
"""What says the order of the tactics where no collection of the domain does."""


class TacticOrderKind(QuestionKind):
    """Ask for tactics in the order of the matrix.

    It is much the same whatever the technique, so only one technique of each
    tactic asks it.
    """

    slug = "tactic-order"
    title = "Tactics in order"
    purpose = "Know the course of an attack as the matrix lays it out"
    rank = 11
    needs_options = True
    flashcard = False

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Let the first technique of each tactic ask, where somebody has stated the order."""
        return technique.stix_id in catalogue.once(_tactics_to_ask_with)

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        """Draw four to six tactics, the technique's own among them, from all over the matrix."""
        own = catalogue.once(_tactics_to_ask_with)[technique.stix_id]
        matrix, source = _matrix(technique.domain, catalogue)
        drawn = _draw(own, matrix, rng)
        place = f"{own.name} is number {matrix.index(own) + 1} of {len(matrix)}"
        return Draft(
            stem="Put these tactics in the order of the matrix.",
            sequence=[_choice(tactic, matrix) for tactic in drawn],
            explanation="The matrix lists them in this order, not always side by side. "
            f"{place}, and {catalogue.display_name(technique)} serves it.",
            evidence=(
                Evidence(
                    file=_file(source, catalogue),
                    section="tactics",
                    quote=", ".join(tactic.name for tactic in matrix),
                ),
            ),
        )


def _draw(own: Tactic, matrix: Sequence[Tactic], rng: Random) -> list[Tactic]:
    """Draw tactics of which sorting by name or length puts half the neighbours in order.

    Drawn evenly, the alphabet backwards would score well above chance: the matrix
    happens to run from *Reconnaissance* towards *Exfiltration*.
    """
    others = [tactic for tactic in matrix if tactic is not own]
    count = min(rng.randint(FEWEST, MOST), len(matrix))
    aims = {key: 0.5 + rng.choice((-TILT, TILT)) for key in (_name, _length)}

    def bias(drawn: list[Tactic]) -> float:
        return sum(abs(_in_order(drawn, key) - aim) for key, aim in aims.items())

    sets = ([own, *rng.sample(others, count - 1)] for _ in range(TRIES))
    return min((sorted(drawn, key=matrix.index) for drawn in sets), key=bias)


def _in_order(drawn: Sequence[Tactic], key: Callable[[Tactic], Any]) -> float:
    """The share of neighbours, sorted by a key, that stand in order; what is equal, by half."""
    pairs = list(pairwise(sorted(drawn, key=key)))
    right = [0.5 if key(a) == key(b) else float(drawn.index(a) < drawn.index(b)) for a, b in pairs]
    return sum(right) / len(right)


def _name(tactic: Tactic) -> str:
    return tactic.name


def _length(tactic: Tactic) -> int:
    return len(tactic.name)


def _choice(tactic: Tactic, matrix: tuple[Tactic, ...]) -> Choice:
    return Choice(
        text=tactic.name,
        note=f"Number {matrix.index(tactic) + 1} of {len(matrix)} in the matrix.",
        tactic=tactic.short_name,
    )


def _tactics_to_ask_with(catalogue: Catalogue) -> dict[str, Tactic]:
    """Give each tactic, in matrix order, to the first technique to learn that has none yet."""
    tactics: dict[str, Tactic] = {}
    for domain in catalogue.domains:
        matrix, _ = _matrix(domain, catalogue)
        if len(matrix) < FEWEST:
            continue
        for tactic in matrix:
            for technique in catalogue.learning_order:
                free = technique.domain == domain and technique.stix_id not in tactics
                if free and tactic.short_name in technique.tactics:
                    tactics[technique.stix_id] = tactic
                    break
    return tactics


def _matrix(domain: str, catalogue: Catalogue) -> tuple[tuple[Tactic, ...], Collection | None]:
    """A domain's tactics in the order that one collection states, and that collection.

    Two collections say nothing of how their tactics stand to each other, so only those
    of the one with the most count.
    """
    declared = catalogue.declared_tactics(domain)
    for collection in by_fullness(catalogue.collections):
        names = {t.short_name for t in collection.tactics if t.domain == domain}
        if names:
            return tuple(t for t in declared if t.short_name in names), collection
    return declared, None


def _file(source: Collection | None, catalogue: Catalogue) -> str:
    """Where the order stands, below the folder of collections as all paths are."""
    if source is None:
        return SHIPPED
    folder = source.folder.name
    # A collection is the folder of collections itself, or lies directly in it.
    own = next((t for t in catalogue if t.collection == source.name), None)
    nested = own is None or PurePath(own.path).parts[0] == folder
    return f"{folder}/{FILE}" if nested else FILE
