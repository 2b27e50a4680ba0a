"""Two techniques to tell apart, and how a URL names them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique

BETWEEN = "~"
"""Between the two IDs; neither an ID nor a domain can hold it, and a URL leaves it as it is."""
IN_DOMAIN = ":"
"""Between a domain and the IDs, where the IDs alone would mean techniques of another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two techniques of a domain; where one is asked about first, it is ``one``."""

    one: Technique
    other: Technique

    @property
    def ids(self) -> frozenset[str]:
        """Their STIX ids, the same either way round."""
        return frozenset((self.one.stix_id, self.other.stix_id))

    def value(self, catalogue: Catalogue) -> str:
        """Write the pair for a query string, such as ``T1059.001~T1059.003``."""
        ids = BETWEEN.join(str(t.attack_id) for t in (self.one, self.other))
        plain = all(catalogue.find(str(t.attack_id)) is t for t in (self.one, self.other))
        return ids if plain else f"{self.one.domain}{IN_DOMAIN}{ids}"

    @classmethod
    def read(cls, value: str, catalogue: Catalogue) -> Pair | None:
        """Read what :meth:`value` wrote; None where either is not taught (any more)."""
        domain, _, ids = value.rpartition(IN_DOMAIN)
        first, _, second = ids.partition(BETWEEN)
        one, other = (catalogue.find(id_, domain or None) for id_ in (first, second))
        if one is None or other is None or one is other or one.domain != other.domain:
            return None
        return cls(one=one, other=other)


def read_pairs(values: Iterable[str], catalogue: Catalogue) -> tuple[Pair, ...]:
    """Read pairs as a query string lists them, each once; what names no pair is left out."""
    found: dict[frozenset[str], Pair] = {}
    for value in values:
        if pair := Pair.read(value, catalogue):
            found.setdefault(pair.ids, pair)
    return tuple(found.values())
