"""Finding techniques by ID, name and text."""

from time import perf_counter

import pytest

from quiz.content.catalogue import Catalogue
from quiz.content.search import LONGEST_QUERY, search
from quiz.content.technique import AttackId, Section, Technique


def technique(attack_id: str, name: str, description: str = "", **more: object) -> Technique:
    values: dict[str, object] = {
        "stix_id": f"attack-pattern--{attack_id}",
        "attack_id": AttackId(attack_id),
        "name": name,
        "url": "",
        "title": name,
        "tactics": ("execution",),
        "platforms": ("Windows",),
        "domain": "enterprise-attack",
        "description": description,
    }
    return Technique(**(values | more))  # type: ignore[arg-type]


CATALOGUE = Catalogue(
    [
        technique("T1000", "Door Knocking", "Knocks, then waits for a shell to answer. Shell."),
        technique("T1001", "Shell Games", "Moves the cup."),
        technique("T1001.001", "Cup Shuffling", "Moves a cup quickly; the shell stays open."),
        technique("T1001.002", "Loud Shell", "Says so: [a door](https://example.org/hidden)."),
        technique("T1002", "PowerGlove", "Reaches for `glove.exe`.", data_sources=("Hand: Wave",)),
        technique("T1003", "Old Door", retired="revoked"),
        technique(
            "T1004", "Quiet", sections=(Section(heading="Mitigations", body="Use a muffler."),)
        ),
    ]
)


def ids(query: str) -> list[str]:
    return [str(found.attack_id) for found in search(CATALOGUE, query)]


def test_an_empty_query_finds_every_live_technique_by_id() -> None:
    assert ids("  ") == ["T1000", "T1001", "T1001.001", "T1001.002", "T1002", "T1004"]


@pytest.mark.parametrize("query", ["T1001", "t1001", "  t1001 "])
def test_an_exact_id_comes_first_then_its_sub_techniques(query: str) -> None:
    assert ids(query) == ["T1001", "T1001.001", "T1001.002"]


def test_a_name_that_starts_so_comes_before_a_word_of_the_name_and_that_before_the_text() -> None:
    # A sub-technique is known by its whole name, so "Shell Games: …" starts so too.
    assert ids("shell") == ["T1001", "T1001.001", "T1001.002", "T1000"]
    assert ids("door") == ["T1000", "T1001.002"]
    assert ids("loud") == ["T1001.002"]


def test_a_whole_name_comes_before_names_that_only_start_so() -> None:
    assert ids("shell games")[0] == "T1001"
    assert ids("Shell Games: Cup Shuffling")[0] == "T1001.001"


def test_every_word_must_be_found_in_any_order() -> None:
    assert ids("games loud") == ["T1001.002"]
    assert ids("cup quickly") == ["T1001.001"]
    assert ids("cup nowhere") == []


def test_part_of_a_word_of_the_name_is_found() -> None:
    assert ids("glove") == ["T1002"]


def test_text_data_sources_and_added_sections_are_searched() -> None:
    assert ids("glove.exe") == ["T1002"]
    assert ids("hand: wave") == ["T1002"]
    assert ids("muffler") == ["T1004"]


def test_the_address_of_a_link_is_not_text() -> None:
    assert ids("example.org") == []


def test_retired_techniques_are_not_found() -> None:
    assert ids("T1003") == []


def test_a_query_is_read_only_up_to_its_limit() -> None:
    assert ids("door " + "x" * LONGEST_QUERY) == []
    assert ids("door" + " " * LONGEST_QUERY + "nowhere") == ["T1000", "T1001.002"]


def test_a_search_of_seven_hundred_techniques_is_quick() -> None:
    words = "an adversary may abuse this to run a command on the remote host and stay there " * 20
    large = Catalogue(technique(f"T{2000 + n}", f"Name {n}", words) for n in range(700))
    search(large, "warm up")
    start = perf_counter()
    assert len(search(large, "remote host")) == 700
    assert perf_counter() - start < 0.25
