"""How what has piled up is spread over days, each taking its share beside what comes due on it."""

from collections.abc import Sequence

LONGEST_SPREAD = 30
"""Over how many days a backlog can be spread at most."""


def share(left: int, days: int) -> int:
    """Tell how many of what is left come today, where so many days are left, today included."""
    return -(-left // max(days, 1))


def days_of(waiting: int, coming: Sequence[int]) -> list[int]:
    """Tell what each day has: its share of what waits, and what comes due on it anyway.

    What is rated on the way, and comes again within these days, is not in it.
    """
    found, left = [], waiting
    for place, more in enumerate(coming):
        part = share(left, len(coming) - place)
        found.append(part + more)
        left -= part
    return found
