"""What changed between two releases of the same techniques, in words.

A release is compared by what is kept of it, a :class:`Snapshot`: its files may be gone by then.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Collection, Technique


class ChangeKind(StrEnum):
    """What can happen to a technique from one release to the next."""

    ADDED = "added"
    REVOKED = "revoked"
    DEPRECATED = "deprecated"
    REMOVED = "removed"
    RENAMED = "renamed"
    MOVED = "moved"
    TEXT = "text"

    @property
    def heading(self) -> str:
        """The kind as it stands above what it happened to."""
        return HEADINGS[self]


HEADINGS = {
    ChangeKind.ADDED: "Added",
    ChangeKind.REVOKED: "Revoked: another technique took its place",
    ChangeKind.DEPRECATED: "Deprecated: no longer in use",
    ChangeKind.REMOVED: "Gone without a word",
    ChangeKind.RENAMED: "Renamed",
    ChangeKind.MOVED: "Moved to other tactics",
    ChangeKind.TEXT: "Text changed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TechniqueFacts:
    """What is kept of a technique: its name and its parent's, its tactics by name, text digests."""

    domain: str
    attack_id: str
    name: str
    parent: str = ""
    tactics: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def display_name(self) -> str:
        """The technique as it is always shown: a sub-technique as ``Parent: Name``."""
        return f"{self.parent}: {self.name}" if self.parent else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is kept of a release: its techniques by STIX id, and the answers to its cards by key.

    ``revoked`` maps the STIX id of what is revoked or deprecated to its successor's, or to
    nothing. ``answers`` are empty where nobody asked for them.
    """

    label: str
    release: str
    techniques: Mapping[str, TechniqueFacts] = field(repr=False, hash=False)
    revoked: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False, hash=False)

    def to_dict(self) -> dict[str, Any]:
        """Give the snapshot as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Snapshot":
        """Rebuild a snapshot from what :meth:`to_dict` gave."""
        techniques = {
            stix_id: TechniqueFacts(**{**facts, "tactics": tuple(facts["tactics"])})
            for stix_id, facts in values["techniques"].items()
        }
        answers = {key: tuple(answer) for key, answer in values["answers"].items()}
        return cls(**{**values, "techniques": techniques, "answers": answers})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that happened to one technique.

    ``old`` is empty for what was added, ``new`` for what is gone; of a revoked technique
    ``new`` is the successor. ``stix_id`` is the technique's own.
    """

    kind: ChangeKind
    stix_id: str
    old: TechniqueFacts | None = None
    new: TechniqueFacts | None = None

    @property
    def facts(self) -> TechniqueFacts:
        """The technique itself as it was last."""
        found = self.old if self.kind in GONE else self.new
        assert found is not None  # noqa: S101 - by construction: see compare
        return found

    @property
    def words(self) -> str:
        """What happened, in a sentence without its subject; empty where the heading says it all."""
        if self.old is None or self.new is None:
            return ""
        if self.kind is ChangeKind.REVOKED:
            return f"is now {self.new.display_name} ({self.new.attack_id})"
        if self.kind is ChangeKind.RENAMED:
            before = [self.old.name] if self.old.name != self.new.name else []
            before += [self.old.attack_id] if self.old.attack_id != self.new.attack_id else []
            return f"was {', '.join(before)}"
        if self.kind is ChangeKind.MOVED:
            return f"{_listed(self.new.tactics)}; was {_listed(self.old.tactics)}"
        return " and ".join(_texts_changed(self.old, self.new))


GONE = (ChangeKind.REVOKED, ChangeKind.DEPRECATED, ChangeKind.REMOVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerChange:
    """A card whose answer is another one now; ``technique`` is the one that it is about now.

    ``key_before`` differs from ``key`` where the technique was revoked: ``key`` is its
    successor's then.
    """

    key_before: str
    key: str
    technique: TechniqueFacts
    old: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def stix_id(self) -> str:
        """The identity of the technique."""
        return self.key.rpartition("/")[0]

    @property
    def kind(self) -> str:
        """The slug of the kind of question."""
        return self.key.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changed between two releases: technique by technique, and answer by answer."""

    old: str
    new: str
    changes: tuple[Change, ...]
    answers: tuple[AnswerChange, ...]

    def of_kind(self, kind: ChangeKind) -> tuple[Change, ...]:
        """The changes of one kind, by domain and ID."""
        return tuple(change for change in self.changes if change.kind is kind)

    def answers_of(self, slug: str) -> tuple[AnswerChange, ...]:
        """The answers changed of one kind of question, by domain and ID."""
        return tuple(change for change in self.answers if change.kind == slug)


