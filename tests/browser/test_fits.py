"""The memory model in a real browser: fitted while the page waits, offered, applied."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from quiz.db.base import WRITES, configure_engine
from quiz.services import learners
from tests.browser.conftest import AssertAccessible
from tests.recorded import History, record
from tests.simulated import QUICK, simulate

Study = Callable[[History], None]


@pytest.fixture
def study(live_server: str, tmp_path: Path) -> Study:
    """Have the learner of the live server review a history."""

    def do(history: History) -> None:
        engine = create_engine(f"sqlite:///{tmp_path / 'live.sqlite'}")
        configure_engine(engine)
        with Session(engine.execution_options(**WRITES)) as session:
            learner = learners.local_learner(session, now=datetime.now(UTC))
            record(session, learner, history)
            session.commit()
        engine.dispose()

    return do


def test_weights_are_fitted_offered_and_applied(
    study: Study, page: Page, assert_accessible: AssertAccessible
) -> None:
    def assert_settings_accessible() -> None:
        page.goto("/account/settings")  # from the top: on its way to the section, it would move
        assert_accessible(page)

    study(simulate(600, QUICK, seed=1))
    page.goto("/account/settings")
    page.get_by_role("button", name="Fit now").click()
    expect(page.get_by_text("Fitted to your 600 reviews: log loss")).to_be_visible()
    assert_settings_accessible()
    page.goto("/")
    assert_accessible(page)
    page.get_by_role("link", name="Look at them").click()
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("In use: fitted to 600 reviews of yours.")).to_be_visible()
    assert_settings_accessible()
    page.get_by_role("button", name="Go back to the standard weights").click()
    expect(page.get_by_role("button", name="Use mine again")).to_be_visible()
    assert_settings_accessible()


def test_what_was_typed_stays_while_the_page_waits(study: Study, page: Page) -> None:
    study(simulate(600, QUICK, seed=1))
    # As a page that another tab's fit is under way for: it is over once it is asked again.
    page.goto("/account/settings")
    answers = ["true", "false"]
    page.route(
        "**/memory-model/status",
        lambda route: route.fulfill(
            content_type="application/json", body=f'{{"running": {answers.pop(0)}}}'
        ),
    )
    page.get_by_label("New cards a day").fill("17")
    page.evaluate(
        """() => {
            const waits = document.createElement("p");
            waits.dataset.status = "/account/memory-model/status";
            document.querySelector("[data-memory-model]").replaceChildren(waits);
            return import("/static/js/fit.js");
        }"""
    )
    expect(page.get_by_role("button", name="Fit now")).to_be_visible()
    expect(page.get_by_label("New cards a day")).to_have_value("17")
    assert not answers
