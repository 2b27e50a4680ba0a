"""Fetching a file from the web: bounded in time and size, whole or not at all."""

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPException, HTTPMessage, HTTPResponse
from ipaddress import ip_address
from pathlib import Path
from queue import Empty, SimpleQueue
from socket import gaierror
from threading import Event, Thread
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from quiz.content.bundle import MAX_BYTES, MIB

CHUNK = 16 * 1024
"""How much to read at once: decompressed at worst a thousand times as much."""
GZIP_ALONE = 31
"""The zlib window that takes gzip and nothing else."""
AGENT = "Tradecraft"
WEB_PAGE = (
    "answered with a web page instead of a file; check the address, and whether a proxy wants you"
    " to sign in"
)
CUT_SHORT = "ended before it was whole, or damaged; try again"
LED_ASTRAY = "leads on to an address that nothing is fetched from; check it"
UNUSABLE = "is not fetched: give an https address without a password"

Progress = Callable[[int, int | None], None]
"""Called with how many bytes have come, and how many are to come where that is known."""


class CannotFetch(Exception):  # noqa: N818 (what it says is its name)
    """Why nothing could be fetched, as a sentence that says what to do about it."""


class NotThere(CannotFetch):
    """The server says that it has no such file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, in seconds: for an answer to begin, for more of it, and for all of it."""

    answer: float = 10
    more: float = 10
    whole: float = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A file that came whole, with the digest of its content, decompressed."""

    path: Path
    size: int
    sha256: str


def fetch(
    url: str,
    path: Path,
    *,
    patience: Patience,
    progress: Progress = lambda _come, _all: None,
    limit: int = MAX_BYTES,
) -> Fetched:
    """Fetch a file to ``path``; ``limit`` bounds its size in bytes, once decompressed.

    Takes only https, or http from this machine itself, through any redirect.
    Raises CannotFetch, with a sentence, and OSError where the file cannot be written.
    """
    end = time.monotonic() + patience.whole
    digest, size, come = sha256(), 0, 0
    with _open(url, patience) as response, path.open("wb") as file:
        announced = response.length
        if announced and announced > limit:
            raise _too_large(url, limit)
        packed = response.headers.get("Content-Encoding") == "gzip"
        unpacker = zlib.decompressobj(GZIP_ALONE) if packed else None
        while part := _read(response, url, patience):
            come += len(part)
            content = _unpack(unpacker, part, url)
            if not size and content.lstrip()[:1] == b"<":
                raise CannotFetch(f"{url} {WEB_PAGE}")
            size += len(content)
            if size > limit:
                raise _too_large(url, limit)
            if time.monotonic() > end:
                raise CannotFetch(f"{url} took longer than {patience.whole:g} s; try again later")
            digest.update(content)
            file.write(content)
            progress(come, announced)
    if not size or (announced and come != announced) or (unpacker and not unpacker.eof):
        raise CannotFetch(f"{url} {CUT_SHORT}")
    return Fetched(path=path, size=size, sha256=digest.hexdigest())


def is_usable(url: str) -> bool:
    """Whether an address may be fetched from: https, or http on this machine; no password in it."""
    try:
        parts = urlsplit(url)
        return bool(
            parts.hostname
            and "@" not in parts.netloc
            and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(url)))
        )
    except ValueError:
        return False


def _is_here(url: str) -> bool:
    name = urlsplit(url).hostname or ""
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


class _Redirects(HTTPRedirectHandler):
    """Follows only to where may be fetched from; never from elsewhere to this machine's http."""

    max_redirections = 5

    def redirect_request(  # noqa: PLR0917 - its signature is the library's
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        if not is_usable(newurl) or (
            newurl.startswith("http:") and not req.full_url.startswith("http:")
        ):
            fp.close()
            raise CannotFetch(f"{req.full_url} {LED_ASTRAY}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _open(url: str, patience: Patience) -> HTTPResponse:
    """Wait for an answer to begin, in a thread of its own: no time-out bounds looking a name up."""
    if not is_usable(url):
        raise CannotFetch(f"{url} {UNUSABLE}")
    opener = build_opener(_Redirects(), ProxyHandler({} if _is_here(url) else None))
    request = Request(url, headers={"User-Agent": AGENT, "Accept-Encoding": "gzip"})  # noqa: S310 - checked above
    answers: SimpleQueue[HTTPResponse | Exception] = SimpleQueue()
    given_up = Event()

    def ask() -> None:
        try:
            response = opener.open(request, timeout=patience.more)
        except (CannotFetch, OSError, HTTPException, ValueError) as error:
            answers.put(error)
            return
        if given_up.is_set():
            response.close()
        else:
            answers.put(response)

    Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=patience.answer)
    except Empty:
        given_up.set()
        raise CannotFetch(_silent(url, patience.answer)) from None
    if isinstance(answer, Exception):
        raise _why(answer, url, patience) from answer
    return answer


def _why(error: Exception, url: str, patience: Patience) -> CannotFetch:
    """Say in a sentence why no answer began."""
    host = urlsplit(url).hostname
    if isinstance(error, CannotFetch):
        return error
    if isinstance(error, HTTPError):
        return _refusal(error, url)
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return CannotFetch(_silent(url, patience.more))
    if isinstance(reason, gaierror):
        return CannotFetch(f"{host} cannot be found; this machine may be offline")
    said = getattr(reason, "verify_message", "") or getattr(reason, "strerror", "") or reason
    why = str(said).rstrip(".")
    return CannotFetch(f"{host} cannot be reached ({why}); check the network or the address")


def _refusal(error: HTTPError, url: str) -> CannotFetch:
    error.close()
    if error.code in {404, 410}:
        return NotThere(f"{url} is not there ({error.code})")
    if 300 <= error.code < 400:
        return CannotFetch(f"{url} {LED_ASTRAY}")
    return CannotFetch(f"{url} answered {error.code} {error.reason}; try again later")


def _read(response: HTTPResponse, url: str, patience: Patience) -> bytes:
    """Read what has come by now: waiting for a whole chunk could take any time."""
    try:
        return response.read1(CHUNK)
    except TimeoutError:
        raise CannotFetch(f"{url} sent no more for {patience.more:g} s; try again later") from None
    except (OSError, HTTPException) as error:
        raise CannotFetch(f"{url} {CUT_SHORT}") from error


def _unpack(unpacker: "zlib._Decompress | None", part: bytes, url: str) -> bytes:
    try:
        return unpacker.decompress(part) if unpacker else part
    except zlib.error as error:
        raise CannotFetch(f"{url} {CUT_SHORT}") from error


def _silent(url: str, seconds: float) -> str:
    host = urlsplit(url).hostname
    return f"{host} did not answer within {seconds:g} s; it, or this machine, may be offline"


def _too_large(url: str, limit: int) -> CannotFetch:
    return CannotFetch(f"{url} is larger than {limit // MIB} MiB, which no release is")
