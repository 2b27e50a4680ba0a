"""Which techniques and kinds: a filter that fits in a URL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import parse_qs, urlencode

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions.base import QuestionKind
from quiz.questions.kinds import KINDS

IN_DOMAIN = ":"
"""Between a tactic's domain and its short name; neither can hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What to ask about; an empty field leaves everything in.

    A technique is in scope where every field that is not empty has one of its
    values. ``techniques`` are ATT&CK IDs, ``difficulties`` levels, ``kinds``
    slugs, the rest short names as in the files. Tactics of equal short name in several
    domains are told apart by a domain in front, as ``ics-attack:impact``; without one,
    those of every domain are meant.
    """

    domains: tuple[str, ...] = ()
    tactics: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    difficulties: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    @classmethod
    def from_lists(cls, values: Mapping[str, Iterable[str]]) -> Scope:
        """Read a scope from lists by field name, such as a query string's; others are ignored."""
        return cls(
            **{
                field.name: tuple(dict.fromkeys(v for v in values.get(field.name, ()) if v))
                for field in fields(cls)
            }
        )

    @classmethod
    def from_query(cls, query: str) -> Scope:
        """Read a scope from a query string; the reverse of :attr:`query`."""
        return cls.from_lists(parse_qs(query))

    @property
    def query(self) -> str:
        """The scope as a query string, the same for equal scopes; empty where all is in."""
        return urlencode(
            [(field.name, value) for field in fields(self) for value in getattr(self, field.name)]
        )

    def told_apart(self, catalogue: Catalogue) -> Scope:
        """The same scope with a domain in front of each tactic that is known, for choosing."""
        domains = [d for d in catalogue.domains if not self.domains or d in self.domains]
        tactics = [
            named
            for value in self.tactics
            for named in [
                tactic_in(domain, tactic.short_name)
                for domain in domains
                for tactic in catalogue.tactics(domain)
                if tactic.short_name == value
            ]
            or [value]
        ]
        return replace(self, tactics=tuple(dict.fromkeys(tactics)))

    def includes(self, technique: Technique, catalogue: Catalogue) -> bool:
        """Tell whether a technique is in scope."""
        return (
            _meets(self.domains, (technique.domain,))
            and _meets(self.tactics, (*technique.tactics, *_with_domain(technique)))
            and _meets(self.platforms, technique.platforms)
            and _meets(self.techniques, (str(technique.attack_id),))
            and _meets(self.difficulties, (str(catalogue.difficulty(technique).level),))
        )

    def select(self, catalogue: Catalogue) -> tuple[Technique, ...]:
        """The techniques in scope, by domain and ID."""
        return tuple(t for t in catalogue if self.includes(t, catalogue))

    def select_kinds(self) -> tuple[QuestionKind, ...]:
        """The kinds in scope, in their order."""
        return tuple(k for k in KINDS.values() if not self.kinds or k.slug in self.kinds)

    def cards(self, catalogue: Catalogue) -> Iterator[tuple[Technique, QuestionKind]]:
        """Every (technique, kind) in scope whose fields can support a question."""
        for technique in self.select(catalogue):
            for kind in self.select_kinds():
                if kind.applies(technique, catalogue):
                    yield technique, kind


def tactic_in(domain: str, short_name: str) -> str:
    """Name a tactic of one domain, as a scope does."""
    return f"{domain}{IN_DOMAIN}{short_name}"


def split_tactic(value: str) -> tuple[str, str]:
    """Tell the domain, which may be empty, and the short name of a scope's tactic."""
    domain, _, short_name = value.rpartition(IN_DOMAIN)
    return domain, short_name


def _with_domain(technique: Technique) -> tuple[str, ...]:
    return tuple(tactic_in(technique.domain, short_name) for short_name in technique.tactics)


def _meets(wanted: tuple[str, ...], has: tuple[str, ...]) -> bool:
    return not wanted or any(value in has for value in wanted)
