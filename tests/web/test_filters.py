"""How values read on a page."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from quiz.web import filters

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=20), "under 1 min"),
        (timedelta(minutes=10), "10 min"),
        (timedelta(minutes=59, seconds=50), "1 hour"),
        (timedelta(hours=5), "5 hours"),
        (timedelta(hours=23, minutes=50), "1 day"),
        (timedelta(days=3), "3 days"),
        (timedelta(days=60), "60 days"),
        (timedelta(days=64), "2.1 months"),
        (timedelta(days=364), "1.0 years"),
        (timedelta(days=500), "1.4 years"),
    ],
)
def test_an_interval_is_written_in_one_unit(length: timedelta, words: str) -> None:
    assert filters.interval(length) == words


def test_moments_are_told_from_now() -> None:
    assert filters.until(NOON + timedelta(hours=3), NOON) == "in 3 hours"
    assert filters.until(NOON - timedelta(hours=3), NOON) == "now"
    assert filters.ago(NOON - timedelta(days=2), NOON) == "2 days ago"
    assert filters.ago(NOON, NOON) == "just now"


def test_times_are_shown_on_the_learners_clock() -> None:
    assert filters.local_time(NOON, ZoneInfo("Asia/Tokyo")) == "Wed 11 Mar, 21:00"
    assert filters.short_date(date(2026, 3, 1)) == "Sun 1 Mar"
    assert filters.machine_time(NOON) == "2026-03-11T12:00:00Z"


def test_a_hundred_percent_is_only_all_of_it() -> None:
    assert filters.percent(1) == "100%"
    assert filters.percent(0.999) == "99%"
    assert filters.percent(0) == "0%"
    assert filters.percent(2 / 3) == "67%"


def test_things_are_counted_in_words() -> None:
    assert filters.plural(1, "card") == "1 card"
    assert filters.plural(1200, "card") == "1,200 cards"
    assert filters.plural(2, "quiz", "quizzes") == "2 quizzes"


def test_an_excerpt_shows_code_and_gaps_and_nothing_else_as_markup() -> None:
    html = filters.excerpt("Run `rm <x>` as _____ _____ & go.\n\nThen **stop**.")
    assert html.count("<p>") == 2
    assert "<code>rm &lt;x&gt;</code>" in html
    assert html.count('class="gap"') == 1
    assert "&amp; go." in html
    assert "**stop**" in html


def test_a_gap_inside_code_is_a_gap_too() -> None:
    assert filters.inline("`a _____ b`").startswith('<code>a <span class="gap">')


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil", "ftp://x/", "https://", "http://["]
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert filters.web_url(url) == ""
    assert filters.web_url("https://attack.mitre.org/x") == "https://attack.mitre.org/x"
