"""Reader of ATT&CK releases: a STIX bundle of one domain to a collection and its techniques.

Only what is live becomes a technique; where revoked and deprecated ones went is
said by the collection. Which objects and fields there are changed over the
releases: what one lacks is simply not known of its techniques.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

from quiz.content.bundle import ATTACK, Bundle, InvalidBundle, StixObject, read_bundle
from quiz.content.catalogue import tactic_name
from quiz.content.collection import SHORT_NAME
from quiz.content.markdown import file_name
from quiz.content.stix_technique import Links, read_technique
from quiz.content.technique import Collection, Tactic, Technique

LICENCE = Path(__file__).with_name("attack_licence.txt")
DESIGNATION = (
    "© {year} The MITRE Corporation. This work is reproduced and distributed "
    "with the permission of The MITRE Corporation."
)
RELEASE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
RELEASE_IN_NAME = re.compile(r"[-_v](?P<release>\d{1,3}(?:\.\d{1,3})?)\.json(?:\.gz)?")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")

ENDS = {
    "uses": ("intrusion-set", "malware", "tool", "campaign"),
    "mitigates": ("course-of-action",),
    "detects": ("x-mitre-data-component", "x-mitre-detection-strategy"),
}
"""Which kinds of relationships with a technique count, from which kinds of objects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release of one domain, as it would be in a folder of its own."""

    collection: Collection
    techniques: tuple[Technique, ...] = field(repr=False)


def read_release(path: Path, *, release: str = "") -> Release:
    """Read a release from a bundle of any domain, compressed or not.

    ``release`` names it, where the bundle and its file name do not. Raises
    InvalidBundle, with a sentence that names the object at fault, and OSError
    where the file cannot be read.
    """
    if release and not RELEASE.fullmatch(release):
        raise InvalidBundle(f'"{release}" cannot name a release; write a number such as 18.1')
    bundle = read_bundle(path)
    domain = _domain(bundle)
    techniques = _techniques(bundle, domain)
    copyright_, licence = _terms(bundle)
    collection = Collection(
        name=domain,
        folder=Path(domain),
        title=_title(bundle),
        domain=domain,
        release=release or _release(bundle, path),
        tactics=_tactics(bundle, domain, {name for t in techniques for name in t.tactics}),
        licence=licence,
        copyright=copyright_,
        revoked=_revoked(bundle),
    )
    return Release(collection=collection, techniques=techniques)


# The release as a whole


def _domain(bundle: Bundle) -> str:
    """Tell the domain from the kill chains that the techniques are on."""
    domains = {
        f"{match['domain'] or 'enterprise'}-attack"
        for found in bundle.of_type("attack-pattern")
        if found.live
        for phase in found.parts("kill_chain_phases")
        if (match := ATTACK.fullmatch(phase.text("kill_chain_name")))
    }
    if not domains:
        raise InvalidBundle("not an ATT&CK release: it holds no live ATT&CK technique")
    if len(domains) > 1:
        names = ", ".join(sorted(domains))
        raise InvalidBundle(f"several domains at once ({names}); import each from its own bundle")
    return domains.pop()


def _title(bundle: Bundle) -> str:
    """What the release calls itself: *Enterprise ATT&CK*, *ATT&CK for ICS*."""
    matrices = (matrix for matrix in bundle.of_type("x-mitre-matrix") if matrix.live)
    named = (found.line("name") for found in (*bundle.of_type("x-mitre-collection"), *matrices))
    return next(filter(None, named), "ATT&CK")


def _release(bundle: Bundle, path: Path) -> str:
    """The release's number or, where neither bundle nor file name says it, its newest date."""
    for found in bundle.of_type("x-mitre-collection"):
        if RELEASE.fullmatch(number := found.line("x_mitre_version")):
            return number
    if named := RELEASE_IN_NAME.search(path.name):
        return named["release"]
    dates = (found.text("modified")[:10] for found in bundle.of_type("attack-pattern"))
    return max(filter(DATE.fullmatch, dates), default="undated")


