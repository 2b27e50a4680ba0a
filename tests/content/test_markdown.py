"""The reader and writer of technique files."""

import contextlib
import gzip
import json
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.content.markdown import (
    InvalidFile,
    decode,
    file_name,
    read_technique,
    write_technique,
)
from quiz.content.technique import (
    Analytic,
    AttackId,
    Collection,
    LogSource,
    Mitigation,
    Problem,
    Procedure,
    Reference,
    Section,
    Technique,
)
from tests.catalogues import ATTACK_DATA, attack_markdown

TACTICS = (
    *("reconnaissance", "resource-development", "initial-access", "execution", "persistence"),
    *("privilege-escalation", "defense-evasion", "credential-access", "discovery"),
    *("lateral-movement", "collection", "command-and-control", "exfiltration", "impact"),
)
ID = "attack-pattern--11111111-2222-4333-8444-555555555555"
URL = "https://wiki.example/techniques/X1000"
FILE = f"""\
---
data_sources:
- 'Sensor: Door State'
id: {ID}
mitre_attack_url: https://wiki.example/techniques/X1000
name: Door Propping
platforms:
- Building
tactics:
- initial-access
- persistence
title: initial-access - Door Propping
---

## Technical Details

| Attribute | Details |
|-----------|----------|
| **Tactics** | initial-access, persistence |
| **Platforms** | Building |
| **Data Sources** | Sensor: Door State |
| **Permissions Required** | Guest, Staff |
| **MITRE ATT&CK URL** | [{URL}]({URL}) |

# Door Propping ({ID})

## Description
Intruders may prop a door open.

## Detection
Look for doors that stay open.

## External References
- [wiki](https://wiki.example/techniques/X1000)
- [Doors (2024)](https://doors.example/a_(b))
"""
MITRE_FILE = FILE.replace("wiki.example", "attack.mitre.org").replace("X1000", "T1999")
OWN = Collection(name="own", folder=Path("own"))


def read(text: str, collection: Collection = OWN) -> tuple[Technique, list[Problem]]:
    return read_technique(text, path="own/door.md", collection=collection, known_tactics=TACTICS)


def problems_of(text: str) -> list[str]:
    """The problems that keep a file out, as people see them."""
    with pytest.raises(InvalidFile) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems if problem.severity == "error"]


def swap(old: str, new: str) -> str:
    """The file with one thing in it changed."""
    assert old in FILE
    return FILE.replace(old, new, 1)


# What a file says


def test_a_file_gives_its_technique() -> None:
    technique, problems = read(FILE)
    assert problems == []
    assert technique == Technique(
        stix_id=ID,
        attack_id=AttackId("X1000"),
        name="Door Propping",
        url=URL,
        title="initial-access - Door Propping",
        tactics=("initial-access", "persistence"),
        platforms=("Building",),
        data_sources=("Sensor: Door State",),
        permissions_required=("Guest", "Staff"),
        description="Intruders may prop a door open.",
        detection="Look for doors that stay open.",
        references=(
            Reference(name="wiki", url=URL),
            Reference(name="Doors (2024)", url="https://doors.example/a_(b)"),
        ),
        collection="own",
        domain="enterprise-attack",
        path="own/door.md",
    )


def test_the_lines_of_keys_and_sections_are_known() -> None:
    technique, _ = read(FILE)
    assert (technique.lines["id"], technique.lines["Detection"]) == (4, 30)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("platforms:\n- Building", "platforms:\n    - Building"),
        ("- 'Sensor: Door State'", '  - "Sensor: Door State"'),
        ("platforms:\n- Building", "platforms: [Building]"),
        ("- [wiki]", "* [wiki]"),
        ("|-----------|----------|", "| --------- | -------- |"),
        (
            "| **Permissions Required** | Guest, Staff |",
            "|  **Permissions Required**| Guest, Staff  |  ",
        ),
        ("title: initial-access - Door Propping\n", ""),
        (f"# Door Propping ({ID})\n", ""),
        (f"# Door Propping ({ID})\n", "# Door Propping\n"),
    ],
)
def test_how_an_editor_lays_it_out_makes_no_difference(old: str, new: str) -> None:
    assert read(swap(old, new)) == read(FILE)


