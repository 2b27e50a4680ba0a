"""A web server on this machine that holds releases as MITRE's repository does, and worse things."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from tests.bundles import HOUSE, Object, bundle, thing

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Repository:
    """The server: its address, what it answers to each path, and which paths were asked for."""

    address: str
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    def publish(self, number: str, domain: str = "enterprise-attack", **also: Any) -> bytes:
        """Put a release and the index that names it there; returns the release's bytes."""
        content = json.dumps(also.pop("content", None) or release(number)).encode()
        self.answers[f"/{domain}/{domain}-{number}.json"] = send(content, **also)
        self.index({domain: [number]})
        return content

    def index(self, numbers: Mapping[str, list[str]]) -> None:
        """Put an index there, as MITRE writes it."""
        collections = [
            {
                "name": domain,
                "versions": [
                    {"version": n, "url": f"https://mitre.invalid/{domain}/{domain}-{n}.json"}
                    for n in found
                ],
            }
            for domain, found in numbers.items()
        ]
        self.answers["/index.json"] = send(json.dumps({"collections": collections}).encode())

    def stall(self, handler: BaseHTTPRequestHandler) -> None:
        """Say nothing, until the test is over."""
        self.over.wait(30)


def release(number: str) -> Object:
    """A release in the way of STIX 2.1, which says its own number."""
    collection = thing("x-mitre-collection", "House ATT&CK", x_mitre_version=number)
    return bundle([collection, *HOUSE])


def send(
    content: bytes, status: int = 200, *, announced: int | None = None, **headers: str
) -> Answer:
    """Answer with some content; ``announced`` is the length it is said to have."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(content) if announced is None else announced))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def drip(content: bytes, pause: float) -> Answer:
    """Answer byte by byte, of a length that is not said."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for byte in content:
            handler.wfile.write(bytes([byte]))
            time.sleep(pause)

    return answer


@contextmanager
def serving() -> Iterator[Repository]:
    """Run such a server on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            repository.asked.append(self.path)
            with suppress(BrokenPipeError, ConnectionResetError):  # who asked has had enough
                repository.answers.get(self.path, send(b"nothing", 404))(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    repository = Repository(address=f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield repository
    finally:
        repository.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
