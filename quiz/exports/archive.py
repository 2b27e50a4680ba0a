"""Everything of a learner as JSON Lines: a first line, a line a row, and a last that counts them.

What a row must look like is described by a JSON Schema, which whoever calls gives, so that
this module knows of no table.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import IO, Any, cast

import fastjsonschema

FORMAT = "tradecraft-learner"
VERSION = 1
LONGEST_LINE = 1024 * 1024
"""In bytes; a question as it was shown takes some thousand."""
GZIP = b"\x1f\x8b"

Validate = Callable[[Any], Any]
Row = dict[str, Any]


class BadArchive(ValueError):  # noqa: N818 - named for what it is about
    """An archive that cannot be read; the text names the line and what to do."""


def write(rows: Iterable[tuple[str, Mapping[str, Any]]], made_at: str) -> Iterator[bytes]:
    """Give an archive's lines: of each row its type, then its values."""
    yield _line({"type": "archive", "format": FORMAT, "version": VERSION, "made_at": made_at})
    count = 0
    for type_, row in rows:
        yield _line({"type": type_, **row})
        count += 1
    yield _line({"type": "end", "rows": count})


def read(stream: IO[bytes], validators: Mapping[str, Validate]) -> Iterator[tuple[int, str, Row]]:
    """Give an archive's rows: line number, type, values. Gzip or plain.

    Raises BadArchive at the first line that is wrong, which may come after many that are
    right: take nothing as read before the end.
    """
    with _unpacked(stream) as plain:
        yield from _rows(_lines(plain), validators)


def _rows(
    lines: Iterator[tuple[int, bytes]], validators: Mapping[str, Validate]
) -> Iterator[tuple[int, str, Row]]:
    number, first = next(lines, (1, None))
    if first is None:
        raise BadArchive("The file is empty. Choose an archive that Tradecraft has made.")
    _check_first(_parse(number, first))
    for count, (number, text) in enumerate(lines):
        row = _parse(number, text)
        type_ = row.pop("type", None)
        if type_ == "end":
            if row.get("rows") != count:
                raise BadArchive(
                    f"line {number}: {row.get('rows')} rows were written, but {count} are here."
                    " The file was cut or changed: take another copy."
                )
            _refuse_more(lines)
            return
        yield number, type_, _valid(number, type_, row, validators)
    raise BadArchive(
        f"line {number}: the archive ends without its last line, so a part is missing."
        " Take another copy."
    )


def validator(schema: Mapping[str, Any]) -> Validate:
    """Compile what checks a row against its JSON Schema."""
    check: Validate = fastjsonschema.compile(dict(schema), use_default=False)
    return check


def _valid(number: int, type_: object, row: Row, validators: Mapping[str, Validate]) -> Row:
    if not isinstance(type_, str) or type_ not in validators:
        raise BadArchive(
            f"line {number}: nothing here is called {type_!r}. The archive may come from a newer"
            " Tradecraft: update this one first."
        )
    try:
        validators[type_](row)
    except fastjsonschema.JsonSchemaValueException as error:
        said = error.message.removeprefix("data.").removeprefix("data ")
        raise BadArchive(
            f"line {number}: {type_}: {said}."
            " Take another copy of the archive, or update Tradecraft."
        ) from None
    return row


def _check_first(row: Row) -> None:
    if row.get("type") != "archive" or row.get("format") != FORMAT:
        raise BadArchive(
            "line 1: this is no archive of a learner. Choose a file that Tradecraft has made"
            " under “Your data”."
        )
    if row.get("version") != VERSION:
        raise BadArchive(
            f"line 1: the archive has version {row.get('version')!r}, and {VERSION} is what is"
            " read here. Update Tradecraft first."
        )


def _parse(number: int, text: bytes) -> Row:
    try:
        row = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise BadArchive(
            f"line {number}: this is not JSON. The file was changed or cut: take another copy."
        ) from None
    if not isinstance(row, dict):
        raise BadArchive(f"line {number}: an object is expected. Take another copy.")
    return row


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are not JSON, and no database takes them


def _unpacked(stream: IO[bytes]) -> AbstractContextManager[IO[bytes]]:
    packed = stream.read(len(GZIP)) == GZIP
    stream.seek(0)
    return cast(IO[bytes], gzip.open(stream)) if packed else nullcontext(stream)


def _lines(source: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Read lines that are not empty, none longer than what one can be."""
    number = 0
    try:
        while line := source.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE:
                raise BadArchive(f"line {number}: it is longer than a row can be.")
            if line.strip():
                yield number, line
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise BadArchive(
            f"line {number + 1}: the compressed file ends too early or is damaged."
            " Take another copy."
        ) from None


def _refuse_more(lines: Iterator[tuple[int, bytes]]) -> None:
    for number, _ in lines:
        raise BadArchive(f"line {number}: something follows the last line. Take another copy.")


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
