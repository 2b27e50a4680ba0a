"""How values read on a page: times, intervals, shares, excerpts, addresses."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask
from markupsafe import Markup

from quiz.content.catalogue import domain_name
from quiz.questions import display

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONTH = DAY * 365.25 / 12
YEAR = DAY * 365.25
GAP_HTML = Markup('<span class="gap"><span class="visually-hidden">hidden words</span></span>')


def interval(length: timedelta) -> str:
    """Write a length of time in one unit: *10 min*, *3 days*, *2.1 months*."""
    if length < MINUTE:
        return "under 1 min"
    for unit, name, several, fewest_of_next in (
        (MINUTE, "min", "min", 60),
        (HOUR, "hour", "hours", 24),
        (DAY, "day", "days", 61),
    ):
        if (number := round(length / unit)) < fewest_of_next:
            return plural(number, name, several)
    months = round(length / MONTH, 1)
    return f"{months} months" if months < 12 else f"{length / YEAR:.1f} years"


def until(moment: datetime, at: datetime) -> str:
    """Say how far ahead of ``at`` a moment is: *in 3 hours*, or *now* where it has come."""
    return f"in {interval(moment - at)}" if moment - at >= MINUTE else "now"


def ago(moment: datetime, at: datetime) -> str:
    """Say how long before ``at`` a moment was: *3 days ago*, or *just now*."""
    return f"{interval(at - moment)} ago" if at - moment >= MINUTE else "just now"


def local_time(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment on a learner's clock: *Mon 24 Nov, 16:05*."""
    local = moment.astimezone(zone)
    return f"{short_date(local.date())}, {local:%H:%M}"


def clock_time(moment: datetime, zone: ZoneInfo, at: datetime) -> str:
    """Write a moment of the learner's present day as *16:05*, of another with its date."""
    local = moment.astimezone(zone)
    same_day = local.date() == at.astimezone(zone).date()
    return f"{local:%H:%M}" if same_day else local_time(moment, zone)


@lru_cache(maxsize=1024)
def short_date(day: date) -> str:
    """Write a day without its year: *Mon 24 Nov*."""
    return f"{day:%a} {day.day} {day:%b}"


def machine_time(moment: datetime) -> str:
    """Write a moment for a ``datetime`` attribute, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def plural(number: int, noun: str, several: str | None = None) -> str:
    """Count something: *1 card*, *2 cards*; ``several`` where an *s* is not enough."""
    return f"{number:,} {noun if number == 1 else several or noun + 's'}"


def percent(share: float) -> str:
    """Write a share from 0 to 1 as a whole percentage; 100% only where it is all."""
    return f"{min(round(share * 100), 99) if share < 1 else 100}%"


def excerpt(text: str) -> Markup:
    """Show plain text with its code and its hidden words, paragraph by paragraph."""
    return display.paragraphs(text, gap=GAP_HTML)


def inline(text: str) -> Markup:
    """Show one line of plain text with its code and its hidden words."""
    return display.inline(text, gap=GAP_HTML)


def web_url(url: str) -> str:
    """Let an address through only where it leads to the web; a file may hold any other."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc else ""


def web_host(url: str) -> str:
    """Name the site that an address leads to."""
    return urlsplit(url).netloc.removeprefix("www.")


def few(names: Sequence[str], most: int = 3) -> str:
    """List the first of some names, and count the others: *A, B, C and 37 more*."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def slug(text: str) -> str:
    """Turn a label such as *very hard* into a class name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def init_app(app: Flask) -> None:
    """Give the filters to the templates."""
    for function in (
        ago,
        display.by_place,
        domain_name,
        excerpt,
        few,
        inline,
        interval,
        local_time,
        machine_time,
        percent,
        plural,
        short_date,
        slug,
        until,
        web_host,
        web_url,
    ):
        app.add_template_filter(function)
