"""How hard a technique says it is to detect. Every text here is made up for the test."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.content.catalogue import Catalogue
from quiz.content.difficulty import Difficulty, Level, rate
from quiz.content.folder import read_folder
from quiz.content.sentences import plain
from quiz.content.technique import AttackId, Technique

ATTACK_DATA = Path(os.environ.get("ATTACK_DATA", Path(__file__).parents[3] / "shared" / "attack"))


def technique(detection: str = "", **more: Any) -> Technique:
    values: dict[str, Any] = {
        "stix_id": "attack-pattern--1",
        "attack_id": AttackId("T1000"),
        "name": "Door Knocking",
        "url": "",
        "title": "execution - Door Knocking",
        "tactics": ("execution",),
        "platforms": ("Windows",),
        "data_sources": ("Process: Process Creation", "File: File Creation"),
        "detection": detection,
    }
    return Technique(**(values | more))


def rule_of(detection: str, **more: Any) -> str:
    return rate(technique(detection, **more)).rule


UNSEEN = "Renting the server takes place outside the visibility of the target organization."
DIFFICULT = "Detecting a knock is difficult, since nobody writes it down."
NOISY = "Postmen knock too, so expect false positives."
PLAIN = "Monitor the hallway for strangers."
ARTEFACT = "Look for `knock.exe` in process creation events."
INSTRUMENT = "Use TLS inspection to see what was said."


# As given


@pytest.mark.parametrize("level", ["easier", "moderate", "hard", "very hard"])
def test_a_level_that_the_file_gives_comes_before_everything(level: str) -> None:
    difficulty = rate(technique(UNSEEN, platforms=("PRE",), detection_difficulty=level))
    assert (difficulty.level, difficulty.rule, difficulty.stated) == (level, "as given", True)
    assert level in difficulty.evidence[0]


@pytest.mark.parametrize("level", ["unrated", "trivial", "Hard", ""])
def test_anything_but_the_four_levels_counts_as_not_given(level: str) -> None:
    assert rule_of(UNSEEN, detection_difficulty=level) == "V1"


# V1: out of sight


@pytest.mark.parametrize(
    "sentence",
    [
        UNSEEN,
        "The purchase is outside the purview of the defender.",
        "All of it may happen outside of a defender's visibility.",
        "Cracking is done beyond the scope of the victim's network.",
        "This goes on out of view of the security team.",
    ],
)
def test_what_happens_out_of_sight_is_very_hard(sentence: str) -> None:
    difficulty = rate(technique(f"{PLAIN} {sentence} {ARTEFACT}"))
    assert difficulty == Difficulty(
        level=Level.VERY_HARD, rule="V1", stated=True, evidence=(sentence,)
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "Monitor accounts that act outside the scope of their duties.",
        "Look for logons outside business hours.",
        "Lists of tools are beyond the scope of this note.",
        "Watch for `svchost.exe` outside of its folder.",
    ],
)
def test_other_things_that_are_outside_are_not_out_of_sight(sentence: str) -> None:
    assert rule_of(sentence) in {"moderate", "E1"}


# V2 and H1: difficult


DIFFICULT_SENTENCES = [
    DIFFICULT,
    "Detection is challenging without a camera at the door.",
    "A soft knock can be very hard to detect.",
    "It may be difficult for defenders to spot the visitor.",
    "This is a difficult technique to detect.",
    "So much mail makes detection of a single letter difficult.",
    "A knock cannot reliably be told apart from the wind.",
    "Detecting the use of a side door may be exceptionally difficult depending on the house.",
    "Determining whether a guest was invited is not easy.",
    "Detection of a knock in a crowd is non-trivial.",
    "The visit may not be detectable at all.",
    "There is no reliable way for defenders to recognize the visitor.",
]


@pytest.mark.parametrize("sentence", DIFFICULT_SENTENCES)
def test_difficult_to_detect_is_hard(sentence: str) -> None:
    difficulty = rate(technique(f"{PLAIN} {sentence} {ARTEFACT}"))
    assert difficulty == Difficulty(level=Level.HARD, rule="H1", stated=True, evidence=(sentence,))


@pytest.mark.parametrize("sentence", DIFFICULT_SENTENCES)
def test_difficult_to_detect_and_like_benign_activity_is_very_hard(sentence: str) -> None:
    difficulty = rate(technique(f"{NOISY} {PLAIN} {sentence}"))
    assert difficulty == Difficulty(
        level=Level.VERY_HARD, rule="V2", stated=True, evidence=(sentence, NOISY)
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "Detecting a knock is difficult, as it blends in with the wind.",
        "A knock is difficult to distinguish from normal use of the door.",
        "A knock is hard to detect, since benign use of doors is common.",
    ],
)
def test_one_sentence_that_says_both_is_quoted_once(sentence: str) -> None:
    difficulty = rate(technique(f"{PLAIN} {sentence}"))
    assert (difficulty.rule, difficulty.evidence) == ("V2", (sentence,))


@pytest.mark.parametrize(
    "sentence",
    [
        "Counting knocks may not be directly useful, as it gives a lot of data.",
        "Door sounds alone are of limited value.",
    ],
)
def test_watching_that_is_not_useful_is_hard(sentence: str) -> None:
    assert rate(technique(sentence)).evidence == (sentence,)
    assert rule_of(f"{sentence} {NOISY}") == "H1"


@pytest.mark.parametrize(
    "sentence",
    [
        "Random codes make it difficult for adversaries to guess one.",
        "Detection matters here, since a knock is difficult to mitigate.",
        "Detection comes first because prevention is difficult.",
        "Detection rules help even if blocking is impractical.",
        "Identifying the adversary is difficult.",
        "Finding the source is hard.",
        "Detecting writes to the hard disk is possible on any hard drive.",
        "Detecting it is not difficult.",
        "Look for hard-coded codes; detection is cheap.",
        "From the user's perspective, this is very hard to notice.",
        "It is harder for attackers to discover a quiet house.",
        "Monitor the challenging of guests at the door.",
        "A guard may be useful.",
    ],
)
def test_what_else_is_difficult_says_nothing_about_detection(sentence: str) -> None:
    assert rule_of(sentence) == "moderate"


# H2: before the compromise


def test_the_platform_pre_is_hard_even_without_a_note() -> None:
    difficulty = rate(technique(platforms=("PRE",)))
    assert (difficulty.level, difficulty.rule, difficulty.stated) == (Level.HARD, "H2", False)
    assert "PRE" in difficulty.evidence[0]


def test_only_tactics_before_the_compromise_are_hard() -> None:
    early = ("reconnaissance", "resource-development")
    assert rule_of(ARTEFACT, tactics=early[:1]) == "H2"
    assert rule_of(ARTEFACT, tactics=early) == "H2"
    assert rule_of(ARTEFACT, tactics=(*early, "initial-access")) == "E1"
    assert rule_of(ARTEFACT, tactics=()) == "E1"


# Unrated


@pytest.mark.parametrize("detection", ["", "  \n", "(Citation: A Blog)"])
def test_no_note_is_unrated(detection: str) -> None:
    assert rate(technique(detection)) == Difficulty(
        level=Level.UNRATED, rule="unrated", stated=False
    )


# H3 and E1: benign activity and artefacts


BENIGN = [
    NOISY,
    "The visit blends in with deliveries.",
    "Knocking may be legitimate depending on the house.",
    "This traffic resembles legitimate administration.",
    "The sound is masked by normal traffic.",
    "Benign use of the door knocker by neighbors is common.",
    "Legitimate software may also use the bell.",
    "The bell is used by legitimate guests.",
    "Ringing is a common part of life in many streets.",
    "A bell is noisy.",
    "Changes to the lock happen under normal conditions when it is oiled.",
    "A knock is not always indicative of malicious intent.",
    "Guards legitimately try every door.",
]


@pytest.mark.parametrize("sentence", BENIGN)
def test_blending_in_without_an_artefact_is_hard(sentence: str) -> None:
    assert rate(technique(f"{PLAIN} {sentence}")) == Difficulty(
        level=Level.HARD, rule="H3", stated=False, evidence=(sentence,)
    )


@pytest.mark.parametrize("sentence", BENIGN)
def test_blending_in_with_an_artefact_is_moderate(sentence: str) -> None:
    assert rate(technique(f"{ARTEFACT} {sentence}")) == Difficulty(
        level=Level.MODERATE, rule="moderate", stated=False, evidence=(ARTEFACT,)
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "Many failures may mean guessing with legitimate credentials.",
        "Look for abnormal knocks.",
        "Look for doors that are not normally used.",
        "Benign knocks of this kind may be uncommon, depending on the street.",
        "Look for arguments that are atypical for benign use.",
        "Ensure that entries point to legitimate programs.",
        "Opening it is not common.",
        "This works without false positives.",
        "It makes no noise.",
        "Monitor common doors for legitimate programs used in suspicious ways.",
    ],
)
def test_mentioning_benign_things_is_not_blending_in(sentence: str) -> None:
    assert rule_of(sentence) == "moderate"
    assert rule_of(f"{sentence} {ARTEFACT}") == "E1"
    assert rule_of(f"{sentence} {DIFFICULT}") == "H1"


@pytest.mark.parametrize(
    "sentence",
    [
        ARTEFACT,
        "Alert on Event ID 4688.",
        "Watch events 4720 and 4722.",
        "Security 4625 names the account.",
        "Sysmon 1 shows it.",
        "Monitor HKLM\\SOFTWARE\\Doors for changes.",
        "Check <code>HKCU\\Doors</code> for changes.",
        "Monitor /etc/doors.d for new files.",
        "Monitor %APPDATA%\\doors for new files.",
        "Look for the `knock --twice` command.",
        "Look for use of `whodunit`.",
        "Monitor for knock.exe without arguments.",
    ],
)
def test_naming_an_artefact_is_easier(sentence: str) -> None:
    text = plain(sentence)
    assert rate(technique(f"{PLAIN} {sentence}")) == Difficulty(
        level=Level.EASIER, rule="E1", stated=False, evidence=(text,)
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "Monitor API calls such as `OpenDoor`, `CloseDoor` and `DuplicateKey(Ex)`.",
        "Monitor for calls to `OpenDoor` and `CloseDoor`.",
        "Monitor e.g. doors and/or windows in the hall.",
        "Monitor system events and security alike.",
    ],
)
def test_functions_and_plain_words_are_no_artefacts(sentence: str) -> None:
    assert rule_of(sentence) == "moderate"


def test_a_sentence_that_leads_into_a_list_is_not_the_evidence_of_choice() -> None:
    note = "With Event ID 4688 look for:\n\n* `knock.exe` run by a guest\n* a door left open"
    assert rate(technique(note)).evidence == ("`knock.exe` run by a guest",)
    assert rate(technique("With Event ID 4688:")).evidence == ("With Event ID 4688:",)


# H4: special instruments


@pytest.mark.parametrize(
    "sentence",
    [
        INSTRUMENT,
        "Analyze packet contents for odd greetings.",
        "Dump the firmware and compare it with a good copy.",
        "Perform integrity checking on the lock.",
    ],
)
def test_a_special_instrument_and_one_source_are_hard(sentence: str) -> None:
    one = {"data_sources": ("Network Traffic: Network Traffic Content",)}
    assert rate(technique(f"{PLAIN} {sentence}", **one)) == Difficulty(
        level=Level.HARD, rule="H4", stated=False, evidence=(sentence,)
    )
    assert rule_of(sentence, data_sources=()) == "H4"
    assert rule_of(sentence) == "moderate", "two sources"
    assert rule_of(f"{sentence} {ARTEFACT}", **one) == "E1"


# Moderate


def test_moderate_quotes_the_first_sentence_about_monitoring() -> None:
    note = f"Visitors come at night. Monitoring agents sleep then. {PLAIN} Check the lock."
    assert rate(technique(note)) == Difficulty(
        level=Level.MODERATE, rule="moderate", stated=False, evidence=(PLAIN,)
    )


def test_moderate_quotes_the_first_sentence_where_none_is_about_monitoring() -> None:
    note = "Visitors come at night. They leave at dawn."
    assert rate(technique(note)).evidence == ("Visitors come at night.",)


# The order of the rules


def test_the_first_rule_that_fits_wins() -> None:
    pre = {"platforms": ("PRE",), "data_sources": ()}
    note = [UNSEEN, NOISY, DIFFICULT, INSTRUMENT]
    assert rule_of(" ".join(note), **pre) == "V1"
    assert rule_of(" ".join(note[1:]), **pre) == "V2"
    assert rule_of(" ".join(note[2:]), **pre) == "H1"
    assert rule_of(" ".join(note[3:]), **pre) == "H2"
    assert rule_of(" ".join([NOISY, INSTRUMENT]), data_sources=()) == "H3"
    assert rule_of(INSTRUMENT, data_sources=()) == "H4"


def test_markup_around_the_words_changes_nothing() -> None:
    note = "**Detecting** [a knock](https://example.org/T1) is (Citation: Blog) *difficult*."
    assert rate(technique(note)).evidence == ("Detecting a knock is difficult.",)


# Any text at all


WORDS = (
    *"detecting is difficult hard to detect benign use may be common outside the view of".split(),
    *"visibility false positive `a.exe` ` event 4688 firmware inspect not useful for".split(),
    *("adversaries", "monitor", ".", "(Citation: x)", "\n\n* "),
)


@settings(deadline=None)
@given(
    st.one_of(st.text(), st.lists(st.sampled_from(WORDS)).map(" ".join)),
    st.text(max_size=9),
    st.lists(st.sampled_from(["PRE", "Windows"]), unique=True),
)
def test_any_text_gets_one_level_and_always_the_same(
    detection: str, given_level: str, platforms: list[str]
) -> None:
    subject = technique(
        detection, detection_difficulty=given_level, platforms=tuple(platforms), data_sources=()
    )
    difficulty = rate(subject)
    assert rate(subject) == difficulty
    assert difficulty.stated == (difficulty.rule in {"as given", "V1", "V2", "H1"})
    assert bool(difficulty.evidence) == (difficulty.level is not Level.UNRATED)
    if difficulty.rule not in {"as given", "H2"}:
        assert all(sentence in plain(detection) for sentence in difficulty.evidence)


@pytest.mark.parametrize(
    "part",
    ["`a ", "a-", "detecting ", "difficult to ", "benign use ", "firmware dump ", "outside "],
)
def test_a_hostile_note_does_not_stall_the_rating(part: str) -> None:
    # Each of these takes minutes where a pattern scans the text over and over.
    assert rate(technique(part * (300_000 // len(part)))).level in Level


# The real files


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    folder = ATTACK_DATA / "markdown"
    if not folder.is_dir():
        pytest.skip(f"no ATT&CK files in {folder}; set ATTACK_DATA to where they are")
    return read_folder(folder).catalogue


def test_real_files_spread_over_the_levels_as_a_careful_reading_does(catalogue: Catalogue) -> None:
    # A careful reading by hand gave 94, 113, 242, 140 and 67.
    bands = {
        Level.VERY_HARD: range(92, 97),
        Level.HARD: range(105, 117),
        Level.MODERATE: range(238, 253),
        Level.EASIER: range(134, 146),
        Level.UNRATED: range(67, 68),
    }
    counts = Counter(rate(technique).level for technique in catalogue)
    assert {level: counts[level] in band for level, band in bands.items()} == dict.fromkeys(
        bands, True
    ), counts


def test_real_evidence_is_quoted_from_the_file(catalogue: Catalogue) -> None:
    for each in (*catalogue.techniques, *catalogue.retired):
        difficulty = rate(each)
        if difficulty.rule != "H2":
            text = plain(each.detection)
            assert all(sentence in text for sentence in difficulty.evidence), each.path
            assert bool(difficulty.evidence) == bool(text), each.path
