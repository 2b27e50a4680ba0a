"""Asks for everything that an app answers: every rule, every link and form of its pages."""

from __future__ import annotations

import gzip
import io
import re
import shutil
import zipfile
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit
from zlib import decompress
from zlib import error as zlib_error

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from quiz.db.base import db

Data = tuple[tuple[str, str], ...]
Arguments = Mapping[frozenset[str], Sequence[Mapping[str, Any]]]
"""For each set of names that a rule has, the values to ask for it with."""

LIKE_IT = 1
"""How many links and forms that differ only in their values are followed, outside of quizzes."""


class NoArguments(AssertionError):  # noqa: N818 - named for what it is about
    """A rule has arguments that the crawl knows no values for."""


@dataclass(frozen=True, slots=True)
class Request:
    """Something that was asked for, and can be asked for again."""

    method: str
    url: str
    data: Data = ()
    accept: str = "text/html"


class Links(HTMLParser):
    """What a page leads to: addresses, and forms with what they send unfilled."""

    def __init__(self, page: str, html: str) -> None:
        super().__init__()
        self.page = page
        self.urls: list[str] = []
        self.forms: list[tuple[str, str, list[tuple[str, str]]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urljoin(self.page, found.get("action", ""))
            self.forms.append((found.get("method", "get").upper(), action, []))
        elif tag in {"input", "button"} and self.forms and found.get("name"):
            ticked = found.get("type") not in {"radio", "checkbox"} or "checked" in found
            if ticked and found.get("type") != "file":
                self.forms[-1][2].append((found["name"], found.get("value", "")))
        if "formaction" in found and self.forms:
            method, _, fields = self.forms[-1]
            self.forms.insert(-1, (method, urljoin(self.page, found["formaction"]), fields))
        for name in ("href", "src", *(n for n in found if n.startswith("data-"))):
            if found.get(name, "").startswith(("/", "?")):
                self.urls.append(urljoin(self.page, found[name]).partition("#")[0])


class Crawl:
    """Asks one app for everything, and shows each response to ``look``.

    What is sent to change something is taken back before the next: the database file is put
    back as it was. A rule that is new is crawled like any other; where there are no
    ``arguments`` for it, NoArguments says so.
    """

    def __init__(
        self,
        app: Flask,
        database: Path,
        arguments: Arguments,
        queries: Mapping[str, Sequence[str]],
        sent: Mapping[str, Sequence[Data]],
        look: Callable[[Request, TestResponse], None],
    ) -> None:
        self.app, self.client = app, app.test_client()
        self.arguments, self.queries, self.sent, self.look = arguments, queries, sent, look
        self.script: list[Request] = []
        self._asked: set[Request] = set()
        self._found: list[Request] = []
        self._database = database
        self._kept = database.with_suffix(".kept")
        self._like_it: Counter[object] = Counter()
        self._token = self._find_token()
        self.keep()

    def keep(self) -> None:
        """Take the database as it is for what is put back."""
        with self.app.app_context():
            db.engine.dispose()
        shutil.copyfile(self._database, self._kept)

    def everything(self) -> None:
        """Ask for every rule, then follow what the pages lead to, then send every form."""
        self.by_rules(self.rules())
        for request in self.follow():
            self.send(request)

    def by_rules(self, rules: Iterable[Rule]) -> None:
        """Ask for some rules by every method, with everything that they can be asked with."""
        ruled = list(rules)
        pages = [request for rule in ruled for request in self.by_rule(rule)]
        for request in pages:
            self.ask(request)
        for request in (request for rule in ruled for request in self.sent_by_hand(rule)):
            self.send(request)

    def again(self, script: Iterable[Request]) -> None:
        """Ask for what another crawl asked for, in its order."""
        for request in script:
            self.send(request) if request.method == "POST" else self.ask(request)

    def rules(self) -> list[Rule]:
        """Every rule of the app."""
        return list(self.app.url_map.iter_rules())

    def by_rule(self, rule: Rule) -> Iterator[Request]:
        """What there is to read by one rule; about an attempt, in every way that there is."""
        if "GET" in (rule.methods or ()):
            for url in self.urls(rule):
                yield Request("GET", url)
                if "attempt_id" in rule.arguments and "?" not in url:
                    yield Request("HEAD", url)
                    yield Request("GET", url, accept="application/json")

    def urls(self, rule: Rule) -> Iterator[str]:
        """Build a rule with each of its arguments and query strings."""
        names = frozenset(rule.arguments)
        if names and names not in self.arguments:
            raise NoArguments(
                f"{rule.rule} has arguments that the crawl has no values for: add"
                f" {sorted(names)} to what the test knows, with those of an open quiz"
            )
        adapter = self.app.url_map.bind("localhost")
        for values in self.arguments.get(names, ({},)) if names else ({},):
            url = adapter.build(rule.endpoint, values, method=_any(rule.methods))
            yield url
            for query in self.queries.get(rule.endpoint, ()):
                yield f"{url}?{query}"

    def follow(self) -> list[Request]:
        """Ask for what the pages lead to that were read; gives the forms to send, found so."""
        forms: dict[Request, None] = {}
        while self._found:
            request = self._found.pop()
            if request in self._asked or not self._wanted(request):
                continue
            if request.method == "POST":
                forms.setdefault(request)
            else:
                self.ask(request)
        return list(forms)

    def sent_by_hand(self, rule: Rule) -> Iterator[Request]:
        """What no page sends: nothing, to whatever takes something and what does not."""
        takes = "POST" in (rule.methods or ())
        for url, accept in zip(self.urls(rule), cycle(("text/html", "application/json"))):
            if takes or not rule.arguments:
                yield Request("POST", url, accept=accept)
            if takes:
                for data in self.sent.get(rule.endpoint, ()):
                    yield Request("POST", url, data)

    def send(self, request: Request) -> None:
        """Send something that may change what there is, see where it leads, and take it back."""
        response = self.ask(request)
        self.app.extensions["fit_job"].join()
        if location := response.headers.get("Location"):
            url = urljoin(request.url, location).partition("#")[0]
            self.look(Request("GET", url), self._answer_to(Request("GET", url)))
        self.put_back()

    def put_back(self) -> None:
        """Make the database what it was kept as."""
        with self.app.app_context():
            db.engine.dispose()
        if self._database.read_bytes() != self._kept.read_bytes():
            shutil.copyfile(self._kept, self._database)

    def ask(self, request: Request) -> TestResponse:
        """Make a request, and look at what comes of it."""
        self.script.append(request)
        self._asked.add(request)
        response = self._answer_to(request)
        self.look(request, response)
        if response.mimetype == "text/html" and request.method == "GET":
            self._find_more(Links(request.url, response.text))
        response.close()
        return response

    def _find_more(self, links: Links) -> None:
        self._found += [Request("GET", url) for url in links.urls]
        for method, action, fields in links.forms:
            data = tuple(each for each in fields if each[0] != "csrf_token")
            self._found.append(Request(method, action, data if method == "POST" else ()))

    def _answer_to(self, request: Request) -> TestResponse:
        data: dict[str, list[str]] = {}
        for name, value in (*request.data, ("csrf_token", self._token)):
            data.setdefault(name, []).append(value)
        return self.client.open(
            request.url,
            method=request.method,
            data=data if request.method == "POST" else None,
            headers={"Accept": request.accept},
        )

    def _wanted(self, request: Request) -> bool:
        """Leave out other sites, and all but some of what is alike outside of quizzes."""
        parts = urlsplit(request.url)
        if parts.netloc not in {"", "localhost"}:
            return False
        endpoint = self._endpoint(request)
        if endpoint.startswith("quizzes.") and parts.path != "/quiz/":
            return True
        alike = (request.method, request.accept, endpoint, tuple(name for name, _ in request.data))
        self._like_it[alike] += 1
        return self._like_it[alike] <= LIKE_IT

    def _endpoint(self, request: Request) -> str:
        adapter = self.app.url_map.bind("localhost")
        try:
            endpoint, _ = adapter.match(urlsplit(request.url).path, method=request.method)
        except Exception:  # noqa: BLE001 - what cannot be matched is asked for all the same
            return "none"
        return str(endpoint)

    def _find_token(self) -> str:
        links = Links("/quiz/", self.client.get("/quiz/").text)
        return next(
            value for _, _, fields in links.forms for name, value in fields if name == "csrf_token"
        )


def says(response: TestResponse) -> str:
    """What a response says, without what is another each time."""
    headers = [
        f"{name}: {value}" for name, value in response.headers if name not in {"Date", "Set-Cookie"}
    ]
    cookies = [
        _unpacked_cookie(cookie.partition("=")[2].lstrip(".").partition(";")[0].partition(".")[0])
        for cookie in response.headers.getlist("Set-Cookie")
    ]
    found = "\n".join([str(response.status), *headers, *cookies, *_unpacked(response.data)])
    return _TOKEN.sub("", found)


_TOKEN = re.compile(r'name="csrf[_-]token"[^>]*"|"csrf_token": ?"[^"]*"')


def everything_in(response: TestResponse) -> str:
    """All that a response says, wherever it says it: headers, cookies, packed files."""
    parts = [str(response.status), str(response.headers), unquote(str(response.headers))]
    for cookie in response.headers.getlist("Set-Cookie"):
        parts += map(_unpacked_cookie, cookie.partition(";")[0].partition("=")[2].split("."))
    parts += [text for content in _unpacked(response.data) for text in (content, unquote(content))]
    return "\n".join(parts)


def _unpacked(data: bytes) -> Iterator[str]:
    yield data.decode(errors="replace")
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data).decode(errors="replace")
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name
                yield archive.read(name).decode(errors="replace")


def _unpacked_cookie(part: str) -> str:
    try:
        raw = urlsafe_b64decode(part + "=" * (-len(part) % 4))
        return (decompress(raw) if raw[:1] == b"x" else raw).decode(errors="replace")
    except (ValueError, zlib_error):
        return part


def _any(methods: Iterable[str] | None) -> str:
    return "GET" if "GET" in (methods or ()) else "POST"
