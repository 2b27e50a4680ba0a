"""Each item-writing rule finds a question that breaks it, and passes one that does not."""

from dataclasses import replace
from typing import Any

import pytest

from quiz.questions.audit.checks import check
from quiz.questions.audit.findings import Fault
from quiz.questions.audit.quoting import evidence_faults
from quiz.questions.audit.quoting import find as find_excerpt
from quiz.questions.base import GAP, AnswerKind, Evidence, Option, Question
from tests import factories
from tests.handmade import facts, find, items, question, techniques, texts

SENTENCE = (
    "A forgotten maintenance port on a branch router still answers with the factory password, so"
    " whoever finds it can come in without passing the firewall and may continue from there."
)


def quoted(excerpt: str = SENTENCE, source: str = SENTENCE, **given: Any) -> Question:
    """A question about Side Gate that shows an excerpt of a quotation."""
    gate = find("T9002")
    values: dict[str, Any] = {
        "options": techniques(gate, find("T9004"), find("T9006")),
        "excerpt": excerpt,
        "evidence": (Evidence(file=gate.path, section="Description", quote=source),),
    }
    return question("description", gate, "Which technique is this?", **{**values, **given})


def plain(*wrong: str, stem: str = "Which of these tactics does Side Gate serve?") -> Question:
    return question("tactic", find("T9002"), stem, options=texts(["Arrival"], wrong))


def told(asked: Question) -> list[tuple[Fault, str]]:
    return [(finding.fault, finding.message) for finding in check(asked, facts())]


def test_a_sound_question_has_nothing_wrong() -> None:
    assert told(quoted()) == []
    assert told(plain("Taking Away", "Settling In")) == []


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("Side Gate", "Side Gate"),
        ("side gates", "Side Gate"),
        ("`sidegate.exe`", "Side Gate"),
        ("T9002", "T9002"),
        ("T1059.001", "T1059.001"),
        ("window rattling", "Window Rattling"),
        ("SG", "Side Gate"),
    ],
)
def test_a_name_id_or_acronym_in_an_excerpt_is_a_leak(shown: str, name: str) -> None:
    text = SENTENCE.replace("branch router", f"{shown} router")
    (leak,) = told(quoted(text, text))
    assert leak[0] is Fault.LEAK
    assert name in leak[1]


def test_a_parents_name_is_a_leak_too() -> None:
    twig = find("T9006.001")
    text = SENTENCE.replace("branch router", "nest building router")
    asked = quoted(text, text, options=techniques(find("T9002"), twig, find("T9005")))
    assert [fault for fault, _ in told(asked)] == [Fault.LEAK]


def test_the_short_form_that_a_text_gives_its_name_is_a_leak() -> None:
    spelled = replace(find("T9002"), description="Side Gate (GaTe) is a door.")
    catalogue = factories.catalogue_of(
        (spelled, *(t for t in factories.invented() if t.attack_id != "T9002"))
    )
    text = SENTENCE.replace("branch router", "GATE router")
    asked = quoted(text, text)
    assert [f.fault for f in check(asked, facts(catalogue))] == [Fault.LEAK]


def test_what_is_to_be_typed_must_not_be_shown() -> None:
    text = SENTENCE.replace("branch router", "side gate router")
    typed = quoted(
        text, text, options=(), answer_kind=AnswerKind.TEXT, accepted=("Side Gate", "T9002")
    )
    assert [fault for fault, _ in told(typed)] == [Fault.LEAK]
    in_stem = replace(typed, excerpt=None, stem="Which technique is Side Gate?")
    assert [fault for fault, _ in told(in_stem)] == [Fault.LEAK]


def test_an_option_that_the_stem_says_is_a_leak() -> None:
    asked = plain("Taking Away", "Settling In", stem="Does Side Gate serve Arrival or what?")
    assert [fault for fault, _ in told(asked)] == [Fault.LEAK]


@pytest.mark.parametrize(
    ("name", "twin"),
    [("Side Gate", "Gate: Side"), ("Floor Sweeping", "Floor-Sweepings"), ("Domain", "Domains")],
)
def test_two_names_that_could_be_taken_for_one_another_are_twins(name: str, twin: str) -> None:
    pair = factories.technique("T9901", name), factories.technique("T9902", twin)
    catalogue = factories.catalogue_of((*factories.invented(), *pair))
    options = (*techniques(find("T9002")), *techniques(*pair, right=-1))
    options = tuple(replace(option, id=str(n)) for n, option in enumerate(options, start=1))
    asked = question("description", find("T9002"), "Which is it?", options=options)
    assert Fault.TWINS in {f.fault for f in check(asked, facts(catalogue))}


def test_names_that_differ_in_a_telling_word_are_no_twins() -> None:
    pair = factories.technique("T9901", "Server"), factories.technique("T9902", "Serverless")
    catalogue = factories.catalogue_of((*factories.invented(), *pair))
    asked = question(
        "description", pair[0], "Which is it?", options=techniques(*pair, find("T9002"))
    )
    assert list(check(asked, facts(catalogue))) == []


def test_an_option_offered_twice_is_found() -> None:
    assert [fault for fault, _ in told(plain("Taking Away", "Taking away"))] == [Fault.TWINS]


