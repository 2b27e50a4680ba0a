"""Clients that keep a server busy, cheap enough to leave it the machine.

All of them live in one thread: each sends a request, waits for the whole answer, sends the next.
"""

from __future__ import annotations

import gc
import selectors
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Generic, TypeVar

T = TypeVar("T")

PATIENCE = 30
"""How long, in seconds, all clients may wait for an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer of the server, and how long it took, in seconds; status 0 where it broke off."""

    status: int
    took: float


@dataclass(slots=True, kw_only=True)
class Load:
    """What came of keeping a server busy for ``seconds``."""

    seconds: float
    replies: list[Reply] = field(default_factory=list)

    @property
    def a_second(self) -> float:
        return len(self.replies) / self.seconds

    @classmethod
    def together(cls, loads: Iterable[Load]) -> Load:
        """Take several as one."""
        loads = list(loads)
        return cls(
            seconds=sum(load.seconds for load in loads),
            replies=[reply for load in loads for reply in load.replies],
        )


@dataclass(slots=True)
class _Client(Generic[T]):
    """Who sends a request, waits for the answer, and works at one piece at a time."""

    port: int
    number: int
    selector: selectors.BaseSelector
    piece: T | None = None
    connection: socket.socket | None = None
    received: bytes = b""
    sent_at: float = 0.0

    def send(self, request: bytes) -> None:
        """Send a request, on the connection that is there where the server has kept it."""
        self.sent_at, self.received = perf_counter(), b""
        if self.connection is None:
            self.connection = socket.create_connection(("127.0.0.1", self.port))
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.selector.register(self.connection, selectors.EVENT_READ, self)
        self.connection.sendall(request)

    def receive(self) -> Reply | None:
        """Read what has come; give the answer once it is whole."""
        assert self.connection is not None
        try:
            part = self.connection.recv(65536)
        except OSError:
            part = b""
        self.received += part
        head, found, body = self.received.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n") if found else []
        if found and len(body) >= int(_header(lines, b"content-length") or 0):
            took = perf_counter() - self.sent_at
            if _header(lines, b"connection") == b"close":
                self.close()
            return Reply(status=int(head[9:12]), took=took)
        if not part:
            self.close()
            return Reply(status=0, took=perf_counter() - self.sent_at)
        return None

    def close(self) -> None:
        if self.connection is not None:
            self.selector.unregister(self.connection)
            self.connection.close()
            self.connection = None


def keep_busy(
    port: int,
    *,
    clients: int,
    seconds: float,
    work: Iterator[T],
    write: Callable[[T, int], bytes],
    done: Callable[[T, Reply], None],
) -> Load:
    """Let clients work for some seconds and tell what came back.

    ``write`` makes the request for a piece of work and the number of a client. What was begun is
    ended, so that no answer is left unread. Raises TimeoutError where none comes any more.
    """
    replies: list[Reply] = []
    with selectors.DefaultSelector() as selector:
        everyone = [_Client[T](port, number, selector) for number in range(clients)]

        def begin(client: _Client[T]) -> int:
            client.piece = next(work, None)
            if client.piece is None:
                return 0
            client.send(write(client.piece, client.number))
            return 1

        gc.collect()
        gc.disable()  # or the server would seem to pause
        start = perf_counter()
        waiting = sum(map(begin, everyone))
        while waiting:
            events = selector.select(PATIENCE)
            if not events:
                raise TimeoutError(f"{waiting} clients got no answer in {PATIENCE} s")
            for key, _ in events:
                client: _Client[T] = key.data
                reply = client.receive()
                if reply is not None and client.piece is not None:
                    replies.append(reply)
                    done(client.piece, reply)
                    waiting -= 1
                    if perf_counter() - start < seconds:
                        waiting += begin(client)
        took = perf_counter() - start
        gc.enable()
        for client in everyone:
            client.close()
    return Load(seconds=took, replies=replies)


def _header(lines: list[bytes], name: bytes) -> bytes | None:
    for line in lines:
        if line.startswith(name + b":"):
            return line.partition(b":")[2].strip()
    return None
