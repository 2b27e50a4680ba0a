"""The releases that MITRE publishes: how they are named, where they lie, what their digests are."""

import ast
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from quiz.content.collection import DOMAINS
from quiz.content.download import CannotFetch

REPOSITORY = "https://raw.githubusercontent.com/mitre-attack/attack-stix-data/master"
"""Where MITRE publishes its releases as STIX 2.1: a folder for each domain, and an index."""
INDEX = "index.json"
NEWEST = "newest"
ENTERPRISE = "enterprise-attack"
NAME = re.compile(
    r"(?:(?P<domain>(?:enterprise|mobile|ics)-attack)-)?"
    rf"v?(?P<number>{NEWEST}|\d{{1,3}}(?:\.\d{{1,3}})?)"
)
IN_ADDRESS = re.compile(r"(?P<domain>[a-z]+-attack)-(?P<number>\d{1,3}\.\d{1,3})\.json")

Index = Mapping[str, tuple[str, ...]]
"""The numbers of every release by its domain, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """A release by its domain and number: ``18.1``; ``18`` and ``newest`` need the index."""

    domain: str
    number: str

    @property
    def is_exact(self) -> bool:
        """Whether the number is that of one release."""
        return "." in self.number

    @property
    def file_name(self) -> str:
        """The name of the release's file."""
        return f"{self.domain}-{self.number}.json"

    def address(self, repository: str) -> str:
        """The address of the release's file below a repository laid out as MITRE's."""
        return f"{repository}/{self.domain}/{self.file_name}"


def parse(name: str, *, domain: str = "") -> Official | None:
    """Read a release's name: ``18.1``, ``mobile-attack-18.1``, ``newest``; None where it is none.

    ``domain`` is the one meant where the name says none: Enterprise without it.
    """
    found = NAME.fullmatch(name.strip())
    return found and Official(
        domain=found["domain"] or domain or ENTERPRISE, number=found["number"]
    )


def read_index(path: Path) -> Index:
    """Read the index of a repository. Raises CannotFetch where it is none."""
    try:
        collections = json.loads(path.read_bytes())["collections"]
        addresses = [v["url"] for c in collections for v in c["versions"]]
        named = [found for a in addresses if (found := IN_ADDRESS.fullmatch(a.rpartition("/")[2]))]
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise CannotFetch("the index of releases is not one; check QUIZ_ATTACK_URL") from error
    numbers: dict[str, set[str]] = {name: set() for name in DOMAINS}
    for found in named:
        numbers.setdefault(found["domain"], set()).add(found["number"])
    return {name: tuple(sorted(found, key=order)) for name, found in numbers.items() if found}


def exact(release: Official, index: Index) -> Official:
    """Find the release that ``18`` or ``newest`` means. Raises CannotFetch where there is none."""
    numbers = index.get(release.domain, ())
    major = "" if release.number == NEWEST else f"{release.number}."
    meant = [number for number in numbers if number.startswith(major)]
    if not meant:
        there = f"the newest is {numbers[-1]}" if numbers else "its index names none at all"
        raise CannotFetch(f"there is no release {release.number} of {release.domain}; {there}")
    return Official(domain=release.domain, number=meant[-1])


def order(number: str) -> tuple[int, ...]:
    """What sorts the numbers of releases; nothing that is no number comes before any."""
    return tuple(map(int, number.split("."))) if re.fullmatch(r"\d+(\.\d+)*", number) else ()


def is_newer(number: str, than: str) -> bool:
    """Whether a release came after another; unknown, and so no, where one has no number."""
    return bool(order(than)) and order(number) > order(than)


# Digests


def published_sha256(release: Official) -> str:
    """The SHA-256 that mitreattack-python publishes for a release; empty where not at hand.

    Its table is read, not imported: the package would load pandas for it, and
    only has to lie there.
    """
    for table in _tables():
        if digest := table.get(release.domain.removesuffix("-attack"), {}).get(release.number):
            return digest
    return ""


def _tables() -> Iterable[Mapping[str, Mapping[str, str]]]:
    spec = find_spec("mitreattack")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        try:
            module = ast.parse((Path(folder) / "release_info.py").read_bytes())
            for statement in module.body:
                if isinstance(statement, ast.Assign) and _names(statement, "STIX21"):
                    yield ast.literal_eval(statement.value)
        except (OSError, SyntaxError, ValueError):
            continue


def _names(statement: ast.Assign, name: str) -> bool:
    return any(isinstance(t, ast.Name) and t.id == name for t in statement.targets)
