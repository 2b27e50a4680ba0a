"""The result of a quiz as someone without scripts reads it, and where its buttons lead."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from quiz.content.folder import TechniqueFolder
from quiz.db.base import begin_writing, db
from quiz.db.models import Attempt, AttemptQuestion, Review
from quiz.exports.formats import FORMATS
from quiz.learning.setup import Answers, Mode, Retake, Setup
from quiz.questions.base import AnswerKind, Item, Option, Question
from quiz.questions.scope import Scope
from quiz.services import learners, quizzes, starting, taking
from quiz.services.taking import Confidence
from quiz.web.quizzes.result_words import length
from tests import factories
from tests.answering import right_answer, wrong_answer
from tests.conftest import CountQueries
from tests.web.conftest import Clock
from tests.web.visitor import Page, Visitor

EXAM = Setup(mode=Mode.EXAM, length=5, for_me=False, seed=11)
CHOSEN = Scope(kinds=("tactic", "description", "attack-id"))
PRACTICE = Setup(length=5, scope=CHOSEN, answers=Answers.CHOOSE)
EVERY_WAY = Setup(length=60, scope=Scope(), for_me=False)

Take = Callable[..., int]
Rows = Callable[[int], list[AttemptQuestion]]


@pytest.fixture
def take(app: Flask, clock: Clock) -> Take:
    """Take a quiz to its end, a second a question; gives its id.

    What is not named as wrong or left out is answered right; ``given`` are answers by position.
    """
    taken = 0

    def take_(
        setup: Setup = PRACTICE,
        *,
        wrong: Collection[int] = (),
        left_out: Collection[int] = (),
        given: Mapping[int, list[str]] | None = None,
        sure: Mapping[int, Confidence] | None = None,
        again: int | None = None,
        what: Retake = Retake.SAME,
    ) -> int:
        nonlocal taken
        taken += 1
        with app.app_context():
            catalogue = app.extensions["techniques"].load().catalogue
            begin_writing(db.session)
            learner = learners.local_learner(db.session, now=clock())
            if again:
                attempt = starting.retake(
                    db.session,
                    learner,
                    catalogue,
                    again,
                    what=what,
                    seed=taken,
                    token=str(taken),
                    now=clock(),
                )
            else:
                attempt = starting.start(
                    db.session,
                    learner,
                    catalogue,
                    setup=setup,
                    seed=taken,
                    token=str(taken),
                    now=clock(),
                )
            for row in list(attempt.questions):
                if row.position in left_out:
                    continue
                clock.forward(seconds=1)
                question = Question.from_dict(row.question)
                usual = wrong_answer if row.position in wrong else right_answer
                chosen = (given or {}).get(row.position) or usual(question)
                taking.answer(
                    db.session,
                    learner,
                    attempt.id,
                    row.position,
                    chosen,
                    duration_ms=1000,
                    now=clock(),
                    confidence=(sure or {}).get(row.position),
                )
            taking.finish(db.session, learner, attempt.id, now=clock())
            db.session.commit()
            return attempt.id

    return take_


@pytest.fixture
def rows(app: Flask) -> Rows:
    """The questions of an attempt."""

    def read(attempt_id: int) -> list[AttemptQuestion]:
        with app.app_context():
            own = select(AttemptQuestion).where(AttemptQuestion.attempt_id == attempt_id)
            return list(db.session.scalars(own.order_by(AttemptQuestion.position)).all())

    return read


def plain(text: str) -> str:
    """Text as it can be compared: letters and digits alone."""
    return re.sub(r"\W+", " ", text)


def order_of(page: Page) -> list[int]:
    """The questions in the order in which the page explains them."""
    return [int(n) for n in re.findall(r'<details class="review" id="question-(\d+)"', page.html)]


# The head ------------------------------------------------------------------------------------


def test_an_exam_says_whether_it_was_passed_and_how_much_was_missing(
    visitor: Visitor, take: Take
) -> None:
    passed = visitor.read(f"/quiz/{take(EXAM, wrong=[1])}/result")
    assert "4 of 5 points · 80%" in passed.words
    assert "Passed · pass mark 80%" in passed.words
    failed = visitor.read(f"/quiz/{take(EXAM, wrong=[1, 2], left_out=[3])}/result")
    assert "Not passed · pass mark 80% 2 points short of the pass mark." in failed.words
    assert "Not answered 1" in failed.words


def test_practice_mentions_the_pass_mark_and_nobody_fails_it(visitor: Visitor, take: Take) -> None:
    page = visitor.read(f"/quiz/{take(wrong=[1, 2])}/result")
    assert "Pass mark 80%, not reached" in page.words
    assert "Not passed" not in page.words
    assert "More right than wrong. 2 questions to learn from." in page.words


def test_the_head_says_what_it_takes_to_repeat_the_quiz(visitor: Visitor, take: Take) -> None:
    words = visitor.read(f"/quiz/{take(EXAM)}/result").words
    assert "Mode Exam" in words
    assert "Seed 11" in words
    assert "Asked from Starter" in words


def test_the_time_of_an_exam_says_what_was_given_and_that_it_ran_out(
    app: Flask, visitor: Visitor, clock: Clock
) -> None:
    with app.app_context():
        begin_writing(db.session)
        learner = learners.local_learner(db.session, now=clock())
        learner.exam_time = 150
        attempt = starting.start(
            db.session,
            learner,
            app.extensions["techniques"].load().catalogue,
            setup=replace(EXAM, minutes=20),
            seed=1,
            token="t",
            now=clock(),
        )
        taking.extend(db.session, learner, attempt.id, by=timedelta(minutes=5), now=clock())
        db.session.commit()
    clock.forward(hours=3)
    page = visitor.read("/quiz/1/result")
    assert "Time 35 min of 35 min" in page.words
    assert "the limit is 20 min; by your settings you had 30 min" in page.words
    assert "5 min added while it ran" in page.words
    assert "handed in because time was up" in page.words
    assert "Nothing was answered." in page.words


@pytest.mark.parametrize(
    ("time", "words"),
    [
        ({"seconds": 0}, "0 s"),
        ({"seconds": 59.4}, "59 s"),
        ({"seconds": 90}, "2 min"),
        ({"minutes": 59, "seconds": 40}, "1 h"),
        ({"hours": 2, "minutes": 5}, "2 h 5 min"),
    ],
)
def test_how_long_it_took_is_said_in_the_units_that_matter(
    time: dict[str, float], words: str
) -> None:
    assert length(timedelta(**time)) == words


# Every question ------------------------------------------------------------------------------


def test_every_question_is_shown_with_its_options_key_reason_and_evidence(
    visitor: Visitor, take: Take, rows: Rows
) -> None:
    attempt_id = take(EVERY_WAY, wrong=range(1, 61, 2), left_out=[60])
    page = visitor.read(f"/quiz/{attempt_id}/result")
    kinds = set()
    for row in rows(attempt_id):
        question = Question.from_dict(row.question)
        kinds.add(question.answer_kind)
        start = page.html.index(f'<details class="review" id="question-{row.position}"')
        own = page.html[start:].partition('<details class="flag"')[0]
        told = plain(unescape(re.sub(r"<[^>]+>", "", own)))
        for text in (question.explanation, *(e.quote for e in question.evidence)):
            assert plain(text.replace("`", "")).strip() in told, row.position
        choices: list[Option | Item] = [*question.options, *question.items, *question.targets]
        for choice in choices:
            found = choice.attack_id or choice.text
            assert plain(found).strip() in told, (row.position, found)
        notes = [*(o.note for o in question.options), *(item.note for item in question.items)]
        for note in notes:
            assert plain(note.replace("`", "")).strip() in told
    assert kinds == set(AnswerKind)
    ids = re.findall(r'\sid="([^"]+)"', page.html)
    assert len(ids) == len(set(ids))


def test_what_went_wrong_is_open_and_what_was_right_is_folded(visitor: Visitor, take: Take) -> None:
    page = visitor.read(f"/quiz/{take(wrong=[2], left_out=[5])}/result")
    folds = re.findall(r'<details class="review"[^>]*>', page.html)
    assert [fold for fold in folds if " open" in fold] == [
        '<details class="review" id="question-2" open>'
    ]
    assert len(folds) == 5


def test_sure_and_not_right_comes_first_whatever_the_order(visitor: Visitor, take: Take) -> None:
    sure = {1: Confidence.SURE, 2: Confidence.GUESS, 4: Confidence.SURE}
    about = f"/quiz/{take(wrong=[3, 4], sure=sure)}/result"
    useful = visitor.read(about)
    assert "Sure, and not right" in useful.words
    assert order_of(useful) == [4, 3, 2, 1, 5]
    as_asked = visitor.read(useful.link(href=f"{about}?order=asked#questions"))
    assert order_of(as_asked) == [4, 1, 2, 3, 5]
    assert as_asked.link(href="#question-4")  # where it would have its place
    assert "Of the 2 answers that you were sure of, 1 was right." in useful.words
    assert re.search(r"Sure 2 1 50% A guess 1 1 100%", useful.words)


def test_a_match_with_a_blank_says_what_was_not_answered(
    visitor: Visitor, take: Take, rows: Rows
) -> None:
    setup = replace(EXAM, scope=Scope(kinds=("match",)), length=1)
    first = rows(take(setup))[0]
    key = right_answer(Question.from_dict(first.question))
    attempt_id = take(setup, given={1: [key[0], *[""] * (len(key) - 1)]})
    page = visitor.read(f"/quiz/{attempt_id}/result")
    assert page.status == 200
    assert page.words.count("· not answered") == len(key) - 1
    assert visitor.read(f"/quiz/{attempt_id}/1").status == 200


def test_a_near_miss_of_an_exam_is_decided_on_the_result(
    visitor: Visitor, take: Take, rows: Rows
) -> None:
    setup = replace(EXAM, scope=Scope(kinds=("description",)), answers=Answers.TYPE, length=2)
    question = Question.from_dict(rows(take(setup))[1].question)
    attempt_id = take(setup, given={2: [f"{question.accepted[0]}x"]})
    page = visitor.read(f"/quiz/{attempt_id}/result?order=asked")
    assert "1 of 2 points" in page.words
    assert "Not passed" in page.words
    counted = visitor.send(page, "/result/2/near", counts="1")
    assert counted.path == f"/quiz/{attempt_id}/result?order=asked"
    assert "2 of 2 points" in counted.words
    assert "Not passed" not in counted.words
    assert "Take that back" in counted.words
    assert "1 of 2 points" in visitor.send(counted, "/result/2/near", counts="0").words


def test_a_result_whose_techniques_are_gone_is_whole(
    app: Flask, visitor: Visitor, take: Take, rows: Rows, tmp_path: Path
) -> None:
    attempt_id = take(wrong=[1, 2])
    (tmp_path / "gone").mkdir()
    app.extensions["techniques"] = TechniqueFolder(tmp_path / "gone")
    page = visitor.read(f"/quiz/{attempt_id}/result")
    assert "No longer in the collection" in page.words
    for row in rows(attempt_id):
        assert row.question["subject"] in page.words
    assert not [form for form in page.forms if form.action == "/study/queue"]
    assert "Retake what I missed" not in page.words
    for slug in FORMATS:
        assert visitor.client.get(f"/quiz/{attempt_id}/export/{slug}").status_code == 200


# By topic ------------------------------------------------------------------------------------


def test_each_topic_with_mistakes_leads_to_more_of_it(visitor: Visitor, take: Take) -> None:
    setup = replace(EXAM, scope=Scope(kinds=("match", "tactic"), platforms=("Windows",)))
    page = visitor.read(f"/quiz/{take(setup, wrong=range(1, 6))}/result")
    more = [link["href"] for link in page.links if link.get("class") == "share-more"]
    assert any(re.match(r"/study/\?tactics=[\w-]+&platforms=Windows", href) for href in more)
    assert "/study/?platforms=Windows&kinds=tactic" in [unordered(href) for href in more]
    # A match makes no flashcard: it comes in a quiz.
    assert any(href.startswith("/quiz/?") and "kinds=match" in href for href in more)
    assert {visitor.read(href).status for href in more} == {200}
    all_right = visitor.read(f"/quiz/{take(setup)}/result")
    assert not [link for link in all_right.links if link.get("class") == "share-more"]


def unordered(address: str) -> str:
    """An address with what it asks for in one order."""
    path, _, query = address.partition("?")
    parts = sorted(query.split("&"), key=lambda part: not part.startswith("platforms"))
    return f"{path}?{'&'.join(parts)}"


# Next steps ----------------------------------------------------------------------------------


def test_what_was_missed_is_asked_anew(visitor: Visitor, take: Take, rows: Rows) -> None:
    attempt_id = take(EXAM, wrong=[1, 4], left_out=[5])
    page = visitor.read(f"/quiz/{attempt_id}/result")
    assert "Retake what I missed (3)" in page.words
    question = visitor.send(page, "/again", what="missed")
    assert question.path == f"/quiz/{attempt_id + 1}/1"
    missed = [row.card_key for row in rows(attempt_id) if row.position in {1, 4, 5}]
    assert [row.card_key for row in rows(attempt_id + 1)] == missed
    # The same form sent again is the same attempt.
    assert visitor.send(page, "/again", what="missed").path == question.path


def test_the_same_is_taken_again_and_held_against_the_first_time(
    visitor: Visitor, take: Take, rows: Rows, clock: Clock
) -> None:
    first = take(PRACTICE, wrong=[1, 2])
    page = visitor.send(visitor.read(f"/quiz/{first}/result"), "/again", what="same")
    assert page.path == f"/quiz/{first + 1}/1"
    assert [r.question for r in rows(first + 1)] == [r.question for r in rows(first)]
    clock.forward(hours=24)
    second = take(again=first, wrong=[2, 3])
    words = visitor.read(f"/quiz/{second}/result").words
    assert "On Wed 11 Mar the same questions brought 3 of 5 points (60%)." in words
    assert re.search(r"Right now, not before 1 question: 1 ", words)
    assert re.search(r"Right before, not now 1 question: 3 ", words)
    assert re.search(r"Not right again 1 question: 2 ", words)


def test_attempts_stand_in_a_table_and_from_three_on_in_a_picture(
    visitor: Visitor, take: Take, clock: Clock
) -> None:
    ids = []
    for wrong in ([1, 2, 3], [1, 2], [1]):
        ids.append(take(replace(EXAM, seed=None), wrong=wrong))
        clock.forward(hours=24)
    two = visitor.read(f"/quiz/{ids[1]}/result")
    assert "chart-plot" not in two.html
    assert "with other questions, it was 2 of 5 points (40%). So small a difference" in two.words
    three = visitor.read(f"/quiz/{ids[2]}/result")
    assert 'aria-label="Shares of the points in 3 attempts: 40%, 60%, 80%"' in three.html
    assert three.html.count("chart-aim") == 1  # the pass mark
    assert "4 of 5 80%, passed" in three.words
    assert re.search(r"other questions 3 of 5 60%, not passed \+1 ", three.words)
    assert three.link(href=f"/quiz/{ids[0]}/result")
    assert "Against earlier attempts" not in visitor.read(f"/quiz/{ids[0]}/result").words


def test_only_what_was_missed_is_sent_to_study(
    app: Flask, visitor: Visitor, take: Take, rows: Rows
) -> None:
    attempt_id = take(wrong=[2], left_out=[4])
    page = visitor.read(f"/quiz/{attempt_id}/result")
    missed = rows(attempt_id)[1].card_key
    assert "Send 1 card to study" in page.words
    assert [v for name, v in page.form("/study/queue").fields if name == "key"] == [missed]
    assert visitor.send(page, "/study/queue").path.startswith(f"/study/{missed}")
    with app.app_context():  # answers in a quiz are no reviews of its cards
        assert not db.session.scalars(select(Review)).all()


def test_a_new_quiz_like_this_has_the_setup_and_not_the_seed(
    app: Flask, visitor: Visitor, take: Take
) -> None:
    page = visitor.read(f"/quiz/{take(replace(EXAM, minutes=30))}/result")
    assert "minutes=30" in page.link(href=changing(page))
    assert "seed=" not in changing(page)
    visitor.send(page, "/quiz/open")
    with app.app_context():
        new = db.session.scalars(select(Attempt).order_by(Attempt.id.desc())).first()
        assert new is not None
        setup = quizzes.setup_of(new)
    assert (setup.mode, setup.minutes, setup.length) == (Mode.EXAM, 30, 5)
    assert setup.seed != 11


def changing(page: Page) -> str:
    """Where the setup can be changed."""
    return next(link["href"] for link in page.links if link["href"].startswith("/quiz/?"))


def test_where_nothing_was_answered_the_same_can_be_taken_again(
    visitor: Visitor, take: Take
) -> None:
    page = visitor.read(f"/quiz/{take(left_out=range(1, 6))}/result")
    assert "Nothing was answered." in page.words
    assert "Retake what I missed" not in page.words
    assert "By tactic" not in page.words
    assert visitor.send(page, "/again", what="same").words.startswith("Question 1 of 5")


# Sharing and exporting -----------------------------------------------------------------------


def test_the_link_says_whether_it_asks_the_same(visitor: Visitor, take: Take) -> None:
    exam = visitor.read(f"/quiz/{take(EXAM)}/result")
    assert "Whoever opens this link gets the same questions" in exam.words
    (link,) = re.findall(r'id="link" type="text" value="([^"]+)"', exam.html)
    assert "seed=11" in link
    assert visitor.read(link).status == 200
    practice = visitor.read(f"/quiz/{take()}/result")
    assert "Your questions were fitted to what you know, so this link asks others" in practice.words
    missed = visitor.read(f"/quiz/{take(again=take(wrong=[1]), what=Retake.MISSED)}/result")
    assert 'id="link"' not in missed.html


def test_a_finished_quiz_can_be_taken_away_in_every_format(visitor: Visitor, take: Take) -> None:
    attempt_id = take(EXAM)
    page = visitor.read(f"/quiz/{attempt_id}/result")
    for slug, format_ in FORMATS.items():
        file = visitor.client.get(page.link(href=f"/quiz/{attempt_id}/export/{slug}"))
        assert (file.status_code, file.mimetype) == (200, format_.mimetype)
    for slug in ("paper", "answers"):
        shown = visitor.client.get(page.link(href=f"/quiz/{attempt_id}/export/{slug}?view=1"))
        assert "Content-Disposition" not in shown.headers


def test_what_is_somebody_elses_is_neither_taken_again_nor_decided(
    app: Flask, visitor: Visitor, take: Take, clock: Clock
) -> None:
    attempt_id = take()
    with app.app_context():
        begin_writing(db.session)
        stranger = factories.learner(db.session)
        catalogue = app.extensions["techniques"].load().catalogue
        theirs = starting.start(
            db.session, stranger, catalogue, setup=PRACTICE, seed=1, token="t", now=clock()
        )
        taking.finish(db.session, stranger, theirs.id, now=clock())
        db.session.commit()
        their_id = theirs.id
    token = visitor.read(f"/quiz/{attempt_id}/result").form("/again").fields[0]
    for about in (their_id, 99):
        for path in ("again", "result/1/near"):
            sent = visitor.client.post(f"/quiz/{about}/{path}", data=dict([token]))
            assert sent.status_code == 404, path


# Weight --------------------------------------------------------------------------------------


def test_a_long_result_takes_no_more_queries_than_a_short_one(
    visitor: Visitor, take: Take, count_queries: CountQueries
) -> None:
    numbers = []
    visitor.read("/quiz/")  # the first page of all reads more
    for size in (5, 100):
        attempt_id = take(Setup(length=size), wrong=range(1, 100, 3))
        with count_queries() as queries:
            page = visitor.read(f"/quiz/{attempt_id}/result")
        numbers.append(len(queries))
        assert len(order_of(page)) == size
        assert len(page.html) < 60_000 + 12_000 * size
    assert numbers[0] == numbers[1] < 12
