"""A learner's own cards, on shelves, narrowed down, in order."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Learner
from quiz.services import browsing, cards, study, switches
from quiz.services.browsing import Listing, Shelf, Sort, Wanted
from quiz.services.cards import Action
from quiz.services.deck import Flashcards
from tests import factories
from tests.conftest import CountQueries
from tests.factories import NOON, stix_id
from tests.studying import card_row, rate

DAY = timedelta(days=1)
TACTIC = f"{stix_id('T9001')}/tactic"
NAME = f"{stix_id('T9001.001')}/description"
SOURCE = f"{stix_id('T9009')}/tactic"
NEVER_MET = f"{stix_id('T9003')}/tactic"


@pytest.fixture
def shelves(session: Session, learner: Learner, catalogue: Catalogue) -> Catalogue:
    """A learner with a card for every shelf."""
    for key, rating in ((TACTIC, 4), (NAME, 1), (SOURCE, 3)):
        rate(session, learner, key, rating)
    for key, action in ((SOURCE, Action.BURY), (TACTIC, Action.MARK), (NEVER_MET, Action.SUSPEND)):
        cards.apply(session, learner, catalogue, [key], action, now=NOON)
    cards.write_note(session, learner, catalogue, TACTIC, "Mine", version=cards.note_version(""))
    card_row(session, learner, NAME).lapses = 8
    session.flush()
    return catalogue


def listed(session: Session, learner: Learner, catalogue: Catalogue, **wanted: str) -> Listing:
    values = {"shelf": Shelf(wanted.pop("shelf", "all")), "sort": Sort(wanted.pop("sort", "due"))}
    return browsing.listing(session, learner, catalogue, Wanted(**values, **wanted), now=NOON)  # type: ignore[arg-type]


def keys(listing: Listing) -> list[str]:
    return [card.key for card in listing.cards]


@pytest.mark.parametrize(
    ("shelf", "expected"),
    [
        ("all", [NAME, SOURCE, TACTIC, NEVER_MET]),
        ("due", [NAME]),  # what is buried or suspended is not up
        ("suspended", [NEVER_MET]),
        ("buried", [SOURCE]),
        ("marked", [TACTIC]),
        ("leeches", [NAME]),
        ("notes", [TACTIC]),
    ],
)
def test_each_shelf_has_its_cards_and_counts_them(
    session: Session, learner: Learner, shelves: Catalogue, shelf: str, expected: list[str]
) -> None:
    listing = listed(session, learner, shelves, shelf=shelf)
    assert keys(listing) == expected
    assert listing.totals[Shelf(shelf)] == listing.total == len(expected)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"words": "parcel"}, [NAME, TACTIC]),  # a sub-technique has its parent's name too
        ({"words": "t9001"}, [NAME, TACTIC]),
        ({"words": "RIBBONED parcel"}, [NAME]),
        ({"words": "%"}, []),
        ({"kind": "description"}, [NAME]),
        ({"tactic": "arrival"}, [NAME, TACTIC, NEVER_MET]),
        ({"tactic": "arrival", "kind": "tactic", "words": "badge"}, [NEVER_MET]),
        ({"tactic": "no-such"}, []),
        ({"sort": "lapses"}, [NAME, SOURCE, TACTIC, NEVER_MET]),
        ({"sort": "stability"}, [NAME, SOURCE, TACTIC, NEVER_MET]),
    ],
)
def test_cards_are_narrowed_down_and_put_in_order(
    session: Session,
    learner: Learner,
    shelves: Catalogue,
    wanted: dict[str, str],
    expected: list[str],
) -> None:
    listing = listed(session, learner, shelves, **wanted)
    assert keys(listing) == expected
    assert listing.total == len(expected)


def test_a_card_that_nothing_is_left_of_is_not_listed(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    for action in (Action.SUSPEND, Action.UNSUSPEND, Action.BURY):
        cards.apply(session, learner, catalogue, [TACTIC], action, now=NOON)
    assert listed(session, learner, catalogue).total == 1
    cards.apply(session, learner, catalogue, [TACTIC], Action.UNBURY, now=NOON)
    assert listed(session, learner, catalogue).total == 0
    study.queue(session, learner, catalogue, [TACTIC], now=NOON)
    assert [card.queued for card in listed(session, learner, catalogue).cards] == [True]


def test_a_card_whose_technique_is_gone_is_still_the_learners(
    session: Session, learner: Learner
) -> None:
    rate(session, learner, SOURCE, 3)
    [card] = listed(session, learner, factories.without("T9009")).cards
    assert (card.key, card.technique) == (SOURCE, None)


def test_a_card_that_was_switched_off_says_so(
    session: Session, learner: Learner, shelves: Catalogue
) -> None:
    switches.switch_off(session, learner, NAME, why="wrong", now=NOON)
    off = {card.key: card.switched_off for card in listed(session, learner, shelves).cards}
    assert [key for key, is_off in off.items() if is_off] == [NAME]


def test_nobody_sees_another_learners_cards(
    session: Session, learner: Learner, shelves: Catalogue
) -> None:
    other = factories.learner(session, name="Eve")
    listing = listed(session, other, shelves)
    assert (listing.cards, set(listing.totals.values())) == ([], {0})


def test_pages_hold_fifty_cards_and_take_a_constant_number_of_queries(
    session: Session, learner: Learner, catalogue: Catalogue, count_queries: CountQueries
) -> None:
    deck = list(catalogue.once(Flashcards).cards)
    numbers = []
    for count in (3, 70):
        cards.apply(session, learner, catalogue, deck[:count], Action.MARK, now=NOON)
        session.commit()
        with count_queries() as made:
            listing = browsing.listing(session, learner, catalogue, Wanted(), now=NOON, number=9)
        numbers.append(len(made))
    assert numbers[0] == numbers[1] == 3
    assert (listing.number, listing.last, len(listing.cards)) == (2, 2, 20)
