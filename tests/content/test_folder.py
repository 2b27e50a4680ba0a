"""The folder of collections, read again only where it changed."""

import json
import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from quiz.content.catalogue import Catalogue
from quiz.content.collection import read_collection
from quiz.content.folder import Loaded, TechniqueFolder, read_folder
from quiz.content.markdown import InvalidFile, read_technique, write_technique
from quiz.content.technique import AttackId, Problem, Technique
from tests.catalogues import STARTER, attack_markdown

unless_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")


def technique(number: int, **changes: object) -> Technique:
    """One of an organisation's own techniques."""
    url = f"https://wiki.example/techniques/X{number}"
    base = Technique(
        stix_id=f"attack-pattern--00000000-0000-4000-8000-{number:012}",
        attack_id=AttackId.from_url(url),
        name=f"Way {number}",
        url=url,
        title=f"execution - Way {number}",
        tactics=("execution",),
        platforms=("Windows",),
        description="Something happens.",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def put(path: Path, number: int, **changes: object) -> Path:
    """Write a technique file, making the folders on the way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(write_technique(technique(number, **changes)), encoding="utf-8")
    return path


def names(loaded: Loaded) -> list[str]:
    return [technique.name for technique in loaded.catalogue]


def messages(loaded: Loaded) -> str:
    return "\n".join(map(str, loaded.problems))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with one collection of two techniques."""
    put(tmp_path / "own" / "1.md", 1)
    put(tmp_path / "own" / "2.md", 2)
    return tmp_path


# Which collections there are


def test_each_subfolder_with_technique_files_is_a_collection(root: Path) -> None:
    put(root / "other" / "deep" / "er" / "3.md", 3)
    put(root / "4.md", 4)
    (root / "empty").mkdir()
    (root / "README.md").write_text("How to add files.")
    (root / "own" / "README.md").write_text("Ours.")
    loaded = TechniqueFolder(root).load()
    assert {collection.name for collection in loaded.collections} == {"own", "other", root.name}
    assert names(loaded) == ["Way 1", "Way 2", "Way 3", "Way 4"]
    assert loaded.catalogue.techniques[2].path == "other/deep/er/3.md"
    assert loaded.problems == ()


def test_the_starter_is_used_only_while_it_is_the_only_collection(tmp_path: Path) -> None:
    put(tmp_path / "starter" / "1.md", 1)
    folder = TechniqueFolder(tmp_path)
    assert names(folder.load()) == ["Way 1"]
    own = put(tmp_path / "own" / "2.md", 2)
    assert names(folder.load()) == ["Way 2"]
    assert [collection.name for collection in folder.load().collections] == ["own"]
    own.unlink()
    assert names(folder.load()) == ["Way 1"]


def test_a_collection_with_nothing_to_offer_does_not_take_the_starter_away(tmp_path: Path) -> None:
    put(tmp_path / "starter" / "1.md", 1)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "2.md").write_text("not yet\n")
    loaded = TechniqueFolder(tmp_path).load()
    assert names(loaded) == ["Way 1"]
    assert "own/2.md:1: no front matter" in messages(loaded)


def test_the_same_technique_in_two_collections_is_an_error_that_names_both(root: Path) -> None:
    put(root / "other" / "again.md", 1, name="Copy")
    loaded = TechniqueFolder(root).load()
    assert names(loaded) == ["Copy", "Way 2"]
    [problem] = loaded.problems
    assert problem.file == str(root / "own" / "1.md")
    assert str(root / "other" / "again.md") in problem.message
    assert (problem.line, loaded.left_out) == (2, 1)


def test_the_same_technique_twice_in_a_collection_is_an_error_too(root: Path) -> None:
    put(root / "own" / "1 copy.md", 1)
    loaded = TechniqueFolder(root).load()
    assert len(loaded.catalogue) == 2
    assert f"the same id as in {root / 'own' / '1 copy.md'}" in messages(loaded)


