"""The page of confusions: what was taken for what, what tells them apart, what to drill."""

from datetime import timedelta

from sqlalchemy import select

from quiz.db.base import begin_writing, db
from quiz.db.models import AttemptQuestion
from quiz.learning.setup import Mode, Setup
from quiz.questions.base import Question
from quiz.services import starting, taking
from quiz.web.context import current_catalogue, current_learner
from tests.answering import wrong_answer
from tests.conftest import CountQueries
from tests.confusing import confuse
from tests.web.conftest import Clock
from tests.web.visitor import Visitor

PAGE = "/progress/confusions"


def mix_up(visitor: Visitor, *pairs: tuple[str, str], times: int = 1, days_ago: int = 1) -> None:
    app = visitor.client.application
    with app.test_request_context():
        learner, catalogue = current_learner(), current_catalogue()
        begin_writing(db.session)
        at = app.config["NOW"]() - timedelta(days=days_ago)
        for one, other in pairs:
            confuse(db.session, learner, catalogue, one, other, times=times, at=at)
        db.session.commit()


def many(visitor: Visitor) -> list[tuple[str, str]]:
    with visitor.client.application.test_request_context():
        ids = [str(t.attack_id) for t in current_catalogue()]
    return list(zip(ids[:45], ids[50:95], strict=True))


def test_a_newcomer_is_told_what_makes_a_confusion_and_what_to_do(visitor: Visitor) -> None:
    page = visitor.read(PAGE)
    assert page.status == 200
    assert "Nothing confused yet" in page.words
    assert page.link(href="/quiz/?mode=contrast")
    assert visitor.read("/quiz/?mode=contrast").status == 200


def test_it_is_found_from_progress_and_beside_the_statistics(visitor: Visitor) -> None:
    front = visitor.read("/study/")
    visitor.send(visitor.read(front.link(id="reveal")), "/rating", rating=1)
    for address in ("/", "/progress/", "/progress/statistics", "/progress/statistics/topics"):
        assert visitor.read(address).link(href=PAGE), address


def test_both_ways_of_a_pair_stand_together_with_how_often_and_when(visitor: Visitor) -> None:
    mix_up(visitor, ("T1059.001", "T1059.003"), times=3, days_ago=2)
    mix_up(visitor, ("T1059.003", "T1059.001"))
    page = visitor.read(PAGE)
    assert "1 pair mixed up, 4 times in all" in page.words
    assert "3 times in quizzes" in page.words
    assert "once in quizzes" in page.words
    assert "2 days ago" in page.words
    assert page.html.count("Drill this pair") == 1
    assert "What tells them apart" in page.words
    assert "Look-alikes from the technique files join them" in page.words


def test_each_pair_and_all_of_them_can_be_drilled(visitor: Visitor) -> None:
    mix_up(visitor, ("T1059.001", "T1059.003"), ("T1133", "T1190"))
    page = visitor.read(PAGE)
    assert page.link(href="/quiz/?mode=contrast&pairs=T1133~T1190")
    assert page.link(href="/quiz/?mode=contrast&pairs=T1059.001~T1059.003")
    assert page.link(href="/quiz/?mode=contrast")
    address = page.link(href="/quiz/?mode=contrast&pairs=T1133~T1190")
    setup = Setup.from_query(address.partition("?")[2])
    assert (setup.mode, setup.pairs) == (Mode.CONTRAST, ("T1133~T1190",))
    assert visitor.read(address).status == 200


def test_a_pair_that_no_question_tells_apart_says_so(visitor: Visitor) -> None:
    mix_up(visitor, ("T1078.004", "T1078"))
    page = visitor.read(PAGE)
    assert "No fair question tells these two apart" in page.words
    assert "Drill this pair" not in page.words
    assert "What tells them apart" in page.words


def test_a_scope_narrows_it_and_goes_along(visitor: Visitor) -> None:
    mix_up(visitor, ("T1059.001", "T1059.003"), ("T1133", "T1190"))
    page = visitor.read(f"{PAGE}?techniques=T1133&kinds=tactic")
    assert "1 pair mixed up" in page.words
    assert page.link(href="/quiz/?mode=contrast&techniques=T1133")
    assert page.link(href=PAGE)
    assert "Nothing confused here" in visitor.read(f"{PAGE}?techniques=T1486").words


def test_a_matrix_shows_those_that_are_confused_with_several(visitor: Visitor) -> None:
    mix_up(visitor, ("T1059.001", "T1059.003"), times=2)
    assert "As a matrix" not in visitor.read(PAGE).words
    mix_up(visitor, ("T1059.001", "T1059.005"), times=4)
    page = visitor.read(PAGE)
    assert "As a matrix" in page.words
    assert "<strong>4</strong>" in page.html
    assert "Only the first" not in page.words
    mix_up(visitor, *many(visitor)[:9])
    assert "Only the first 7 techniques are in it" in visitor.read(PAGE).words


def test_a_long_list_comes_in_pages_at_the_price_of_a_short_one(
    visitor: Visitor, count_queries: CountQueries
) -> None:
    mix_up(visitor, ("T1059.001", "T1059.003"))
    visitor.read(PAGE)
    with count_queries() as few:
        visitor.read(PAGE)
    mix_up(visitor, *many(visitor))
    visitor.read(PAGE)
    with count_queries() as queries:
        page = visitor.read(PAGE)
    assert len(queries) == len(few) <= 6
    assert "page 1 of 3" in page.words
    assert page.html.count('class="confusions-more"') == 20
    last = visitor.read(page.link(href=f"{PAGE}?page=3"))
    assert last.html.count('class="confusions-more"') == 6
    for beyond in ("99", "0", "-1", "x"):
        assert visitor.read(f"{PAGE}?page={beyond}").status == 200


def test_an_exam_under_way_tells_nothing(visitor: Visitor, clock: Clock) -> None:
    with visitor.client.application.test_request_context():
        learner, catalogue = current_learner(), current_catalogue()
        begin_writing(db.session)
        setup = Setup.from_query("mode=exam&length=3&answers=choose&kinds=description")
        attempt = starting.start(
            db.session, learner, catalogue, setup=setup, seed=1, token="t", now=clock.at
        )
        for row in db.session.scalars(select(AttemptQuestion)).all():
            wrong = wrong_answer(Question.from_dict(row.question))
            taking.answer(
                db.session,
                learner,
                attempt.id,
                row.position,
                wrong,
                duration_ms=1,
                now=clock.at,
                catalogue=catalogue,
            )
        db.session.commit()
        attempt_id = attempt.id
    assert "Nothing confused yet" in visitor.read(PAGE).words
    with visitor.client.application.test_request_context():
        learner, catalogue = current_learner(), current_catalogue()
        begin_writing(db.session)
        taking.finish(db.session, learner, attempt_id, now=clock.at, catalogue=catalogue)
        db.session.commit()
    assert "3 pairs mixed up" in visitor.read(PAGE).words


def test_nothing_in_it_needs_a_style_or_script_of_its_own(visitor: Visitor) -> None:
    mix_up(visitor, ("T1059.001", "T1059.003"), ("T1059.001", "T1059.005"))
    main = visitor.read(PAGE).html.partition("<main")[2]
    for refused in ("style=", "<style", "<script", "onclick", "javascript:"):
        assert refused not in main
