"""Tables of many figures as HTML, made at once: a template takes several times as long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from quiz.web.filters import short_date
from quiz.web.progress.calendar import Calendar, Square

NEXT = "\x1f"
"""Between two cells while they are escaped together; no text of ours holds it."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    """Make a table whose rows start with their heading; an empty heading names nothing."""
    columns = (f'<th scope="col">{escape(name)}</th>' if name else "<td></td>" for name in head)
    body = (
        escape(NEXT.join(row))
        .replace(NEXT, Markup("</th><td>"), 1)
        .replace(NEXT, Markup("</td><td>"))
        for row in rows
    )
    lines = "".join(f'<tr><th scope="row">{row}</td></tr>' for row in body)
    return Markup(  # noqa: S704 - every text in it is escaped above
        '<table class="table table-sm figures"><thead><tr>'
        f"{''.join(columns)}</tr></thead><tbody>{lines}</tbody></table>"
    )


def year(found: Calendar) -> Markup:
    """Make the table of a year: a square for each day, that grows with its level."""
    weeks = "".join(
        f'<th scope="col"><span class="visually-hidden">Week of {week.day} {week:%b %Y}</span>'
        + (
            f'<span class="calendar-month" aria-hidden="true">{week:%b}</span>'
            if week.day <= 7
            else ""
        )
        + "</th>"
        for week in found.weeks
    )
    lines = "".join(
        f'<tr><th scope="row"><span aria-hidden="true">{"" if place % 2 else name[:3]}</span>'
        f'<span class="visually-hidden">{name}</span></th>{"".join(map(_cell, squares))}</tr>'
        for place, (name, squares) in enumerate(found.rows)
    )
    return Markup(  # noqa: S704 - it holds dates and numbers only
        f'<table class="calendar"><thead><tr><td></td>{weeks}</tr></thead>'
        f"<tbody>{lines}</tbody></table>"
    )


def _cell(square: Square | None) -> str:
    if square is None:
        return "<td></td>"
    return (
        f'<td class="level-{square.level}" title="{short_date(square.day)}: {square.reviews}">'
        f"<span>{square.reviews}</span></td>"
    )