def _terms(bundle: Bundle) -> tuple[str, str]:
    """MITRE's copyright designation and licence, under which every release is distributed."""
    statements = [
        statement
        for found in bundle.of_type("marking-definition")
        if (statement := found.part("definition").line("statement"))
    ]
    modified = (found.text("modified") for found in bundle.of_type("attack-pattern"))
    years = YEAR.findall(" ".join(statements)) or YEAR.findall(max(modified, default=""))[:1]
    designation = DESIGNATION.format(year=max(years, default="2025"))
    text = LICENCE.read_text(encoding="utf-8").strip()
    return designation, "\n\n".join((*statements, text.replace("{designation}", designation)))


def _tactics(bundle: Bundle, domain: str, used: set[str]) -> tuple[Tactic, ...]:
    """The tactics in matrix order: every live one, and those in use; none where none is told."""
    matrices = sorted(
        bundle.of_type("x-mitre-matrix"), key=lambda m: (not m.live, -len(m.texts("tactic_refs")))
    )
    ordered: dict[str, StixObject] = {}
    for matrix in matrices:
        for ref in matrix.texts("tactic_refs"):
            found = bundle.get(ref)
            if found is None:
                raise matrix.error(f'its tactic "{ref[:80]}" is missing from the bundle')
            ordered.setdefault(ref, found)
    ordered |= {t.where: t for t in bundle.of_type("x-mitre-tactic") if t.where not in ordered}
    tactics: dict[str, Tactic] = {}
    for found in ordered.values():
        short_name = found.line("x_mitre_shortname", required=True)
        if not SHORT_NAME.fullmatch(short_name):
            raise found.error(f'"{short_name[:80]}" is not a tactic\'s short name')
        if found.live or short_name in used:
            name, text = found.line("name", required=True), found.text("description").strip()
            tactic = Tactic(domain=domain, short_name=short_name, name=name, description=text)
            tactics.setdefault(short_name, tactic)
    for name in sorted(used - set(tactics)) if tactics else ():
        tactics[name] = Tactic(domain=domain, short_name=name, name=tactic_name(name))
    return tuple(tactics.values())


def _revoked(bundle: Bundle) -> dict[str, str]:
    """Map each revoked or deprecated technique to the live one that replaced it, or to nothing."""
    successors = {
        link.text("source_ref"): link.text("target_ref")
        for link in bundle.of_type("relationship")
        if link.text("relationship_type") == "revoked-by"
    }

    def successor(stix_id: str) -> str:
        seen = set()
        while stix_id in successors and stix_id not in seen:
            seen.add(stix_id)
            stix_id = successors[stix_id]
        found = bundle.get(stix_id)
        return stix_id if found and found.live else ""

    gone = (t.where for t in bundle.of_type("attack-pattern") if not t.live)
    return {stix_id: successor(stix_id) for stix_id in sorted(gone)}


# Techniques


def _techniques(bundle: Bundle, domain: str) -> tuple[Technique, ...]:
    """Read the live techniques of the domain, by ID."""
    links = _links(bundle)
    techniques: dict[str, Technique] = {}
    for found in bundle.of_type("attack-pattern"):
        domains = found.texts("x_mitre_domains")
        if not found.live or (domains and domain not in domains):
            continue
        technique = read_technique(found, domain, bundle, links)
        other = techniques.setdefault(technique.attack_id, technique)
        if other is not technique:
            raise found.error(f"the same ID as {other.stix_id}, {technique.attack_id}")
    return tuple(
        replace(technique, path=f"{domain}/{file_name(technique)}")
        for _, technique in sorted(techniques.items())
    )


def _links(bundle: Bundle) -> Links:
    """Index the live relationships with techniques by what they are and the technique."""
    found: dict[tuple[str, str], list[tuple[StixObject, StixObject]]] = defaultdict(list)
    live = {o.where: o for o in bundle.of_type(*(t for ts in ENDS.values() for t in ts)) if o.live}
    for link in bundle.of_type("relationship"):
        kind = link.text("relationship_type")
        source = live.get(link.text("source_ref"))
        if kind in ENDS and source and source.type in ENDS[kind] and link.live:
            found[kind, link.text("target_ref")].append((source, link))
    return lambda kind, stix_id: found.get((kind, stix_id), [])
