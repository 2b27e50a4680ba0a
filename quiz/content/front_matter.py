"""Strict reading of YAML front matter, in one pass, every value with its line."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from frontmatter.default_handlers import SafeLoader, YAMLHandler

from quiz.content.problems import Report

MAX_BYTES = 64 * 1024
MAX_DEPTH = 20
TEXT = "tag:yaml.org,2002:str"
NULL = "tag:yaml.org,2002:null"
NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
ONE_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]*")
KINDS = {
    **dict.fromkeys(NUMBERS, "a number"),
    "tag:yaml.org,2002:bool": "true or false",
    "tag:yaml.org,2002:timestamp": "a date",
    "list": "a list",
    "map": "a map",
    NULL: "empty",
    TEXT: "text",
}


class FrontMatterError(ValueError):
    """Front matter that cannot be read. ``line`` counts from 0 at its first line."""

    def __init__(self, line: int, message: str) -> None:
        self.line = line
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A value of the front matter. ``line`` counts from 0 at the front matter's first line.

    ``tag`` is ``list``, ``map`` or the tag that YAML gives a scalar; ``text`` is
    the scalar as written. A map keeps repeated keys, so that they can be reported.
    """

    line: int
    tag: str
    text: str = ""
    items: tuple["Node", ...] = ()
    entries: tuple[tuple["Node", "Node"], ...] = ()

    @property
    def kind(self) -> str:
        """What YAML reads the value as, in words."""
        return KINDS.get(self.tag, "a value of another type")


class FrontMatterHandler(YAMLHandler):
    """python-frontmatter's YAML handler, made fit for text by strangers.

    It reads the parser's events instead of loading: no object is constructed,
    nesting and aliases are refused before they cost anything, and the lines are
    at hand without a second parse. Its boundaries take no empty line with them,
    so that lines can be counted.
    """

    FM_BOUNDARY: re.Pattern[str] = re.compile(r"^-{3,}[ \t]*$", re.MULTILINE)

    def load(self, fm: str, **kwargs: object) -> Any:
        """Read front matter into a Node that is a map. Raises FrontMatterError."""
        if len(fm.encode()) > MAX_BYTES:
            raise FrontMatterError(0, f"front matter is larger than {MAX_BYTES // 1024} KiB")
        try:
            root = _read_document(SafeLoader(fm))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            message = f"invalid YAML: {error.problem or error.context}; {_advice(error)}"
            raise FrontMatterError(mark.line if mark else 0, message) from error
        except yaml.reader.ReaderError as error:
            line = fm.encode().count(b"\n", 0, error.position)
            raise FrontMatterError(line, f"invalid YAML: {error.reason}; remove it") from error
        if root.tag != "map":
            raise FrontMatterError(root.line, 'front matter must be lines of "key: value"')
        return root


def _advice(error: yaml.MarkedYAMLError) -> str:
    if "mapping values" in (error.problem or ""):
        return 'put a value that contains ": " in quotes'
    return "check quotes, colons and indentation on this line and the one before"


def _read_document(parser: Any) -> Node:
    parser.get_event()  # the stream's start
    if parser.check_event(yaml.StreamEndEvent):
        return Node(line=0, tag="map")
    parser.get_event()  # the document's start
    root = _read_node(parser, depth=1)
    parser.get_event()  # the document's end
    after = parser.get_event()
    if not isinstance(after, yaml.StreamEndEvent):
        raise FrontMatterError(after.start_mark.line, "a second YAML document; remove it")
    return root if root.tag != NULL else Node(line=0, tag="map")


