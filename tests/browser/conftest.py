"""A real browser on a real server: Chromium by Playwright, waitress in a thread."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from waitress.server import create_server
from waitress.wasyncore import close_all

from quiz import create_app
from quiz.db.base import db

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
# Chromium must reach nothing but the server under test.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {1280: 800, 320: 640}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
# The other rules ask nothing of colors: what they find in one theme is there in the other.
RULES_OF_COLOR = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
RULES_IN: dict[Literal["light", "dark"], dict[str, Any]] = {
    "light": RULES,
    "dark": RULES_OF_COLOR,
}

AssertAccessible = Callable[[Page], None]
OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for the whole run."""
    if not Path(CHROMIUM).exists():
        missing = "Chromium is not installed: apt-get install chromium"
        if os.environ.get("CI"):  # there a skip would hide a broken set-up
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Clock:
    """The clock of the server under test: it can be stopped, and put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.stopped_at: datetime | None = None

    def __call__(self) -> datetime:
        return (self.stopped_at or datetime.now(UTC)) + self.ahead

    def stop(self) -> None:
        self.stopped_at = datetime.now(UTC)

    def forward(self, **length: float) -> None:
        self.ahead += timedelta(**length)


@pytest.fixture
def clock() -> Clock:
    """The server's clock, which tells the time until a test says otherwise."""
    return Clock()


@pytest.fixture
def live_server(empty_sqlite: Path, tmp_path: Path, clock: Clock) -> Iterator[str]:
    """The address of the app over the starter and a fresh database."""
    database = shutil.copyfile(empty_sqlite, tmp_path / "live.sqlite")
    app = create_app(
        {
            "NOW": clock,
            "INSTANCE_DIR": tmp_path / "instance",
            "DATABASE_URL": f"sqlite:///{database}",
        }
    )
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.task_dispatcher.shutdown()
    # The sockets belong to the server's thread: closed from here, it may be waiting on them.
    server.trigger.pull_trigger(lambda: close_all(server._map))
    thread.join(timeout=5)
    assert not thread.is_alive()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def open_page(browser: Browser, live_server: str) -> Iterator[OpenPage]:
    """Open pages in contexts of their own; fails where a page reported an error."""
    contexts = []
    complaints: list[str] = []

    def open_(address: str = "/", **options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server,
            **{"viewport": {"width": 1280, "height": 800}, "timezone_id": "Asia/Tokyo", **options},
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.extend(_complaint(said)))
        page.goto(address)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not complaints


def _complaint(said: ConsoleMessage) -> list[str]:
    """What the console calls an error.

    A form that is sent back is a page like any other here, what comes too late is said on its
    page, and only a test that takes the browser off the network finds it there.
    """
    expected = (
        "status of 409",
        "status of 410",
        "status of 422",
        "net::ERR_INTERNET_DISCONNECTED",
    )
    is_news = said.type == "error" and not any(words in said.text for words in expected)
    return [said.text] if is_news else []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page at 1280 by 800, on Today."""
    return open_page()


@pytest.fixture(scope="session")
def assert_accessible() -> AssertAccessible:
    """Fail where axe finds anything or a page scrolls sideways, in every width and theme."""
    axe = Axe()

    def check(page: Page) -> None:
        before = page.viewport_size
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            for scheme, rules in RULES_IN.items():
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                found = axe.run(page, options=rules)
                where = f"{page.url} at {width} px, {scheme}"
                assert not found.response["violations"], f"{where}\n{found.generate_report()}"
            overflow = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, f"{page.url} scrolls sideways at {width} px by {overflow} px"
        if before:
            page.set_viewport_size(before)

    return check
