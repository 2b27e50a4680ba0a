"""The pages of the statistics: pictures with their names and tables, for any time and scope."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from quiz.db.base import begin_writing, db
from quiz.db.models import Card, DaySummary, Review
from quiz.learning.parameters import Parameters
from quiz.services import day_summaries, parameters
from quiz.web.context import current_learner
from tests.conftest import CountQueries
from tests.factories import NOON
from tests.simulated import QUICK
from tests.web.conftest import Clock
from tests.web.visitor import Visitor

PICTURES = 9


def study_cards(visitor: Visitor, number: int, rating: int = 3) -> None:
    for _ in range(number):
        front = visitor.read("/study/")
        visitor.send(visitor.read(front.link(id="reveal")), "/rating", rating=rating)


def live(visitor: Visitor, clock: Clock, days: int = 40) -> None:
    """Give the learner a card a day that is asked in review, and remembered nine times of ten."""
    app = visitor.client.application
    study_cards(visitor, 1, 4)
    with app.test_request_context():
        learner = current_learner()
        begin_writing(db.session)
        card = db.session.scalars(select(Card)).one()
        for number in range(days):
            at = clock.at - timedelta(days=number + 1)
            card.entries += 1
            db.session.add(
                Review(
                    learner_id=learner.id,
                    card_id=card.id,
                    card_key=card.key,
                    sequence=card.entries,
                    seed=0,
                    rating=1 if number % 10 == 0 else 3,
                    reviewed_at=at,
                    time_zone="UTC",
                    duration_ms=60_000,
                    before={},
                    after={},
                    algorithm="",
                    parameters_version="standard-1",
                    day=at.date(),
                    first_that_day=True,
                    state_before="review",
                    interval_before=30.0,
                    predicted=0.9,
                )
            )
        db.session.commit()


def set_parameters(visitor: Visitor, wanted: Parameters) -> None:
    with visitor.client.application.test_request_context():
        learner = current_learner()
        begin_writing(db.session)
        learner.parameters_version = parameters.keep(db.session, wanted, now=NOON)
        db.session.commit()


def test_a_newcomer_is_told_how_to_start(visitor: Visitor) -> None:
    for address in ("/progress/statistics", "/progress/statistics/topics"):
        page = visitor.read(address)
        assert page.status == 200
        assert "Nothing to measure yet" in page.words
        assert page.link(href="/study/", **{"class": "btn btn-primary"})
        assert '<svg class="chart-plot"' not in page.html


def test_it_is_found_from_progress_and_from_today(visitor: Visitor) -> None:
    study_cards(visitor, 1)
    for address in ("/", "/progress/"):
        assert visitor.read(address).link(href="/progress/statistics")


def test_every_picture_has_a_name_a_sentence_and_its_figures(
    visitor: Visitor, clock: Clock
) -> None:
    live(visitor, clock)
    html = visitor.read("/progress/statistics").html
    plots = re.findall(r'<svg class="chart-plot" role="img" aria-label="([^"]+)"', html)
    assert len(plots) == len(set(plots)) == PICTURES
    assert html.count('class="says"') == PICTURES + 1  # the calendar is a table itself
    assert (
        html.count("<summary>Figures") == html.count('class="table table-sm figures"') == PICTURES
    )


def test_nothing_in_it_needs_a_style_or_script_of_its_own(visitor: Visitor, clock: Clock) -> None:
    live(visitor, clock)
    for address in ("/progress/statistics", "/progress/statistics/topics"):
        main = visitor.read(address).html.partition("<main")[2]
        for refused in ("style=", "<style", "<script", "onclick", "javascript:"):
            assert refused not in main


def test_few_ratings_give_numbers_and_no_share(visitor: Visitor, clock: Clock) -> None:
    live(visitor, clock, days=19)
    words = visitor.read("/progress/statistics").words
    assert "19 cards in review asked: too few to say how much of it you remember." in words
    assert "95% of" not in words


def test_it_says_what_is_remembered_and_what_the_schedule_aims_at(
    visitor: Visitor, clock: Clock
) -> None:
    live(visitor, clock)
    words = visitor.read("/progress/statistics").words
    assert "You remember 90% of mature cards; the schedule aims at 90%" in words


def test_it_advises_weights_of_ones_own_only_where_they_are_not_in_use(
    visitor: Visitor, clock: Clock
) -> None:
    live(visitor, clock)
    set_parameters(visitor, Parameters(desired_retention=0.99))
    advice = "Weights fitted to your own reviews can bring them together."
    assert advice in visitor.read("/progress/statistics").words
    set_parameters(visitor, Parameters(weights=QUICK, desired_retention=0.99))
    words = visitor.read("/progress/statistics").words
    assert advice not in words
    assert "Weights of your own are in use: what comes by them should be nearer." in words
    assert "Mature cards: 36 of 40 remembered." in words
    assert "The schedule expected 90% and you remembered 90%: no more apart than chance" in words
    assert "41 reviews on 41 of 365 days" in words


@pytest.mark.parametrize(
    ("range_", "said"),
    [
        ("month", "30 reviews on 30 of 30 days"),
        ("quarter", "41 reviews on 41 of 91 days"),
        ("all", "41 reviews on 41 of 41 days"),
        ("<b>", "41 reviews on 41 of 365 days"),
    ],
)
def test_it_looks_back_as_far_as_it_is_asked_to(
    visitor: Visitor, clock: Clock, range_: str, said: str
) -> None:
    live(visitor, clock)
    page = visitor.read(
        f"/progress/statistics?range={range_.replace('<', '%3C').replace('>', '%3E')}"
    )
    assert said in page.words


def test_a_scope_is_named_and_can_be_left(visitor: Visitor, clock: Clock) -> None:
    live(visitor, clock)
    page = visitor.read("/progress/statistics?tactics=impact&kinds=tactic")
    assert "Only Impact" in page.words
    assert page.link(href="/progress/statistics")
    assert '<option value="impact" selected>' in page.html
    assert page.link(href="/progress/statistics/topics?tactics=impact&kinds=tactic")
    assert visitor.read("/progress/statistics?tactics=no-such&kinds=none").status == 200


def test_topics_are_named_and_lead_to_their_own_statistics(visitor: Visitor) -> None:
    study_cards(visitor, 3)
    page = visitor.read("/progress/statistics/topics")
    (kind,) = set(re.findall(r'href="(/progress/statistics\?kinds=[^"]+)"', page.html)[:1])
    assert "too few to say" in page.words.lower()
    assert "reviews on" in visitor.read(kind).words


def test_a_day_in_the_calendar_is_told_by_its_headings_and_its_number(
    visitor: Visitor, clock: Clock
) -> None:
    live(visitor, clock, days=3)
    html = visitor.read("/progress/statistics").html
    assert 'title="Tue 10 Mar: 1"><span>1</span></td>' in html
    assert 'title="Sun 1 Mar: 0"><span>0</span></td>' in html
    assert "Week of 9 Mar 2026" in html
    assert "Thu 12 Mar" not in html  # has not come yet


def test_what_days_add_up_to_is_kept_for_the_next_look(
    visitor: Visitor, clock: Clock, count_queries: CountQueries
) -> None:
    live(visitor, clock)
    first = visitor.read("/progress/statistics")
    with visitor.client.application.app_context():
        assert len(db.session.scalars(select(DaySummary.day)).all()) == 40
    with count_queries() as queries:
        again = visitor.read("/progress/statistics")
    assert again.words == first.words
    assert len(queries) < 20
    assert not [query for query in queries if query.startswith(("INSERT", "DELETE"))]


def test_it_is_shown_where_nothing_can_be_kept(
    visitor: Visitor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(visitor, clock)

    def refuse(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(day_summaries, "keep", refuse)
    assert "41 reviews on 41 of 365 days" in visitor.read("/progress/statistics").words


def test_what_was_undone_is_not_in_it(visitor: Visitor, clock: Clock) -> None:
    live(visitor, clock)
    visitor.read("/progress/statistics")
    with visitor.client.application.app_context():
        begin_writing(db.session)
        db.session.execute(
            text("UPDATE review SET undone_at = reviewed_at WHERE day = '2026-03-01'")
        )
        db.session.commit()
    page = visitor.read("/progress/statistics")
    assert "40 reviews on 40 of 365 days" in page.words
    assert 'title="Sun 1 Mar: 0"' in page.html
