"""Exports for Anki, one after another: which notes count as changed, and since when."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Learner
from quiz.exports import anki as package
from quiz.exports.anki import LAYOUT
from quiz.questions.scope import Scope
from quiz.services import anki, switches
from tests import factories
from tests.anki_collection import anki_collection
from tests.conftest import CountQueries
from tests.factories import NOON, stix_id

HOUR = timedelta(hours=1)
EVERYTHING = Scope()
ARRIVAL = Scope(tactics=("arrival",))
KEY = f"{stix_id('T9001')}/tactic"


def moved() -> Catalogue:
    """The invented techniques, the first of them in another tactic."""
    first, *others = factories.invented()
    changed = factories.technique(
        "T9001",
        first.name,
        "settling-in",
        platforms=", ".join(first.platforms),
        data_sources=", ".join(first.data_sources),
        description=first.description,
        detection=first.detection,
    )
    return factories.catalogue_of([changed, *others])


def export(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    scope: Scope = EVERYTHING,
    *,
    now: datetime,
) -> Mapping[str, datetime]:
    content = anki.content(session, catalogue, scope)
    return anki.since(session, learner, content, now=now)


def test_what_did_not_change_is_as_old_as_its_first_export(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    part = export(session, learner, catalogue, ARRIVAL, now=NOON)
    assert set(part.values()) == {NOON}
    everything = export(session, learner, catalogue, now=NOON + HOUR)
    assert {everything[key] for key in part} == {NOON}
    assert {everything[key] for key in everything.keys() - part.keys()} == {NOON + HOUR}
    assert export(session, learner, catalogue, now=NOON + 2 * HOUR) == everything


def test_what_changed_is_as_old_as_the_export_in_which_it_did(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    before = export(session, learner, catalogue, now=NOON)
    after = export(session, learner, moved(), now=NOON + HOUR)
    changed = {key for key in before.keys() & after.keys() if after[key] != before[key]}
    assert KEY in changed
    assert LAYOUT not in changed
    assert f"{stix_id('T9014')}/attack-id" not in changed
    assert {after[key] for key in changed} == {NOON + HOUR}
    assert export(session, learner, moved(), now=NOON + 2 * HOUR) == after


def test_a_clock_set_back_hides_no_change(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    export(session, learner, catalogue, now=NOON)
    after = export(session, learner, moved(), now=NOON - HOUR)
    assert after[KEY] == NOON + timedelta(seconds=1)


def test_learners_have_their_own_exports(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    export(session, learner, catalogue, now=NOON)
    grace = factories.learner(session, name="Grace")
    theirs = export(session, grace, catalogue, now=NOON + HOUR)
    assert set(theirs.values()) == {NOON + HOUR}
    own = export(session, learner, catalogue, now=NOON + HOUR)
    assert set(own.values()) == {NOON}


def test_cards_switched_off_are_left_out(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    switches.switch_off(session, learner, KEY, why="Two are right.", now=NOON)
    keys = {note.key for note in anki.content(session, catalogue, EVERYTHING).notes}
    assert KEY not in keys
    assert f"{stix_id('T9002')}/tactic" in keys


def test_an_export_takes_as_many_queries_for_one_card_as_for_all(
    session: Session, learner: Learner, catalogue: Catalogue, count_queries: CountQueries
) -> None:
    catalogue = factories.catalogue_of(factories.invented())
    numbers = []
    for scope in (Scope(techniques=("T9001",), kinds=("tactic",)), EVERYTHING):
        with count_queries() as queries:
            export(session, learner, catalogue, scope, now=NOON)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] == 4


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_anki_writes_again_what_changed_and_leaves_the_rest_as_the_learner_has_it(
    session: Session, learner: Learner, catalogue: Catalogue, tmp_path: Path
) -> None:
    other = f"{stix_id('T9014')}/attack-id"

    def packed(found: Catalogue, now: datetime) -> bytes:
        content, stream = anki.content(session, found, EVERYTHING), BytesIO()
        package.write(stream, content, anki.since(session, learner, content, now=now))
        return stream.getvalue()

    with anki_collection(tmp_path) as collection:
        collection.bring(packed(catalogue, NOON))
        for key in (KEY, other):
            collection.rate(key, 4)
            collection.tag(key, "leech")  # which is now: later than what the export says
        learned = collection.schedule(KEY), collection.schedule(other)
        assert set(collection.bring(packed(catalogue, NOON + HOUR))) == {"duplicate"}
        tomorrow = datetime.now(NOON.tzinfo) + 24 * HOUR
        done = collection.bring(packed(moved(), tomorrow))
        assert done["updated"] > 0
        assert done["duplicate"] > done["updated"]
        assert collection.notes()[KEY]["Answer"] == "Settling In"
        assert "leech" in collection.tags(other)
        assert (collection.schedule(KEY), collection.schedule(other)) == learned
