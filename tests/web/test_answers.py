"""How questions are asked and explained, whatever page they stand on."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask, render_template

from quiz.questions.base import AnswerKind, Evidence, Grade, Option, Question

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


@pytest.mark.parametrize("template", ["answers/one.html", "answers/many.html"])
def test_a_question_says_nothing_of_its_answer(render: Render, template: str) -> None:
    html = render(template)
    for told in ("It serves", "It gets", "Tactics", "correct", "Parcel", "T9001", "attack-pattern"):
        assert told not in html


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
