"""The values that technique files are read into."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SUB_TECHNIQUE = re.compile(r"(?P<parent>.+)\.\d{3}")
MITRE_URL = "https://attack.mitre.org/"


class AttackId(str):
    """The ID people use: ``T1059`` or, for a sub-technique, ``T1059.001``.

    Organisations may use any ID of their own; only a tail of a dot and three
    digits makes it a sub-technique.
    """

    __slots__ = ()

    @property
    def parent(self) -> "AttackId | None":
        """The ID of the technique that this sub-technique belongs to, or None."""
        match = SUB_TECHNIQUE.fullmatch(self)
        return AttackId(match["parent"]) if match else None

    @classmethod
    def from_url(cls, url: str) -> "AttackId":
        """Read the ID off the tail of a technique's URL.

        ``https://attack.mitre.org/techniques/T1059/001`` gives ``T1059.001``.
        """
        parts = [part for part in re.split("[?#]", url)[0].split("/") if part]
        if len(parts) >= 2 and re.fullmatch(r"\d{3}", parts[-1]):
            return cls(f"{parts[-2]}.{parts[-1]}")
        return cls(parts[-1] if parts else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tactic:
    """A column of the matrix. Short names repeat across domains, so both identify it."""

    domain: str
    short_name: str
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One line of a file's ``## External References``."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mitigation:
    """A row of ``## Mitigations``: what can be done against the technique, as Markdown."""

    id: str
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """A row of ``## Procedure Examples``: how one group, software or campaign used the technique.

    ``id`` is the actor's, such as ``G0016``, ``S0154`` or ``C0024``; ``description``
    is Markdown in one line.
    """

    id: str
    name: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSource:
    """Where to watch: a data component, a log such as ``WinEventLog:Security``, its channel."""

    component: str
    name: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analytic:
    """A part of ``## Analytics``: one way of detecting the technique, on some platforms."""

    id: str
    platforms: tuple[str, ...] = ()
    description: str = ""
    log_sources: tuple[LogSource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section of a file that the format does not know; its body is Markdown.

    ``line`` is the 1-based line of its heading in the file.
    """

    heading: str
    body: str
    line: int = field(default=0, compare=False, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Technique:
    """One technique or sub-technique, as one file gives it. ``stix_id`` is its identity.

    ``description`` and ``detection`` are the sections' Markdown, byte for byte;
    ``detection`` is empty where the file has none, and blank in one real file.
    ``mitigations``, ``procedures`` and ``analytics`` are what only releases carry.
    ``system_requirements`` are the lines of their cell. ``retired`` says in words why
    the technique is not asked about, and is empty for a live one. ``path`` is
    relative to the folder of collections.
    """

    stix_id: str
    attack_id: AttackId
    name: str
    url: str
    title: str
    tactics: tuple[str, ...]
    platforms: tuple[str, ...]
    data_sources: tuple[str, ...] = ()
    contributors: tuple[str, ...] = ()
    permissions_required: tuple[str, ...] = ()
    system_requirements: tuple[str, ...] = ()
    description: str = ""
    detection: str = ""
    references: tuple[Reference, ...] = ()
    mitigations: tuple[Mitigation, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    analytics: tuple[Analytic, ...] = ()
    sections: tuple[Section, ...] = ()
    detection_difficulty: str = ""
    attack_version: str = ""
    retired: str = ""
    collection: str = ""
    domain: str = ""
    path: str = ""
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, hash=False)

    def __hash__(self) -> int:
        return hash(self.stix_id)  # its identity; its texts may be a hundred kilobytes

    @property
    def is_subtechnique(self) -> bool:
        """Whether the ID names a parent."""
        return self.attack_id.parent is not None

    @property
    def detection_text(self) -> str:
        """What its text says of detecting it: the section or, without one, the analytics."""
        if self.detection.strip():
            return self.detection
        return "\n\n".join(a.description for a in self.analytics if a.description)

    @property
    def detection_section(self) -> str:
        """The heading that :attr:`detection_text` stands under."""
        return "Detection" if self.detection.strip() else "Analytics"

    @property
    def from_mitre(self) -> bool:
        """Whether the file describes a technique of MITRE's rather than an organisation's own."""
        return self.url.startswith(MITRE_URL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A folder of technique files and what ``collection.json`` says of them.

    ``tactics`` are in matrix order, and empty where the folder declares none.
    ``order`` lists ATT&CK IDs in the order that newcomers should meet them.
    ``revoked`` maps the STIX id of a revoked technique to its successor's. ``uses``
    lists the ATT&CK IDs documented for an actor's ID, where the procedure examples of
    the files are only some of those that there are.
    """

    name: str
    folder: Path
    title: str = ""
    domain: str = "enterprise-attack"
    release: str = ""
    tactics: tuple[Tactic, ...] = ()
    order: tuple[str, ...] = ()
    licence: str = ""
    copyright: str = ""
    revoked: Mapping[str, str] = field(default_factory=dict, compare=False, hash=False)
    uses: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False, hash=False)

    @property
    def label(self) -> str:
        """The collection as people call it, with its release where it has one."""
        return f"{self.title or self.name} {self.release}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong with a file: where it is, what it is, and what to do about it.

    ``severity`` is ``error`` (the file is left out) or ``notice`` (it loads, but
    is marked, such as *retired?*).
    """

    file: str
    line: int
    message: str
    severity: str = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"