def test_two_techniques_of_one_id_in_a_domain_are_an_error_that_names_both(root: Path) -> None:
    put(root / "other" / "3.md", 3, url=technique(1).url, attack_id=technique(1).attack_id)
    loaded = TechniqueFolder(root).load()
    assert names(loaded) == ["Way 3", "Way 2"]
    [problem] = loaded.problems
    assert problem.file == str(root / "own" / "1.md")
    assert f"the same ID, X1, as in {root / 'other' / '3.md'}; give one" in problem.message
    assert (problem.line, problem.severity, loaded.left_out) == (3, "error", 1)


def test_one_id_may_be_used_in_two_domains_and_by_a_retired_technique(root: Path) -> None:
    same = {"url": technique(1).url, "attack_id": technique(1).attack_id}
    put(root / "phones" / "3.md", 3, **same)
    (root / "phones" / "collection.json").write_text('{"domain": "mobile-attack"}')
    put(root / "own" / "4.md", 4, **same)
    revoked = {technique(4).stix_id: technique(1).stix_id}
    (root / "own" / "collection.json").write_text(json.dumps({"revoked": revoked}))
    loaded = TechniqueFolder(root).load()
    assert [p for p in loaded.problems if p.severity == "error"] == []
    assert names(loaded) == ["Way 1", "Way 2", "Way 3"]


def test_two_collections_of_one_name_are_told_apart(root: Path) -> None:
    put(root / "other" / "3.md", 3)
    (root / "other" / "collection.json").write_text('{"name": "own"}')
    assert 'the same "name" as' in messages(TechniqueFolder(root).load())


def test_one_folder_is_read_as_one_collection(root: Path) -> None:
    put(root / "starter" / "3.md", 3)
    loaded = read_folder(root)
    assert [collection.name for collection in loaded.collections] == [root.name]
    assert names(loaded) == ["Way 1", "Way 2", "Way 3"]


def test_a_subfolder_that_describes_itself_stays_a_collection_of_its_own(root: Path) -> None:
    (root / "own" / "collection.json").write_text('{"title": "Ours", "release": "3"}')
    put(root / "4.md", 4)
    loaded = read_folder(root)
    assert [collection.label for collection in loaded.collections] == [root.name, "Ours 3"]


def test_a_missing_or_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    missing = TechniqueFolder(tmp_path / "nowhere").load()
    assert len(missing.catalogue) == 0
    assert "nowhere:1: cannot be read (No such file or directory)" in messages(missing)
    assert "no technique files (*.md) in this folder" in messages(TechniqueFolder(tmp_path).load())
    (tmp_path / "file").write_text("")
    assert "Not a directory" in messages(TechniqueFolder(tmp_path / "file").load())


def test_a_folder_that_appears_later_is_found(tmp_path: Path) -> None:
    folder = TechniqueFolder(tmp_path / "later")
    assert len(folder.load().catalogue) == 0
    put(tmp_path / "later" / "own" / "1.md", 1)
    assert names(folder.load()) == ["Way 1"]


