"""The sections that releases add to a technique file."""

from dataclasses import replace
from pathlib import Path

import pytest

from quiz.content.markdown import InvalidFile, read_technique, write_technique
from quiz.content.technique import (
    Analytic,
    AttackId,
    Collection,
    LogSource,
    Mitigation,
    Procedure,
    Section,
    Technique,
)

OWN = Collection(name="own", folder=Path("own"))
BARE = Technique(
    stix_id="attack-pattern--11111111-2222-4333-8444-555555555555",
    attack_id=AttackId("X1000"),
    name="Door Propping",
    url="https://wiki.example/techniques/X1000",
    title="initial-access - Door Propping",
    tactics=("initial-access",),
    platforms=("Building",),
    description="Intruders may prop a door open.",
    collection="own",
    domain="enterprise-attack",
    path="door.md",
)
FULL = replace(
    BARE,
    mitigations=(
        Mitigation(
            id="M1", name="Door Closers", description="Fit them:\n\n* to outer doors\n* all"
        ),
        Mitigation(id="M2", name="Training"),
    ),
    procedures=(
        Procedure(id="G1", name="Wedge Club", description="Used `a|b` and C:\\|x\\."),
        Procedure(id="G1", name="Wedge Club", description="Came back."),
    ),
    analytics=(
        Analytic(
            id="AN1",
            platforms=("Building", "Office Suite"),
            description="Watch the doors.\n\nAll of them.",
            log_sources=(
                LogSource(
                    component="Door State", name="door:controller", channel="state=open|ajar"
                ),
                LogSource(component="Guard Report"),
            ),
        ),
        Analytic(id="AN2", description="Ask the guards."),
        Analytic(id="AN3", platforms=("Building",)),
    ),
)
SECTIONS = """\
## Mitigations

| ID | Mitigation | Description |
|----|------------|-------------|
| M1 | Door Closers | Fit them:<br><br>* to outer doors<br>* all |
| M2 | Training |  |

## Procedure Examples

| ID | Name | Description |
|----|------|-------------|
| G1 | Wedge Club | Used `a\\|b` and C:\\\\|x\\. |
| G1 | Wedge Club | Came back. |

## Analytics

### AN1 (Building, Office Suite)

Watch the doors.

All of them.

| Data Component | Log Source | Channel |
|----------------|------------|---------|
| Door State | door:controller | state=open\\|ajar |
| Guard Report |  |  |

### AN2

Ask the guards.

### AN3 (Building)

"""


def read(text: str) -> Technique:
    technique, problems = read_technique(text, path="door.md", collection=OWN, known_tactics=())
    assert problems == []
    return technique


def problems_of(text: str) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


def line_of(text: str, start: str) -> int:
    return next(n for n, line in enumerate(text.split("\n"), 1) if line.startswith(start))


def test_what_a_release_adds_is_written_before_the_references() -> None:
    assert write_technique(FULL) == write_technique(BARE).replace("## Ext", f"{SECTIONS}## Ext")


def test_what_a_release_adds_reads_back_the_same() -> None:
    technique = read(write_technique(FULL))
    assert technique == FULL
    assert technique.lines["Analytics"] == line_of(write_technique(FULL), "## Analytics")
    assert technique.detection_text == "Watch the doors.\n\nAll of them.\n\nAsk the guards."


def test_padded_tables_read_the_same() -> None:
    text = write_technique(FULL)
    padded = text.replace("| G1 | Wedge Club |", "|  G1   |Wedge Club|").replace(
        "| ID | Name | Description |\n|----|------|-------------|",
        "|  id   | Name       | description   |  \n| :---- | ---------: | :-: |",
    )
    padded = padded.replace(
        "### AN1 (Building, Office Suite)", "###  AN1  (Building,Office Suite) "
    )
    assert read(padded.replace("\n", "\r\n")) == FULL


def test_prose_under_the_same_headings_stays_prose() -> None:
    own = tuple(
        Section(heading=heading, body=body)
        for heading, body in (
            ("Mitigations", "Lock the door."),
            ("Procedure Examples", "A club did it."),
            ("Analytics", "Look first.\n\n### AN1 (Windows)\n\nThen count."),
        )
    )
    technique = replace(BARE, sections=own)
    assert read(write_technique(technique)) == technique


@pytest.mark.parametrize(
    ("old", "new", "at", "problem"),
    [
        ("| M2 | Training |  |", "| M2 | Training |", "| M2", "malformed table row; write"),
        ("| M2 | Training |  |", "M2, Training", "M2", "malformed table row; write"),
        ("| M2 |", "|  |", "|  | Tr", "a row needs an ID and a name; fill them in or remove it"),
        ("| M2 |", "| M1 |", "| M1 | Tr", 'the mitigation "M1" is given twice; join the two rows'),
        ("| ID | Mitigation |", "| ID | What |", "| ID | Wh", "must begin with its labels; write"),
        ("Came back. |", "Came | back. |", "| G1 | Wedge Club | Came", 'pipe in a text as "\\|"'),
        ("| Wedge Club | Came", "| | Came", "| G1 | | Came", "a row needs an ID and a name"),
        ("| Guard Report |", "|  |", "|  |  |  |", "a row needs a data component"),
        ("| Guard Report |  |  |", "Guard Report", "Guard", "malformed table row"),
        ("### AN2", "### AN1", "### AN1\n", 'the analytic "AN1" is given twice; keep one'),
    ],
)
def test_a_malformed_row_says_where_and_what_to_do(
    old: str, new: str, at: str, problem: str
) -> None:
    text = write_technique(FULL)
    assert old in text
    text = text.replace(old, new)
    lines = text.split("\n")
    line = next(n for n, _ in enumerate(lines, 1) if "\n".join(lines[n - 1 :]).startswith(at))
    [found] = problems_of(text)
    assert found.startswith(f"door.md:{line}: "), found
    assert problem in found


@pytest.mark.parametrize(
    "change",
    [
        {"mitigations": (Mitigation(id="M1", name="A<br>\n", description=""),)},
        {"procedures": (Procedure(id="G1", name="A", description="two\nlines"),)},
        {"procedures": (Procedure(id="", name="A", description="x"),)},
        {"analytics": (Analytic(id="AN1", description="a\n### AN2\nb"),)},
        {"analytics": (Analytic(id="AN1", description="a\n## Detection\nb"),)},
        {"analytics": (Analytic(id="AN1", description="```\nnever closed"),)},
        {"analytics": (Analytic(id="AN1", platforms=("a, b",)),)},
    ],
)
def test_what_would_read_back_as_something_else_is_not_written(
    change: dict[str, tuple[object, ...]],
) -> None:
    with pytest.raises(ValueError, match=r"Mitigations|Procedure Examples|Analytics"):
        write_technique(replace(BARE, **change))  # type: ignore[arg-type]
