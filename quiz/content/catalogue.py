"""Every live technique of the active collections, indexed. Immutable once built."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

from quiz.content.difficulty import Difficulty, rate
from quiz.content.technique import AttackId, Collection, Tactic, Technique

T = TypeVar("T")

TECHNIQUE_LINK = re.compile(
    r"\]\(\s*(?:https?://attack\.mitre\.org)?/?techniques/(T\d{4})(?:/(\d{3}))?[/)\s#?]"
)
SMALL_WORDS = {"and", "or", "of", "the", "to", "in", "for"}


def tactic_name(short_name: str) -> str:
    """Write a tactic's short name as people read it: *Command and Control*."""
    words = short_name.split("-")
    return " ".join(w if w in SMALL_WORDS and i else w.capitalize() for i, w in enumerate(words))


def domain_name(domain: str) -> str:
    """Name a domain as people do: *Enterprise* for ``enterprise-attack``."""
    words = domain.removesuffix("-attack").split("-")
    return " ".join("ICS" if word == "ics" else word.capitalize() for word in words)


def by_fullness(collections: Iterable[Collection]) -> list[Collection]:
    """Sort collections by how many tactics they declare: a whole matrix before additions to it."""
    return sorted(collections, key=lambda collection: -len(collection.tactics))


def linked_ids(markdown: str) -> tuple[AttackId, ...]:
    """List the techniques that a text links to, each once, in order of appearance."""
    found = (AttackId(f"{a}.{b}" if b else a) for a, b in TECHNIQUE_LINK.findall(markdown))
    return tuple(dict.fromkeys(found))


