"""Fetching from a real server on this machine, which does everything a server can do wrong."""

import gzip
from hashlib import sha256
from pathlib import Path

import pytest

from quiz.content.download import CannotFetch, Fetched, NotThere, Patience, fetch, is_usable
from tests.repository import Repository, drip, send

BUNDLE = b'{"type": "bundle", "objects": []}' * 3000
SHORT = Patience(answer=0.5, more=0.3, whole=0.5)


@pytest.fixture
def get(repository: Repository, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Fetch from the server, with little patience."""

    def get(path: str = "/x.json", **options: object) -> Fetched:
        options = {"patience": SHORT} | options
        return fetch(repository.address + path, tmp_path / "x.json", **options)  # type: ignore[arg-type]

    return get


def test_a_file_comes_as_it_is_with_its_digest_and_how_far_it_is(get, repository) -> None:  # type: ignore[no-untyped-def]
    repository.answers["/x.json"] = send(BUNDLE)
    seen: list[tuple[int, int | None]] = []
    got = get(progress=lambda come, all_: seen.append((come, all_)))
    assert got.path.read_bytes() == BUNDLE
    assert (got.size, got.sha256) == (len(BUNDLE), sha256(BUNDLE).hexdigest())
    assert seen[-1] == (len(BUNDLE), len(BUNDLE))
    assert [come for come, _ in seen] == sorted(come for come, _ in seen)


def test_what_a_server_compresses_on_the_way_is_as_it_was_before(get, repository) -> None:  # type: ignore[no-untyped-def]
    repository.answers["/x.json"] = send(gzip.compress(BUNDLE), Content_Encoding="gzip")
    got = get()
    assert got.path.read_bytes() == BUNDLE
    assert got.sha256 == sha256(BUNDLE).hexdigest()


def test_a_length_that_is_not_said_is_not_needed(get, repository) -> None:  # type: ignore[no-untyped-def]
    repository.answers["/x.json"] = drip(b"abc", 0)
    assert get().path.read_bytes() == b"abc"


def test_redirects_are_followed(get, repository) -> None:  # type: ignore[no-untyped-def]
    repository.answers["/x.json"] = send(b"", 302, Location="/y.json")
    repository.answers["/y.json"] = send(BUNDLE)
    assert get().size == len(BUNDLE)


@pytest.mark.parametrize(
    "where",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x.json",
        "http://192.0.2.1/x.json",
        "https://ada:secret@mitre.invalid/x.json",
        "/x.json",
    ],
)
def test_a_redirect_to_anything_else_or_to_itself_is_refused(get, repository, where) -> None:  # type: ignore[no-untyped-def]
    repository.answers["/x.json"] = send(b"", 302, Location=where)
    with pytest.raises(CannotFetch, match="leads on to an address that nothing is fetched from"):
        get()


def test_a_body_cut_short_is_no_file(get, repository) -> None:  # type: ignore[no-untyped-def]
    for answer in (
        send(BUNDLE[:-1], announced=len(BUNDLE)),
        send(gzip.compress(BUNDLE)[:-9], Content_Encoding="gzip"),
        send(b"{no gzip}", Content_Encoding="gzip"),
        send(b""),
    ):
        repository.answers["/x.json"] = answer
        with pytest.raises(CannotFetch, match="before it was whole, or damaged; try again"):
            get()


def test_too_large_a_file_is_refused_whether_it_says_so_or_not(get, repository) -> None:  # type: ignore[no-untyped-def]
    mib = b"[" * (1 << 20)
    for answer in (
        send(b"[", announced=1 << 40),
        send(gzip.compress(mib + b"["), Content_Encoding="gzip"),
        send(mib + b"["),
    ):
        repository.answers["/x.json"] = answer
        with pytest.raises(CannotFetch, match="larger than 1 MiB"):
            get(limit=1 << 20)
    repository.answers["/x.json"] = send(mib)
    assert get(limit=1 << 20).size == 1 << 20


def test_a_web_page_is_told_from_a_bundle(get, repository) -> None:  # type: ignore[no-untyped-def]
    repository.answers["/x.json"] = send(b"\n <!doctype html><p>Sign in</p>")
    with pytest.raises(CannotFetch, match="answered with a web page instead of a file"):
        get()


def test_what_is_not_there_or_refused_is_said_with_its_status(get, repository) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NotThere, match=r"x\.json is not there \(404\)"):
        get()
    repository.answers["/x.json"] = send(b"", 503)
    with pytest.raises(CannotFetch, match="answered 503 Service Unavailable; try again later"):
        get()


def test_a_server_that_says_nothing_is_not_waited_for(get, repository) -> None:  # type: ignore[no-untyped-def]
    repository.answers["/x.json"] = repository.stall
    with pytest.raises(CannotFetch, match=r"127\.0\.0\.1 did not answer within 0\.3 s"):
        get()
    with pytest.raises(CannotFetch, match=r"did not answer within 0\.1 s"):
        get(patience=Patience(answer=0.1, more=5, whole=5))


def test_a_server_that_stops_halfway_is_not_waited_for(get, repository) -> None:  # type: ignore[no-untyped-def]
    def halfway(handler) -> None:  # type: ignore[no-untyped-def]
        send(b"[", announced=2)(handler)
        repository.stall(handler)

    repository.answers["/x.json"] = halfway
    with pytest.raises(CannotFetch, match=r"sent no more for 0\.3 s"):
        get()


def test_a_server_that_only_drips_is_not_waited_for_either(get, repository) -> None:  # type: ignore[no-untyped-def]
    repository.answers["/x.json"] = drip(b"[" * 1000, 0.02)
    with pytest.raises(CannotFetch, match=r"took longer than 0\.5 s"):
        get()


def test_where_nobody_listens_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotFetch, match=r"127\.0\.0\.1 cannot be reached \(Connection refused\)"):
        fetch("http://127.0.0.1:1/x.json", tmp_path / "x.json", patience=SHORT)


def test_a_host_that_has_no_address_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotFetch, match="this machine may be offline"):
        fetch("https://mitre.invalid/x.json", tmp_path / "x.json", patience=SHORT)


@pytest.mark.parametrize(
    ("url", "usable"),
    [
        ("https://attack.mitre.org/x", True),
        ("http://localhost:80/x", True),
        ("http://[::1]/x", True),
        ("http://attack.mitre.org/x", False),
        ("https://ada:secret@attack.mitre.org/x", False),
        ("file:///etc/passwd", False),
        ("https:///x", False),
        ("https://[x", False),
        ("", False),
    ],
)
def test_only_https_or_this_machine_is_fetched_from(tmp_path: Path, url: str, usable: bool) -> None:
    assert is_usable(url) is usable
    if not usable:
        with pytest.raises(CannotFetch, match="give an https address without a password"):
            fetch(url, tmp_path / "x.json", patience=SHORT)
    assert not (tmp_path / "x.json").exists()
