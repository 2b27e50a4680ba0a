"""Reading one technique off an ATT&CK release: its own fields, and what points to it."""

import re
from collections.abc import Callable, Iterable, Iterator

from quiz.content.bundle import ATTACK, Bundle, StixObject, one_line
from quiz.content.collection import SHORT_NAME
from quiz.content.technique import (
    MITRE_URL,
    Analytic,
    AttackId,
    LogSource,
    Mitigation,
    Procedure,
    Reference,
    Technique,
)

Pairs = list[tuple[StixObject, StixObject]]
"""What points to a technique, and the relationship by which it does."""

Links = Callable[[str, str], Pairs]
"""Gives the live relationships of a kind with the technique of a STIX id."""

LINE_BREAK = re.compile(r"[ \t]*(?:[\n\u2028\u2029]|<br ?/?>)\s*")
HTML_LINE_BREAK = re.compile(r"<br ?/?>")
HEADING = re.compile(r"#{1,6}(?= +\S)")
FENCE = re.compile(r" {0,3}(?:```[^`\n]*|~~~.*)")
OPENS = re.compile(r"^(?:#{1,3} +\S| {0,3}(?:```|~~~))", re.MULTILINE)
PERMISSION_END = re.compile(r",\s*")


def read_technique(found: StixObject, domain: str, bundle: Bundle, links: Links) -> Technique:
    """Read one technique. Raises InvalidBundle, naming the object, where a field is of no use."""
    references = list(found.parts("external_references"))
    attack_id, url = _identity(found, references)
    name = found.line("name", required=True)
    tactics = _phases(found)
    detects = links("detects", found.where)
    analytics = tuple(_analytics(bundle, detects))
    components = tuple(_components(bundle, detects))
    return Technique(
        stix_id=found.where,
        attack_id=attack_id,
        name=name,
        url=url,
        title=f"{tactics[0]} - {name}",
        tactics=tactics,
        platforms=_platforms(found),
        data_sources=found.lines("x_mitre_data_sources") or _watched(analytics) or components,
        contributors=found.lines("x_mitre_contributors"),
        permissions_required=_unique(
            part
            for line in found.lines("x_mitre_permissions_required")
            for part in PERMISSION_END.split(line)
        ),
        system_requirements=_unique(
            one_line(line)
            for text in found.texts("x_mitre_system_requirements")
            for line in text.split("\n")
        ),
        description=contained(found.text("description", required=True), above=3),
        detection=_detection(found, detects),
        references=tuple(_references(references)),
        mitigations=_mitigations(links("mitigates", found.where)),
        procedures=_procedures(links("uses", found.where)),
        analytics=analytics,
        attack_version=found.line("x_mitre_version"),
        collection=domain,
        domain=domain,
    )


def contained(text: str, *, above: int) -> str:
    """Keep a text from opening a heading above that level, or code that it does not close."""
    if not OPENS.search(text):
        return text
    lines, fenced = [], False
    for line in text.split("\n"):
        heading = HEADING.match(line)
        if FENCE.fullmatch(line):
            fenced = not fenced
        if heading and not fenced and len(heading[0]) < above:
            lines.append("#" * above + line[heading.end() :])
        else:
            lines.append(line)
    return "\n".join([*lines, "```"] if fenced else lines)


# Its own fields


def _identity(found: StixObject, references: Iterable[StixObject]) -> tuple[AttackId, str]:
    """A technique's ID, and the address of its page, whose tail is the ID."""
    for reference in references:
        if ATTACK.fullmatch(reference.text("source_name")) and reference.text("external_id"):
            attack_id, url = reference.line("external_id"), reference.line("url")
            if AttackId.from_url(url) != attack_id:
                url = f"{MITRE_URL}techniques/{attack_id.replace('.', '/')}"
            return AttackId(attack_id), url
    raise found.error("no ATT&CK ID among its external references")


def _phases(found: StixObject) -> tuple[str, ...]:
    phases = _unique(
        phase.line("phase_name")
        for phase in found.parts("kill_chain_phases")
        if ATTACK.fullmatch(phase.text("kill_chain_name"))
    )
    if not phases:
        raise found.error("no tactic among its kill chain phases")
    for phase in phases:
        if not SHORT_NAME.fullmatch(phase):
            raise found.error(f'"{phase[:80]}" is not a tactic\'s short name')
    return phases


