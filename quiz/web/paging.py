"""Which pages of a long list to offer."""

AROUND = 1
"""How many page numbers are offered to each side of the current one."""


def offered(number: int, last: int) -> tuple[int | None, ...]:
    """The first page, those around the current one, and the last; None for a gap."""
    near = range(number - AROUND, number + AROUND + 1)
    found: list[int | None] = []
    for page in sorted({1, last, *(n for n in near if 1 <= n <= last)}):
        if found and found[-1] != page - 1:
            found.append(None)
        found.append(page)
    return tuple(found)