@pytest.mark.parametrize(
    "text", [FILE.replace("\n", "\r\n"), "\ufeff" + FILE, "\n\n" + FILE, FILE + "\n\n"]
)
def test_line_ends_a_byte_order_mark_and_empty_lines_make_no_difference(text: str) -> None:
    assert read(text) == read(FILE)


def test_a_table_cell_may_have_line_breaks() -> None:
    row = "| **System Requirements** | A door.\nA wedge. |\n| **MITRE"
    technique, problems = read(swap("| **MITRE", row))
    assert problems == []
    assert technique.system_requirements == ("A door.", "A wedge.")


def test_smaller_headings_belong_to_their_section() -> None:
    technique, _ = read(swap("Look for doors", "### Doors\n# not a title\nLook for doors"))
    assert technique.detection.startswith("### Doors\n# not a title\n")


def test_a_heading_in_a_code_block_is_code() -> None:
    technique, _ = read(swap("Look for doors", "```sh\n## a comment\n```\nLook for doors"))
    assert "## a comment" in technique.detection


def test_what_the_product_adds_is_read() -> None:
    text = swap("title:", "detection_difficulty: very hard\nattack_version: 16.1\ntitle:")
    text = text.replace("## External", "## Mitigations\nLock the door.\n\n## External")
    technique, problems = read(text)
    assert problems == []
    assert technique.detection_difficulty == "very hard"
    assert technique.attack_version == "16.1"
    assert technique.sections == (Section(heading="Mitigations", body="Lock the door."),)
    assert technique.sections[0].line == 35


def test_an_own_file_needs_no_table_and_no_references() -> None:
    start, end = FILE.index("## Technical"), FILE.index("# Door Propping")
    text = FILE[:start] + FILE[end : FILE.index("## External")]
    technique, problems = read(text)
    assert problems == []
    assert technique.references == ()


def test_any_tactic_goes_where_none_are_known() -> None:
    text = swap("- initial-access", "- tea-break")
    technique, _ = read_technique(text, path="x.md", collection=OWN, known_tactics=())
    assert technique.tactics[0] == "tea-break"


