"""Plain text as HTML, and where quotations stand."""

from markupsafe import Markup

from quiz.questions import display
from quiz.questions.base import GAP, Evidence
from tests.catalogues import starter
from tests.factories import catalogue

BLANK = Markup("<i>blank</i>")


def test_text_is_escaped_and_its_code_and_hidden_words_are_marked() -> None:
    shown = display.inline(f"<b> runs `a & {GAP}` as {GAP} {GAP}", gap=BLANK)
    assert shown == "&lt;b&gt; runs <code>a &amp; <i>blank</i></code> as <i>blank</i>"


def test_each_line_that_says_something_is_a_paragraph() -> None:
    assert display.paragraphs("one\n \ntwo", gap=BLANK) == "<p>one</p><p>two</p>"


def test_quotations_from_one_place_stand_together_in_their_order() -> None:
    places = [("a", "Detection"), ("a", "Detection"), ("b", "Detection"), ("a", "Detection")]
    quotations = [
        Evidence(file=file, section=section, quote=str(number))
        for number, (file, section) in enumerate(places)
    ]
    gathered = [[e.quote for e in group] for group in display.by_place(quotations)]
    assert gathered == [["0", "1"], ["2"], ["3"]]


def test_a_file_is_named_by_its_technique_or_collection() -> None:
    technique = catalogue().find("T9001")
    assert technique
    assert display.source_of(technique.path, catalogue()) == technique.name
    assert display.source_of("collection.json", starter()) == "Starter collection 18.1"
    assert display.source_of("invented/gone.md", catalogue()) is None
