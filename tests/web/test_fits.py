"""The memory model on the settings page: what is missing, fitting, applying, going back."""

from collections.abc import Iterator
from threading import Event, current_thread

import pytest
from flask import Flask
from sqlalchemy import select

from quiz.db.base import begin_writing, db
from quiz.db.models import AttemptQuestion, Fit, Learner
from quiz.questions.base import Question
from quiz.services import learners
from quiz.web.account.fit_job import EVERY, FitJob
from tests.answering import as_sent, right_answer
from tests.conftest import CountQueries
from tests.factories import NOON
from tests.recorded import History, record
from tests.simulated import QUICK, Row, simulate
from tests.web.conftest import Clock, MakeApp
from tests.web.visitor import Page, Visitor

ADDRESS = "/account/settings"
SIZE = 25 * EVERY - 2
"""Reviews from which the one after the next is looked at."""


class Held:
    """A clock that holds up the thread that fits, until it is freed."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.free = Event()
        self.breaks = False

    def __call__(self) -> object:
        if current_thread().name == "fit":
            assert self.free.wait(timeout=30)
            if self.breaks:
                raise RuntimeError("the clock is broken")
        return self.clock()


@pytest.fixture
def held(clock: Clock) -> Iterator[Held]:
    held = Held(clock)
    yield held
    held.free.set()


def study(app: Flask, clock: Clock, history: History) -> None:
    """Have the app's learner review a history."""
    with app.app_context():
        begin_writing(db.session)
        record(db.session, learners.local_learner(db.session, now=clock()), history)
        db.session.commit()
    clock.forward(days=900)


@pytest.fixture
def reviewed(app: Flask, clock: Clock) -> Flask:
    """An app whose learner has forgotten faster than most for a while."""
    study(app, clock, simulate(SIZE, QUICK, seed=1))
    return app


def job(app: Flask) -> FitJob:
    found: FitJob = app.extensions["fit_job"]
    return found


def fits_of(app: Flask) -> int:
    job(app).join()
    with app.app_context():
        return db.session.query(Fit).count()


def fitted(app: Flask, visitor: Visitor) -> Page:
    visitor.send(visitor.read(ADDRESS), "/memory-model/fit")
    job(app).join()
    return visitor.read(ADDRESS)


def test_it_says_how_many_reviews_are_missing(visitor: Visitor) -> None:
    page = visitor.read(ADDRESS)
    assert "400 more reviews needed; 0 so far." in page.words
    assert not [form for form in page.forms if "/memory-model/" in form.action]


def test_a_fit_is_offered_with_its_gain_and_applied(reviewed: Flask, visitor: Visitor) -> None:
    assert "Look at them" not in visitor.read("/").words
    page = fitted(reviewed, visitor)
    assert "Fitted to your 623 reviews: log loss 0." in page.words
    assert "on reviews that the fit had not seen" in page.words
    assert "Applying moves no date" in page.words
    today = visitor.read("/")
    assert "Weights fitted to your reviews predict what you remember better" in today.words
    page = visitor.send(page, "/apply")
    assert "Applied. No card has moved" in page.words
    assert "In use: fitted to 623 reviews of yours." in page.words
    assert "looked at again, without your doing, once there are 723." in page.words
    assert "Look at them" not in visitor.read("/").words
    page = visitor.send(page, "/memory-model/standard")
    assert "Back to the standard memory model." in page.words
    assert "In use" not in page.words
    with reviewed.app_context():
        assert db.session.query(Learner).one().parameters_version is None
    page = visitor.send(page, "/apply")
    assert "In use: fitted to 623 reviews of yours." in page.words


def test_a_fit_can_be_turned_down(reviewed: Flask, visitor: Visitor) -> None:
    page = visitor.send(fitted(reviewed, visitor), "/decline")
    assert "Kept as it was." in page.words
    assert "were offered; you kept the ones you had" in page.words
    assert not [form for form in page.forms if "/memory-model/" in form.action]