# What is wrong with a file


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (f"id: {ID}\n", "", '1: "id" is missing; add it'),
        (ID, "T1059", '4: "id" must be "attack-pattern--" and a UUID in lower case'),
        ("name: Door Propping\n", "", '1: "name" is missing; add it'),
        ("name: Door Propping", "name:", '6: "name" is missing; add it'),
        ("name: Door Propping", "name: 7", '6: "name" must be text, but is a number; put it in'),
        ("name: Door Propping", "name: yes", '6: "name" must be text, but is true or false'),
        ("name: Door Propping", "name: [a]", '6: "name" must be text, but is a list; write one'),
        ("name: Door Propping", "name: !x a", '6: "name" must be text, but is a value of another'),
        ("name: Door Propping", "name: |\n  a\n  b", '6: "name" must be on one line'),
        ("name: Door Propping", 'name: "a\\0b"', '6: "name" must be on one line, without control'),
        ("name: Door Propping", "name: Door: P", "6: invalid YAML: mapping values are not allowed"),
        ("- initial-access\n", "- initial-access: x\n", '10: an item of "tactics" must be text'),
        ("- persistence\n", "- initial-access\n", '11: "tactics" lists "initial-access" twice'),
        ("- persistence\n", "-\n", '11: an item of "tactics" is empty; fill it in or remove it'),
        ("- persistence\n", "- persistance\n", '11: unknown tactic "persistance"; did you mean'),
        ("- persistence\n", "- Initial Access\n", 'did you mean "initial-access"?'),
        ("- persistence\n", "- tea\n", "own tactics are declared in collection.json"),
        ("platforms:\n- Building\n", "", '1: "platforms" is missing; add a list'),
        ("platforms:\n- Building\n", "platforms: Building\n", '7: "platforms" must be a list'),
        ("platforms:\n- Building\n", "platforms: []\n", '7: "platforms" is missing; add a list'),
        ("https://wiki", "ftp://wiki", '5: "mitre_attack_url" must be a web address'),
        ("https://wiki.example/techniques/X1000\n", "'http://[x'\n", '5: "mitre_attack_url"'),
        ("wiki.example/techniques/X1000\n", "wiki.example/\n", "must end in the technique's ID"),
        ("wiki.example/techniques/X1000\n", "attack.mitre.org/x\n", "must end in an ID, as https"),
        ("platforms:\n", "platfroms:\n", '7: unknown key "platfroms"; did you mean "platforms"?'),
        ("title:", "name: Other\ntitle:", '12: "name" is given twice; keep one'),
        ("title:", "detection_difficulty: vry hard\ntitle:", "12: unknown detection difficulty"),
        ("title:", "detection_difficulty: unrated\ntitle:", "write one of: easier, moderate, hard"),
        ("# Door Propping", "# Door Stopping", '25: the heading says "Door Stopping", but "name"'),
        (f"({ID})", f"({ID[:-1]}6)", f'25: the heading says {ID[:-1]}6, but "id" {ID}'),
        (f" ({ID})", ": a guide", f'25: the heading must be "# Door Propping ({ID})"'),
        ("## Description\n", "", '13: no "## Description"; add it'),
        ("Intruders may prop a door open.", "", "27: the description is empty; write it"),
        ("## Detection", "## Description", '30: a second "## Description"; join it to the first'),
        ("## Detection", "## Detections", '30: unknown section "Detections"; did you mean'),
        ("Look for", "```\nLook for", "31: this code block is never closed"),
        ("| **Platforms** | Building |", "| **Platforms** | Building", "20: malformed table row"),
        ("| **Platforms** |", "| Platforms |", "20: malformed table row"),
        ("| **Platforms** |", "| **Platfroms** |", '20: unknown table row "Platfroms"; did'),
        ("| **Platforms** |", "| **Tactics** |", '20: a second row "Tactics"; keep one'),
        ("---\n\n## Tech", "\n## Tech", 'no line "---" closes the front matter'),
        ("Look for", "Look\x00for", "31: control character 0x00; remove it"),
    ],
)  # fmt: skip
def test_a_problem_says_where_it_is_and_what_to_do(old: str, new: str, problem: str) -> None:
    found = problems_of(swap(old, new))
    assert any(problem in line and line.startswith("own/door.md:") for line in found), found


def test_every_problem_is_reported_and_not_only_the_first() -> None:
    text = FILE.replace("- persistence\n", "- persistance\n").replace("name: Door Propping\n", "")
    text = text.replace("Intruders may prop a door open.", "").replace("platforms:", "platforms: x")
    lines = [problem.split(": ")[0] for problem in problems_of(text)]
    assert lines == ["own/door.md:7"] or len(lines) >= 2


def test_problems_of_the_front_matter_and_of_the_body_are_reported_together() -> None:
    text = FILE.replace("- persistence\n", "- persistance\n").replace("name: Door Propping\n", "")
    text = text.replace("Intruders may prop a door open.", "")
    assert [problem.split(": ")[0] for problem in problems_of(text)] == [
        "own/door.md:1",
        "own/door.md:10",
        "own/door.md:26",
    ]


def test_where_the_yaml_cannot_be_read_nothing_is_said_to_be_missing() -> None:
    text = FILE.replace("name: Door", "name: [Door").replace("Intruders may prop a door open.", "")
    first, second = problems_of(text)
    assert first.startswith("own/door.md:")
    assert "invalid YAML" in first
    assert "the description is empty" in second


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1: no front matter"),
        ("Just text\n", "1: no front matter"),
        ("text\n---\na: 1\n---\n", "1: no front matter"),
        ("---\n- a\n---\n", "2: front matter must be lines of"),
        ("---\na: &x 1\nb: *x\n---\n", "3: YAML aliases are not allowed; write the value out"),
        (
            "---\na: " + "[" * 60000 + "\n---\n",
            "2: front matter is nested more than 20 levels deep",
        ),
        ("---\n" + "- " * 1000 + "a\n---\n", "2: front matter is nested more than 20 levels deep"),
        ("---\na: " + "x" * 65536 + "\n---\n", "front matter is larger than 64 KiB"),
        ("---\na: 1\n...\n%YAML 1.1\n--- 2\n---\n", "a second YAML document"),
        ("---\na: 'x\x85\n---\n", "invalid YAML"),
        ("x" * (1024 * 1024 + 1), "1: the file is larger than 1024 KiB; shorten it"),
        ("a\n\ud800", "2: half of a surrogate pair"),
    ],
)
def test_hostile_or_foreign_text_is_refused(text: str, problem: str) -> None:
    assert problem in "\n".join(problems_of(text))