@pytest.mark.parametrize(
    ("excerpt", "source", "complaint"),
    [
        ("Short as this.", "Short as this.", "3 words"),
        (f"{SENTENCE} " * 3, f"{SENTENCE} " * 3, "90 words"),
        ("Another text altogether.", SENTENCE, "none of the quotations"),
        (f"This {SENTENCE}", f"This {SENTENCE}", "begins with “this”"),
        (SENTENCE.replace("maintenance port on a branch router still", GAP), SENTENCE, "hidden"),
    ],
)
def test_an_excerpt_that_cannot_stand_is_found(excerpt: str, source: str, complaint: str) -> None:
    if complaint == "hidden":
        excerpt = excerpt.replace("with the factory password", GAP)
    messages = [
        message for fault, message in told(quoted(excerpt, source)) if fault is Fault.EXCERPT
    ]
    assert any(complaint in message for message in messages), messages


def test_an_excerpt_is_found_with_gaps_where_words_are_hidden_and_nowhere_else() -> None:
    text = " a forgotten port on a branch router still answers "
    span = find_excerpt(f"forgotten {GAP} on a branch {GAP} still", text)
    assert span
    assert (span.words, span.shown) == (7, 5)
    assert find_excerpt("forgotten on a branch", text) is None
    assert find_excerpt(f"router {GAP} forgotten", text) is None
    assert find_excerpt(GAP, text) is None


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"options": texts(["Arrival"], ["Taking Away"])}, "2 to choose from"),
        ({"options": texts(["Arrival", "Covering Up"], [])}, "2 to choose from"),
        ({"options": texts(["Arrival", "Covering Up", "Taking Away"], [])}, "3 of 3"),
        (
            {"answer_kind": AnswerKind.ONE, "options": texts(["A", "B"], ["C"])},
            "2 options are right",
        ),
        ({"options": texts(["Arrival"], ["Taking Away", "None of the above"])}, "refers to"),
        ({"stem": "Which tactic does Side Gate not serve?"}, "negative"),
        ({"stem": "Which does Side Gate serve? (Citation: Me)"}, "left over"),
        ({"explanation": "It says &lt;so."}, "left over"),
    ],
)
def test_a_question_of_bad_form_is_found(change: dict[str, Any], complaint: str) -> None:
    asked = replace(plain("Taking Away", "Settling In"), **change)
    found = [message for fault, message in told(asked) if fault is Fault.FORM]
    assert any(complaint in message for message in found), found


def test_ids_must_be_the_places_shown() -> None:
    asked = plain("Taking Away", "Settling In")
    moved = replace(asked, options=asked.options[::-1])
    assert [fault for fault, _ in told(moved)] == [Fault.FORM]


def test_options_of_two_sorts_are_found() -> None:
    asked = quoted()
    tactic = Option(id="4", text="Arrival", correct=False, tactic="arrival")
    assert (Fault.FORM, "the options are not of one sort") in told(
        replace(asked, options=(*asked.options, tactic))
    )


def test_a_sub_technique_is_shown_with_its_parent() -> None:
    bare = techniques(find("T9002"), find("T9006.001"), find("T9005"), bare=True)
    assert [fault for fault, _ in told(quoted(options=bare))] == [Fault.FORM]
    family = question(
        "family", find("T9006"), "Which belongs to Nest Building?",
        options=techniques(find("T9006.001"), find("T9001.001"), find("T9010.001"), bare=True),
    )  # fmt: skip
    assert told(family) == []


def test_orders_and_matches_have_few_things_and_typed_answers_nothing_to_choose() -> None:
    order = question(
        "tactic-order", find("T9001"), "Put these in order.",
        answer_kind=AnswerKind.ORDER,
        items=items(("Arrival", None), ("Settling In", None)), solution=("1", "2"),
    )  # fmt: skip
    assert [fault for fault, _ in told(order)] == [Fault.FORM]
    typed = replace(plain("Taking Away", "Settling In"), answer_kind=AnswerKind.TEXT)
    assert Fault.FORM in {fault for fault, _ in told(typed)}


@pytest.mark.parametrize(
    ("section", "quote"),
    [
        ("Tactics", "arrival, covering-up"),
        ("Platforms", "Network Devices"),
        ("ID", "T9002 Side Gate"),
        ("Description", "still answers with the factory password"),
        ("Detection", "Sessions on maintenance ports are rare"),
    ],
)
def test_a_quotation_must_stand_where_it_says(section: str, quote: str) -> None:
    gate = find("T9002")
    good = Evidence(file=gate.path, section=section, quote=quote)
    bad = (
        replace(good, quote=f"{quote} indeed"),
        replace(good, section="External References"),
        replace(good, file=find("T9001").path),
        replace(good, quote=" "),
    )
    asked = plain("Taking Away", "Settling In")
    assert list(evidence_faults(replace(asked, evidence=(good,)), facts())) == []
    for quotation in bad:
        (fault,) = evidence_faults(replace(asked, evidence=(quotation,)), facts())
        assert fault.fault is Fault.EVIDENCE
    assert len(list(evidence_faults(replace(asked, evidence=()), facts()))) == 1
