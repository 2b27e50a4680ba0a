"""Putting a release into the folder of collections: whole, or not at all."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from quiz.content import release_folder
from quiz.content.bundle import InvalidBundle
from quiz.content.folder import BEFORE, WORK, TechniqueFolder
from quiz.content.release_folder import CannotImport, import_release
from quiz.content.stix import Release, read_release
from quiz.content.technique import Collection, Tactic
from tests.bundles import HOUSE, bundle, pattern, write
from tests.catalogues import ROOT, attack_bundle, attack_release

NAME = "enterprise-attack"


@pytest.fixture
def house(tmp_path: Path) -> Release:
    """A release of two techniques."""
    return read_release(write(tmp_path / "house-7.json"))


@pytest.fixture
def newer(tmp_path: Path) -> Release:
    """The next one, of three."""
    objects = [*HOUSE, pattern("Key Copy", "T9002", "arrival")]
    return read_release(write(tmp_path / "house-8.json", bundle(objects)))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty folder of collections."""
    folder = tmp_path / "techniques"
    folder.mkdir()
    return folder


def content(root: Path) -> dict[str, bytes]:
    """Everything that lies in a folder, hidden or not."""
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


# Whole


def test_an_import_is_a_collection_that_loads_as_it_was_read(house: Release, root: Path) -> None:
    done = import_release(house, root)
    assert (done.folder, done.changed, done.replaced) == (root / NAME, True, "")
    loaded = TechniqueFolder(root).load()
    assert loaded.problems == ()
    assert tuple(loaded.catalogue) == house.techniques
    [collection] = loaded.collections
    assert replace(collection, folder=Path(NAME)) == house.collection
    assert collection.revoked == house.collection.revoked
    assert [path.name for path in root.iterdir()] == [NAME]


def test_the_files_can_be_checked_with_sha256sum(house: Release, root: Path) -> None:
    folder = import_release(house, root).folder
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert {line.partition("  ")[2] for line in lines} == {
        path.name for path in folder.iterdir() if path.name != "SHA256SUMS"
    }
    for line in lines:
        digest, _, name = line.partition("  ")
        assert sha256((folder / name).read_bytes()).hexdigest() == digest


def test_the_same_release_again_changes_nothing(house: Release, root: Path) -> None:
    import_release(house, root)
    before = {path: path.stat() for path in root.rglob("*")}
    done = import_release(house, root)
    assert not done.changed
    assert {path: path.stat() for path in root.rglob("*")} == before


def test_another_release_takes_the_place_of_the_one_before(
    house: Release, newer: Release, root: Path
) -> None:
    import_release(newer, root)
    folder = TechniqueFolder(root)
    assert len(folder.load().catalogue) == 3
    assert import_release(house, root).replaced == "House ATT&CK 8"
    assert len(folder.load().catalogue) == 2
    assert [path.name for path in root.iterdir()] == [NAME]


def test_a_folder_of_collections_that_is_not_there_is_made(house: Release, tmp_path: Path) -> None:
    assert import_release(house, tmp_path / "a" / "b").folder.is_dir()


@pytest.mark.parametrize(
    "name",
    [
        "enterprise-attack-17.1",
        "enterprise-attack-18.1",
        "ics-attack-18.1",
        "mobile-attack-17.1",
        "mobile-attack-18.1",
    ],
)
def test_attacks_own_releases_load_as_they_were_read(name: str, root: Path) -> None:
    release = attack_release(name)
    import_release(release, root)
    loaded = TechniqueFolder(root).load()
    assert loaded.problems == ()
    assert tuple(loaded.catalogue) == release.techniques


# Not at all


