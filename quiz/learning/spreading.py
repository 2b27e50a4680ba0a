"""How what has piled up is spread over days, each taking its share."""

from collections.abc import Sequence

LONGEST_SPREAD = 30
"""Over how many days a backlog can be spread at most."""


def share(left: int, days: int) -> int:
    """Tell how many of what is left come today, where as many days are left, today included."""
    return -(-left // max(days, 1))


def shares(waiting: int, coming: Sequence[int]) -> list[int]:
    """Tell each day's share of what waits now and of what comes due on each of the days.

    The last day takes all that is left; nothing that is rated on the way comes again here.
    """
    found, left = [], waiting
    for place, more in enumerate(coming):
        left += more
        found.append(share(left, len(coming) - place))
        left -= found[-1]
    return found
