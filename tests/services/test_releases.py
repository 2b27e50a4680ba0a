"""Getting a release by file, address or name, from a real server on this machine."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from quiz.content.bundle import InvalidBundle
from quiz.content.collection import read_collection
from quiz.content.download import CannotFetch, Patience
from quiz.content.release_folder import CannotImport
from quiz.services.releases import KNOWN, Done, Releases, why
from tests.bundles import write
from tests.repository import Repository, release, send


@pytest.fixture
def releases(repository: Repository, tmp_path: Path) -> Releases:
    """Whoever gets releases from the server into an empty folder."""
    (tmp_path / "instance").mkdir()
    return Releases(
        root=tmp_path / "techniques", instance=tmp_path / "instance", repository=repository.address
    )


def bring(releases: Releases, source: str, **options: str) -> Done:
    with releases.obtain(source, progress=lambda _come, _all: None, **options) as got:  # type: ignore[arg-type]
        return releases.import_(got)


def left_over(releases: Releases) -> list[str]:
    return [path.name for path in (releases.instance / "fetching").iterdir()]


def test_an_exact_number_is_fetched_without_the_index(
    releases: Releases, repository: Repository
) -> None:
    repository.publish("7.1")
    done = bring(releases, "7.1")
    assert repository.asked == ["/enterprise-attack/enterprise-attack-7.1.json"]
    assert done.collection.release == "7.1"
    assert read_collection(releases.root / "enterprise-attack").label == "House ATT&CK 7.1"
    assert left_over(releases) == []


@pytest.mark.parametrize("name", ["newest", "7", "enterprise-attack-newest"])
def test_the_newest_is_looked_up_and_remembered(
    releases: Releases, repository: Repository, name: str
) -> None:
    repository.publish("7.1")
    repository.index({"enterprise-attack": ["7.0", "7.1"], "ics-attack": ["9.0"]})
    assert releases.known() == {}
    assert bring(releases, name).collection.release == "7.1"
    assert releases.known()["ics-attack"] == ("9.0",)


def test_an_address_gives_its_files_name_to_a_bundle_without_a_number(
    releases: Releases, repository: Repository
) -> None:
    repository.answers["/house-7.3.json?raw=1"] = send(write(releases.instance / "x").read_bytes())
    done = bring(releases, f"{repository.address}/house-7.3.json?raw=1")
    assert done.collection.release == "7.3"


def test_a_number_that_is_not_there_is_said(releases: Releases, repository: Repository) -> None:
    with pytest.raises(CannotFetch, match=r"no release 9.9 of ics-attack: .* is not there \(404\)"):
        bring(releases, "9.9", domain="ics-attack")
    assert left_over(releases) == []


def test_another_release_than_the_one_asked_for_is_refused(
    releases: Releases, repository: Repository
) -> None:
    repository.publish("7.1", content=release("6.0"))
    with pytest.raises(InvalidBundle, match=r"enterprise-attack 6.0, not enterprise-attack 7.1"):
        bring(releases, "7.1")
    assert not releases.root.exists()


def test_a_digest_that_is_not_the_published_one_is_refused(
    releases: Releases, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = repository.publish("7.1")
    package = tmp_path / "mitreattack"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    for digest in (sha256(content).hexdigest(), "0" * 64):
        table = {"enterprise": {"7.1": digest}}
        (package / "release_info.py").write_text(f"STIX21 = {table}")
        if digest[:9] == "0" * 9:
            with pytest.raises(CannotFetch, match="publishes 0000000"):
                bring(releases, "7.1")
        else:
            with releases.obtain("7.1", progress=lambda _come, _all: None) as got:
                assert (got.sha256, got.checked) == (digest, True)


def test_offline_nothing_is_asked_for(repository: Repository, tmp_path: Path) -> None:
    repository.publish("7.1")
    offline = Releases(
        root=tmp_path / "t", instance=tmp_path, repository=repository.address, offline=True
    )
    for source in ("7.1", "newest", f"{repository.address}/index.json"):
        with pytest.raises(CannotFetch, match="nothing is fetched offline"):
            bring(offline, source)
    assert repository.asked == []
    assert bring(offline, str(write(tmp_path / "house-7.1.json"))).techniques == 2


def test_a_file_of_the_name_is_taken_before_a_release_of_it(
    releases: Releases, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "7.1")
    assert bring(releases, "7.1").techniques == 2
    assert repository.asked == []


def test_two_at_once_are_one_too_many_and_what_a_crash_left_is_cleared(
    releases: Releases, repository: Repository
) -> None:
    repository.publish("7.1")
    with releases.work() as folder:
        (folder / "left").write_text("over")
        with pytest.raises(CannotImport, match="another import is under way"):
            bring(releases, "7.1")
        assert (folder / "left").exists()
    (releases.instance / "fetching" / "left").write_text("over")
    bring(releases, "7.1")
    assert left_over(releases) == []


def test_a_newer_release_is_told_of_the_domains_own_folder_alone(
    releases: Releases, repository: Repository
) -> None:
    repository.publish("7.1")
    collection = bring(releases, "7.1").collection
    assert releases.newer(collection) == ""
    repository.index({"enterprise-attack": ["7.1", "10.0"]})
    releases.look()
    assert releases.newer(collection) == "10.0"
    for text in ("", "[]", "{", '{"enterprise-attack": 3}', '{"enterprise-attack": []}'):
        (releases.instance / KNOWN).write_text(text)
        assert releases.newer(collection) == ""


def test_a_look_that_fails_forgets_nothing(releases: Releases, repository: Repository) -> None:
    repository.index({"ics-attack": ["9.0"]})
    releases.look()
    repository.answers["/index.json"] = repository.stall
    with pytest.raises(CannotFetch, match=r"did not answer within 0.2 s"):
        releases.look(patience=Patience(answer=0.2))
    assert json.loads((releases.instance / KNOWN).read_text()) == {"ics-attack": ["9.0"]}


def test_each_trouble_is_a_sentence() -> None:
    assert why(InvalidBundle("not JSON"), "7.1") == "7.1: not JSON"
    assert why(CannotFetch("no network"), "7.1") == "no network"
    assert why(OSError(28, "No space left on device"), "7.1") == "7.1: No space left on device"
