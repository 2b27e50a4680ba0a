"""Markdown to plain sentences."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.content.sentences import plain, sentences


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("One thing happens. Another follows.", ["One thing happens.", "Another follows."]),
        ("Does it run? Yes! Then stop.", ["Does it run?", "Yes!", "Then stop."]),
        ('It says "stop." Then it waits.', ['It says "stop."', "Then it waits."]),
        ("Wait... Then look.", ["Wait...", "Then look."]),
        ("No full stop at the end", ["No full stop at the end"]),
    ],
)
def test_a_sentence_ends_at_its_mark(markdown: str, expected: list[str]) -> None:
    assert sentences(markdown) == tuple(expected)


@pytest.mark.parametrize(
    "sentence",
    [
        "Some shells, e.g. Bash, keep a history.",
        "Some shells (e.g. Bash or Zsh) keep one.",
        "One shell, i.e. Bash, keeps it.",
        "Hosts, users, etc. are listed.",
        "Old vs. New is compared.",
        "See Fig. 3 for the layout.",
        "Banks in the U.S. Midwest were hit.",
        "J. Smith wrote about it.",
        "Version 2.0.1 of cmd.exe reads boot.ini at start.",
        "It needs .NET 4.8 to run.",
        "Ask 10.0.0.1 or example.org for it.",
        "The remark (it is a long one.) Windows users may skip.",
        "Run `dir. Then wait` on it.",
    ],
)
def test_a_full_stop_inside_a_sentence_does_not_end_it(sentence: str) -> None:
    assert sentences(sentence) == (sentence,)
    assert sentences(f"{sentence} More follows.") == (sentence, "More follows.")


@pytest.mark.parametrize("opening", ["`ps`", "lsass.exe", "macOS", "4624", "%TEMP%", "“So”", "(So"])
def test_a_sentence_may_open_with_code_a_name_or_a_number(opening: str) -> None:
    assert sentences(f"It ends. {opening} begins.") == ("It ends.", f"{opening} begins.")


def test_etc_ends_a_sentence_where_another_begins() -> None:
    assert sentences("Lists users, hosts, etc. Watch for it.") == (
        "Lists users, hosts, etc.",
        "Watch for it.",
    )


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("It runs.(Citation: Blog One)(Citation: Blog Two) It ends.", "It runs. It ends."),
        ("It runs (Citation: Blog (2019)). It ends.", "It runs. It ends."),
        ("It runs.(Citation: Blog).", "It runs."),
        ("It runs (Citation: Blog) and ends.", "It runs and ends."),
        ("See [Door](https://example.org/a_(b)) and [it](x 'y').", "See Door and [it](x 'y')."),
        ("![A picture](https://example.org/a.png) here.", "A picture here."),
        ("Go to <https://example.org/a> now.", "Go to https://example.org/a now."),
        ("Run <code>a.exe -b</code> or `c d`.", "Run `a.exe -b` or `c d`."),
        ("Run <code></code> it.", "Run it."),
        ("Give `<pid>` or <pid>.", "Give `<pid>` or <pid>."),
        ("**Note:** it is *very* `**loud**` <b>here</b>.", "Note: it is very `**loud**` here."),
        ("Files *.exe and *.dll are kept.", "Files *.exe and *.dll are kept."),
        ("Fish &amp; chips &lt;hot&gt; &#42;.", "Fish & chips <hot> *."),
        ("Too   many\tspaces\u00a0here.", "Too many spaces here."),
    ],
)
def test_markup_goes_and_its_text_stays(markdown: str, expected: str) -> None:
    assert plain(markdown) == expected


def test_headings_list_items_and_paragraphs_are_units_of_their_own() -> None:
    markdown = """Watch for:

* a new file
  in two lines
- **bold** item. With two sentences.
1. a number

### A heading
Text under it that is
wrapped softly.

> Quoted.

```
code --here
```
---
"""
    assert sentences(markdown) == (
        "Watch for:",
        "a new file in two lines",
        "bold item.",
        "With two sentences.",
        "a number",
        "A heading",
        "Text under it that is wrapped softly.",
        "Quoted.",
        "code --here",
    )


def test_a_list_after_a_citation_stays_a_list() -> None:
    assert sentences("Watch for: (Citation: Blog)\n\n* one\n* two") == ("Watch for:", "one", "two")


def test_a_line_break_ends_a_unit() -> None:
    assert plain("one<br>two") == "one\ntwo"


def test_a_stray_backtick_hides_nothing() -> None:
    assert sentences("`One thing.\n\nRun `it` now.") == ("`One thing.", "Run `it` now.")


@pytest.mark.parametrize("markdown", ["", " \n\n", "(Citation: Blog)", "---", "***"])
def test_nothing_to_read_is_no_sentence(markdown: str) -> None:
    assert sentences(markdown) == ()
    assert plain(markdown) == ""


MARKUP = st.lists(
    st.sampled_from([*"`*[]()<>.!?#-&;'\" \n\taZ1", "(Citation: ", "<code>", "</code>", "e.g."])
).map("".join)


@settings(deadline=None)
@given(st.one_of(st.text(), MARKUP))
def test_every_sentence_is_in_the_plain_text(markdown: str) -> None:
    text = plain(markdown)
    found = sentences(markdown)
    assert all(sentence in text for sentence in found)
    assert " ".join(found).split() == text.split()


@pytest.mark.parametrize(
    "part", ["`", "[a](", "(Citation: a", "<code>", ".", "e.g. A ", "*a ", " "]
)
def test_a_hostile_text_does_not_stall_the_reader(part: str) -> None:
    # Each of these takes minutes where a pattern scans the text over and over.
    text = part * (400_000 // len(part))
    assert "".join(sentences(text)).split() == plain(text).split()
