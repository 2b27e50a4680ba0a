"""What stands before an option, so that one can write down which one it was."""

from string import ascii_uppercase


def letter(place: int) -> str:
    """Name a place, from 0: *A* to *Z*, then *AA*, as lists in HTML are lettered."""
    before, own = divmod(place, len(ascii_uppercase))
    return (letter(before - 1) if before else "") + ascii_uppercase[own]
