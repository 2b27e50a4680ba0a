"""Typed words: what is the same in spite of how it is written, and what is a slip of the pen."""

from unicodedata import category, normalize

LONG = 8
"""How many letters a name needs for a slip in it to be told from another name."""
MOST_SLIPS = 2
"""How many letters may be wrong, missing or too many."""


def fold(text: str) -> str:
    """Write a text without what does not count: case, spaces, punctuation, forms of a letter.

    ``T1059.001`` and ``t1059 001`` are the same, and so are *Pass-the-Hash* and
    *pass the hash*. A text of nothing else folds to nothing.
    """
    folded = normalize("NFKC", normalize("NFKC", text).casefold())
    return "".join(c for c in folded if category(c)[0] in "LMN")


def is_slip(typed: str, name: str) -> bool:
    """Tell whether a text is a long name with one or two slips of the pen in it.

    Never where the digits differ: *T1059* is not *T1058*, nor *C2* a *C3*.
    """
    first, second = fold(typed), fold(name)
    letters = sum(c.isalpha() for c in second)
    if letters < LONG or _digits(first) != _digits(second):
        return False
    return 0 < distance(first, second, MOST_SLIPS) <= MOST_SLIPS


def distance(a: str, b: str, most: int) -> int:
    """Count the letters to insert, delete or replace to turn one text into the other.

    Levenshtein's distance; ``most + 1`` stands for all that is more than ``most``.
    """
    if abs(len(a) - len(b)) > most:
        return most + 1
    row = list(range(len(b) + 1))
    for place, letter in enumerate(a, start=1):
        above, row = row, [place]
        for column, other in enumerate(b, start=1):
            replaced = above[column - 1] + (letter != other)
            row.append(min(replaced, above[column] + 1, row[-1] + 1))
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())