def test_one_decided_on_twice_is_told_so(reviewed: Flask, visitor: Visitor) -> None:
    page = fitted(reviewed, visitor)
    visitor.send(page, "/decline")
    again = visitor.send(page, "/apply")
    assert again.status == 422
    assert "That was decided before." in again.words


def test_it_says_that_other_weights_would_not_be_better(
    app: Flask, visitor: Visitor, clock: Clock
) -> None:
    study(app, clock, simulate(500))
    page = fitted(app, visitor)
    assert "Your 500 reviews do not yet tell that other weights would predict you" in page.words
    assert "Look at them" not in visitor.read("/").words


def test_it_says_why_nothing_can_be_told(app: Flask, visitor: Visitor, clock: Clock) -> None:
    once = [Row(rating=3, reviewed_at=NOON, day=NOON.date())]
    study(app, clock, dict.fromkeys(range(400), once))
    page = fitted(app, visitor)
    assert "better: only 0 of the reviews came a day or more after the one before" in page.words


def test_the_page_says_that_it_is_working_and_two_starts_are_one_fit(
    make_app: MakeApp, held: Held
) -> None:
    app = make_app(NOW=held)
    visitor = Visitor(app.test_client())
    study(app, held.clock, simulate(SIZE, QUICK, seed=1))
    before = visitor.read(ADDRESS)
    for _ in range(2):
        page = visitor.send(before, "/memory-model/fit")
        assert "Being worked out; it takes a moment. Look again" in page.words
    status = visitor.client.get("/account/memory-model/status")
    assert status.get_json() == {"running": True}
    assert not job(app).start(app, learner_id=99)
    held.free.set()
    assert fits_of(app) == 1
    assert visitor.client.get("/account/memory-model/status").get_json() == {"running": False}
    assert "Fitted to your 623 reviews" in visitor.read(ADDRESS).words


def test_a_fit_that_breaks_is_told_and_can_be_tried_again(make_app: MakeApp, held: Held) -> None:
    app = make_app(NOW=held)
    visitor = Visitor(app.test_client())
    study(app, held.clock, simulate(SIZE, QUICK, seed=1))
    held.breaks = True
    held.free.set()
    page = fitted(app, visitor)
    assert "Fitting ended with an error; the log of the app says which." in page.words
    held.breaks = False
    assert "Fitted to your 623 reviews" in fitted(app, visitor).words


def test_it_is_fitted_by_itself_while_one_studies(reviewed: Flask, visitor: Visitor) -> None:
    for expected in (0, 1):  # the second is a 25th review
        back = visitor.read(visitor.read("/study/").link(id="reveal"))
        visitor.send(back, "/rating", rating="3")
        assert fits_of(reviewed) == expected


def test_quiz_answers_that_count_are_reviews_like_any_other(
    reviewed: Flask, visitor: Visitor
) -> None:
    visitor.send(visitor.read(ADDRESS), ADDRESS, quiz_counts="y")
    first = visitor.send(visitor.read("/quiz/"), "/quiz/", length=5, kinds="tactic")
    attempt = first.path.partition("?")[0].rpartition("/")[0]
    for position, expected in ((1, 0), (2, 1)):
        with reviewed.app_context():
            query = select(AttemptQuestion.question).filter_by(position=position)
            question = Question.from_dict(db.session.scalars(query).one())
        page = visitor.read(f"{attempt}/{position}")
        sent = as_sent(question, right_answer(question))
        visitor.send(page, f"{attempt}/{position}", **sent)
        assert fits_of(reviewed) == expected


def test_while_it_is_too_early_no_rating_makes_a_query(
    app: Flask, visitor: Visitor, count_queries: CountQueries
) -> None:
    visitor.read("/")
    with app.app_context():
        learner_id = db.session.query(Learner).one().id
    looked = []
    for review_id in (1, 25, 50, 400, 425):
        with count_queries() as queries:
            job(app).rated(app, learner_id, review_id)
            job(app).join()
        if queries:
            looked.append(review_id)
    assert looked == [25, 425]
