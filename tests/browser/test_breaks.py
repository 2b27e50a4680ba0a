"""A backlog and breaks in a real browser: accessible in every state, by keyboard and by phone."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine, insert, select, update

from quiz.content.folder import TechniqueFolder
from quiz.db.base import WRITES, configure_engine
from quiz.db.models import Card, Learner
from quiz.services.deck import Flashcards
from tests.browser.conftest import AssertAccessible

DAY = timedelta(days=1)


@pytest.fixture
def backlog(page: Page, tmp_path: Path) -> None:
    """Let 30 reviews be due, of which two may come a day."""
    catalogue = TechniqueFolder(Path(os.environ["QUIZ_TECHNIQUES_DIR"])).load().catalogue
    keys = {key.rpartition("/")[0]: key for key in catalogue.once(Flashcards).cards}
    now = datetime.now(UTC)
    engine = create_engine(f"sqlite:///{tmp_path / 'live.sqlite'}")
    configure_engine(engine)
    with engine.execution_options(**WRITES).begin() as connection:
        learner = connection.execute(select(Learner.id)).scalar_one()
        connection.execute(update(Learner).values(reviews_per_day=2))
        connection.execute(
            insert(Card),
            [
                {
                    "learner_id": learner,
                    "key": key,
                    "stix_id": stix_id,
                    "kind": key.rpartition("/")[2],
                    "state": "review",
                    "stability": 10.0,
                    "difficulty": 5.0,
                    "due": now - DAY,
                    "last_review": now - 11 * DAY,
                    "first_review": now - 40 * DAY,
                    "reviews": 1,
                    "entries": 1,
                    "lapses": 0,
                }
                for stix_id, key in list(keys.items())[:30]
            ],
        )
    engine.dispose()


def study_one(page: Page) -> None:
    page.goto("/study/")
    page.get_by_role("link", name="Show answer").click()
    page.get_by_role("button", name="Good").click()
    expect(page.locator(".flashes")).to_contain_text("Saved: Good.")


@pytest.mark.usefixtures("backlog")
def test_a_backlog_is_told_spread_and_taken_on(
    page: Page, assert_accessible: AssertAccessible
) -> None:
    study_one(page)
    page.goto("/")
    expect(page.get_by_text("29 reviews have piled up.")).to_be_visible()
    assert_accessible(page)
    study_one(page)
    expect(page.get_by_text("28 reviews are left for the next days.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Another 20 today").click()
    expect(page.get_by_text("2 done · 20 left")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="What helps").click()
    page.get_by_role("radio", name="10 days").check()
    assert_accessible(page)
    page.get_by_role("button", name="Spread them").click()
    expect(page.get_by_text("Spread over 10 days, today included.")).to_be_visible()


@pytest.mark.usefixtures("backlog")
def test_a_break_is_planned_and_ended(page: Page, assert_accessible: AssertAccessible) -> None:
    study_one(page)
    page.goto("/")
    page.get_by_role("link", name="Plan a break").click()
    days = [f"{datetime.now(UTC) + place * DAY:%Y-%m-%d}" for place in (-9, 2, 9)]
    page.get_by_label("First day").fill(days[0])
    page.get_by_label("Last day").fill(days[2])
    page.get_by_role("button", name="See what that would mean").click()
    expect(page.get_by_text("A break can begin today at the earliest.")).to_be_visible()
    expect(page.get_by_label("Last day")).to_have_value(days[2])
    assert_accessible(page)
    page.get_by_label("First day").fill(days[1])
    page.get_by_role("button", name="See what that would mean").click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_text("is planned.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
