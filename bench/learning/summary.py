"""What many learners' outcomes say: means, and how sure they are."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from statistics import fmean, quantiles, stdev
from typing import Any

from bench.learning.contest import OURS
from bench.learning.simulation import Outcome

NORMAL_95 = 1.96

Figure = tuple[float, float]
"""A mean over the learners, and how far its 95% interval reaches to either side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A policy's outcomes: ``known``, ``more``, ``ours_better`` and ``sure`` for each morning.

    ``more`` is how many cards more than by ours each learner knows, in pairs, and
    ``ours_better`` the share of learners who know more by ours. ``spread`` holds the tenth,
    fiftieth and ninetieth percentile of the learners' ``retention``.
    """

    known: tuple[Figure, ...]
    more: tuple[Figure, ...]
    ours_better: tuple[float, ...]
    sure: tuple[Figure, ...]
    met: Figure
    reviews: Figure
    retention: Figure
    spread: tuple[float, float, float]
    minutes: Figure


def summarize(outcomes: dict[str, list[Outcome]]) -> dict[str, Summary]:
    """Sum up each policy; the nth outcomes must be the same learner's. Needs two learners."""
    return {name: _summary(own, outcomes[OURS]) for name, own in outcomes.items()}


def _summary(own: Sequence[Outcome], ours: Sequence[Outcome]) -> Summary:
    mornings = range(len(own[0].known))
    more = [
        [other.known[i] - one.known[i] for other, one in zip(own, ours, strict=True)]
        for i in mornings
    ]
    tenths = quantiles([outcome.retention for outcome in own], n=10)
    return Summary(
        known=tuple(figure([outcome.known[i] for outcome in own]) for i in mornings),
        more=tuple(map(figure, more)),
        ours_better=tuple(fmean(difference < 0 for difference in each) for each in more),
        sure=tuple(figure([outcome.sure[i] for outcome in own]) for i in mornings),
        met=figure([outcome.met[-1] for outcome in own]),
        reviews=figure([outcome.reviews for outcome in own]),
        retention=figure([outcome.retention for outcome in own]),
        spread=(tenths[0], tenths[4], tenths[8]),
        minutes=figure([outcome.minutes for outcome in own]),
    )


def figure(values: Sequence[float]) -> Figure:
    """Give the mean and the half-width of its 95% interval."""
    return fmean(values), NORMAL_95 * stdev(values) / sqrt(len(values))


def to_dict(summary: Summary) -> dict[str, Any]:
    """Give a summary as JSON-ready values, rounded beyond what the tables show."""
    return {name: _rounded(value) for name, value in asdict(summary).items()}


def from_dict(values: dict[str, Any]) -> Summary:
    """Rebuild what :func:`to_dict` gave."""
    return Summary(**{name: _tuples(value) for name, value in values.items()})


def _rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else [_rounded(part) for part in value]


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
