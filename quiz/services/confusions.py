"""Which techniques a learner takes for one another, on cards and in quizzes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.db import answer_queries
from quiz.db.models import Learner
from quiz.questions.pairs import Pair
from quiz.questions.scope import Scope

HALF_AS_MUCH = timedelta(days=30)
"""How much older than the latest a confusion is that weighs half as much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """A technique and the one that it was taken for, how often, and when last.

    ``on_cards`` are the times in study; the others were in quizzes.
    """

    technique: Technique
    taken_for: Technique
    times: int
    last: datetime
    on_cards: int

    @property
    def in_quizzes(self) -> int:
        """How often it was in a quiz."""
        return self.times - self.on_cards


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """Two techniques that a learner takes for one another, one way or both.

    ``ways`` has the more frequent way first.
    """

    ways: tuple[Confusion, ...]

    @property
    def pair(self) -> Pair:
        """The two, the one that was mistaken more often first."""
        return Pair(one=self.ways[0].technique, other=self.ways[0].taken_for)

    @property
    def times(self) -> int:
        """How often either was taken for the other."""
        return sum(way.times for way in self.ways)

    @property
    def last(self) -> datetime:
        """When that was the last time."""
        return max(way.last for way in self.ways)


def pairs(session: Session, learner: Learner, catalogue: Catalogue) -> list[Confusion]:
    """List what a learner takes for what, most often first.

    Techniques that are not taught any more are left out.
    """
    found = session.execute(answer_queries.confusions(learner.id))
    live = catalogue.by_stix_id
    return [
        Confusion(
            technique=live[stix_id],
            taken_for=live[other],
            times=times,
            last=last,
            on_cards=on_cards,
        )
        for stix_id, other, times, last, on_cards in found
        if stix_id in live and other and other in live and last
    ]


def mixed_up(
    session: Session, learner: Learner, catalogue: Catalogue, scope: Scope | None = None
) -> list[Mixed]:
    """List the pairs that a learner mixes up, most often and lately first.

    Those with neither technique in scope are left out.
    """
    found = pairs(session, learner, catalogue)
    if scope is not None and scope.query:
        inside = {technique.stix_id for technique in scope.select(catalogue)}
        found = [c for c in found if {c.technique.stix_id, c.taken_for.stix_id} & inside]
    return by_pair(found)


def by_pair(found: Iterable[Confusion]) -> list[Mixed]:
    """Put both ways of each pair together; those mixed up most often and lately come first.

    Each weighs as many times as it happened, and half as much for every 30 days that it is
    older than the latest: no clock is needed, and old mistakes make room for new ones.
    """
    ways: dict[frozenset[str], list[Confusion]] = defaultdict(list)
    for way in found:  # the more frequent first already
        ways[frozenset((way.technique.stix_id, way.taken_for.stix_id))].append(way)
    mixed = [Mixed(ways=tuple(both)) for both in ways.values()]
    latest = max((pair.last for pair in mixed), default=None)

    def weight(pair: Mixed) -> float:
        age = (latest - pair.last) / HALF_AS_MUCH if latest else 0.0
        return pair.times * float(0.5**age)

    return sorted(mixed, key=weight, reverse=True)
