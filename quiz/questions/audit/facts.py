"""What the technique files say, read again from the techniques and collections alone.

The audit must not share a mistake with the kinds it checks, so this module builds
its own look-ups and reads Markdown in its own way. It knows nothing of how
questions are made.
"""

import html
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property, lru_cache

from quiz.content.difficulty import Difficulty, rate
from quiz.content.technique import Collection, Tactic, Technique
from quiz.questions.base import Option

WORD = re.compile(r"[^\W_]+")
CITATION = re.compile(r"\(Citation:[^()]*(?:\([^()]*\)[^()]*)*\)")
LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
TAG = re.compile(r"</?(?:a|b|br|code|em|i|li|ol|p|pre|strong|sub|sup|ul)\s*/?>", re.IGNORECASE)
TECHNIQUE_ADDRESS = re.compile(r"/techniques/(T\d{4})(?:/(\d{3}))?(?!\w)")
SUB_ID = re.compile(r"(.+)\.\d{3}")
LIST_MARK = re.compile(r"^\s*(?:>\s*)*\d{1,3}[.)]\s+", re.MULTILINE)
PREFIX = 5
"""Words that share so many first letters count as forms of one word."""


def words(text: str) -> tuple[str, ...]:
    """List a text's words in lower case, of Markdown only those that a reader sees."""
    if "Citation:" in text:
        text = CITATION.sub(" ", text)
    if "](" in text:
        text = LINK.sub(r"\1", text)
    text = LIST_MARK.sub(" ", html.unescape(TAG.sub(" ", text)))
    return tuple(WORD.findall(text.lower()))


@lru_cache(maxsize=2**16)
def line(text: str) -> str:
    """Write a text as its words, with a space before, between and after them."""
    return f" {' '.join(words(text))} "


def contains(text: str, phrase: str) -> bool:
    """Whether a text holds a phrase's words, in a row; no phrase is found in any text."""
    found = line(phrase)
    return bool(found.strip()) and found in line(text)


@lru_cache(maxsize=2**12)
def forms(name: str) -> tuple[str, ...]:
    """A name as a line of words: as it stands, in the other number, and run together."""
    found = words(name)
    last = found[-1]
    other = last[:-1] if last.endswith("s") and len(last) > 3 else f"{last}s"
    return (line(name), f" {' '.join((*found[:-1], other))} ", f" {''.join(found)} ")


def prefixes(found: Iterable[str]) -> frozenset[str]:
    """The beginnings of words in the singular, by which forms of one word are known."""
    return frozenset((word.removesuffix("s"))[:PREFIX] for word in found)


