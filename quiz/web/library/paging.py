"""A long list of techniques, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from quiz.content.technique import Technique
from quiz.web.paging import offered

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some techniques of a list. ``number`` and ``last`` count pages from 1."""

    techniques: Sequence[Technique]
    number: int
    last: int
    total: int

    @classmethod
    def of(cls, techniques: Sequence[Technique], number: int) -> "Page":
        """Cut a page out of a list; a number beyond its ends gives the nearest page."""
        last = max(1, -(-len(techniques) // PAGE_SIZE))
        number = min(max(number, 1), last)
        start = (number - 1) * PAGE_SIZE
        return cls(
            techniques=techniques[start : start + PAGE_SIZE],
            number=number,
            last=last,
            total=len(techniques),
        )

    @property
    def first_item(self) -> int:
        """The place of the page's first technique in the whole list, from 1."""
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def last_item(self) -> int:
        """The place of the page's last technique in the whole list."""
        return self.first_item + len(self.techniques) - 1

    @property
    def numbers(self) -> tuple[int | None, ...]:
        """The pages to offer: the first, those around this one, the last; None for a gap."""
        return offered(self.number, self.last)
