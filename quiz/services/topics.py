"""What was done with the cards of each tactic and of each kind of question, and how it went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import InstrumentedAttribute, Session

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Tactic
from quiz.db import statistics_queries
from quiz.db.models import Card, Learner
from quiz.db.statistics_queries import CardFilter
from quiz.learning.statistics import Recall
from quiz.questions.scope import Scope
from quiz.services.statistics import card_filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """The cards met of a tactic or a kind, and what was done with them since they were new.

    ``recall`` has no prediction.
    """

    cards: int
    reviews: int
    recall: Recall
    duration_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """All of them; a card of several tactics counts in each. ``total`` counts it once."""

    by_tactic: tuple[tuple[Tactic, Topic], ...]
    by_kind: Mapping[str, Topic]
    total: Topic


def topics(
    session: Session, learner: Learner, catalogue: Catalogue, *, scope: Scope | None = None
) -> Topics:
    """Sum up the cards met, by tactic in matrix order and by kind; those of a scope, or all."""
    cards = card_filter(session, learner, catalogue, scope)
    by_technique = _totals(session, learner, Card.stix_id, cards)
    by_kind = _totals(session, learner, Card.kind, cards)
    tactics = [tactic for domain in catalogue.domains for tactic in catalogue.tactics(domain)]
    by_tactic = [
        (
            tactic,
            _topic(
                by_technique[technique.stix_id]
                for technique in catalogue.in_tactic(tactic.domain, tactic.short_name)
                if technique.stix_id in by_technique
            ),
        )
        for tactic in tactics
    ]
    return Topics(
        by_tactic=tuple((tactic, topic) for tactic, topic in by_tactic if topic.cards),
        by_kind={kind: _topic([total]) for kind, total in sorted(by_kind.items())},
        total=_topic(by_kind.values()),
    )


def _totals(
    session: Session, learner: Learner, by: InstrumentedAttribute[str], cards: CardFilter
) -> dict[str, Sequence[int]]:
    rows = session.execute(statistics_queries.card_totals(learner.id, by, cards))
    return {name: total for name, *total in rows}


def _topic(totals: Iterable[Sequence[int]]) -> Topic:
    cards, reviews, asked, remembered, duration = map(sum, zip((0,) * 5, *totals, strict=True))
    return Topic(
        cards=cards,
        reviews=reviews,
        recall=Recall(asked=asked, remembered=remembered),
        duration_ms=duration,
    )