@pytest.mark.parametrize(
    "change",
    [
        {"description": "a\n## Detection\nb"},
        {"name": "Door\nWedge"},
        {"tactics": ("never-declared",)},
        {"platforms": ("Windows", "Windows")},
        {"description": "x" * 1024 * 1024},
        {"permissions_required": ("a, b",)},
    ],
)
def test_a_technique_that_would_not_read_back_stops_the_import(
    house: Release, newer: Release, root: Path, change: dict[str, object]
) -> None:
    import_release(house, root)
    before = content(root)
    first, *others = newer.techniques
    spoilt = replace(newer, techniques=(replace(first, **change), *others))  # type: ignore[arg-type]
    with pytest.raises(InvalidBundle, match=first.stix_id):
        import_release(spoilt, root)
    assert content(root) == before


def test_a_collection_that_would_not_read_back_stops_the_import(house: Release, root: Path) -> None:
    tactics = (
        *house.collection.tactics,
        Tactic(domain=NAME, short_name="x", name="x", description="y" * 2**20),
    )
    spoilt = replace(house, collection=replace(house.collection, tactics=tactics))
    with pytest.raises(InvalidBundle, match="larger than 1024 KiB"):
        import_release(spoilt, root)
    assert content(root) == {}


def test_what_people_changed_is_not_lost_unless_they_say_so(
    house: Release, newer: Release, root: Path
) -> None:
    folder = import_release(house, root).folder
    path = folder / Path(house.techniques[0].path).name
    path.write_text(path.read_text().replace("Intruders", "Burglars"))
    (folder / "ours.md").write_text("ours")
    (folder / Path(house.techniques[1].path).name).unlink()
    (folder / ".DS_Store").write_text("no matter")
    before = content(root)
    for release in (house, newer):
        with pytest.raises(CannotImport, match=r"ours\.md") as caught:
            import_release(release, root)
        assert path.name in str(caught.value)
    assert content(root) == before
    assert import_release(newer, root, overwrite=True).replaced == "House ATT&CK 7"
    assert len(TechniqueFolder(root).load().catalogue) == 3


def test_a_folder_or_file_that_no_import_made_is_left_alone(house: Release, root: Path) -> None:
    (root / NAME).mkdir()
    (root / NAME / "mine.md").write_text("mine")
    with pytest.raises(CannotImport, match=r"\(mine\.md\)"):
        import_release(house, root)
    assert content(root) == {f"{NAME}/mine.md": b"mine"}


