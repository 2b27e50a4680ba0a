"""Someone who reads pages as a browser without scripts does: follows links, sends forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Attributes = dict[str, str]


@dataclass
class Form:
    """A form of a page: where it goes, and what it sends without being filled in."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[Attributes] = field(default_factory=list)


class Page(HTMLParser):
    """What is on a page: its words, headings, links and forms."""

    def __init__(self, response: TestResponse) -> None:
        super().__init__()
        self.status = response.status_code
        self.path = response.request.full_path.removesuffix("?")
        self.html = response.text
        self.forms: list[Form] = []
        self.links: list[Attributes] = []
        self.main = ""
        self._inside: list[str] = []
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self._inside.append(tag)
        if tag == "form":
            self.forms.append(Form(action=found.get("action", ""), method=found["method"]))
        elif tag == "a":
            self.links.append(found)
        elif tag == "input" and self.forms and "name" in found:
            ticked = found.get("type") not in {"radio", "checkbox"} or "checked" in found
            if ticked:
                self.forms[-1].fields.append((found["name"], found.get("value", "")))
        elif tag == "button" and self.forms:
            self.forms[-1].buttons.append(found)

    def handle_data(self, data: str) -> None:
        if "main" in self._inside:
            self.main += data

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    @property
    def words(self) -> str:
        """The text of the page's main part, with single spaces."""
        return " ".join(self.main.split())

    def form(self, action: str) -> Form:
        """Find the form to send whose address holds some words."""
        found = [form for form in self.forms if action in form.action]
        return min(found, key=lambda form: form.method != "post")

    def link(self, **attributes: str) -> str:
        """Find the address of the link that has these attributes."""
        return next(
            link["href"]
            for link in self.links
            if all(link.get(name) == value for name, value in attributes.items())
        )


class Visitor:
    """Reads the pages of one app, keeping its cookies."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def read(self, address: str) -> Page:
        """Open a page, following redirects."""
        return Page(self.client.get(address.partition("#")[0], follow_redirects=True))

    def send(self, page: Page, address: str, /, **fields: Any) -> Page:
        """Send one of a page's forms, found by its address, filled in; read where that leads."""
        form = page.form(address)
        data: dict[str, Any] = {}
        for name, value in form.fields:
            data.setdefault(name, []).append(value)
        return Page(
            self.client.post(form.action, data=data | fields, follow_redirects=True),
        )
