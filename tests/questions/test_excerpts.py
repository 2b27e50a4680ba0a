"""Excerpts: what is chosen, what is hidden, and that it reads well."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.questions import excerpts
from quiz.questions.base import GAP
from quiz.questions.excerpts import Hidden, acronyms, hide
from quiz.questions.wording import WORD, stems
from tests.catalogues import attack, starter


def terms(*names: str) -> Hidden:
    return Hidden(frozenset().union(*map(stems, names)), frozenset().union(*map(acronyms, names)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A scheduled job runs at noon.", f"A {GAP} runs at noon."),
        ("Scheduling hides in plain sight.", f"{GAP} hides in plain sight."),
        ("They write T1053.005 and T1053 in notes.", f"They write {GAP} and {GAP} in notes."),
        ("Run `schtasks /create` from a shell.", f"Run `{GAP} /create` from a shell."),
        ("The task/job list (tasks) grows.", f"The {GAP} list {GAP} grows."),
        ("Nothing here to hide.", "Nothing here to hide."),
    ],
)
def test_every_form_of_a_name_is_hidden(text: str, shown: str) -> None:
    assert hide(text, terms("Scheduled Task/Job")).text == shown


def test_acronyms_of_a_name_are_hidden_in_capitals_only() -> None:
    hidden = terms("Windows Management Instrumentation")
    assert hide("Use WMI from afar.", hidden).text == f"Use {GAP} from afar."
    assert hide("Swim from afar.", hidden).text == "Swim from afar."


def test_a_short_acronym_of_part_of_a_name_is_left_alone() -> None:
    assert acronyms("System Owner User Discovery") == {"SOUD", "SOU", "OUD"}
    assert acronyms("Valid Accounts") == {"VA"}


def test_the_share_hidden_counts_words() -> None:
    assert hide("one task two three", terms("Task")).hidden == pytest.approx(0.25)
    assert hide("", terms("Task")).hidden == 0


def test_an_id_counts_among_the_words_hidden() -> None:
    assert hide("one T1053 two three", terms("Task")).hidden == pytest.approx(0.25)


@given(
    st.text(max_size=300),
    st.lists(st.text("abcdefgh XY:/-", min_size=1, max_size=30), min_size=1, max_size=4),
)
def test_no_word_with_a_hidden_stem_is_ever_shown(text: str, names: list[str]) -> None:
    hidden = terms(*names)
    excerpt = hide(text, hidden)
    assert 0 <= excerpt.hidden <= 1
    assert excerpt.source == text
    assert not stems(excerpt.text.replace(GAP, " ")) & hidden.stems


@pytest.mark.parametrize("catalogue_of", [starter, attack])
def test_excerpts_are_one_to_three_whole_sentences_that_stand_alone(catalogue_of) -> None:  # type: ignore[no-untyped-def]
    catalogue = catalogue_of()
    seen = 0
    for technique in catalogue:
        excerpt = excerpts.choose(
            technique, technique.description, (technique,), catalogue, Random(3)
        )
        if not excerpt:
            continue
        seen += 1
        words = WORD.findall(excerpt.source)
        assert excerpts.MIN_WORDS <= len(words) <= excerpts.MAX_WORDS
        assert excerpt.hidden <= excerpts.MAX_HIDDEN
        assert words[0].lower() not in excerpts.DANGLING
        assert excerpt.source.rstrip("\"'”’)").endswith((".", "!", "?"))
        assert "Citation:" not in excerpt.text
        assert "](" not in excerpt.text
        assert "<code>" not in excerpt.text
    assert seen > 0.9 * len(catalogue)