def test_problems_are_shown_from_the_current_folder(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    (root / "own" / "1.md").write_text("")
    assert TechniqueFolder(Path()).load().problems[0].file == "own/1.md"
    assert TechniqueFolder(root).load().problems[0].file == "own/1.md"


# Reading again


def test_nothing_is_read_again_while_nothing_changes(root: Path) -> None:
    folder = TechniqueFolder(root)
    assert folder.load() is folder.load()


def test_only_the_changed_file_is_read_again(root: Path) -> None:
    folder = TechniqueFolder(root)
    before = folder.load().catalogue
    put(root / "own" / "2.md", 2, name="Another way")
    after = folder.load().catalogue
    assert [t.name for t in after] == ["Way 1", "Another way"]
    assert after.techniques[0] is before.techniques[0]


def test_files_that_come_and_go_do_so_in_the_catalogue(root: Path) -> None:
    folder = TechniqueFolder(root)
    folder.load()
    put(root / "own" / "3.md", 3)
    (root / "own" / "1.md").unlink()
    assert names(folder.load()) == ["Way 2", "Way 3"]
    (root / "own" / "2.md").rename(root / "own" / "two.md")
    assert [t.path for t in folder.load().catalogue] == ["own/two.md", "own/3.md"]


def test_a_change_that_keeps_size_and_time_is_seen(root: Path) -> None:
    folder = TechniqueFolder(root)
    folder.load()
    path = root / "own" / "2.md"
    times = path.stat()
    put(root / "new", 2, name="Wax 2").replace(path)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert names(folder.load()) == ["Way 1", "Wax 2"]


def test_a_half_written_file_changes_nothing_and_is_reported(root: Path) -> None:
    folder = TechniqueFolder(root)
    before = folder.load().catalogue
    path = root / "own" / "2.md"
    whole = path.read_text()
    for length in (0, 10, 200, len(whole) - 30):
        path.write_text(whole[:length])
        loaded = folder.load()
        assert list(loaded.catalogue) == list(before)
        assert loaded.left_out == 0
        assert {problem.severity for problem in loaded.problems} == {"error", "notice"}
        assert "the file as it was before stays in use" in messages(loaded)
    path.write_text(whole)
    assert folder.load().problems == ()


def test_a_new_file_that_cannot_be_read_is_left_out_and_counted(root: Path) -> None:
    folder = TechniqueFolder(root)
    folder.load()
    (root / "own" / "3.md").write_bytes(b"---\n\xff")
    loaded = folder.load()
    assert names(loaded) == ["Way 1", "Way 2"]
    assert loaded.left_out == 1
    assert f"{root / 'own' / '3.md'}:2: byte 0xff is not UTF-8" in messages(loaded)


def test_a_changed_collection_json_reaches_its_techniques(root: Path) -> None:
    folder = TechniqueFolder(root)
    folder.load()
    about = root / "own" / "collection.json"
    stix_id = technique(1).stix_id
    about.write_text(json.dumps({"release": "2", "revoked": {stix_id: technique(2).stix_id}}))
    loaded = folder.load()
    assert names(loaded) == ["Way 2"]
    assert [t.name for t in loaded.catalogue.retired] == ["Way 1"]
    about.write_text("{")
    broken = folder.load()
    assert names(broken) == ["Way 2"]
    assert f"{about}:1: invalid JSON" in messages(broken)
    about.unlink()
    assert names(folder.load()) == ["Way 1", "Way 2"]


def test_an_own_tactic_is_unknown_until_collection_json_declares_it(root: Path) -> None:
    put(root / "own" / "3.md", 3, tactics=("tea-break",))
    folder = TechniqueFolder(root)
    assert "own tactics are declared in collection.json" in messages(folder.load())
    tactics = [
        {"short_name": "execution", "name": "Execution"},
        {"short_name": "tea-break", "name": "Tea Break"},
    ]
    (root / "own" / "collection.json").write_text(json.dumps({"tactics": tactics}))
    loaded = folder.load()
    assert loaded.problems == ()
    assert [t.name for t in loaded.catalogue.tactics("enterprise-attack")] == [
        "Execution",
        "Tea Break",
    ]


def test_another_domain_without_tactics_may_use_any(root: Path) -> None:
    (root / "own" / "collection.json").write_text('{"domain": "ics-attack"}')
    put(root / "own" / "1.md", 1, tactics=("impair-process-control",))
    loaded = TechniqueFolder(root).load()
    assert loaded.problems == ()
    assert loaded.catalogue.domains == ("ics-attack",)


# What lies about in folders


def test_links_that_loop_or_lead_nowhere_do_no_harm(root: Path) -> None:
    (root / "own" / "loop").symlink_to(root / "own")
    (root / "again").symlink_to(root)
    (root / "own" / "self").symlink_to("self")
    (root / "self").symlink_to("self")
    (root / "own" / "gone.md").symlink_to("nowhere.md")
    (root / "own" / "round.md").symlink_to("round.md")
    loaded = TechniqueFolder(root).load()
    assert names(loaded) == ["Way 1", "Way 2"]
    assert loaded.left_out == 2
    assert "gone.md:1: cannot be read (No such file or directory)" in messages(loaded)
    assert "round.md:1: cannot be read (Too many levels of symbolic links)" in messages(loaded)


def test_a_link_to_a_collection_is_the_same_collection(root: Path) -> None:
    (root / "current").symlink_to(root / "own")
    loaded = TechniqueFolder(root).load()
    assert [collection.name for collection in loaded.collections] == ["own"]
    assert loaded.problems == ()


def test_what_is_called_md_and_is_no_file_is_reported_or_looked_into(root: Path) -> None:
    put(root / "own" / "folder.md" / "3.md", 3)
    os.mkfifo(root / "own" / "pipe.md")
    (root / "own" / ".hidden.md").write_text("")
    (root / ".git").mkdir()
    (root / ".git" / "x.md").write_text("")
    loaded = TechniqueFolder(root).load()
    assert names(loaded) == ["Way 1", "Way 2", "Way 3"]
    assert "pipe.md:1: cannot be read (not a regular file)" in messages(loaded)


def test_a_name_that_is_not_utf_8_can_still_be_shown(root: Path) -> None:
    name = os.fsdecode(b"Gr\xfc\xdfe.md")
    put(root / "own" / name, 3)
    (root / "own" / f"2 {name}").write_text("")
    loaded = TechniqueFolder(root).load()
    assert loaded.catalogue.techniques[2].path == "own/Gr\ufffd\ufffde.md"
    assert "own/2 Gr\ufffd\ufffde.md:1: no front matter" in messages(loaded)


@unless_root
def test_what_may_not_be_read_is_reported(root: Path) -> None:
    (root / "own" / "1.md").chmod(0)
    put(root / "shut" / "3.md", 3).parent.chmod(0)
    loaded = TechniqueFolder(root).load()
    (root / "shut").chmod(0o700)
    assert names(loaded) == ["Way 2"]
    assert "1.md:1: cannot be read (Permission denied)" in messages(loaded)
    assert "shut:1: cannot be read (Permission denied)" in messages(loaded)


def test_a_file_too_large_is_left_out(root: Path) -> None:
    (root / "own" / "3.md").write_bytes(b"x" * (1024 * 1024 + 1))
    assert "3.md:1: the file is larger than 1024 KiB" in messages(TechniqueFolder(root).load())


def test_a_file_that_vanishes_while_the_folder_is_read_is_simply_gone(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_while_all_others_go(*args: Any, **more: Any) -> tuple[Technique, list[Problem]]:
        for path in set((root / "own").iterdir()) - {root / more["path"]}:
            path.unlink()
        return read_technique(*args, **more)

    monkeypatch.setattr("quiz.content.folder.read_technique", read_while_all_others_go)
    loaded = TechniqueFolder(root).load()
    assert len(loaded.catalogue) == 1
    assert loaded.problems == ()
    assert loaded.left_out == 0


# Several threads


def test_threads_that_load_at_once_all_get_a_whole_catalogue(root: Path) -> None:
    folder = TechniqueFolder(root)
    start, done = threading.Barrier(8), threading.Event()
    seen: list[int] = []

    def look() -> None:
        start.wait()
        while True:
            seen.append(len(folder.load().catalogue))
            if done.is_set():
                break

    threads = [threading.Thread(target=look) for _ in range(7)]
    for thread in threads:
        thread.start()
    start.wait()
    for number in range(3, 23):
        put(root / "own" / "new", number).replace(root / "own" / f"{number}.md")
    done.set()
    for thread in threads:
        thread.join()
    assert set(seen) <= set(range(2, 23))
    assert len(folder.load().catalogue) == 22


def test_while_one_thread_reads_the_others_go_on(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = TechniqueFolder(root)
    before = folder.load()
    reading, go_on = threading.Event(), threading.Event()

    class SlowCatalogue(Catalogue):
        def __init__(self, *args: object, **more: object) -> None:
            reading.set()
            assert go_on.wait(10)
            super().__init__(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("quiz.content.folder.Catalogue", SlowCatalogue)
    put(root / "own" / "3.md", 3)
    reader = threading.Thread(target=folder.load)
    reader.start()
    assert reading.wait(10)
    assert folder.load() is before
    go_on.set()
    reader.join()
    assert names(folder.load()) == ["Way 1", "Way 2", "Way 3"]


# collection.json


@pytest.fixture
def about(tmp_path: Path) -> Path:
    return tmp_path / "collection.json"


def problems_of(about: Path) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        read_collection(about.parent)
    return [f"{problem.line}: {problem.message}" for problem in caught.value.problems]


def test_a_folder_without_collection_json_is_named_after_itself(tmp_path: Path) -> None:
    collection = read_collection(tmp_path)
    assert (collection.name, collection.domain) == (tmp_path.name, "enterprise-attack")
    assert collection.tactics == ()


def test_collection_json_says_all_there_is_to_a_collection(about: Path) -> None:
    text = """{
      "name": "ours", "title": "Our techniques", "domain": "mobile-attack", "release": "7",
      "tactics": [{"short_name": "tea-break", "name": "Tea Break", "description": "Tea."}],
      "order": ["X1", "X2"], "licence": "CC0", "copyright": "Us",
      "revoked": {"attack-pattern--1": "attack-pattern--2"}
    }"""
    about.write_text(text)
    collection = read_collection(about.parent)
    assert collection.label == "Our techniques 7"
    [tactic] = collection.tactics
    assert (tactic.domain, tactic.short_name) == ("mobile-attack", "tea-break")
    assert (collection.order, collection.licence) == (("X1", "X2"), "CC0")
    assert collection.revoked == {"attack-pattern--1": "attack-pattern--2"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1: invalid JSON: Expecting value"),
        ('{\n"name" "x"\n}', "2: invalid JSON"),
        ("[]", "1: must be a JSON object"),
        ("[" * 100_000, "1: invalid JSON: nested too deep"),
        ('{"title": "\\ud800"}', "1: invalid JSON: nested too deep, or not text"),
        ('{\n"name": 7}', '2: "name" must be text in quotes'),
        ('{\n"relaese": "7"}', '2: unknown key "relaese"; did you mean "release"?'),
        ('{\n"domain": "enterprise-atack"}', '2: unknown domain "enterprise-atack"; did you mean'),
        ('{\n"tactics": {}}', '2: "tactics" must be a list in brackets'),
        ('{"tactics":\n["x"]}', '1: a tactic must be {"short_name": "…", "name": "…"}'),
        ('{"tactics": [\n{"short_name": "x"}]}', "2: a tactic must be"),
        ('{"tactics": [\n{"short_name": "X Y", "name": "Z"}]}', '2: the "short_name" of "Z"'),
        (
            '{"tactics": [{"short_name": "x", "name": "X"},\n{"short_name": "x", "name": "Y"}]}',
            '2: the tactic "x" is given twice; keep one',
        ),
        ('{\n"order": [1]}', '2: "order" must list IDs in quotes'),
        ('{\n"revoked": ["x"]}', '2: "revoked" must map the STIX id'),
    ],
)
def test_a_problem_of_collection_json_has_its_line(about: Path, text: str, problem: str) -> None:
    about.write_text(text)
    found = problems_of(about)
    assert any(line.startswith(problem) for line in found), found


# The real files


def test_the_starter_has_no_problem() -> None:
    loaded = read_folder(STARTER)
    assert loaded.problems == ()
    assert loaded.left_out == 0
    assert len(loaded.catalogue.tactics("enterprise-attack")) == 14


def test_all_real_files_load_with_those_retired_kept_apart() -> None:
    loaded = read_folder(attack_markdown())
    assert (len(loaded.catalogue), len(loaded.catalogue.retired), loaded.left_out) == (656, 143, 0)
    assert {problem.severity for problem in loaded.problems} == {"notice"}


# Looking less often


def test_what_was_looked_at_just_now_is_not_looked_at_again(root: Path) -> None:
    folder = TechniqueFolder(root)
    loaded = folder.recent(seconds=60)
    put(root / "own" / "3.md", 3)
    assert folder.recent(seconds=60) is loaded
    assert len(names(folder.recent(seconds=0))) == 3


def test_a_look_keeps_until_it_is_old(root: Path) -> None:
    folder = TechniqueFolder(root)
    loaded = folder.load()
    put(root / "own" / "3.md", 3)
    assert folder.recent(seconds=60) is loaded
    assert len(names(folder.load())) == 3
    assert len(names(folder.recent(seconds=60))) == 3
