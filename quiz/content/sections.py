"""Cutting the body of a technique file into its title, table and sections."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from quiz.content.problems import Report
from quiz.content.technique import Reference

TABLE = "Technical Details"
LANDMARK = re.compile(
    r"^(?:(?P<marks>##?) +(?P<heading>\S.*)|(?P<fence> {0,3}(?:```[^`\n]*|~~~.*)))$", re.MULTILINE
)
ROW = re.compile(r"\|\s*\*\*(?P<label>[^*\n|]+)\*\*\s*\|(?P<value>.*)\|", re.DOTALL)
TABLE_HEAD = re.compile(r"\|\s*Attribute\s*\|\s*Details\s*\||[|\s:-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A heading and what is below it, up to the next one.

    ``level`` is 2 for a section, 1 for the title, 0 for what comes before any
    heading. ``line`` is the heading's, 1-based. ``body`` is byte for byte, but for
    the line break that ends it and the empty line that sets it apart.
    """

    level: int
    heading: str
    line: int
    body: str


def cut(text: str, line: int, report: Report) -> Iterator[Part]:
    """Cut a text, which begins on ``line``, at the headings outside its code blocks.

    A ``#`` heading is the title only where no section of prose has begun: below
    that, it belongs to the prose.
    """
    level, heading, heading_line, start = 0, "", line, 0
    fence, counted = 0, 0
    for landmark in LANDMARK.finditer(text):
        line += text.count("\n", counted, landmark.start())
        counted = landmark.start()
        if landmark["fence"]:
            fence = 0 if fence else line
        elif not fence and (landmark["marks"] == "##" or level == 0 or heading == TABLE):
            body = _trimmed(text[start : landmark.start()])
            yield Part(level=level, heading=heading, line=heading_line, body=body)
            level, heading = len(landmark["marks"]), landmark["heading"].strip()
            heading_line, start = line, landmark.end() + 1
    if fence:
        report.error(fence, "this code block is never closed; repeat its first line after it")
    yield Part(level=level, heading=heading, line=heading_line, body=_trimmed(text[start:]))


def _trimmed(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\n")


def read_rows(table: Part, known: tuple[str, ...], report: Report) -> dict[str, str]:
    """Read a table's rows, cells with line breaks included."""
    rows: dict[str, str] = {}
    line = table.line + 1
    for chunk in re.split(r"^(?=\|)", table.body, flags=re.MULTILINE):
        here, line = line, line + chunk.count("\n")
        row = chunk.strip()
        if not row or TABLE_HEAD.fullmatch(row):
            continue
        match = ROW.fullmatch(row) if row.endswith("|") else None
        if match is None or "|\n" in match["value"]:
            report.error(here, 'malformed table row; write "| **Platforms** | Windows |"')
            continue
        label = match["label"].strip()
        if label in rows:
            report.error(here, f'a second row "{label}"; keep one')
        elif label not in known:
            report.unknown(here, "table row", label, known)
        rows.setdefault(label, match["value"].strip())
    return rows


def read_references(part: Part, report: Report) -> Iterator[Reference]:
    """Read ``- [name](url)`` lines, noticing any that are something else."""
    for line, text in enumerate(part.body.split("\n"), part.line + 1):
        reference = read_reference(text)
        if reference:
            yield reference
        elif text.strip():
            report.notice(line, 'not a reference, ignored; write "- [name](https://…)"')


def read_reference(line: str) -> Reference | None:
    """Read one ``- [name](url)`` line, or nothing where it is not one."""
    text = line.strip()
    if not (text.startswith(("- [", "* [")) and text.endswith(")")):
        return None
    name, found, url = text[3:-1].rpartition("](")
    return Reference(name=name, url=url) if found and name and url else None
