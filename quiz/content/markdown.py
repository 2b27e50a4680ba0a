"""Reader and writer of technique files: YAML front matter over Markdown sections."""

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Collection as AnyOf
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import urlsplit

import yaml

from quiz.content.difficulty import Level
from quiz.content.front_matter import Fields, FrontMatterError, FrontMatterHandler
from quiz.content.problems import InvalidFile, Report, did_you_mean
from quiz.content.release_sections import (
    ANALYTICS,
    MITIGATIONS,
    PROCEDURES,
    read_analytics,
    read_mitigations,
    read_procedures,
    write_sections,
)
from quiz.content.sections import TABLE, Part, cut, read_reference, read_references, read_rows
from quiz.content.technique import AttackId, Collection, Problem, Section, Technique

T = TypeVar("T")
EntryReader = Callable[[Part, Report], tuple[T, ...] | None]

__all__ = ["MAX_BYTES", "InvalidFile", "decode", "file_name", "read_technique", "write_technique"]

C_DUMPER: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
MAX_BYTES = 1024 * 1024
MAX_FILE_NAME = 200
STIX_ID = re.compile(r"attack-pattern--[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MITRE_ID = re.compile(r"(MOB-|PRE-)?T\d{4}(\.\d{3})?")  # the first releases had prefixes
OWN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
HEADING = re.compile(r"(?P<name>.*) \((?P<id>attack-pattern--[^()]*)\)")
DEPRECATED = re.compile(r"\bthis (?:sub-)?technique (?:has been|is) deprecated\b", re.IGNORECASE)

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

KEYS = (
    *("id", "mitre_attack_url", "name", "title", "tactics", "platforms", "data_sources"),
    *("contributors", "detection_difficulty", "attack_version"),
)
LEVELS = tuple(level.value for level in Level if level is not Level.UNRATED)
DESCRIPTION, DETECTION, REFERENCES = "Description", "Detection", "External References"
ADDITIONS = (MITIGATIONS, PROCEDURES, ANALYTICS)
CORE = (TABLE, DESCRIPTION, DETECTION, REFERENCES)
SECTIONS = (*CORE, *ADDITIONS)
PERMISSIONS, REQUIREMENTS = "Permissions Required", "System Requirements"
ROWS = ("Tactics", "Platforms", "Data Sources", PERMISSIONS, REQUIREMENTS, "MITRE ATT&CK URL")
TOO_LARGE = f"the file is larger than {MAX_BYTES // 1024} KiB; shorten it"
HALF_WRITTEN = "the file looks half-written"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """What is below the front matter; ``line`` is the one that it begins on.

    ``understood`` fills with the headings of the sections that hold entries rather
    than prose.
    """

    line: int
    title: Part | None
    sections: Mapping[str, Part]
    understood: set[str] = field(default_factory=set)

    def text(self, heading: str) -> str:
        """A section's text, byte for byte; empty where there is none."""
        part = self.sections.get(heading)
        return part.body if part else ""

    def entries(self, heading: str, read: EntryReader[T], report: Report) -> tuple[T, ...]:
        """A section's entries; empty where there is none, or where it is prose."""
        part = self.sections.get(heading)
        found = read(part, report) if part else None
        if found is not None:
            self.understood.add(heading)
        return found or ()


def decode(data: bytes, *, path: str) -> str:
    """Decode a file. Raises InvalidFile where it is not UTF-8, or larger than MAX_BYTES."""
    report = Report(path)
    if len(data) > MAX_BYTES:
        report.error(1, TOO_LARGE)
        raise InvalidFile(report.problems)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        report.error(line, f"byte {data[error.start]:#04x} is not UTF-8; save the file as UTF-8")
        raise InvalidFile(report.problems) from error


def read_technique(
    text: str, *, path: str, collection: Collection, known_tactics: AnyOf[str]
) -> tuple[Technique, list[Problem]]:
    """Read one technique file, with what is worth noticing about it.

    ``known_tactics`` are the short names that may be used; empty allows any.
    Facts come from the front matter; the table repeats them, and is read only
    for the two that it alone has. Raises InvalidFile, with everything that is
    wrong, where the file cannot be used.
    """
    report = Report(path)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    _check_text(text, report)
    fields, rest, line = _split(text, report)
    body = _read_body(rest, line, report)
    technique = _build(fields, body, collection, known_tactics, report)
    _check_end(text, body, technique, report)
    report.stop_on_errors()
    technique = replace(
        technique,
        retired=_retired(technique, collection),
        collection=collection.name,
        domain=collection.domain,
        path=path,
        lines=fields.lines | {heading: part.line for heading, part in body.sections.items()},
    )
    if technique.retired.startswith("retired?"):
        report.notice(fields.line("id"), technique.retired)
    return technique, report.problems


def _check_text(text: str, report: Report) -> None:
    """Refuse what no page, export or database could hold."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        report.error(line, "half of a surrogate pair; save the file as UTF-8")
        raise InvalidFile(report.problems) from error
    if size > MAX_BYTES:
        report.error(1, TOO_LARGE)
        raise InvalidFile(report.problems)
    if control := CONTROL.search(text):
        line = text.count("\n", 0, control.start()) + 1
        report.error(line, f"control character {ord(control[0]):#04x}; remove it")
        raise InvalidFile(report.problems)


def _split(text: str, report: Report) -> tuple[Fields, str, int]:
    """Split a file into front matter and body, with the line that the body begins on."""
    handler = FrontMatterHandler()
    opening = handler.FM_BOUNDARY.match(text, len(text) - len(text.lstrip()))
    if opening is None:
        report.error(1, 'no front matter; begin the file with a line "---" and the fields')
        raise InvalidFile(report.problems)
    closing = handler.FM_BOUNDARY.search(text, opening.end())
    line = text.count("\n", 0, opening.end()) + 1
    if closing is None:
        report.error(line, f'no line "---" closes the front matter; {HALF_WRITTEN}')
        raise InvalidFile(report.problems)
    root = None
    try:
        root = handler.load(text[opening.end() : closing.start()])
    except FrontMatterError as error:
        report.error(line + error.line, str(error))
    fields = Fields(root, line, KEYS, report)
    return fields, text[closing.end() :], text.count("\n", 0, closing.end()) + 1


def _read_body(text: str, line: int, report: Report) -> _Body:
    """Read the body, each heading once."""
    title: Part | None = None
    sections: dict[str, Part] = {}
    for part in cut(text, line, report):
        if part.level < 2 and part.body.strip():
            report.notice(part.line, "text outside any section is ignored; put it into one")
        if part.level == 1:
            title = title or part
        if part.level < 2:
            continue
        if part.heading in sections:
            report.error(part.line, f'a second "## {part.heading}"; join it to the first')
        elif part.heading not in SECTIONS and (slip := did_you_mean(part.heading, SECTIONS)):
            report.error(part.line, f'unknown section "{part.heading}"{slip}')
        sections.setdefault(part.heading, part)
    return _Body(line=line, title=title, sections=sections)


def _build(
    fields: Fields,
    body: _Body,
    collection: Collection,
    known_tactics: AnyOf[str],
    report: Report,
) -> Technique:
    """Make the technique out of what the file says, checking all of it.

    Releases of ATT&CK for ICS name no platforms for most techniques.
    """
    url = fields.text("mitre_attack_url", required=True)
    tactics = fields.list("tactics", required=True)
    table = body.sections.get(TABLE)
    rows = read_rows(table, ROWS, report) if table else {}
    references = body.sections.get(REFERENCES)
    mitigations = body.entries(MITIGATIONS, read_mitigations, report)
    procedures = body.entries(PROCEDURES, read_procedures, report)
    analytics = body.entries(ANALYTICS, read_analytics, report)
    technique = Technique(
        stix_id=fields.text("id", required=True),
        attack_id=AttackId.from_url(url),
        name=fields.text("name", required=True),
        url=url,
        title=fields.text("title") or f"{next(iter(tactics), '')} - {fields.text('name')}",
        tactics=tuple(tactics),
        platforms=tuple(fields.list("platforms", required=not collection.release)),
        data_sources=tuple(fields.list("data_sources")),
        contributors=tuple(fields.list("contributors")),
        permissions_required=_cell(rows.get(PERMISSIONS, ""), ", "),
        system_requirements=_cell(rows.get(REQUIREMENTS, ""), "\n"),
        description=body.text(DESCRIPTION),
        detection=body.text(DETECTION),
        references=tuple(read_references(references, report)) if references else (),
        mitigations=mitigations,
        procedures=procedures,
        analytics=analytics,
        sections=tuple(
            Section(heading=part.heading, body=part.body, line=part.line)
            for part in body.sections.values()
            if part.heading not in (*CORE, *body.understood)
        ),
        detection_difficulty=fields.text("detection_difficulty"),
        attack_version=fields.text("attack_version", number=True),
    )
    _check_facts(technique, fields, report)
    _check_tactics(tactics, known_tactics, report)
    _check_prose(technique, body, report)
    return technique


def _cell(text: str, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(separator) if part.strip())


def _check_facts(technique: Technique, fields: Fields, report: Report) -> None:
    if technique.stix_id and not STIX_ID.fullmatch(technique.stix_id):
        message = '"id" must be "attack-pattern--" and a UUID in lower case'
        report.error(fields.line("id"), message)
    if technique.url and (flaw := _url_flaw(technique.url)):
        report.error(fields.line("mitre_attack_url"), f'"mitre_attack_url" must {flaw}')
    level = technique.detection_difficulty
    if level and level not in LEVELS:
        cure = did_you_mean(level, LEVELS) or f"; write one of: {', '.join(LEVELS)}"
        line = fields.line("detection_difficulty")
        report.error(line, f'unknown detection difficulty "{level}"{cure}')


def _url_flaw(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "be a web address"
    attack_id = AttackId.from_url(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"[\s<>|]", url):
        return "be a web address"
    if parts.netloc == "attack.mitre.org" and not MITRE_ID.fullmatch(attack_id):
        return "end in an ID, as https://attack.mitre.org/techniques/T1059/001 does"
    if not parts.path.strip("/") or not OWN_ID.fullmatch(attack_id):
        return "end in the technique's ID"
    return ""


def _check_tactics(tactics: Mapping[str, int], known: AnyOf[str], report: Report) -> None:
    for tactic, line in tactics.items():
        if known and tactic not in known:
            cure = did_you_mean(tactic, known) or ";"
            cure += " an organisation's own tactics are declared in collection.json"
            report.error(line, f'unknown tactic "{tactic}"{cure}')


def _check_prose(technique: Technique, body: _Body, report: Report) -> None:
    """Check the description, and that the title agrees with the front matter."""
    if DESCRIPTION not in body.sections:
        report.error(body.line, f'no "## {DESCRIPTION}"; add it')
    elif not technique.description.strip():
        report.error(body.sections[DESCRIPTION].line, "the description is empty; write it")
    if body.title is None or not technique.name:
        return
    line, heading = body.title.line, body.title.heading
    match = HEADING.fullmatch(heading)
    if match is None and heading != technique.name:
        report.error(line, f'the heading must be "# {technique.name} ({technique.stix_id})"')
    elif match and match["name"].strip() != technique.name:
        report.error(line, f'the heading says "{match["name"]}", but "name" {technique.name}')
    if match and technique.stix_id and match["id"] != technique.stix_id:
        report.error(line, f'the heading says {match["id"]}, but "id" {technique.stix_id}')


def _check_end(text: str, body: _Body, technique: Technique, report: Report) -> None:
    """Tell a file that was cut off in mid-writing from one that has no references."""
    complete = text.endswith("\n")
    last_line = text.count("\n") + (not complete)
    if REFERENCES not in body.sections:
        if technique.from_mitre or not complete:
            message = f'{HALF_WRITTEN}: no "## {REFERENCES}" at its end; save it whole'
            report.error(last_line, message)
    elif not complete and list(body.sections)[-1] == REFERENCES:
        last = text.rpartition("\n")[2]
        closed = last.count("(") == last.count(")")
        if last.strip() and not (closed and read_reference(last)):
            report.error(last_line, f"{HALF_WRITTEN}: its last line breaks off; save it whole")


def _retired(technique: Technique, collection: Collection) -> str:
    """Why a technique is not asked about: what its release says or, without one, its text."""
    if technique.stix_id in collection.revoked:
        successor = collection.revoked[technique.stix_id]
        return f"revoked, replaced by {successor}" if successor else "withdrawn, with no successor"
    if collection.release or collection.revoked or not technique.from_mitre:
        return ""
    cure = 'name the release in collection.json ("release") to have it asked about'
    if DEPRECATED.search(technique.description):
        return f"retired? Its text says that it is deprecated; {cure}"
    if not technique.data_sources and "PRE" not in technique.platforms:
        return f"retired? It has no data sources and is not PRE, as revoked ones are; {cure}"
    return ""


# Writing


def write_technique(technique: Technique) -> str:
    """Write a technique as a file, in the very bytes of the format's own generator.

    Raises ValueError where a text holds what would read back as another section.
    """
    front = {
        "contributors": list(technique.contributors),
        "data_sources": list(technique.data_sources),
        "id": technique.stix_id,
        "mitre_attack_url": technique.url,
        "name": technique.name,
        "platforms": list(technique.platforms),
        "tactics": list(technique.tactics),
        "title": technique.title,
        "detection_difficulty": technique.detection_difficulty,
        "attack_version": technique.attack_version,
    }
    cells = (
        ", ".join(technique.tactics),
        ", ".join(technique.platforms),
        ", ".join(technique.data_sources),
        ", ".join(technique.permissions_required),
        "\n".join(technique.system_requirements),
        f"[{technique.url}]({technique.url})",
    )
    references = "".join(f"- [{r.name}]({r.url})\n" for r in technique.references)
    return "".join(
        (
            f"---\n{_yaml({key: value for key, value in front.items() if value})}---\n\n",
            f"## {TABLE}\n\n| Attribute | Details |\n|-----------|----------|\n",
            *(f"| **{r}** | {cell} |\n" for r, cell in zip(ROWS, cells, strict=True) if cell),
            f"\n# {technique.name} ({technique.stix_id})\n\n",
            _section(DESCRIPTION, technique.description),
            _section(DETECTION, technique.detection) if technique.detection else "",
            *(_section(heading, text) for heading, text in write_sections(technique)),
            *(_section(section.heading, section.body) for section in technique.sections),
            f"## {REFERENCES}\n{references}",
        )
    )


def _yaml(front: Mapping[str, Sequence[str]]) -> str:
    """Dump front matter as ``yaml.safe_dump`` does.

    The dumper in C takes a fifth of the time, and breaks long lines that need escapes
    elsewhere; plain ASCII needs none.
    """
    texts = (text for value in front.values() for text in value)
    dumper = C_DUMPER if all(text.isascii() for text in texts) else yaml.SafeDumper
    return str(yaml.dump(front, Dumper=dumper))


def _section(heading: str, text: str) -> str:
    report = Report(heading)
    if len(list(cut(f"## {heading}\n{text}", 1, report))) > 2 or report.problems:
        raise ValueError(f'"{heading}" holds a "## " line or an open code block')
    return f"## {heading}\n{text}\n\n"


def file_name(technique: Technique) -> str:
    """Name a technique's file: its STIX id, first tactic and name, safe on every system."""
    label = f"{technique.stix_id}_{technique.tactics[0]} - {technique.name}"
    safe = re.sub(r"[^\w.-]+", "_", label)
    return safe.encode()[:MAX_FILE_NAME].decode(errors="ignore") + ".md"
