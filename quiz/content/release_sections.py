"""The sections that releases add to a technique file: mitigations, procedures, analytics.

Each reader gives None where the section is prose and no such list: then it is a
section like any other.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from quiz.content.problems import Report
from quiz.content.sections import Part
from quiz.content.technique import Analytic, LogSource, Mitigation, Procedure, Technique

MITIGATIONS, PROCEDURES, ANALYTICS = "Mitigations", "Procedure Examples", "Analytics"
MITIGATION_LABELS = ("ID", "Mitigation", "Description")
PROCEDURE_LABELS = ("ID", "Name", "Description")
LOG_SOURCE_LABELS = ("Data Component", "Log Source", "Channel")

PIPE = re.compile(r"(?<!\\)\|")
LINE_BREAK = re.compile(r"<br ?/?>")
RULE = re.compile(r"\|(?: *:?-+:? *\|)+")
ANALYTIC = re.compile(r"^### +(?P<id>\S+)(?: +\((?P<platforms>.*)\))?[ \t]*$", re.MULTILINE)

Rows = Iterator[tuple[int, list[str]]]


# Reading


def read_mitigations(part: Part, report: Report) -> tuple[Mitigation, ...] | None:
    """Read the table of ``## Mitigations``; a line break in a description is ``<br>``."""
    if not part.body.lstrip().startswith("|"):
        return None
    found: dict[str, Mitigation] = {}
    for line, (id_, name, text) in _rows(part.body, part.line + 1, MITIGATION_LABELS, report):
        if id_ in found:
            report.error(line, f'the mitigation "{id_}" is given twice; join the two rows')
        elif _has(line, (id_, name), "an ID and a name", report):
            description = LINE_BREAK.sub("\n", text) if "<br" in text else text
            found[id_] = Mitigation(id=id_, name=name, description=description)
    return tuple(found.values())


def read_procedures(part: Part, report: Report) -> tuple[Procedure, ...] | None:
    """Read the table of ``## Procedure Examples``; one group may have several rows."""
    if not part.body.lstrip().startswith("|"):
        return None
    return tuple(
        Procedure(id=id_, name=name, description=text)
        for line, (id_, name, text) in _rows(part.body, part.line + 1, PROCEDURE_LABELS, report)
        if _has(line, (id_, name), "an ID and a name", report)
    )


def read_analytics(part: Part, report: Report) -> tuple[Analytic, ...] | None:
    """Read ``### AN0001 (Windows)`` headings, with the text and the table below each."""
    headings = list(ANALYTIC.finditer(part.body))
    if not headings or part.body[: headings[0].start()].strip():
        return None
    found: dict[str, Analytic] = {}
    ends = [*(heading.start() for heading in headings[1:]), len(part.body)]
    for heading, end in zip(headings, ends, strict=True):
        line = part.line + 1 + part.body.count("\n", 0, heading.start())
        text, table, skipped = _cut_table(part.body[heading.end() : end])
        rows = _rows(table, line + skipped, LOG_SOURCE_LABELS, report)
        analytic = Analytic(
            id=heading["id"],
            platforms=tuple(filter(None, map(str.strip, (heading["platforms"] or "").split(",")))),
            description=text.strip(),
            log_sources=tuple(
                LogSource(component=component, name=name, channel=channel)
                for at, (component, name, channel) in rows
                if _has(at, (component,), "a data component", report)
            ),
        )
        if analytic.id in found:
            report.error(line, f'the analytic "{analytic.id}" is given twice; keep one')
        found.setdefault(analytic.id, analytic)
    return tuple(found.values())


def _cut_table(text: str) -> tuple[str, str, int]:
    """Cut an analytic at its table of log sources; the number is of the lines before that."""
    start = 0
    for number, line in enumerate(text.split("\n")):
        if line.startswith("|") and _labels(line) == _folded(LOG_SOURCE_LABELS):
            return text[:start], text[start:], number
        start += len(line) + 1
    return text, "", 0


def _rows(table: str, line: int, labels: Sequence[str], report: Report) -> Rows:
    """Give the rows of a table that begins on ``line``, each with its line, cells unescaped."""
    row = f'write "| {" | ".join(labels)} |"'
    number = 0
    for at, text in enumerate(map(str.strip, table.split("\n")), line):
        if not text:
            continue
        number += 1
        if number == 1 and _labels(text) != _folded(labels):
            report.error(at, f"the table must begin with its labels; {row}")
            return
        if number == 1 or (number == 2 and RULE.fullmatch(text)):
            continue
        cells = PIPE.split(text) if "\\|" in text else text.split("|")
        if len(cells) != len(labels) + 2 or cells[0] or cells[-1]:
            report.error(at, f'malformed table row; {row}, with a pipe in a text as "\\|"')
            continue
        yield at, [cell.replace("\\|", "|").strip() for cell in cells[1:-1]]


def _labels(row: str) -> list[str]:
    return _folded(row.strip().strip("|").split("|"))


def _folded(labels: Iterable[str]) -> list[str]:
    return [label.strip().lower() for label in labels]


def _has(line: int, cells: Sequence[str], what: str, report: Report) -> bool:
    if all(cells):
        return True
    report.error(line, f"a row needs {what}; fill them in or remove it")
    return False


# Writing


def write_sections(technique: Technique) -> Iterator[tuple[str, str]]:
    """Give the heading and the text of each section that a technique has entries for.

    Raises ValueError where a text would read back as something else.
    """
    if technique.mitigations:
        rows = ((m.id, m.name, m.description.replace("\n", "<br>")) for m in technique.mitigations)
        text = _table(MITIGATION_LABELS, rows)
        yield MITIGATIONS, _checked(MITIGATIONS, text, technique.mitigations)
    if technique.procedures:
        rows = ((p.id, p.name, p.description) for p in technique.procedures)
        text = _table(PROCEDURE_LABELS, rows)
        yield PROCEDURES, _checked(PROCEDURES, text, technique.procedures)
    if technique.analytics:
        text = "\n".join(map(_analytic, technique.analytics))
        yield ANALYTICS, _checked(ANALYTICS, text, technique.analytics)


def _analytic(analytic: Analytic) -> str:
    platforms = f" ({', '.join(analytic.platforms)})" if analytic.platforms else ""
    text = f"\n### {analytic.id}{platforms}"
    if analytic.description:
        text += f"\n\n{analytic.description}"
    if analytic.log_sources:
        rows = ((s.component, s.name, s.channel) for s in analytic.log_sources)
        text += f"\n{_table(LOG_SOURCE_LABELS, rows)}"
    return text


def _table(labels: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = f"\n| {' | '.join(labels)} |\n|{'|'.join('-' * (len(x) + 2) for x in labels)}|"
    return head + "".join(
        f"\n| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows
    )


READERS: Mapping[str, Callable[[Part, Report], tuple[object, ...] | None]] = {
    MITIGATIONS: read_mitigations,
    PROCEDURES: read_procedures,
    ANALYTICS: read_analytics,
}


def _checked(heading: str, text: str, written: Sequence[object]) -> str:
    """Refuse what would read back as something else. Raises ValueError."""
    report = Report(heading)
    read = READERS[heading](Part(level=2, heading=heading, line=1, body=text), report)
    if read != tuple(written) or report.problems:
        raise ValueError(f'"{heading}" holds what would read back as something else')
    return text
