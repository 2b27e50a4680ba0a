"""Scopes kept under a name: one a name, one a learner, and nothing learned depends on them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Card, Learner, Review, SavedDeck
from quiz.questions.scope import Scope
from quiz.services import decks, study
from quiz.services.deck import Flashcards
from quiz.services.decks import DeckRefused, Goal, UnknownDeck
from tests import factories
from tests.conftest import CountQueries
from tests.factories import NOON

DAY = timedelta(days=1)
TODAY = NOON.date()
ARRIVAL = Scope(tactics=("arrival",))


def make(
    session: Session, learner: Learner, catalogue: Catalogue, name: str = "Mine", **given: Any
) -> SavedDeck:
    values: dict[str, Any] = {"scope": ARRIVAL, "now": NOON, **given}
    return decks.make(session, learner, catalogue, name=name, **values)


def rate(
    session: Session, learner: Learner, catalogue: Catalogue, key: str, rating: int = 4
) -> None:
    served = study.card(session, learner, catalogue, key, now=NOON)
    assert served is not None
    study.rate(
        session,
        learner,
        catalogue,
        key,
        rating,
        sequence=served.sequence,
        duration_ms=5000,
        now=NOON,
    )


def keys_in(catalogue: Catalogue, scope: Scope) -> list[str]:
    """The cards in scope that make a question; the others leave the deck when first tried."""
    deck = catalogue.once(Flashcards)
    return [key for key, card in deck.select(scope).items() if deck.can_ask(card)]


def test_a_deck_tells_what_is_due_new_and_known(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    make(session, learner, catalogue)
    keys = keys_in(catalogue, ARRIVAL)
    rate(session, learner, catalogue, keys[0])
    rate(session, learner, catalogue, keys[1], 1)
    outside = next(k for k in catalogue.once(Flashcards).cards if k not in keys)
    rate(session, learner, catalogue, outside)
    (found,) = decks.standings(session, learner, catalogue, now=NOON)
    assert (found.cards, found.met, found.new, found.due) == (len(keys), 2, len(keys) - 2, 1)
    assert found.share == pytest.approx(2 / len(keys))
    (later,) = decks.standings(session, learner, catalogue, now=NOON + 30 * DAY)
    assert later.due == 2
    assert 0 < later.share < found.share


def test_cards_suspended_count_in_nothing(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    make(session, learner, catalogue)
    keys = keys_in(catalogue, ARRIVAL)
    rate(session, learner, catalogue, keys[0])
    session.scalars(select(Card)).one().suspended_at = NOON
    session.flush()
    (found,) = decks.standings(session, learner, catalogue, now=NOON)
    assert (found.cards, found.met, found.suspended) == (len(keys) - 1, 0, 1)


def test_names_are_one_a_learner_whatever_their_case(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    mine = make(session, learner, catalogue, "  Blue   team ")
    assert mine.name == "Blue team"
    with pytest.raises(DeckRefused, match="called “blue TEAM” already") as refused:
        make(session, learner, catalogue, "blue TEAM")
    assert refused.value.field == "name"
    make(session, factories.learner(session), catalogue, "Blue team")
    decks.change(session, learner, catalogue, mine.id, name="BLUE team", scope=ARRIVAL, now=NOON)
    assert mine.name == "BLUE team"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scope": Scope(tactics=("nowhere",))}, "scope"),
        ({"scope": Scope(techniques=tuple(f"T{n}" for n in range(1000, 1151)))}, "techniques"),
        ({"goal": Goal(until=TODAY, target=0.9)}, "until"),
        ({"goal": Goal(until=TODAY + 367 * DAY, target=0.9)}, "until"),
        ({"goal": Goal(until=TODAY + DAY, target=1.0)}, "target"),
        ({"goal": Goal(until=TODAY + DAY, target=0.4)}, "target"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_field_that_is_wrong(
    session: Session, learner: Learner, catalogue: Catalogue, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(DeckRefused) as refused:
        make(session, learner, catalogue, **given)
    assert refused.value.field == field
    assert session.scalars(select(SavedDeck)).all() == []


def test_everything_is_a_deck_too(session: Session, learner: Learner, catalogue: Catalogue) -> None:
    make(session, learner, catalogue, scope=Scope())
    (found,) = decks.standings(session, learner, catalogue, now=NOON)
    assert found.cards == len(catalogue.once(Flashcards).cards)


def test_deleting_a_deck_deletes_nothing_that_was_learned(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    mine = make(session, learner, catalogue)
    rate(session, learner, catalogue, keys_in(catalogue, ARRIVAL)[0])
    decks.delete(session, learner, mine.id)
    assert session.scalars(select(SavedDeck)).all() == []
    assert len(session.scalars(select(Card)).all()) == 1
    assert len(session.scalars(select(Review)).all()) == 1
    with pytest.raises(UnknownDeck):
        decks.delete(session, learner, mine.id)


def test_a_deck_of_another_learner_is_not_there(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    mine = make(session, learner, catalogue)
    other = factories.learner(session)
    assert decks.standings(session, other, catalogue, now=NOON) == ()
    for touch in (
        lambda: decks.find(session, other, mine.id),
        lambda: decks.delete(session, other, mine.id),
        lambda: decks.change(
            session, other, catalogue, mine.id, name="Theirs", scope=ARRIVAL, now=NOON
        ),
    ):
        with pytest.raises(UnknownDeck):
            touch()
    assert mine.name == "Mine"


def test_a_path_starts_anew_only_where_something_of_it_changes(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    goal = Goal(until=TODAY + 30 * DAY, target=0.9)
    mine = make(session, learner, catalogue, goal=goal)
    assert mine.since == TODAY

    def change(later: int, **given: Any) -> None:
        values: dict[str, Any] = {"name": mine.name, "scope": ARRIVAL, "goal": goal, **given}
        decks.change(session, learner, catalogue, mine.id, now=NOON + later * DAY, **values)

    change(3, name="Renamed")
    assert mine.since == TODAY
    change(40)  # its day has passed, and may stay
    assert (mine.since, mine.until) == (TODAY, goal.until)
    change(4, goal=Goal(until=goal.until, target=0.8))
    assert mine.since == TODAY + 4 * DAY
    change(5, goal=None)
    assert [mine.since, mine.until, mine.target] == [None] * 3


def test_techniques_that_left_the_catalogue_are_named(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    listed = Scope(techniques=("T9001", "T9002"))
    make(session, learner, catalogue, "Both", scope=listed)
    make(session, learner, catalogue, "One", scope=Scope(techniques=("T9002",)))
    smaller = factories.without("T9002")
    both, one = decks.standings(session, learner, smaller, now=NOON)
    assert both.gone == ("T9002",)
    assert both.cards > 0
    assert (one.gone, one.cards, one.share) == (("T9002",), 0, 0.0)


def test_a_pasted_list_is_read_by_line_comma_and_name(catalogue: Catalogue) -> None:
    found = decks.read_list(
        "t9001, T9001.002;\n- T9003 Borrowed Badge\nT9003\n\nT4242, no such thing", catalogue
    )
    assert found.ids == ("T9001", "T9001.002", "T9003")
    assert found.unknown == ("T4242", "no such thing")


def test_ids_of_an_organisation_and_retired_ones_are_known_as_what_they_are() -> None:
    own = factories.technique("ACME-7", "Own Thing")
    retired = factories.technique("T9777", "Old Thing", retired="revoked")
    catalogue = factories.catalogue_of([*factories.invented(), own, retired])
    found = decks.read_list("ACME-7 Own Thing\nT9777", catalogue)
    assert found.ids == ("ACME-7",)
    assert found.retired == ("T9777",)


def test_the_number_of_queries_grows_neither_with_decks_nor_with_cards(
    session: Session, learner: Learner, catalogue: Catalogue, count_queries: CountQueries
) -> None:
    make(session, learner, catalogue, "One")
    with count_queries() as few:
        decks.standings(session, learner, catalogue, now=NOON)
    for key in keys_in(catalogue, ARRIVAL)[:20]:
        rate(session, learner, catalogue, key)
    for name in ("Two", "Three"):
        make(session, learner, catalogue, name)
    with count_queries() as many:
        decks.standings(session, learner, catalogue, now=NOON)
    assert len(many) == len(few) == 3
