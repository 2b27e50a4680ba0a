"""Leeches: cards forgotten again and again, which more of the same will not teach."""

THRESHOLD = 8
"""From how many lapses on a card is a leech: as Anki has it."""

AGAIN_EVERY = 4
"""After how many more lapses that is said again: half the threshold, as Anki has it."""


def is_leech(lapses: int) -> bool:
    """Tell whether a card forgotten so often is a leech."""
    return lapses >= THRESHOLD


def is_told(lapses: int) -> bool:
    """Tell whether this lapse is one at which the learner is told that a card is a leech."""
    return is_leech(lapses) and (lapses - THRESHOLD) % AGAIN_EVERY == 0