class Catalogue:
    """Look-ups over the live techniques of some collections.

    ``techniques`` may hold retired ones: they are kept apart in ``retired`` and
    appear in no other look-up. Iterating gives live techniques by domain and ID.
    """

    def __init__(
        self,
        techniques: Iterable[Technique],
        collections: Iterable[Collection] = (),
        fallback_tactics: Iterable[Tactic] = (),
    ) -> None:
        everything = sorted(techniques, key=lambda t: (t.domain, t.attack_id, t.stix_id))
        self.collections = tuple(collections)
        self.techniques = tuple(t for t in everything if not t.retired)
        self.retired = tuple(t for t in everything if t.retired)
        self.by_stix_id: Mapping[str, Technique] = {t.stix_id: t for t in self.techniques}
        self._by_attack_id = {(t.domain, str(t.attack_id)): t for t in self.techniques}
        self._declared = self._declare_tactics(tuple(fallback_tactics))
        self._tactics = self._merge_tactics()
        self._difficulty = {t.stix_id: rate(t) for t in self.techniques}
        self._derived: dict[Callable[[Catalogue], Any], Any] = {}

    def __iter__(self) -> Iterator[Technique]:
        return iter(self.techniques)

    def __len__(self) -> int:
        return len(self.techniques)

    # Look-ups

    def find(self, attack_id: str, domain: str | None = None) -> Technique | None:
        """Find a live technique by its ID, in one domain or in whichever has it."""
        domains = (domain,) if domain else self.domains
        hits = (self._by_attack_id.get((d, attack_id)) for d in domains)
        return next((t for t in hits if t), None)

    def display_name(self, technique: Technique) -> str:
        """Name a technique as it is always shown: a sub-technique as ``Parent: Name``."""
        parent = self.parent(technique)
        return f"{parent.name}: {technique.name}" if parent else technique.name

    def difficulty(self, technique: Technique) -> Difficulty:
        """How hard the technique's own text says it is to detect."""
        return self._difficulty[technique.stix_id]

    # Family

    def parent(self, technique: Technique) -> Technique | None:
        """The technique that a sub-technique belongs to, where the catalogue has it."""
        parent = technique.attack_id.parent
        return self._by_attack_id.get((technique.domain, parent)) if parent else None

    def children(self, technique: Technique) -> tuple[Technique, ...]:
        """The sub-techniques of a technique, by ID."""
        return self._children.get((technique.domain, str(technique.attack_id)), ())

    def siblings(self, technique: Technique) -> tuple[Technique, ...]:
        """The other sub-techniques of a sub-technique's parent, by ID."""
        parent = technique.attack_id.parent
        family = self._children.get((technique.domain, str(parent)), ()) if parent else ()
        return tuple(t for t in family if t is not technique)

    def family(self, technique: Technique) -> tuple[Technique, ...]:
        """Parent, siblings and children: everyone a reader could mistake it for by name."""
        parent = self.parent(technique)
        return (
            *((parent,) if parent else ()),
            *self.siblings(technique),
            *self.children(technique),
        )

    # Links between texts

    def links_from(self, technique: Technique) -> tuple[Technique, ...]:
        """The live techniques that this one's description or detection points to."""
        return self._links[technique.stix_id]

    def links_to(self, technique: Technique) -> tuple[Technique, ...]:
        """The live techniques whose description or detection points to this one."""
        return self._backlinks.get(technique.stix_id, ())

    # Tactics, platforms, data sources

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains that have a live technique, in alphabetical order."""
        return tuple(self._tactics)

    def tactics(self, domain: str) -> tuple[Tactic, ...]:
        """A domain's tactics in matrix order."""
        return self._tactics.get(domain, ())

    def declared_tactics(self, domain: str) -> tuple[Tactic, ...]:
        """Those of a domain's tactics whose order somebody has stated, in that order."""
        declared = self._declared.get(domain, {})
        return tuple(t for t in self.tactics(domain) if t.short_name in declared)

    def tactic(self, domain: str, short_name: str) -> Tactic:
        """One tactic. Raises KeyError where the domain has none of that short name."""
        for tactic in self.tactics(domain):
            if tactic.short_name == short_name:
                return tactic
        raise KeyError((domain, short_name))

    def tactic_names(self, technique: Technique) -> tuple[str, ...]:
        """The names of a technique's tactics, in matrix order."""
        own = set(technique.tactics)
        return tuple(t.name for t in self.tactics(technique.domain) if t.short_name in own)

    def in_tactic(self, domain: str, short_name: str) -> tuple[Technique, ...]:
        """The live techniques of a tactic, by ID."""
        return self._by_tactic.get((domain, short_name), ())

    def in_domain(self, domain: str | None) -> tuple[Technique, ...]:
        """The live techniques of a domain, by ID; of every domain where it is None."""
        return self.techniques if domain is None else self._by_domain.get(domain, ())

    def platforms(self, domain: str | None = None) -> tuple[str, ...]:
        """The platforms that a domain's techniques run on, most used first."""
        return _ranked(t.platforms for t in self.in_domain(domain))

    def data_sources(self, domain: str | None = None) -> tuple[str, ...]:
        """The data sources that a domain's techniques name, most used first."""
        return _ranked(t.data_sources for t in self.in_domain(domain))

    def once(self, derive: Callable[["Catalogue"], T]) -> T:
        """Compute something from the whole catalogue once, and keep it as long as the catalogue."""
        if derive not in self._derived:
            self._derived[derive] = derive(self)
        derived: T = self._derived[derive]
        return derived

    def collection_of(self, technique: Technique) -> Collection | None:
        """The collection that a technique was read from."""
        return next((c for c in self.collections if c.name == technique.collection), None)

    @cached_property
    def learning_order(self) -> tuple[Technique, ...]:
        """The techniques in the order newcomers should meet them.

        First those that a collection puts in order, then the others, one from
        each tactic in turn.
        """
        ranked: dict[str, Technique] = {}
        for collection in self.collections:
            for attack_id in collection.order:
                technique = self._by_attack_id.get((collection.domain, attack_id))
                if technique and technique.collection == collection.name:
                    ranked.setdefault(technique.stix_id, technique)
        columns = [
            list(self.in_tactic(domain, tactic.short_name))
            for domain in self.domains
            for tactic in self.tactics(domain)
        ]
        for row in range(max(map(len, columns), default=0)):
            for column in columns:
                if row < len(column):
                    ranked.setdefault(column[row].stix_id, column[row])
        return tuple(ranked.values())

    # Indexes

    def _declare_tactics(self, fallback: tuple[Tactic, ...]) -> dict[str, dict[str, Tactic]]:
        """Lay out each domain's tactics as its fullest collection has them.

        What only another collection declares comes behind what it has before it.
        """
        declared: dict[str, list[Tactic]] = defaultdict(list)
        for collection in by_fullness(self.collections):
            order = declared[collection.domain]
            places = {tactic.short_name: place for place, tactic in enumerate(order)}
            place = -1
            for tactic in collection.tactics:
                if tactic.short_name in places:
                    place = places[tactic.short_name]
                else:
                    place += 1
                    order.insert(place, tactic)
                    places = {tactic.short_name: place for place, tactic in enumerate(order)}
        for tactic in fallback:
            if not any(c.domain == tactic.domain and c.tactics for c in self.collections):
                declared[tactic.domain].append(tactic)
        return {d: {t.short_name: t for t in order} for d, order in declared.items()}

    def _merge_tactics(self) -> dict[str, tuple[Tactic, ...]]:
        used: dict[str, set[str]] = defaultdict(set)
        for technique in self.techniques:
            used[technique.domain].update(technique.tactics)
        merged = {}
        for domain, names in sorted(used.items()):
            declared = self._declared.get(domain, {})
            known = [t for name, t in declared.items() if name in names]
            undeclared = sorted(names - set(declared))
            merged[domain] = (
                *known,
                *(Tactic(domain=domain, short_name=n, name=tactic_name(n)) for n in undeclared),
            )
        return merged

    @cached_property
    def _children(self) -> dict[tuple[str, str], tuple[Technique, ...]]:
        children: dict[tuple[str, str], list[Technique]] = defaultdict(list)
        for technique in self.techniques:
            if parent := technique.attack_id.parent:
                children[technique.domain, str(parent)].append(technique)
        return {key: tuple(value) for key, value in children.items()}

    @cached_property
    def _by_tactic(self) -> dict[tuple[str, str], tuple[Technique, ...]]:
        columns: dict[tuple[str, str], list[Technique]] = defaultdict(list)
        for technique in self.techniques:
            for tactic in technique.tactics:
                columns[technique.domain, tactic].append(technique)
        return {key: tuple(value) for key, value in columns.items()}

    @cached_property
    def _by_domain(self) -> dict[str, tuple[Technique, ...]]:
        domains: dict[str, list[Technique]] = defaultdict(list)
        for technique in self.techniques:
            domains[technique.domain].append(technique)
        return {key: tuple(value) for key, value in domains.items()}

    @cached_property
    def _links(self) -> dict[str, tuple[Technique, ...]]:
        links = {}
        for technique in self.techniques:
            ids = linked_ids(f"{technique.description}\n{technique.detection_text}")
            found = (self._by_attack_id.get((technique.domain, str(i))) for i in ids)
            links[technique.stix_id] = tuple(t for t in found if t and t is not technique)
        return links

    @cached_property
    def _backlinks(self) -> dict[str, tuple[Technique, ...]]:
        backlinks: dict[str, list[Technique]] = defaultdict(list)
        for technique in self.techniques:
            for target in self._links[technique.stix_id]:
                backlinks[target.stix_id].append(technique)
        return {key: tuple(value) for key, value in backlinks.items()}


def _ranked(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    counts: Counter[str] = Counter(value for values in lists for value in values)
    return tuple(sorted(counts, key=lambda value: (-counts[value], value)))
