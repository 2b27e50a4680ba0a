"""The matrix with what is remembered of it, totals, and how the last days went."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from quiz.db.base import db
from quiz.learning.knowledge import Knowledge
from quiz.services import progress
from quiz.services.progress import Column
from quiz.web.charts import day_bars
from quiz.web.context import current_catalogue, current_learner, now
from quiz.web.progress import confusions, statistics

bp = Blueprint("progress", __name__, url_prefix="/progress")
bp.register_blueprint(statistics.bp)
bp.register_blueprint(confusions.bp)

BEST_FIRST = tuple(reversed(Knowledge))
BAR = 100  # the width of a bar in SVG units


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The techniques on one level, and their part of a bar."""

    level: Knowledge
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Some techniques by how well they are known, best first."""

    total: int
    met: int
    shares: tuple[Share, ...]

    @classmethod
    def of(cls, levels: Iterable[Knowledge]) -> "Summary":
        """Count techniques by their levels, and lay the counts out on a bar."""
        counts = Counter(levels)
        total = counts.total()
        shares, before = [], 0
        for level in BEST_FIRST:
            shares.append(
                Share(
                    level=level,
                    count=counts[level],
                    start=round(BAR * before / max(total, 1), 2),
                    width=round(BAR * counts[level] / max(total, 1), 2),
                )
            )
            before += counts[level]
        return cls(total=total, met=total - counts[Knowledge.NOT_MET], shares=tuple(shares))


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show what is known of a domain, and all that was done."""
    catalogue, learner = current_catalogue(), current_learner()
    asked = request.args.get("domain", "")
    domain = asked if asked in catalogue.domains else next(iter(catalogue.domains), "")
    columns = progress.matrix(db.session, learner, catalogue, now=now(), domain=domain)
    days = progress.days(db.session, learner, now=now())
    # A technique of several tactics is in each of their columns, but counts once.
    everywhere = {key: level for column in columns for key, level in _levels(column).items()}
    return render_template(
        "progress/index.html",
        domain=domain,
        tactics=[(column, Summary.of(_levels(column).values())) for column in columns],
        summary=Summary.of(everywhere.values()),
        totals=progress.totals(db.session, learner, catalogue, now=now()),
        days=days,
        bars=day_bars(days),
    )


def _levels(column: Column) -> dict[str, Knowledge]:
    """Tell how well each technique of a tactic is known, by STIX id."""
    cells = (cell for parent in column.cells for cell in (parent, *parent.children))
    return {cell.technique.stix_id: cell.knowledge for cell in cells}
