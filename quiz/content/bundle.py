"""Reader of STIX 2.0 and 2.1 bundles: bytes by strangers to objects whose fields are checked."""

import gzip
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

MAX_COMPRESSED = 64 * 1024 * 1024
MAX_BYTES = 128 * 1024 * 1024
MAX_VALUES = 8_000_000
"""Commas and opening brackets, however nested: each is a value that takes memory once read."""
MIB = 1024 * 1024
GZIP = b"\x1f\x8b"
STIX_ID = re.compile(r"[a-z0-9][a-z0-9-]*--[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

ATTACK = re.compile(r"mitre-(?:(?P<domain>[a-z]+(?:-[a-z]+)*)-)?attack")
"""What ATT&CK calls its kill chains, and itself as a source of IDs, in each domain."""

# What no page or file could hold, and line ends of other systems.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
LINE_END = re.compile(r"\r\n?")
SPACE = re.compile(r"[ \t\n\x0b\x0c\r\x7f-\x9f\u2028\u2029]+")


class InvalidBundle(ValueError):  # noqa: N818 (what it says of the bundle is its name)
    """A bundle that cannot be used, and which of its objects is why."""


class StixObject:
    """An object, or a part of one; its fields are checked as they are asked for.

    Every method raises InvalidBundle, naming the object, where a field is of
    another type. ``where`` is the object's id; a part of an object has no ``type``.
    """

    __slots__ = ("_attack_id", "_data", "type", "where")

    def __init__(self, data: Mapping[str, Any], where: str, type_: str = "") -> None:
        self._data = data
        self.where = where
        self.type = type_
        self._attack_id: str | None = None

    @property
    def live(self) -> bool:
        """Whether it is neither revoked nor deprecated; saying nothing means that it is not."""
        return not (self.flag("revoked") or self.flag("x_mitre_deprecated"))

    @property
    def attack_id(self) -> str:
        """The ID that ATT&CK gives it, such as ``G0016``; its STIX id where there is none."""
        if self._attack_id is None:
            ids = (
                reference.line("external_id").replace(" ", "")
                for reference in self.parts("external_references")
                if ATTACK.fullmatch(reference.text("source_name"))
            )
            self._attack_id = next(filter(None, ids), self.where)
        return self._attack_id

    def flag(self, key: str) -> bool:
        """A yes or no; no where it is absent."""
        value = self._data.get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise self.error(f'"{key}" must be true or false')

    def text(self, key: str, *, required: bool = False) -> str:
        """A text, with line ends as they are here; empty where absent."""
        value = self._data.get(key)
        if value is None:
            value = ""
        if not isinstance(value, str):
            raise self.error(f'"{key}" must be text')
        value = _clean(value)
        if required and not value.strip():
            raise self.error(f'"{key}" is missing')
        return value

    def line(self, key: str, *, required: bool = False) -> str:
        """A text on one line, without the space around it."""
        return one_line(self.text(key, required=required))

    def lines(self, key: str) -> tuple[str, ...]:
        """A list of texts on one line each, every one once; empty where absent."""
        return tuple(dict.fromkeys(filter(None, map(one_line, self.texts(key)))))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, as they stand; empty where absent."""
        values = self._data.get(key)
        if values is None:
            return ()
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise self.error(f'"{key}" must be a list of texts')
        return tuple(map(_clean, values))

    def parts(self, key: str) -> Iterator["StixObject"]:
        """A list of objects within this one; empty where absent."""
        values = self._data.get(key)
        if values is None:
            return
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise self.error(f'"{key}" must be a list of objects')
        for value in values:
            yield StixObject(value, self.where)

    def part(self, key: str) -> "StixObject":
        """An object within this one; an empty one where absent."""
        value = self._data.get(key, {})
        if not isinstance(value, dict):
            raise self.error(f'"{key}" must be an object')
        return StixObject(value, self.where)

    def error(self, message: str) -> InvalidBundle:
        """Make the error that names this object."""
        return InvalidBundle(f"{self.where}: {message}")


class Bundle:
    """The objects of a bundle, each id once."""

    def __init__(self, objects: Mapping[str, StixObject]) -> None:
        self._objects = objects
        self._by_type: dict[str, list[StixObject]] = defaultdict(list)
        for found in objects.values():
            self._by_type[found.type].append(found)

    def get(self, stix_id: str) -> StixObject | None:
        """One object, or None where the bundle does not hold it."""
        return self._objects.get(stix_id)

    def of_type(self, *types: str) -> list[StixObject]:
        """The objects of some types, type by type, in the bundle's order."""
        return [found for type_ in types for found in self._by_type.get(type_, ())]


def one_line(text: str) -> str:
    """Write a text on one line."""
    return (text if text.isprintable() and "  " not in text else SPACE.sub(" ", text)).strip()


def _clean(text: str) -> str:
    """Leave out what nothing could show; most texts hold nothing of the sort."""
    if text.isprintable():
        return text
    return UNPRINTABLE.sub("", LINE_END.sub("\n", text))


def read_bundle(path: Path) -> Bundle:
    """Read a bundle from a file, compressed or not.

    Raises InvalidBundle, with a sentence that says what is wrong, and OSError
    where the file cannot be read.
    """
    content = _content(path)
    if sum(map(content.count, (b",", b"{", b"["))) > MAX_VALUES:
        raise InvalidBundle("too many values; a release has about a tenth")
    try:
        data = json.loads(content)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InvalidBundle(f"not whole JSON: {error.msg} at {where}; fetch it again") from error
    except UnicodeDecodeError as error:
        raise InvalidBundle("not a text file; give a STIX bundle in JSON") from error
    except (RecursionError, ValueError) as error:
        raise InvalidBundle("JSON nested too deep, or with too long a number") from error
    if not isinstance(data, dict) or data.get("type") != "bundle":
        raise InvalidBundle('not a STIX bundle: its "type" is not "bundle"')
    objects = data.get("objects")
    if not isinstance(objects, list) or not objects:
        raise InvalidBundle('not a whole STIX bundle: it holds no "objects"')
    return Bundle(_by_id(objects))


def _content(path: Path) -> bytes:
    """Read a file's bytes, decompressed; no more of them than the limits allow."""
    with path.open("rb") as file:
        content = file.read(MAX_COMPRESSED + 1 if file.peek(2)[:2] == GZIP else MAX_BYTES + 1)
    if content[:2] == GZIP:
        if len(content) > MAX_COMPRESSED:
            raise InvalidBundle(f"larger than {MAX_COMPRESSED // MIB} MiB compressed")
        try:
            with gzip.GzipFile(fileobj=BytesIO(content)) as file:
                content = file.read(MAX_BYTES + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            message = "the compressed file is cut short or damaged; fetch it again"
            raise InvalidBundle(message) from error
    if len(content) > MAX_BYTES:
        raise InvalidBundle(f"larger than {MAX_BYTES // MIB} MiB; a release has some 35 MB")
    return content


def _by_id(objects: list[Any]) -> dict[str, StixObject]:
    found: dict[str, StixObject] = {}
    for number, data in enumerate(objects, 1):
        stix_id = data.get("id") if isinstance(data, dict) else None
        if not isinstance(stix_id, str) or not isinstance(data.get("type"), str):
            raise InvalidBundle(f'object {number}: not a STIX object with an "id" and a "type"')
        if not STIX_ID.fullmatch(stix_id):
            raise InvalidBundle(f'object {number}: "{stix_id[:80]}" is not a STIX id')
        if not stix_id.startswith(f"{data['type']}--"):
            raise InvalidBundle(f'{stix_id}: its "type" is "{data["type"][:80]}"')
        if stix_id in found:
            raise InvalidBundle(f"{stix_id}: given twice")
        found[stix_id] = StixObject(data, stix_id, data["type"])
    return found