def test_a_full_disk_leaves_the_old_collection(
    house: Release, newer: Release, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_release(house, root)
    before = content(root)
    written = 0

    def write_a_little(path: Path, data: bytes) -> int:
        nonlocal written
        written += len(data)
        if written > 1500:
            raise OSError(28, "No space left on device", str(path))
        with path.open("wb") as file:
            return file.write(data)

    monkeypatch.setattr(Path, "write_bytes", write_a_little)
    with pytest.raises(OSError, match="No space left"):
        import_release(newer, root)
    assert content(root) == before


def test_a_second_import_at_the_same_time_is_refused(
    house: Release, newer: Release, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, go_on = threading.Event(), threading.Event()
    write_files = release_folder._write

    def slowly(folder: Path, files: dict[str, bytes], collection: Collection) -> None:
        writing.set()
        assert go_on.wait(20)
        write_files(folder, files, collection)

    monkeypatch.setattr(release_folder, "_write", slowly)
    first = threading.Thread(target=import_release, args=(house, root))
    first.start()
    assert writing.wait(20)
    with pytest.raises(CannotImport, match="another import is under way"):
        import_release(newer, root)
    go_on.set()
    first.join()
    assert len(TechniqueFolder(root).load().catalogue) == 2


# Crashes, and readers that look on


def swapping(root: Path) -> None:
    """Leave a folder as a crash between the two renames would."""
    (root / WORK).mkdir()
    (root / NAME).rename(root / WORK / f"{NAME}{BEFORE}")


def test_a_crash_between_the_renames_is_mended_when_the_folder_is_read(
    house: Release, root: Path
) -> None:
    import_release(house, root)
    before = content(root)
    swapping(root)
    assert len(TechniqueFolder(root).load().catalogue) == 2
    assert content(root) == before


def test_a_crash_between_the_renames_is_mended_by_the_next_import(
    house: Release, root: Path
) -> None:
    import_release(house, root)
    before = content(root)
    swapping(root)
    assert not import_release(house, root).changed
    assert content(root) == before
    assert [path.name for path in root.iterdir()] == [NAME]


def test_an_import_broken_off_between_the_renames_puts_the_old_folder_back(
    house: Release, newer: Release, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_release(house, root)
    before = content(root)
    rename = Path.rename

    def break_off(path: Path, target: Path) -> Path:
        if path.name.endswith(".next"):
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", break_off)
    with pytest.raises(KeyboardInterrupt):
        import_release(newer, root)
    assert content(root) == before


def test_an_old_folder_that_cannot_be_put_back_is_not_cleared_away(
    house: Release, newer: Release, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_release(house, root)
    before = content(root)
    swapping(root)

    def refuse(path: Path, target: Path) -> Path:
        raise OSError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refuse)
        with pytest.raises(OSError, match="Permission denied"):
            import_release(newer, root)
    assert len(TechniqueFolder(root).load().catalogue) == 2
    assert {name: data for name, data in content(root).items() if WORK not in name} == before


def test_left_overs_of_a_crash_are_cleared_away(house: Release, root: Path) -> None:
    (root / WORK / f"{NAME}.next").mkdir(parents=True)
    (root / WORK / f"{NAME}.next" / "half.md").write_text("half")
    import_release(house, root)
    assert [path.name for path in root.iterdir()] == [NAME]


def test_a_reader_between_the_renames_does_not_stop_the_import(
    house: Release, newer: Release, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_release(house, root)
    folder = TechniqueFolder(root)
    seen: list[int] = []
    rename = Path.rename

    def look_after(path: Path, target: Path) -> Path:
        done = rename(path, target)
        if len(seen) < 3 and target.name.endswith(BEFORE):
            seen.append(len(folder.load().catalogue))
        return done

    monkeypatch.setattr(Path, "rename", look_after)
    import_release(newer, root)
    assert seen == [2, 2, 2]
    assert len(folder.load().catalogue) == 3


def test_readers_always_see_one_release_or_the_other(
    house: Release, newer: Release, root: Path
) -> None:
    import_release(house, root)
    done = threading.Event()
    seen: set[int] = set()

    def look_on() -> None:
        while not done.is_set():
            seen.add(len(TechniqueFolder(root).load().catalogue))

    readers = [threading.Thread(target=look_on) for _ in range(2)]
    for reader in readers:
        reader.start()
    for _ in range(15):
        import_release(newer, root)
        import_release(house, root)
    done.set()
    for reader in readers:
        reader.join()
    assert seen <= {2, 3}


@pytest.fixture
def importing(tmp_path: Path, root: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that imports a large release, again and again."""
    bundles = [str(attack_bundle(f"mobile-attack-{number}")) for number in ("17.1", "18.1")]
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from quiz.content.release_folder import import_release\n"
        "from quiz.content.stix import read_release\n"
        "releases = [read_release(Path(name)) for name in sys.argv[2:]]\n"
        "print('ready', flush=True)\n"
        "while True:\n    for release in releases:\n"
        "        import_release(release, Path(sys.argv[1]))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(root), *bundles],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    yield process
    process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()


@pytest.mark.parametrize("after", [0.05, 0.2, 0.35, 0.5, 0.65])
def test_a_kill_at_any_moment_leaves_a_whole_collection(
    importing: subprocess.Popen[str], root: Path, after: float
) -> None:
    import_release(attack_release("mobile-attack-17.1"), root)
    assert importing.stdout
    assert importing.stdout.readline() == "ready\n"
    with pytest.raises(subprocess.TimeoutExpired):
        importing.wait(after)
    os.kill(importing.pid, signal.SIGKILL)
    importing.wait()
    loaded = TechniqueFolder(root).load()
    assert loaded.problems == ()
    assert len(loaded.catalogue) in (121, 124)
    import_release(attack_release("mobile-attack-18.1"), root)
    assert [path.name for path in root.iterdir()] == ["mobile-attack"]