def describe(catalogue: Catalogue, collection: Collection | None = None) -> Snapshot:
    """Keep what can be compared of a catalogue, or of one collection of it; no answers yet."""
    collections = catalogue.collections if collection is None else (collection,)
    return Snapshot(
        label=", ".join(c.label for c in collections),
        release=", ".join(c.release for c in collections if c.release),
        techniques={
            technique.stix_id: _facts(technique, catalogue)
            for technique in catalogue
            if collection is None or technique.collection == collection.name
        },
        revoked={old: new for c in collections for old, new in c.revoked.items()},
    )


def compare(old: Snapshot, new: Snapshot) -> Comparison:
    """Tell what changed from one snapshot to another, by kind, domain and ID."""
    changes = [*_arrivals_and_departures(old, new), *_edits(old, new)]
    order = list(ChangeKind)
    changes.sort(key=lambda c: (order.index(c.kind), c.facts.domain, c.facts.attack_id))
    answers = sorted(
        _answers(old, new), key=lambda a: (a.technique.domain, a.technique.attack_id, a.key_before)
    )
    return Comparison(old=old.label, new=new.label, changes=tuple(changes), answers=tuple(answers))


def successors(revoked: Mapping[str, str], live: Iterable[str]) -> dict[str, str]:
    """Map each revoked STIX id to the live one that it became in the end, if there is one."""
    known = frozenset(live)
    found = {}
    for stix_id in revoked:
        seen, last = {stix_id}, revoked[stix_id]
        while last in revoked and last not in seen and last not in known:
            seen.add(last)
            last = revoked[last]
        if last in known and stix_id not in known:
            found[stix_id] = last
    return found


def _facts(technique: Technique, catalogue: Catalogue) -> TechniqueFacts:
    texts = {"description": technique.description, "detection": technique.detection_text}
    parent = catalogue.parent(technique)
    return TechniqueFacts(
        domain=technique.domain,
        attack_id=str(technique.attack_id),
        name=technique.name,
        parent=parent.name if parent else "",
        tactics=catalogue.tactic_names(technique),
        texts={name: _digest(text) for name, text in texts.items()},
    )


def _digest(text: str) -> str:
    return sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def _arrivals_and_departures(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    became = successors(new.revoked, new.techniques)
    for stix_id, facts in new.techniques.items():
        if stix_id not in old.techniques:
            yield Change(kind=ChangeKind.ADDED, stix_id=stix_id, new=facts)
    for stix_id, facts in old.techniques.items():
        if stix_id in new.techniques:
            continue
        if stix_id in became:
            successor = new.techniques[became[stix_id]]
            yield Change(kind=ChangeKind.REVOKED, stix_id=stix_id, old=facts, new=successor)
        else:
            said = stix_id in new.revoked
            kind = ChangeKind.DEPRECATED if said else ChangeKind.REMOVED
            yield Change(kind=kind, stix_id=stix_id, old=facts)


def _edits(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    for stix_id, now in new.techniques.items():
        before = old.techniques.get(stix_id)
        if before is None:
            continue
        if (before.name, before.attack_id) != (now.name, now.attack_id):
            yield Change(kind=ChangeKind.RENAMED, stix_id=stix_id, old=before, new=now)
        if set(before.tactics) != set(now.tactics):
            yield Change(kind=ChangeKind.MOVED, stix_id=stix_id, old=before, new=now)
        if before.texts != now.texts:
            yield Change(kind=ChangeKind.TEXT, stix_id=stix_id, old=before, new=now)


def _answers(old: Snapshot, new: Snapshot) -> Iterator[AnswerChange]:
    """The cards of both whose answers differ; a revoked technique's are its successor's."""
    became = successors(new.revoked, new.techniques)
    for key, before in old.answers.items():
        stix_id, _, kind = key.rpartition("/")
        stix_id = became.get(stix_id, stix_id)
        technique, now = new.techniques.get(stix_id), new.answers.get(f"{stix_id}/{kind}")
        if technique and now is not None and now != before:
            yield AnswerChange(
                key_before=key, key=f"{stix_id}/{kind}", technique=technique, old=before, new=now
            )


def _texts_changed(old: TechniqueFacts, new: TechniqueFacts) -> list[str]:
    return [name for name, digest in new.texts.items() if digest != old.texts.get(name)]


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"
