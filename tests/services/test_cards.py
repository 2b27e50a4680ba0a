"""What a learner does with cards by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.models import Card, Learner
from quiz.services import cards, study, tags
from quiz.services.cards import Action
from quiz.services.deck import Flashcards
from quiz.services.tags import Tags
from tests import factories
from tests.conftest import CountQueries
from tests.factories import NOON, stix_id
from tests.studying import card_row, log_of, rate

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
KEY = f"{stix_id('T9001')}/tactic"
OTHER = f"{stix_id('T9009')}/tactic"


def tags_of(session: Session, learner: Learner, at: datetime = NOON) -> Tags:
    return tags.of(card_row(session, learner, KEY), at)


def write(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    text: str,
    *,
    before: str = "",
    key: str = KEY,
) -> bool:
    version = cards.note_version(before)
    return cards.write_note(session, learner, catalogue, key, text, version=version)


@pytest.mark.parametrize(
    ("action", "back"),
    [
        (Action.SUSPEND, Action.UNSUSPEND),
        (Action.BURY, Action.UNBURY),
        (Action.MARK, Action.UNMARK),
    ],
)
def test_each_action_can_be_taken_back_and_changes_no_schedule(
    session: Session, learner: Learner, catalogue: Catalogue, action: Action, back: Action
) -> None:
    rate(session, learner, KEY, 4)
    before = study.card(session, learner, catalogue, KEY, now=NOON)
    done = [
        cards.apply(session, learner, catalogue, [KEY, OTHER, "no/card"], which, now=NOON)
        for which in (back, action, action, back, back)
    ]
    assert done == [0, 2, 0, 2, 0]
    assert study.card(session, learner, catalogue, KEY, now=NOON) == before
    assert tags_of(session, learner) == Tags()


def test_taking_back_what_was_not_done_adds_no_card(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    for action in (Action.UNSUSPEND, Action.UNBURY, Action.UNMARK, Action.RESET):
        assert cards.apply(session, learner, catalogue, [KEY], action, now=NOON) == 0
    assert not write(session, learner, catalogue, "  \n")
    assert session.scalar(select(func.count()).select_from(Card)) == 0


def test_burying_lasts_until_the_next_study_day(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    learner.time_zone = "America/New_York"
    late = datetime(2026, 3, 11, 7, 59, tzinfo=UTC)  # 03:59 in New York, one minute before
    cards.apply(session, learner, catalogue, [KEY], Action.BURY, now=late)
    assert tags_of(session, learner, late).buried_until == late + MINUTE
    assert tags_of(session, learner, late + MINUTE).buried_until is None
    cards.apply(session, learner, catalogue, [KEY], Action.BURY, now=late + MINUTE)
    assert tags_of(session, learner, late + MINUTE).buried_until == late + MINUTE + DAY


def test_a_card_set_back_keeps_its_note_its_mark_and_its_suspension(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    rate(session, learner, KEY, 4)
    write(session, learner, catalogue, "Mind the loader")
    for action in (Action.MARK, Action.SUSPEND, Action.RESET):
        assert cards.apply(session, learner, catalogue, [KEY], action, now=NOON) == 1
    assert tags_of(session, learner) == Tags(suspended=True, marked=True, note="Mind the loader")
    assert study.counts(session, learner, catalogue, now=NOON).new == 10


def test_no_more_cards_are_set_back_at_once_than_can_be_undone(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    keys = list(catalogue.once(Flashcards).cards)[:31]
    for key in keys[:3]:
        rate(session, learner, key, 4)
    with pytest.raises(cards.TooMany, match="at most 30"):
        cards.apply(session, learner, catalogue, keys, Action.RESET, now=NOON)
    assert cards.apply(session, learner, catalogue, keys[:30], Action.RESET, now=NOON) == 3
    assert [review.rating for review in log_of(session, learner)] == [4, 4, 4, 0, 0, 0]


def test_what_one_learner_does_is_nothing_to_another(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    other = factories.learner(session, name="Eve")
    rate(session, other, KEY, 4)
    for action in (Action.SUSPEND, Action.RESET):
        cards.apply(session, learner, catalogue, [KEY], action, now=NOON)
    write(session, learner, catalogue, "Mine")
    assert tags_of(session, other) == Tags()
    assert cards.note(session, other, KEY) == ""
    assert card_row(session, other, KEY).reviews == 1


def test_a_note_is_kept_as_it_was_typed(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    text = " <b>1 < 2</b> & \u200d 👩‍💻\r\n\tsecond line\x00\ud800 "
    assert write(session, learner, catalogue, text)
    session.commit()
    session.expire_all()
    kept = "<b>1 < 2</b> & \u200d 👩‍💻\n\tsecond line"
    assert cards.note(session, learner, KEY) == kept
    assert not write(session, learner, catalogue, "", before=kept)
    assert card_row(session, learner, KEY).note is None


def test_a_note_of_two_thousand_characters_fits_and_one_more_does_not(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    longest = "line\r\n" * 400  # a line's end counts once
    assert write(session, learner, catalogue, longest)
    with pytest.raises(cards.NoteTooLong, match="2,000 characters; this one has 1 too many"):
        write(session, learner, catalogue, "x" * 2001)
    assert cards.note(session, learner, KEY) == longest.replace("\r\n", "\n").strip()


def test_a_note_that_was_changed_in_another_tab_is_not_overwritten(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    write(session, learner, catalogue, "first")
    write(session, learner, catalogue, "second", before="first")
    with pytest.raises(cards.NoteChanged) as refused:
        write(session, learner, catalogue, "third", before="first")
    assert refused.value.now == "second"
    assert write(session, learner, catalogue, "second", before="first")  # sent twice
    assert cards.note(session, learner, KEY) == "second"


def test_there_is_no_note_on_what_is_no_card(
    session: Session, learner: Learner, catalogue: Catalogue
) -> None:
    with pytest.raises(study.UnknownCard):
        write(session, learner, catalogue, "x", key="attack-pattern--0/tactic")


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.text(max_size=40))
def test_any_text_can_be_a_note(
    session: Session, learner: Learner, catalogue: Catalogue, text: str
) -> None:
    before = cards.note(session, learner, KEY)
    write(session, learner, catalogue, text, before=before)
    session.expire_all()
    kept = cards.note(session, learner, KEY)
    write(session, learner, catalogue, kept, before=kept)
    assert cards.note(session, learner, KEY) == kept


def test_a_leech_is_told_at_its_eighth_lapse(session: Session, learner: Learner) -> None:
    told, at = [], NOON
    rate(session, learner, KEY, 4, at=at)
    for _ in range(12):
        at += 60 * DAY
        told.append(rate(session, learner, KEY, 1, at=at).leech)
        assert rate(session, learner, KEY, 4, at=at + MINUTE).leech == 0
    assert told == [0] * 7 + [8, 0, 0, 0, 12]
    assert tags_of(session, learner, at).leech


def test_acting_on_many_cards_reads_as_often_as_on_few(
    session: Session, learner: Learner, catalogue: Catalogue, count_queries: CountQueries
) -> None:
    keys = list(catalogue.once(Flashcards).cards)
    numbers = []
    for count in (2, 30):
        session.commit()
        with count_queries() as made:
            cards.apply(session, learner, catalogue, keys[:count], Action.MARK, now=NOON)
        numbers.append(sum(statement.startswith("SELECT") for statement in made))
    assert numbers[0] == numbers[1]