def test_a_billion_laughs_are_refused_at_the_first() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 60))]
    text = "---\n" + "\n".join(lines) + "\n---\n"
    assert "own/door.md:3: YAML aliases are not allowed" in problems_of(text)[0]


def test_no_object_is_ever_made_of_a_yaml_tag() -> None:
    found = problems_of(swap("name: Door Propping", "name: !!python/object/apply:os.abort []"))
    assert '"name" must be text, but is a list' in found[0]


def test_bytes_that_are_not_utf_8_name_their_line() -> None:
    with pytest.raises(InvalidFile, match=r"x\.md:2: byte 0xe9 is not UTF-8; save the file as UTF"):
        decode("a\nñé".encode()[:4] + b"\xe9", path="x.md")


def test_an_unknown_key_like_no_other_is_ignored_but_noticed() -> None:
    _, problems = read(swap("title:", "owner: blue team\ntitle:"))
    assert [(p.line, p.severity) for p in problems] == [(12, "notice")]
    assert "owner" in problems[0].message


def test_a_line_that_is_no_reference_and_text_outside_any_section_are_noticed() -> None:
    text = FILE.replace("- [wiki]", "see also\n- [wiki]").replace("## Desc", "stray\n\n## Desc")
    _, problems = read(text)
    assert [(p.line, p.severity) for p in problems] == [(25, "notice"), (36, "notice")]


# Half-written files


@pytest.mark.parametrize("text", [FILE, MITRE_FILE], ids=["own", "MITRE's"])
def test_a_file_cut_off_anywhere_is_refused_or_only_lacks_references(text: str) -> None:
    whole, _ = read(text)
    end = text.index("## External") if text == FILE else len(text)
    for length in range(len(text)):
        try:
            part, _ = read(text[:length])
        except InvalidFile:
            continue
        known = whole.references[: len(part.references)]
        assert part.references == known
        if replace(part, references=()) != replace(whole, references=()):
            # Where an own file stops between two lines, nobody can tell.
            assert text == FILE
            assert length < end
            assert text[length - 1] == "\n"


def test_a_file_that_looks_half_written_says_so() -> None:
    text = MITRE_FILE[: MITRE_FILE.index("## External")]
    assert "the file looks half-written" in problems_of(text)[-1]
    assert "the file looks half-written" in problems_of(MITRE_FILE[:-5])[-1]


# Retired techniques


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("data_sources:\n- 'Sensor: Door State'\n", "", "no data sources and is not PRE"),
        ("Intruders may", "**This technique has been deprecated.** Intruders may", "deprecated"),
    ],
)
def test_without_a_release_a_technique_of_mitres_may_look_retired(
    old: str, new: str, why: str
) -> None:
    technique, problems = read(MITRE_FILE.replace(old, new))
    assert technique.retired.startswith("retired?")
    assert why in technique.retired
    assert [(p.severity, p.message) for p in problems] == [("notice", technique.retired)]


def test_a_live_technique_may_mention_a_deprecated_interface() -> None:
    technique, _ = read(MITRE_FILE.replace("Intruders may", "The deprecated interface may"))
    assert not technique.retired


def test_an_organisations_own_technique_is_never_guessed_to_be_retired() -> None:
    assert not read(swap("data_sources:\n- 'Sensor: Door State'\n", ""))[0].retired


def test_a_collection_with_a_release_says_itself_what_is_retired() -> None:
    text = MITRE_FILE.replace("data_sources:\n- 'Sensor: Door State'\n", "")
    assert not read(text, replace(OWN, release="16.1"))[0].retired
    revoked = replace(OWN, release="16.1", revoked={ID: "attack-pattern--other"})
    technique, problems = read(text, revoked)
    assert technique.retired == "revoked, replaced by attack-pattern--other"
    assert problems == []


