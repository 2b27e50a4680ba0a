"""How questions are asked and explained, whatever page they stand on."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask, render_template

from quiz.questions.base import AnswerKind, Evidence, Grade, Item, Option, Question

Render = Callable[..., str]

QUESTION = Question(
    key="attack-pattern--x/tactic",
    kind="tactic",
    attack_id="T9001",
    stix_id="attack-pattern--x",
    subject="Parcel Drop",
    collection="invented",
    domain="enterprise-attack",
    seed=1,
    answer_kind=AnswerKind.ONE,
    stem="Which tactic does `drop <b>` serve?",
    excerpt="It _____ <i>parcels</i>.",
    options=(
        Option(id="1", text="Arrival", correct=True, note="It gets in."),
        Option(id="2", text="Leaving <b>", correct=False, note="It gets <i>out</i>."),
        Option(id="3", text="Staying", correct=False),
    ),
    explanation="It serves Arrival.",
    evidence=(Evidence(file="invented/T9001.md", section="Tactics", quote="arrival <b>"),),
)


ITEMS = (
    Item(id="1", text="Leaving <b>", note="It comes last.", stix_id="attack-pattern--y"),
    Item(id="2", text="Arrival", note="It comes first.", attack_id="T9001"),
    Item(id="3", text="Staying", note="It comes between."),
)
ORDER = replace(
    QUESTION,
    answer_kind=AnswerKind.ORDER,
    options=(),
    items=ITEMS,
    solution=("2", "3", "1"),
)
MATCH = replace(ORDER, answer_kind=AnswerKind.MATCH, targets=ITEMS, solution=("3", "1", "2"))
TEXT = replace(
    QUESTION,
    answer_kind=AnswerKind.TEXT,
    options=(),
    accepted=("Parcel Drop", "T9001"),
    lookalikes=("Parcel Drip",),
)


@pytest.fixture
def render(app: Flask) -> Render:
    """Render a template about the question, with single spaces."""

    def rendered(template: str, **values: object) -> str:
        with app.test_request_context("/"):
            html = render_template(template, **{"question": QUESTION, **values})
        return " ".join(html.split())

    return rendered


def test_choosing_one_is_a_group_of_radio_buttons_under_the_stem(render: Render) -> None:
    html = render("answers/one.html")
    assert html.count('type="radio" name="chosen"') == 3
    assert "<legend" in html
    assert "<code>drop &lt;b&gt;</code>" in html
    assert 'class="gap"' in html
    assert "&lt;i&gt;parcels" in html
    assert "checked" not in html


def test_choosing_several_is_a_group_of_boxes_and_says_so(render: Render) -> None:
    html = render(
        "answers/many.html",
        question=replace(QUESTION, answer_kind=AnswerKind.MANY),
        chosen=["1", "3"],
    )
    assert html.count('type="checkbox" name="chosen"') == 3
    assert html.count(" checked>") == 2
    assert "Choose all that apply" in html


@pytest.mark.parametrize(
    ("template", "question"),
    [
        ("answers/one.html", QUESTION),
        ("answers/many.html", QUESTION),
        ("answers/order.html", ORDER),
        ("answers/match.html", MATCH),
        ("answers/text.html", TEXT),
    ],
)
def test_a_question_says_nothing_of_its_answer(
    render: Render, template: str, question: Question
) -> None:
    html = render(template, question=question)
    for told in (
        *("It serves", "It gets", "It comes", "Tactics", "Parcel", "T9001"),
        *("attack-pattern", " selected", "checked", 'value="P'),
    ):
        assert told not in html
    assert not re.search(r"\bcorrect", html)
    assert "<legend" in html


def test_what_was_chosen_before_is_still_there(render: Render) -> None:
    order = render("answers/order.html", question=ORDER, places={"1": "3", "2": ""})
    assert order.count(" selected>") == 1
    assert "<option selected>3</option>" in order
    match = render("answers/match.html", question=MATCH, chosen=["2", ""])
    assert match.count(" selected>") == 1
    assert '<option value="2" selected>' in match
    text = render("answers/text.html", question=TEXT, chosen=['"><b>'])
    assert 'value="&#34;&gt;&lt;b&gt;"' in text
    assert "Leaving <b>" not in order + match


def test_an_order_is_explained_without_an_answer_too(render: Render) -> None:
    html = render("answers/feedback.html", question=ORDER, chosen=None, grade=None)
    assert "Your order" not in html
    places = [html.index(f"It comes {where}.") for where in ("first", "between", "last")]
    assert places == sorted(places)
    wrong = render(
        "answers/feedback.html", question=ORDER, chosen=["1", "2", "3"], grade=Grade(score=0.5)
    )
    assert wrong.count("</svg> in order</span>") == wrong.count("</svg> the other way round") == 1


def test_a_match_is_explained_without_an_answer_too(render: Render) -> None:
    html = render("answers/feedback.html", question=MATCH, chosen=None, grade=None)
    assert "You chose" not in html
    assert "right</span>" not in html
    assert html.count("goes with") == 3


def test_a_slip_can_be_counted_only_where_somebody_can_decide(render: Render) -> None:
    slip = {"question": TEXT, "chosen": ["Parcl Drop"], "grade": Grade(score=0.0, near=True)}
    html = render("answers/feedback.html", **slip, decide_url="/here")
    assert '<form class="near-miss" method="post" action="/here">' in html
    assert "csrf_token" in html
    assert "<form" not in render("answers/feedback.html", **slip)


def test_the_headings_follow_those_of_the_page(render: Render) -> None:
    assert '<h2 class="eyebrow">Answer</h2>' in render("answers/feedback.html", chosen=None)
    html = render("answers/feedback.html", chosen=None, level=3)
    assert '<h3 class="eyebrow">Answer</h3>' in html


def test_evidence_names_techniques_and_collections_that_are_there(
    app: Flask, render: Render
) -> None:
    powershell = app.extensions["techniques"].load().catalogue.find("T1059.001")
    files = (powershell.path, "starter/collection.json", "other/collection.json", "gone.md")
    quoted = tuple(Evidence(file=file, section="tactics", quote="words") for file in files)
    html = render("answers/feedback.html", question=replace(QUESTION, evidence=quoted), chosen=None)
    for caption in (
        "Command and Scripting Interpreter: PowerShell",
        "Starter collection 18.1",
        "<code>other/collection.json</code>",
        "<code>gone.md</code>",
    ):
        assert f"<figcaption>Tactics of {caption}</figcaption>" in html


@pytest.mark.parametrize(
    ("score", "words"), [(1.0, "Right"), (0.5, "Partly right: 50%"), (0.0, "Not right")]
)
def test_the_verdict_is_said_in_words(render: Render, score: float, words: str) -> None:
    html = render("answers/feedback.html", chosen=["1"], grade=Grade(score=score))
    assert f"</svg> {words}</p>" in html
    assert 'role="status"' in html


def test_feedback_gives_key_reason_evidence_and_what_each_option_is(render: Render) -> None:
    html = render("answers/feedback.html", chosen=["2"], grade=Grade(score=0.0))
    for told in (
        "It serves Arrival.",
        "<blockquote><p>arrival &lt;b&gt;</p></blockquote>",
        "Tactics of <code>invented/T9001.md</code>",
        "· correct, not chosen",
        "· your answer",
        "It gets &lt;i&gt;out&lt;/i&gt;.",
        "Leaving &lt;b&gt;",
    ):
        assert told in html
    assert "<i>out" not in html


def test_a_flashcard_folds_away_options_that_its_front_did_not_show(render: Render) -> None:
    html = render("answers/feedback.html", chosen=None, grade=None)
    assert "<summary>Not to be confused with</summary>" in html
    assert "your answer" not in html
    assert "verdict" not in html
    html = render("answers/feedback.html", chosen=None, grade=None, needs_options=True)
    assert "<summary>" not in html
    assert "· correct" in html