def _platforms(found: StixObject) -> tuple[str, ...]:
    """The platforms; ICS says "None" where it has none to name."""
    return tuple(p for p in found.lines("x_mitre_platforms") if p != "None")


def _references(references: Iterable[StixObject]) -> Iterator[Reference]:
    for reference in references:
        name, url = reference.line("source_name"), reference.line("url")
        if name and url:
            yield Reference(name=name, url=url)


def _detection(found: StixObject, detects: Pairs) -> str:
    """What it says of detecting it or, saying nothing, what its data components are watched for."""
    text = found.text("x_mitre_detection")
    if not text.strip():
        texts = sorted((c.line("name"), link.text("description").strip()) for c, link in detects)
        text = "\n\n".join(_unique(text for _, text in texts))
    return contained(text, above=3)


# What points to it


def _components(bundle: Bundle, detects: Pairs) -> Iterator[str]:
    """The data components that detect it, to release 17, as ``Source: Component``."""
    names = set()
    for component, _ in detects:
        if component.type == "x-mitre-data-component":
            source = bundle.get(component.text("x_mitre_data_source_ref"))
            parts = (source.line("name") if source else "", component.line("name"))
            names.add(": ".join(filter(None, parts)))
    yield from sorted(names)


def _analytics(bundle: Bundle, detects: Pairs) -> Iterator[Analytic]:
    """The live analytics of its detection strategies, from release 18, by ID."""
    refs = (
        ref
        for strategy, _ in detects
        if strategy.type == "x-mitre-detection-strategy"
        for ref in strategy.texts("x_mitre_analytic_refs")
    )
    found = (bundle.get(ref) for ref in _unique(refs))
    analytics = ((a.attack_id, a) for a in found if a and a.live)
    for attack_id, analytic in sorted(analytics, key=lambda pair: pair[0]):
        yield Analytic(
            id=attack_id,
            platforms=_platforms(analytic),
            description=contained(analytic.text("description"), above=4).strip(),
            log_sources=tuple(dict.fromkeys(_log_sources(bundle, analytic))),
        )


def _log_sources(bundle: Bundle, analytic: StixObject) -> Iterator[LogSource]:
    for part in analytic.parts("x_mitre_log_source_references"):
        component = bundle.get(part.text("x_mitre_data_component_ref"))
        if component and component.line("name"):
            yield LogSource(
                component=component.line("name"),
                name=part.line("name"),
                channel=part.line("channel"),
            )


def _watched(analytics: Iterable[Analytic]) -> tuple[str, ...]:
    """The data components behind the log sources of analytics."""
    return _unique(source.component for a in analytics for source in a.log_sources)


def _mitigations(mitigates: Pairs) -> tuple[Mitigation, ...]:
    """The mitigations by ID, each once, with what they do against this technique.

    In the first releases the mitigation itself says it, not the relationship.
    """
    found: dict[str, Mitigation] = {}
    for source, link in mitigates:
        attack_id, name = source.attack_id, source.line("name", required=True)
        text = link.text("description").strip() or source.text("description").strip()
        text = HTML_LINE_BREAK.sub("\n", text)
        if attack_id in found:
            text = f"{found[attack_id].description}\n\n{text}"
        found[attack_id] = Mitigation(id=attack_id, name=name, description=text)
    return tuple(found[attack_id] for attack_id in sorted(found))


def _procedures(uses: Pairs) -> tuple[Procedure, ...]:
    """What groups, software and campaigns did with it, by ID."""
    found = (
        Procedure(
            id=source.attack_id,
            name=source.line("name", required=True),
            description=_joined(link.text("description")),
        )
        for source, link in uses
    )
    return tuple(sorted(found, key=lambda procedure: (procedure.id, procedure.description)))


def _joined(text: str) -> str:
    """Write Markdown in one line; most is."""
    broken = "\n" in text or "<br" in text or not text.isprintable()
    return (LINE_BREAK.sub(" ", text) if broken else text).strip()


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    """Each text once, without the empty ones."""
    return tuple(dict.fromkeys(filter(None, texts)))
