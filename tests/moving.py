"""Two releases of the invented techniques, and what a learner did with their cards."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Collection, Technique
from quiz.db.models import Card, Learner
from quiz.services import study
from tests.factories import DOMAIN, NOON, TACTICS, invented, stix_id

LATER = NOON + timedelta(days=30)
DROP, RIBBON, BADGE = (stix_id(attack_id) for attack_id in ("T9001", "T9001.001", "T9003"))


def release(
    number: str,
    techniques: Iterable[Technique] = invented(),
    revoked: Mapping[str, str] | None = None,
    name: str = "invented",
) -> Catalogue:
    collection = Collection(
        name=name,
        folder=Path(name),
        title="Invented",
        domain=DOMAIN,
        release=number,
        tactics=TACTICS,
        revoked=revoked or {},
    )
    return Catalogue([replace(t, collection=name) for t in techniques], [collection])


def edited(attack_id: str, **changes: Any) -> list[Technique]:
    return [replace(t, **changes) if t.attack_id == attack_id else t for t in invented()]


def without(*attack_ids: str) -> list[Technique]:
    return [t for t in invented() if t.attack_id not in attack_ids]


def review(
    session: Session, learner: Learner, catalogue: Catalogue, key: str, *ratings: int
) -> None:
    for day, rating in enumerate(ratings):
        at = NOON + timedelta(days=day * 4)
        served = study.card(session, learner, catalogue, key, now=at)
        assert served is not None, key
        study.rate(
            session, learner, catalogue, key, rating,
            sequence=served.sequence, duration_ms=900, now=at,
        )  # fmt: skip


def card(session: Session, learner: Learner, key: str) -> Card:
    query = select(Card).where(Card.learner_id == learner.id, Card.key == key)
    return session.scalars(query, execution_options={"populate_existing": True}).one()