class Facts:
    """Look-ups over some techniques. ``fallback_tactics`` stand in where a domain declares none."""

    def __init__(
        self,
        techniques: Iterable[Technique],
        collections: Iterable[Collection],
        fallback_tactics: Mapping[str, tuple[Tactic, ...]],
    ) -> None:
        self.techniques = tuple(techniques)
        self.collections = tuple(collections)
        self._fallback = fallback_tactics
        self.by_stix_id = {t.stix_id: t for t in self.techniques}
        self.by_attack_id = {(t.domain, str(t.attack_id)): t for t in self.techniques}
        self.by_name: dict[tuple[str, str], list[Technique]] = defaultdict(list)
        self._shown: dict[str, str] = {}
        for technique in self.techniques:
            self.by_name[technique.domain, line(technique.name)].append(technique)
        self._passages: dict[tuple[str, str], tuple[str, ...]] = {}
        self._vocabulary: dict[str, frozenset[str]] = {}
        self._linked: dict[str, frozenset[str]] = {}
        self._ratings: dict[str, Difficulty] = {}

    def technique(self, option: Option) -> Technique | None:
        """The technique that an option stands for, or None where it is something else."""
        return self.by_stix_id.get(option.stix_id or "")

    # Names and family

    def parent(self, technique: Technique) -> Technique | None:
        """The technique whose ID a sub-technique's begins with."""
        match = SUB_ID.fullmatch(str(technique.attack_id))
        return self.by_attack_id.get((technique.domain, match[1])) if match else None

    def shown(self, technique: Technique) -> str:
        """A technique's full name: a sub-technique as ``Parent: Name``."""
        name = self._shown.get(technique.stix_id)
        if name is None:
            parent = self.parent(technique)
            name = f"{parent.name}: {technique.name}" if parent else technique.name
            self._shown[technique.stix_id] = name
        return name

    def are_parent_and_child(self, one: Technique, other: Technique) -> bool:
        """Whether either is the other's parent."""
        return self.parent(one) is other or self.parent(other) is one

    def family(self, technique: Technique) -> tuple[Technique, ...]:
        """Parent, siblings and children."""
        head = self.parent(technique) or technique
        return tuple(t for t in (head, *self._children[head.stix_id]) if t is not technique)

    @cached_property
    def _children(self) -> Mapping[str, list[Technique]]:
        children: dict[str, list[Technique]] = defaultdict(list)
        for technique in self.techniques:
            if parent := self.parent(technique):
                children[parent.stix_id].append(technique)
        return children

    def called(self, domain: str, text: str) -> set[str]:
        """The STIX ids of the techniques that a text is the name, full name or ID of."""
        return set(self._ways.get((domain, line(text)), ()))

    @cached_property
    def _ways(self) -> Mapping[tuple[str, str], set[str]]:
        ways: dict[tuple[str, str], set[str]] = defaultdict(set)
        for technique in self.techniques:
            for way in (technique.name, self.shown(technique), str(technique.attack_id)):
                ways[technique.domain, line(way)].add(technique.stix_id)
        return ways

    # Tactics

    @cache  # noqa: B019 - as few facts live as catalogues are audited
    def tactics(self, domain: str) -> tuple[Tactic, ...]:
        """A domain's tactics in the order of the collection with the most, then all others."""
        fullest_first = sorted(self.collections, key=lambda c: len(c.tactics), reverse=True)
        declared = [t for c in fullest_first for t in c.tactics if t.domain == domain]
        known = {t.short_name: t for t in reversed(declared)}
        ordered = dict.fromkeys(t.short_name for t in declared)
        return tuple(known[name] for name in ordered) or self._fallback.get(domain, ())

    # Texts

    def passages(self, technique: Technique, section: str) -> tuple[str, ...]:
        """A section's or field's texts, each as a line of words; none where it is not known."""
        place = (technique.stix_id, section)
        found = self._passages.get(place)
        if found is None:
            found = tuple(line(text) for text in _texts(technique, section) if text.strip())
            self._passages[place] = found
        return found

    def vocabulary(self, technique: Technique) -> frozenset[str]:
        """The beginnings of the words of a technique's name, description and detection."""
        found = self._vocabulary.get(technique.stix_id)
        if found is None:
            sections = ("Description", "Detection", "Analytics")
            lines = [text for s in sections for text in self.passages(technique, s)]
            found = prefixes(
                w for text in (*lines, line(self.shown(technique))) for w in text.split()
            )
            self._vocabulary[technique.stix_id] = found
        return found

    def links(self, technique: Technique) -> frozenset[str]:
        """The IDs of the techniques that a technique's description or detection links to."""
        found = self._linked.get(technique.stix_id)
        if found is None:
            text = f"{technique.description}\n{technique.detection_text}"
            found = frozenset(
                f"{parent}.{child}" if child else parent
                for parent, child in TECHNIQUE_ADDRESS.findall(text)
            )
            self._linked[technique.stix_id] = found
        return found

    # Actors

    @cached_property
    def users(self) -> Mapping[str, frozenset[str]]:
        """The IDs of those documented to use each technique, by its STIX id."""
        return {t.stix_id: frozenset(p.id for p in t.procedures) for t in self.techniques}

    def perhaps_used(self, technique: Technique, actor: str) -> bool:
        """Whether an actor is documented for a technique, its parent or a child of it.

        Who uses a sub-technique uses its parent; who is documented for a parent may
        well use any of its sub-techniques.
        """
        parent = self.parent(technique)
        close = (technique, *((parent,) if parent else ()), *self._children[technique.stix_id])
        return any(actor in self.users[t.stix_id] for t in close)

    # Difficulty

    def rating(self, technique: Technique) -> Difficulty:
        """The level that the rules of detection difficulty give; they define it."""
        if technique.stix_id not in self._ratings:
            self._ratings[technique.stix_id] = rate(technique)
        return self._ratings[technique.stix_id]


def _texts(technique: Technique, section: str) -> Sequence[str]:
    """The texts of a section or field, by the name that evidence gives it."""
    read = SECTIONS.get(section)
    return read(technique) if read else ()


def _analytics(technique: Technique) -> Sequence[str]:
    sources = (source for a in technique.analytics for source in a.log_sources)
    return (
        "\n".join(a.description for a in technique.analytics),
        *(f"{s.component} {s.name} {s.channel}" for s in sources),
    )


SECTIONS: Mapping[str, Callable[[Technique], Sequence[str]]] = {
    "ID": lambda t: (f"{t.attack_id} {t.name}",),
    "Tactics": lambda t: (", ".join(t.tactics),),
    "Platforms": lambda t: (", ".join(t.platforms),),
    "Data Sources": lambda t: (", ".join(t.data_sources),),
    "detection_difficulty": lambda t: (t.detection_difficulty,),
    "Description": lambda t: (t.description,),
    "Detection": lambda t: (t.detection,),
    "Analytics": _analytics,
    "Mitigations": lambda t: [f"{m.id} {m.name} {m.description}" for m in t.mitigations],
    "Procedure Examples": lambda t: [f"{p.id} {p.name} {p.description}" for p in t.procedures],
}
"""Where evidence may stand, by the names that it gives: sections of the file, and its fields."""