# Writing


def test_a_file_is_written_back_byte_for_byte() -> None:
    assert write_technique(read(FILE)[0]) == FILE


def test_a_text_that_would_read_back_as_another_section_is_not_written() -> None:
    technique, _ = read(FILE)
    with pytest.raises(ValueError, match="Description"):
        write_technique(replace(technique, description="a\n## Detection\nb"))
    with pytest.raises(ValueError, match="Detection"):
        write_technique(replace(technique, detection="```\nnever closed"))


def test_a_file_name_is_safe_whatever_the_technique_is_called() -> None:
    technique, _ = read(FILE)
    assert file_name(technique) == f"{ID}_initial-access_-_Door_Propping.md"
    hostile = file_name(replace(technique, name="../../etc/passwd\\" + "ä" * 300))
    assert "/" not in hostile
    assert "\\" not in hostile
    assert len(hostile.encode()) <= 255


# Anything at all


def is_plain(text: str) -> bool:
    """Whether a text neither opens a code block nor holds a section's heading."""
    return not any(line.lstrip(" ").startswith(("```", "~~~", "## ")) for line in text.split("\n"))


WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=30)
LINE = WORDS.map(str.strip).filter(bool)
PROSE = st.lists(WORDS, min_size=1, max_size=5).map("\n".join).filter(str.strip)
CELL = LINE | st.sampled_from(["", "a | b", "a \\\\| b", "C:\\\\", "|", "---", "<code>x|y</code>"])
FILLED = CELL.filter(bool)
IDS = st.from_regex(r"[A-Z]{1,2}[0-9]{4}", fullmatch=True)
TEXT = st.lists(LINE.filter(lambda line: not line.startswith("#")), max_size=4).map("\n".join)
MITIGATIONS = st.builds(Mitigation, id=IDS, name=FILLED, description=TEXT)
PROCEDURES = st.builds(Procedure, id=IDS, name=FILLED, description=CELL)
LOG_SOURCES = st.builds(LogSource, component=FILLED, name=CELL, channel=CELL)
ANALYTICS = st.builds(
    Analytic,
    id=IDS,
    platforms=st.lists(st.sampled_from(["Windows", "Linux", "Office Suite"]), max_size=2).map(
        tuple
    ),
    description=TEXT.filter(is_plain),
    log_sources=st.lists(LOG_SOURCES, max_size=2).map(tuple),
)
URLS = st.from_regex(r"https://[a-z]{1,8}\.example/[A-Z][0-9]{1,4}(/[0-9]{3})?", fullmatch=True)


@st.composite
def techniques(draw: st.DrawFn) -> Technique:
    """Techniques of every sort, with whatever people write into their fields."""
    name, url = draw(LINE), draw(URLS)
    tactics = draw(st.lists(st.sampled_from(TACTICS), min_size=1, max_size=3, unique=True))
    prose = PROSE.filter(is_plain)
    some_lines = st.lists(LINE, max_size=3, unique=True).map(tuple)
    reference = st.builds(Reference, name=WORDS, url=URLS)
    headings = st.lists(
        st.sampled_from(["Our Notes", "Runbook", "Lessons from Exercises"]), unique=True
    )
    return Technique(
        stix_id=f"attack-pattern--{draw(st.uuids())}",
        attack_id=AttackId.from_url(url),
        name=name,
        url=url,
        title=draw(LINE),
        tactics=tuple(tactics),
        platforms=tuple(draw(st.lists(LINE, min_size=1, max_size=3, unique=True))),
        data_sources=draw(some_lines),
        contributors=draw(some_lines),
        permissions_required=draw(st.sampled_from([(), ("User",), ("User", "SYSTEM | root")])),
        system_requirements=draw(st.sampled_from([(), ("A {{x|y}} door.", "A wedge, or two.")])),
        description=draw(prose),
        detection=draw(st.just("") | prose),
        references=tuple(draw(st.lists(reference, max_size=3))),
        mitigations=draw(st.lists(MITIGATIONS, max_size=2, unique_by=lambda m: m.id).map(tuple)),
        procedures=draw(st.lists(PROCEDURES, max_size=2).map(tuple)),
        analytics=draw(st.lists(ANALYTICS, max_size=2, unique_by=lambda a: a.id).map(tuple)),
        sections=tuple(Section(heading=h, body=draw(prose)) for h in draw(headings)),
        detection_difficulty=draw(st.sampled_from(["", "easier", "very hard"])),
        attack_version=draw(st.sampled_from(["", "16.1", "v1 beta"])),
        collection="own",
        domain="enterprise-attack",
        path="own/door.md",
    )


