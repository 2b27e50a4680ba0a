"""Typed words: what is the same however it is written, and what is a slip of the pen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.questions.generator import _lookalikes
from quiz.questions.spelling import distance, fold, is_slip
from tests import factories

words = st.text("abcdé 1-:", max_size=12)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("t1059 001", "T1059.001"),
        ("pass the hash", "Pass-the-Hash"),
        (
            "  COMMAND AND SCRIPTING INTERPRETER:PowerShell ",
            "Command and Scripting Interpreter: PowerShell",
        ),
        ("ＰｏｗｅｒＳｈｅｌｌ", "PowerShell"),
        ("cafe\u0301", "Café"),
        ("straße", "STRASSE"),
    ],
)
def test_case_spaces_punctuation_and_forms_of_letters_do_not_count(typed: str, name: str) -> None:
    assert fold(typed) == fold(name)


@pytest.mark.parametrize(("typed", "name"), [("T1059.001", "T1059.002"), ("café", "cafe")])
def test_letters_and_digits_count(typed: str, name: str) -> None:
    assert fold(typed) != fold(name)


@given(words)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text) == fold(text.upper())


@given(words, words, words)
def test_a_distance_is_one(a: str, b: str, c: str) -> None:
    assert (distance(a, b, 99) == 0) == (a == b)
    assert distance(a, b, 99) == distance(b, a, 99)
    assert distance(a, c, 99) <= distance(a, b, 99) + distance(b, c, 99)


@given(words, words, st.integers(0, 4))
def test_a_distance_is_exact_up_to_a_limit(a: str, b: str, most: int) -> None:
    assert distance(a, b, most) == min(distance(a, b, 99), most + 1)


@given(words, st.integers(0, 11), st.sampled_from("xyz"))
def test_a_letter_put_in_is_one_away_and_one_replaced_at_most_one(
    text: str, place: int, letter: str
) -> None:
    assert distance(text, text[:place] + letter + text[place:], 3) == 1
    assert distance(text, text[:place] + letter + text[place + 1 :], 3) == 1


@pytest.mark.parametrize(
    ("typed", "name", "near"),
    [
        ("Kerberosting", "Kerberoasting", True),
        ("Kerberstng", "Kerberoasting", False),
        ("Kerberoasting", "Kerberoasting", False),
        ("kerbero-asting", "Kerberoasting", False),
        ("Phishin", "Phishing", True),
        ("Malwere", "Malware", False),
        ("T1058", "T1059", False),
        ("T1059.002", "T1059.001", False),
        ("ACME-PHISHING-0002", "ACME-PHISHING-0001", False),
        ("Exfiltration Over C3 Channel", "Exfiltration Over C2 Channel", False),
        ("Exfiltraton Over C2 Channel", "Exfiltration Over C2 Channel", True),
    ],
)
def test_only_a_long_name_with_the_same_digits_has_slips(typed: str, name: str, near: bool) -> None:
    assert is_slip(typed, name) is near


def test_names_of_others_that_look_alike_are_kept_with_the_question() -> None:
    catalogue = factories.catalogue_of(
        [
            factories.technique("T9001", "Domain Accounts"),
            factories.technique("T9002", "Domain Account"),
            factories.technique("T9003", "Parcel Drop"),
        ]
    )
    technique = catalogue.find("T9001")
    assert technique
    assert _lookalikes(technique, ("Domain Accounts", "T9001"), catalogue) == ("Domain Account",)
    assert _lookalikes(technique, (), catalogue) == ()
