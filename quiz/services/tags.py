"""What is said of a card beside its schedule: by the learner, and by how often it was forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from quiz.db.models import Card
from quiz.learning import leeches


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """A card's tags, and the learner's note on it.

    ``buried_until`` is empty once that has passed. ``lapses`` counts since the card was
    new last; from eight on it is a ``leech``.
    """

    suspended: bool = False
    buried_until: datetime | None = None
    marked: bool = False
    lapses: int = 0
    note: str | None = None

    @property
    def leech(self) -> bool:
        """Whether the card was forgotten so often that more of the same will not teach it."""
        return leeches.is_leech(self.lapses)


def of(row: Card | None, now: datetime) -> Tags:
    """Read the tags off a card's row; a card without one has none."""
    if row is None:
        return Tags()
    return Tags(
        suspended=row.suspended_at is not None,
        buried_until=row.buried_until if row.buried_until and row.buried_until > now else None,
        marked=row.marked_at is not None,
        lapses=row.lapses,
        note=row.note,
    )
