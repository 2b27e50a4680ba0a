"""The memory model on the settings page: what is missing, fitting, applying, going back."""

import pytest
from flask import Flask

from quiz.db.base import begin_writing, db
from quiz.db.models import Fit, Learner
from quiz.services import learners
from quiz.web.account.fit_job import EVERY
from tests.services.test_fits import record
from tests.simulated import QUICK, simulate
from tests.web.conftest import Clock
from tests.web.visitor import Page, Visitor

ADDRESS = "/account/settings"


@pytest.fixture
def reviewed(app: Flask, clock: Clock) -> Flask:
    """An app whose learner has forgotten faster than most for a while."""
    with app.app_context():
        begin_writing(db.session)
        learner = learners.local_learner(db.session, now=clock())
        record(db.session, learner, simulate(2_500, QUICK))
        db.session.commit()
    clock.forward(days=900)
    return app


def fitted(app: Flask, visitor: Visitor) -> Page:
    visitor.send(visitor.read(ADDRESS), "/memory-model/fit")
    app.extensions["fit_job"].join()
    return visitor.read(ADDRESS)


def test_it_says_how_many_reviews_are_missing(visitor: Visitor) -> None:
    assert "400 more reviews needed; 0 so far." in visitor.read(ADDRESS).words


def test_a_fit_is_offered_with_its_gain_and_applied(reviewed: Flask, visitor: Visitor) -> None:
    page = fitted(reviewed, visitor)
    assert "% better: the log loss is" in page.words
    assert "on reviews that the fit had not seen" in page.words
    page = visitor.send(page, "/apply")
    assert "Applied. No card has moved" in page.words
    assert "In use: fitted to" in page.words
    page = visitor.send(page, "/memory-model/standard")
    assert "Back to the standard memory model." in page.words
    with reviewed.app_context():
        assert db.session.query(Learner).one().parameters_version is None


def test_a_fit_can_be_turned_down(reviewed: Flask, visitor: Visitor) -> None:
    page = visitor.send(fitted(reviewed, visitor), "/decline")
    assert "Kept as it was." in page.words
    assert "It is looked at again once there are a tenth more." in page.words


def test_one_decided_on_twice_is_told_so(reviewed: Flask, visitor: Visitor) -> None:
    page = fitted(reviewed, visitor)
    visitor.send(page, "/decline")
    again = visitor.send(page, "/apply")
    assert again.status == 422
    assert "That was decided before." in again.words


def test_it_is_fitted_by_itself_while_one_studies(reviewed: Flask, visitor: Visitor) -> None:
    with reviewed.app_context():
        begin_writing(db.session)
        db.session.query(Learner).one().new_per_day = EVERY
        db.session.commit()
    for _ in range(EVERY):
        back = visitor.read(visitor.read("/study/?kinds=description").link(id="reveal"))
        visitor.send(back, "/rating", rating="3")
    reviewed.extensions["fit_job"].join()
    with reviewed.app_context():
        assert db.session.query(Fit).count() == 1
