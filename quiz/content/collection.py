"""Reader of ``collection.json``: what a folder of technique files says of itself."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quiz.content.markdown import decode
from quiz.content.problems import InvalidFile, Report, did_you_mean
from quiz.content.technique import Collection, Tactic

FILE = "collection.json"
TEXTS = ("name", "title", "domain", "release", "licence", "copyright")
KEYS = (*TEXTS, "tactics", "order", "revoked", "uses")
DOMAINS = ("enterprise-attack", "mobile-attack", "ics-attack")
SHORT_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read_collection(folder: Path) -> Collection:
    """Read a folder's ``collection.json``; without one, the folder's name is all there is.

    Raises InvalidFile, with everything that is wrong, and OSError where the file
    is there but cannot be read.
    """
    path = folder / FILE
    try:
        text = decode(path.read_bytes(), path=str(path))
    except FileNotFoundError:
        return Collection(name=folder.absolute().name, folder=folder)
    report = Report(str(path))
    data = _parse(text.removeprefix("\ufeff"), report)
    reader = _Reader(text, data, report)
    texts = {key: reader.text(key) for key in TEXTS}
    domain = texts["domain"] or DOMAINS[0]
    if domain not in DOMAINS and (slip := did_you_mean(domain, DOMAINS)):
        report.error(reader.line(f'"{domain}"'), f'unknown domain "{domain}"{slip}')
    collection = Collection(
        name=texts["name"] or folder.absolute().name,
        folder=folder,
        title=texts["title"],
        domain=domain,
        release=texts["release"],
        tactics=tuple(reader.tactics(domain)),
        order=reader.order(),
        licence=texts["licence"],
        copyright=texts["copyright"],
        revoked=reader.revoked(),
        uses=reader.uses(),
    )
    report.stop_on_errors()
    return collection


def write_collection(collection: Collection) -> str:
    """Write a collection as its ``collection.json``, without what it does not say."""
    tactics = [
        {"short_name": t.short_name, "name": t.name, "description": t.description}
        for t in collection.tactics
    ]
    about = {
        "name": collection.name,
        "title": collection.title,
        "domain": collection.domain,
        "release": collection.release,
        "tactics": [{key: text for key, text in tactic.items() if text} for tactic in tactics],
        "order": list(collection.order),
        "licence": collection.licence,
        "copyright": collection.copyright,
        "revoked": dict(collection.revoked),
    }
    said = {key: value for key, value in about.items() if value}
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def _parse(text: str, report: Report) -> dict[str, Any]:
    try:
        data = json.loads(text)
        json.dumps(data, ensure_ascii=False).encode()  # so that every text in it can be shown
    except json.JSONDecodeError as error:
        report.error(error.lineno, f"invalid JSON: {error.msg}; mend it here or just before")
        raise InvalidFile(report.problems) from error
    except (RecursionError, ValueError) as error:
        report.error(1, "invalid JSON: nested too deep, or not text throughout; simplify it")
        raise InvalidFile(report.problems) from error
    if not isinstance(data, dict):
        report.error(1, "must be a JSON object of keys and values")
        raise InvalidFile(report.problems)
    return data


class _Reader:
    """The file's values, each checked as it is asked for."""

    def __init__(self, text: str, data: dict[str, Any], report: Report) -> None:
        self._text = text
        self._data = data
        self._report = report
        for key in data:
            if key not in KEYS:
                report.unknown(self.line(f'"{key}"'), "key", key, KEYS)

    def line(self, *needles: str) -> int:
        """The line that the needles are on, each looked for behind the one before."""
        position = 0
        for needle in needles:
            position = max(position, self._text.find(needle, position + 1))
        return self._text.count("\n", 0, position) + 1

    def text(self, key: str) -> str:
        value = self._data.get(key, "")
        if isinstance(value, str):
            return value.strip()
        self._report.error(self.line(f'"{key}"'), f'"{key}" must be text in quotes')
        return ""

    def tactics(self, domain: str) -> Iterator[Tactic]:
        short_names = set()
        for number, value in enumerate(self._list("tactics")):
            line = self.line('"tactics"', *"{" * (number + 1))
            short_name, name, description = (
                value.get(key, "") if isinstance(value, dict) else None
                for key in ("short_name", "name", "description")
            )
            if not (isinstance(name, str) and name.strip() and isinstance(description, str)):
                message = 'a tactic must be {"short_name": "…", "name": "…"}'
                self._report.error(line, message)
            elif not (isinstance(short_name, str) and SHORT_NAME.fullmatch(short_name)):
                message = f'the "short_name" of "{name}" must be lower case words joined by "-"'
                self._report.error(line, message)
            elif short_name in short_names:
                self._report.error(line, f'the tactic "{short_name}" is given twice; keep one')
            else:
                short_names.add(short_name)
                yield Tactic(
                    domain=domain, short_name=short_name, name=name, description=description
                )

    def order(self) -> tuple[str, ...]:
        values = self._list("order")
        if not all(isinstance(value, str) for value in values):
            message = '"order" must list IDs in quotes, such as "T1059.001"'
            self._report.error(self.line('"order"'), message)
            return ()
        return tuple(values)

    def revoked(self) -> dict[str, str]:
        values = self._data.get("revoked", {})
        if isinstance(values, dict) and all(isinstance(v, str) for v in values.values()):
            return values
        message = '"revoked" must map the STIX id of each revoked technique to its successor\'s'
        self._report.error(self.line('"revoked"'), message)
        return {}

    def uses(self) -> dict[str, tuple[str, ...]]:
        values = self._data.get("uses", {})
        if isinstance(values, dict) and all(
            isinstance(ids, list) and all(isinstance(i, str) for i in ids)
            for ids in values.values()
        ):
            return {actor: tuple(ids) for actor, ids in values.items()}
        message = '"uses" must map an actor\'s ID to a list of IDs, such as "G0016": ["T1059.001"]'
        self._report.error(self.line('"uses"'), message)
        return {}

    def _list(self, key: str) -> list[Any]:
        value = self._data.get(key, [])
        if isinstance(value, list):
            return value
        self._report.error(self.line(f'"{key}"'), f'"{key}" must be a list in brackets')
        return []
