"""A result in a real browser: what axe says, what a phone shows, what comes out on paper."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from quiz import create_app
from quiz.db.base import begin_writing, db
from quiz.learning.setup import Mode, Retake, Setup
from quiz.questions.base import Question
from quiz.services import learners, starting, taking
from quiz.services.taking import Confidence
from tests.answering import right_answer, wrong_answer
from tests.browser.conftest import AssertAccessible, OpenPage

SURE = (Confidence.SURE, Confidence.FAIRLY, Confidence.GUESS)
LENGTH = 24
"""So many that every way of answering is among them."""


@pytest.fixture
def result(live_server: str, tmp_path: Path) -> str:
    """The result of an exam taken for the third time, with something of everything in it."""
    app = create_app(
        {
            "INSTANCE_DIR": tmp_path / "instance",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'live.sqlite'}",
        }
    )
    setup = Setup(mode=Mode.EXAM, length=LENGTH, minutes=30, for_me=False, seed=3)
    with app.app_context():
        catalogue = app.extensions["techniques"].load().catalogue
        begin_writing(db.session)
        learner = learners.local_learner(db.session, now=datetime.now(UTC))
        first = None
        for days_ago, wrong in ((3, 2), (2, 3), (1, 4)):
            now = datetime.now(UTC) - timedelta(days=days_ago)
            token = str(days_ago)
            if first is None:
                attempt = starting.start(
                    db.session, learner, catalogue, setup=setup, seed=1, token=token, now=now
                )
                first = attempt.id
            else:
                attempt = starting.retake(
                    db.session,
                    learner,
                    catalogue,
                    first,
                    what=Retake.SAME,
                    seed=1,
                    token=token,
                    now=now,
                )
            for row in list(attempt.questions)[1:]:
                question = Question.from_dict(row.question)
                chosen = wrong_answer if row.position % wrong == 0 else right_answer
                taking.answer(
                    db.session,
                    learner,
                    attempt.id,
                    row.position,
                    chosen(question),
                    duration_ms=1,
                    now=now,
                    confidence=SURE[row.position % 3],
                )
            taking.finish(db.session, learner, attempt.id, now=now)
        db.session.commit()
        address = f"/quiz/{attempt.id}/result"
        db.engine.dispose()
    return address


def on_paper(page: Page) -> None:
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")


def test_a_result_is_accessible_with_all_folds_open(
    open_page: OpenPage, assert_accessible: AssertAccessible, result: str
) -> None:
    page = open_page(f"{result}?order=asked")
    for heading in ("Sure, and not right", "How sure you were", "Against earlier attempts"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Shares of the points in 3"))).to_be_visible()
    for fold in page.locator("details").all():
        fold.evaluate("element => element.open = true")
    assert_accessible(page)


def test_on_paper_everything_is_open_and_nothing_is_to_be_pressed(
    open_page: OpenPage, result: str
) -> None:
    page = open_page(result, color_scheme="dark")
    on_paper(page)
    bodies = page.locator(".review-body")
    expect(bodies).to_have_count(LENGTH)
    for body in bodies.all():
        expect(body).to_be_visible()
    for control in page.locator("main :is(button, .btn, input, textarea, .share-more)").all():
        expect(control).to_be_hidden()
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    ink = page.evaluate("getComputedStyle(document.querySelector('.review-stem')).color")
    assert (ground, ink) == ("rgb(255, 255, 255)", "rgb(0, 0, 0)")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.locator("details.review:not([open])").first).to_be_visible()


def test_without_scripts_the_order_is_switched_and_the_link_can_be_read(
    open_page: OpenPage, result: str
) -> None:
    page = open_page(result, java_script_enabled=False)
    page.get_by_role("link", name="As asked").click()
    expect(page).to_have_url(re.compile(r"order=asked#questions$"))
    expect(page.get_by_label("Link")).to_have_value(re.compile(r"/quiz/open\?.*seed=3"))
    for name in ("Copy", "Print"):
        expect(page.get_by_role("button", name=name)).to_be_hidden()
    page.get_by_text("Export 24 questions").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Moodle XML").click()
    assert download.value.suggested_filename.endswith(".xml")


def test_the_link_is_copied_in_one_press(open_page: OpenPage, result: str) -> None:
    page = open_page(result, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#link").input_value()


def test_what_turned_right_leads_to_its_question(open_page: OpenPage, result: str) -> None:
    page = open_page(result, viewport={"width": 320, "height": 640})
    changes = page.locator(".changes")
    expect(changes).to_contain_text("Right now, not before")
    link = changes.get_by_role("link").first
    number = link.inner_text()
    link.click()
    expect(page.locator(f"#question-{number}")).to_be_in_viewport()