@given(techniques())
def test_what_is_written_reads_back_the_same(technique: Technique) -> None:
    assert read(write_technique(technique)) == (technique, [])


PIECES = st.sampled_from(
    [
        *FILE.splitlines(keepends=True),
        "- ",
        "---\n",
        "name: ",
        "&a ",
        "*a\n",
        "[",
        "{",
        "# ",
        "|",
        "'",
    ]
)


@given(st.text() | st.lists(PIECES | st.text(max_size=5)).map(lambda p: "---\n" + "".join(p)))
def test_any_text_gives_a_technique_or_says_what_is_wrong(text: str) -> None:
    try:
        problems = read(text)[1]
        severities = {"notice"}
    except InvalidFile as error:
        problems = list(error.problems)
        severities = {"notice", "error"}
        assert problems
    assert {problem.severity for problem in problems} <= severities
    assert all(1 <= problem.line <= text.count("\n") + 2 for problem in problems)


@given(st.binary())
def test_any_bytes_are_text_or_not_utf_8(data: bytes) -> None:
    with contextlib.suppress(InvalidFile):
        assert decode(data, path="x.md").encode() == data


# The real files


@cache
def real() -> dict[str, tuple[str, Technique, list[Problem]]]:
    """ATT&CK's own files by name: text, technique, problems."""
    files = {path.name: path.read_bytes() for path in sorted(attack_markdown().glob("*.md"))}
    texts = {name: decode(data, path=name) for name, data in files.items()}
    return {name: (text, *read(text)) for name, text in texts.items()}


def test_all_real_files_are_read_without_an_error() -> None:
    assert len(real()) == 799
    assert {p.severity for _, _, problems in real().values() for p in problems} == {"notice"}


def test_real_files_as_their_generator_wrote_them_are_written_back_byte_for_byte() -> None:
    same = sum(write_technique(technique) == text for text, technique, _ in real().values())
    assert same == 778


def test_every_real_file_reads_the_same_once_written() -> None:
    for _, technique, _ in real().values():
        assert read(write_technique(technique))[0] == technique


def test_real_files_are_named_by_the_rule() -> None:
    for name, (_, technique, _) in real().items():
        assert file_name(technique) == name


def test_what_only_the_table_has_is_read_from_it() -> None:
    techniques = [technique for _, technique, _ in real().values()]
    permissions = Counter(p for t in techniques for p in t.permissions_required)
    assert set(permissions) == {"User", "Administrator", "SYSTEM", "root", "Remote Desktop Users"}
    assert sum(bool(t.permissions_required) for t in techniques) == 233
    assert sum(bool(t.system_requirements) for t in techniques) == 57
    assert sum(len(t.system_requirements) == 3 for t in techniques) == 1


def test_exactly_the_real_techniques_that_are_revoked_or_deprecated_are_retired() -> None:
    retired = {technique.stix_id for _, technique, _ in real().values() if technique.retired}
    assert len(retired) == 143
    with gzip.open(ATTACK_DATA / "stix" / "enterprise-attack-17.1.json.gz") as file:
        objects = {o["id"]: o for o in json.load(file)["objects"]}
    # Release 17 revoked one technique more, T1574.002.
    revoked_later = "attack-pattern--e64c62cf-9cd7-4a14-94ec-cdaac43ab44b"
    ids = {technique.stix_id for _, technique, _ in real().values()} - {revoked_later}
    flagged = {i for i in ids if objects[i].get("revoked") or objects[i].get("x_mitre_deprecated")}
    assert retired == flagged
