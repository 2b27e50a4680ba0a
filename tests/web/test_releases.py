"""The page of releases: fetching one, sending one, and how an import under way is shown."""

import shutil
from io import BytesIO
from pathlib import Path
from random import Random
from threading import enumerate as threads

import pytest
from flask import Flask
from flask.testing import FlaskClient

from quiz.services.releases import Releases
from quiz.web.admin import releases as views
from tests.bundles import bundle, pattern, write
from tests.catalogues import STARTER
from tests.repository import Repository, release, send
from tests.web.conftest import MakeApp
from tests.web.visitor import Page, Visitor

HERE = "/admin/releases"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of collections that holds the starter."""
    shutil.copytree(STARTER, tmp_path / "techniques" / "starter")
    return tmp_path / "techniques"


@pytest.fixture
def app(make_app: MakeApp, root: Path, repository: Repository) -> Flask:
    return make_app(TECHNIQUES_DIR=str(root), ATTACK_URL=repository.address)


def done(visitor: Visitor) -> Page:
    """Read the page once the import under way is over."""
    for thread in threads():
        if thread.name == "import":
            thread.join(20)
            assert not thread.is_alive()
    return visitor.read(HERE)


def send_file(visitor: Visitor, path: Path, **fields: str) -> Page:
    file = (BytesIO(path.read_bytes()), path.name)
    return visitor.send(visitor.read(HERE), "upload", bundle=file, **fields)


def fetch(visitor: Visitor, number: str, **fields: str) -> Page:
    page = visitor.read(HERE)
    form = next(f for f in page.forms if f.action == HERE)
    data = dict(form.fields) | {"domain": "enterprise-attack", "number": number} | fields
    return Page(visitor.client.post(HERE, data=data, follow_redirects=True))


def test_what_is_taught_is_listed_and_the_page_is_linked_from_every_other(visitor: Visitor) -> None:
    assert visitor.read("/library/").link(href=HERE)
    words = visitor.read(HERE).words
    assert "Starter collection 18.1" in words
    assert "Enterprise · 114 techniques" in words


def test_a_release_is_fetched_in_the_background_and_taught_at_once(
    visitor: Visitor, repository: Repository
) -> None:
    repository.publish("7.1")
    fetch(visitor, "newest")
    page = done(visitor)
    assert "House ATT&CK 7.1 is there: 2 techniques." in page.words
    assert "Enterprise · 2 techniques · imported" in page.words
    assert "Starter" not in page.words
    assert "Teaching 2 techniques" in visitor.read("/").html


def test_a_file_is_sent_and_takes_the_place_of_the_release_before(
    visitor: Visitor, tmp_path: Path, app: Flask
) -> None:
    send_file(visitor, write(tmp_path / "house-7.1.json.gz"))
    assert "House ATT&CK 7.1 is there: 2 techniques." in done(visitor).words
    send_file(visitor, write(tmp_path / "house-7.2.json"))
    assert "It takes the place of House ATT&CK 7.1." in done(visitor).words
    assert list((Path(app.instance_path) / "fetching").iterdir()) == []


def test_while_an_import_is_under_way_another_is_refused_and_pages_stay_as_they_were(
    visitor: Visitor, repository: Repository, tmp_path: Path
) -> None:
    repository.publish("7.1")
    repository.answers["/enterprise-attack/enterprise-attack-7.1.json"] = repository.stall
    page = fetch(visitor, "7.1")
    assert "Importing Enterprise 7.1" in page.words
    assert page.link(href=HERE)  # to look again, without scripts
    status = visitor.client.get(f"{HERE}/status").get_json()
    assert status == {"running": True, "step": "Asking for it", "come": 0, "all": 0}
    for page in (fetch(visitor, "7.2"), send_file(visitor, write(tmp_path / "house-7.2.json"))):
        assert "nother import is under way; wait until it is done." in page.words
    assert "Teaching 114 techniques" in visitor.read("/").html
    repository.over.set()
    words = done(visitor).words
    assert "Importing" not in words
    assert "Nothing changed." in words
    assert not visitor.client.get(f"{HERE}/status").get_json()["running"]


def test_what_goes_wrong_is_said_in_a_sentence(
    visitor: Visitor, repository: Repository, tmp_path: Path, root: Path
) -> None:
    repository.publish("7.1", content=release("6.0"))
    fetch(visitor, "7.1")
    assert "it is enterprise-attack 6.0, not enterprise-attack 7.1" in done(visitor).words
    fetch(visitor, "7.1", domain="ics-attack")
    assert "there is no release 7.1 of ics-attack" in done(visitor).words
    spoilt = pattern("Wedge", "T9001", "arrival", name=7)
    send_file(visitor, write(tmp_path / "house-7.1.json", bundle([spoilt])))
    words = done(visitor).words
    assert f'house-7.1.json: {spoilt["id"]}: "name" must be text. Nothing changed.' in words
    assert [path.name for path in root.iterdir()] == ["starter"]


def test_files_changed_here_are_only_lost_when_that_is_ticked(
    visitor: Visitor, tmp_path: Path, root: Path
) -> None:
    house = write(tmp_path / "house-7.1.json")
    send_file(visitor, house)
    done(visitor)
    (root / "enterprise-attack" / "mine.md").write_text("mine")
    send_file(visitor, house)
    assert "(mine.md)" in done(visitor).words
    send_file(visitor, house, overwrite="y")
    assert "House ATT&CK 7.1 is there" in done(visitor).words
    assert not (root / "enterprise-attack" / "mine.md").exists()


@pytest.mark.parametrize("number", ["", "18.1.json", "../18.1", "file:///etc/passwd", "9" * 50])
def test_only_a_releases_name_is_taken_and_never_a_path_or_address(
    visitor: Visitor, repository: Repository, number: str
) -> None:
    page = fetch(visitor, number)
    assert page.status == 422
    assert 'id="number-error"' in page.html
    assert repository.asked == []


def test_a_form_without_a_file_is_sent_back(visitor: Visitor) -> None:
    page = visitor.send(visitor.read(HERE), "upload")
    assert (page.status, "Choose a file first." in page.words) == (422, True)


@pytest.mark.parametrize(
    "name", ["../../evil-7.1.json", r"..\evil-7.1.json", "/etc/evil-7.1.json", "a b.json", ".json"]
)
def test_a_files_name_leads_nowhere_else(
    visitor: Visitor, tmp_path: Path, root: Path, name: str
) -> None:
    file = (BytesIO(write(tmp_path / "x.json").read_bytes()), name)
    visitor.send(visitor.read(HERE), "upload", bundle=file)
    assert "is there: 2 techniques." in done(visitor).words
    assert not list(tmp_path.rglob("*evil*"))


def test_only_the_form_that_sends_a_bundle_may_be_larger_than_a_form(
    visitor: Visitor, client: FlaskClient
) -> None:
    token = dict(visitor.read(HERE).form("upload").fields)["csrf_token"]
    large = "{" * (3 << 20)
    parts = (
        f'Content-Disposition: form-data; name="csrf_token"\r\n\r\n{token}',
        f'Content-Disposition: form-data; name="bundle"; filename="x.json"\r\n\r\n{large}',
    )
    body = "".join(f"--x\r\n{part}\r\n" for part in parts) + "--x--\r\n"
    sent = {"data": body.encode(), "content_type": "multipart/form-data; boundary=x"}
    assert client.post(f"{HERE}/upload", **sent).status_code == 303
    assert "x.json: not whole JSON" in done(visitor).words
    for address in (HERE, f"{HERE}/look", "/admin/flags/a/b/off"):
        assert client.post(address, **sent).status_code == 413


def test_a_bundle_may_have_any_bytes(visitor: Visitor) -> None:
    file = (BytesIO(Random(1).randbytes(300_000)), "x.json")
    visitor.send(visitor.read(HERE), "upload", bundle=file)
    assert "x.json: not a text file" in done(visitor).words


def test_a_file_beyond_the_limit_is_refused_with_the_limit(
    visitor: Visitor, client: FlaskClient
) -> None:
    assert views.LARGEST_UPLOAD == 64 << 20
    response = client.post(
        f"{HERE}/upload",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(66 << 20)},
    )
    assert response.status_code == 413
    assert "That is larger than 64 MiB." in response.text


@pytest.mark.parametrize("address", [HERE, f"{HERE}/upload", f"{HERE}/look"])
def test_nothing_is_done_for_another_site_or_without_a_token(
    make_app: MakeApp, root: Path, repository: Repository, address: str
) -> None:
    client = make_app(TECHNIQUES_DIR=str(root), ATTACK_URL=repository.address).test_client()
    repository.publish("7.1")
    data = {"number": "7.1", "domain": "enterprise-attack"}
    assert client.post(address, data=data).status_code == 400
    foreign = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    assert client.post(address, data=data, headers=foreign).status_code == 403
    assert client.get(f"{HERE}/look").status_code == 405
    assert repository.asked == []


def test_a_newer_release_is_looked_for_when_asked_and_then_said_on_every_page(
    visitor: Visitor, repository: Repository
) -> None:
    repository.publish("7.1")
    fetch(visitor, "7.1")
    done(visitor)
    asked = len(repository.asked)
    assert "is out" not in visitor.read("/").html
    assert len(repository.asked) == asked
    repository.index({"enterprise-attack": ["7.1", "10.0"]})
    page = visitor.send(visitor.read(HERE), "look")
    assert "Newer: 10.0 instead of House ATT&CK 7.1." in page.words
    assert ">10.0 is out</a>" in visitor.read("/").html
    repository.answers["/index.json"] = send(b"<html>", 200)
    page = visitor.send(visitor.read(HERE), "look")
    assert "That could not be looked up: " in page.words
    assert ">10.0 is out</a>" in visitor.read("/").html


def test_offline_there_is_only_the_file_to_choose(make_app: MakeApp, root: Path) -> None:
    visitor = Visitor(make_app(TECHNIQUES_DIR=str(root), OFFLINE="1").test_client())
    page = visitor.read(HERE)
    assert "Nothing is fetched here: QUIZ_OFFLINE is set." in page.words
    assert [f.action for f in page.forms if HERE in f.action] == [f"{HERE}/upload"]


def test_an_import_by_command_is_in_the_way_too(
    app: Flask, visitor: Visitor, tmp_path: Path
) -> None:
    releases: Releases = app.extensions["releases"]
    with releases.work():
        page = send_file(visitor, write(tmp_path / "house-7.1.json"))
    assert "another import is under way; wait until it is done." in page.words