def _read_node(parser: Any, depth: int) -> Node:
    event = parser.get_event()
    line: int = event.start_mark.line
    if isinstance(event, yaml.AliasEvent):
        raise FrontMatterError(line, "YAML aliases are not allowed; write the value out")
    if isinstance(event, yaml.ScalarEvent):
        tag = event.tag
        if tag in (None, "!"):
            tag = parser.resolve(yaml.ScalarNode, event.value, event.implicit)
        return Node(line=line, tag=tag, text=event.value)
    if depth > MAX_DEPTH:
        raise FrontMatterError(line, f"front matter is nested more than {MAX_DEPTH} levels deep")
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not parser.check_event(yaml.SequenceEndEvent):
            items.append(_read_node(parser, depth + 1))
        parser.get_event()
        return Node(line=line, tag="list", items=tuple(items))
    entries = []
    while not parser.check_event(yaml.MappingEndEvent):
        entries.append((_read_node(parser, depth + 1), _read_node(parser, depth + 1)))
    parser.get_event()
    return Node(line=line, tag="map", entries=tuple(entries))


class Fields:
    """The front matter's values by key, each checked as it is asked for.

    ``root`` is None where the YAML could not be read: that is the problem to
    report then, and nothing else is said to be missing. ``first_line`` is the
    1-based line of the file that the front matter's line 0 is on.
    """

    def __init__(
        self, root: Node | None, first_line: int, known: Collection[str], report: Report
    ) -> None:
        self.readable = root is not None
        self.lines: dict[str, int] = {}
        self._first_line = first_line
        self._report = report
        self._nodes: dict[str, Node] = {}
        for key, value in root.entries if root else ():
            line = first_line + key.line
            if key.text in self._nodes:
                report.error(line, f'"{key.text}" is given twice; keep one')
            elif key.text not in known:
                report.unknown(line, "key", key.text, known)
            self._nodes[key.text] = value
            self.lines[key.text] = line

    def line(self, key: str) -> int:
        """The 1-based line of a key or, where it is absent, of the front matter's start."""
        return self.lines.get(key, 1)

    def text(self, key: str, *, required: bool = False, number: bool = False) -> str:
        """A text on one line, without the space around it; empty where absent.

        ``number`` allows a number too, and gives it as written.
        """
        node = self._nodes.get(key)
        if node is None or node.tag == NULL or (node.tag == TEXT and not node.text.strip()):
            self._missing(key, "add it", required)
            return ""
        if node.tag != TEXT and not (number and node.tag in NUMBERS):
            self._error(key, f'"{key}" must be text, but is {node.kind}; {_cure(node)}')
            return ""
        if not ONE_LINE.fullmatch(node.text.strip()):
            self._error(key, f'"{key}" must be on one line, without control characters')
        return node.text.strip()

    def list(self, key: str, *, required: bool = False) -> Mapping[str, int]:
        """A list of texts on one line each, with their 1-based lines; empty where absent."""
        node = self._nodes.get(key)
        if node is None or node.tag == NULL or (node.tag == "list" and not node.items):
            self._missing(key, "add a list of at least one", required)
            return {}
        if node.tag != "list":
            self._error(key, f'"{key}" must be a list, but is {node.kind}; write "- " before items')
        items: dict[str, int] = {}
        for item in node.items:
            line, value = self._first_line + item.line, item.text.strip()
            if item.tag not in (TEXT, NULL):
                message = f'an item of "{key}" must be text, but is {item.kind}; {_cure(item)}'
                self._report.error(line, message)
            elif item.tag == NULL or not value:
                self._report.error(line, f'an item of "{key}" is empty; fill it in or remove it')
            elif not ONE_LINE.fullmatch(value):
                message = f'an item of "{key}" must be on one line, without control characters'
                self._report.error(line, message)
            elif value in items:
                self._report.error(line, f'"{key}" lists "{value}" twice; keep one')
            items.setdefault(value, line)
        return items

    def _missing(self, key: str, cure: str, required: bool) -> None:
        if required and self.readable:
            self._error(key, f'"{key}" is missing; {cure}')

    def _error(self, key: str, message: str) -> None:
        self._report.error(self.line(key), message)


def _cure(node: Node) -> str:
    return "write one text" if node.tag in ("list", "map") else "put it in quotes"
