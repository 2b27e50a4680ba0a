"""Whatever is done with quizzes, in whatever order: they are what a plain model says.

QUIZ_RUNS says how many runs of 50 steps; the whole is QUIZ_RUNS=1000.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, StaticPool, create_engine, insert, select
from sqlalchemy.orm import Session

from quiz.db.base import WRITES, Base
from quiz.db.models import Attempt, AttemptQuestion
from quiz.learning.grading import IncompleteAnswer, UnknownOption
from quiz.learning.setup import Mode, Setup
from quiz.questions.base import AnswerKind, Question
from quiz.services import history, quizzes, taking
from quiz.services.deck import Deck
from quiz.services.taking import Confidence
from tests import factories
from tests.answering import right_answer, typed, wrong_answer
from tests.factories import NOON

RUNS = int(os.environ.get("QUIZ_RUNS", "120"))
STEPS = 50
GRACE = timedelta(seconds=3)
QUESTIONS = 4
MOST_OPEN = 3
"""How many quizzes are open at once; what is done is done to the last so many."""
which = st.integers(0, MOST_OPEN - 1)
position = st.integers(1, QUESTIONS)
STEPS_OF: dict[str, tuple[int, dict[str, st.SearchStrategy[Any]]]] = {
    "starts": (3, {"exam": st.booleans(), "minutes": st.sampled_from([None, 1, 30])}),
    "answers": (
        10,
        {
            "which": which,
            "position": position,
            "way": st.sampled_from(["right", "wrong", "part"]),
            "behind": st.sampled_from([0, 0, 0, 1]),
            "confidence": st.sampled_from([None, *Confidence]),
        },
    ),
    "takes_back": (
        3,
        {"which": which, "position": position, "behind": st.sampled_from([0, 0, 1])},
    ),
    "flags": (2, {"which": which, "position": position, "on": st.booleans()}),
    "extends": (2, {"which": which}),
    "hands_in": (1, {"which": which}),
    "time_passes": (4, {"seconds": st.sampled_from([1, 2, 20, 58, 60, 600])}),
    "time_is_about_up": (3, {"which": which, "seconds": st.sampled_from([-1, 1, 3, 4, 20])}),
    "lists_are_read": (1, {}),
    "sends_what_no_page_does": (
        2,
        {"which": which, "position": st.sampled_from([-1, 0, 1, QUESTIONS + 1])},
    ),
    "reloads": (2, {}),
    "looks": (3, {"which": which, "position": position}),
}
"""What can be done: how often beside the rest, and with what.

As rules of their own, each run would go without about half of them.
"""
step = st.one_of(
    [
        st.tuples(st.just(name), st.fixed_dictionaries(given))
        for name, (often, given) in STEPS_OF.items()
        for _ in range(often)
    ]
)


@dataclass
class Said:
    """What the model knows of one question."""

    question: Question
    chosen: list[str] | None = None
    score: float | None = None
    version: int = 0
    flagged: bool = False
    confidence: Confidence | None = None


@dataclass
class Model:
    """What the model knows of one attempt."""

    id: int
    exam: bool
    ends_at: datetime | None
    finished_at: datetime | None = None
    rows: list[Said] = field(default_factory=list)

    def is_told(self, row: Said) -> bool:
        return self.finished_at is not None or (not self.exam and row.chosen is not None)


@cache
def questions() -> list[Question]:
    """One question of each way to answer but one, which is typed."""
    deck = factories.catalogue().once(Deck)
    found: dict[AnswerKind, Question] = {}
    for card in list(deck.cards.values()):
        asked = deck.ask(card, 3, typed=False)
        if asked is not None:
            found.setdefault(asked.answer_kind, asked)
    wanted = [found[k] for k in (AnswerKind.MANY, AnswerKind.ORDER, AnswerKind.MATCH)]
    return [*wanted, typed(found[AnswerKind.ONE], "Parcel Drop")]


def points(question: Question, chosen: list[str]) -> float:
    """Grade by hand: what every way to answer is worth, in other words than the product's."""
    kind = question.answer_kind
    if kind is AnswerKind.TEXT:
        return float(chosen == ["Parcel Drop"])
    if kind is AnswerKind.MATCH:
        right = [a for a, b in zip(chosen, question.solution, strict=True) if a == b]
        return len(right) / len(question.solution)
    if kind is AnswerKind.ORDER:
        places = [list(question.solution).index(id_) for id_ in chosen]
        return sum(a < b for a, b in pairwise(places)) / (len(places) - 1)
    keyed = {option.id for option in question.options if option.correct}
    good, bad = len(keyed & set(chosen)), len(set(chosen) - keyed)
    return max(good - bad, 0) / len(keyed)


def answer_of(question: Question, how: str) -> list[str]:
    if how == "part" and question.answer_kind in {AnswerKind.MANY, AnswerKind.MATCH}:
        whole = right_answer(question)
        lacks = question.answer_kind is AnswerKind.MATCH
        return [*whole[:-1], ""] if lacks else [*whole, *wrong_answer(question)]
    return right_answer(question) if how == "right" else wrong_answer(question)


class Taking(RuleBasedStateMachine):
    """One learner, some quizzes, two tabs, and someone who sends what no page does."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine
        self.session = Session(engine, expire_on_commit=False)
        self.learner = factories.learner(self.session)
        self.stranger = factories.learner(self.session)
        self.session.commit()
        self.now = NOON
        self.models: list[Model] = []

    def teardown(self) -> None:
        self.session.rollback()
        for table in reversed(Base.metadata.sorted_tables):
            self.session.execute(table.delete())
        self.session.commit()
        self.session.close()

    def model(self, which: int) -> Model | None:
        recent = self.models[-MOST_OPEN:]
        return recent[which % len(recent)] if recent else None

    def is_late(self, model: Model) -> bool:
        ends = model.ends_at
        return model.finished_at is None and ends is not None and self.now > ends + GRACE

    def end(self, model: Model) -> None:
        """What must come of handing in."""
        if model.finished_at is None:
            model.finished_at = min(self.now, model.ends_at or self.now)
            for row in model.rows:
                if row.chosen is not None:
                    row.score = points(row.question, row.chosen)

    @rule(step=step)
    def does(self, step: tuple[str, dict[str, Any]]) -> None:
        name, given = step
        getattr(self, name)(**given)

    def starts(self, exam: bool, minutes: int | None) -> None:
        if sum(model.finished_at is None for model in self.models) == MOST_OPEN:
            return
        mode = Mode.EXAM if exam else Mode.PRACTICE
        ends_at = self.now + timedelta(minutes=minutes) if exam and minutes else None
        attempt = Attempt(
            learner_id=self.learner.id,
            token=str(len(self.models)),
            scope=Setup(mode=mode, length=QUESTIONS).query,
            seed=3,
            collections="",
            started_at=self.now,
            ends_at=ends_at,
        )
        self.session.add(attempt)
        self.session.flush()
        rows: list[dict[str, Any]] = [
            {
                "learner_id": self.learner.id,
                "attempt_id": attempt.id,
                "position": number,
                "card_key": question.key,
                "stix_id": question.stix_id,
                "kind": question.kind,
                "question": question.to_dict(),
            }
            for number, question in enumerate(questions(), start=1)
        ]
        self.session.execute(insert(AttemptQuestion), rows)
        said = [Said(question) for question in questions()]
        self.models.append(Model(id=attempt.id, exam=exam, ends_at=ends_at, rows=said))

    def answers(
        self, which: int, position: int, way: str, behind: int, confidence: Confidence | None
    ) -> None:
        """Answer or change an answer, from the newest page or, ``behind``, from an older tab's."""
        model = self.model(which)
        if model is None:
            return
        row = model.rows[position - 1]
        chosen, version = answer_of(row.question, way), max(0, row.version - behind)

        def send() -> taking.Answered:
            return taking.answer(
                self.session,
                self.learner,
                model.id,
                position,
                chosen,
                duration_ms=1,
                now=self.now,
                version=version,
                confidence=confidence,
            )

        if self.is_late(model):
            with pytest.raises(quizzes.TimeIsUp):
                send()
        elif row.chosen is not None and (not model.exam or row.chosen == chosen):
            reply = send()
            assert (reply.recorded, reply.stands) == (False, row.chosen == chosen)
            assert list(reply.chosen) == row.chosen
            if model.exam and model.finished_at is None:
                row.confidence = confidence or row.confidence
        elif model.finished_at is not None:
            with pytest.raises(taking.AttemptFinished):
                send()
        elif model.exam and version != row.version:
            with pytest.raises(taking.AnsweredElsewhere):
                send()
        elif not model.exam and "" in chosen:
            with pytest.raises(IncompleteAnswer):
                send()
        else:
            reply = send()
            assert (reply.recorded, reply.stands, reply.version) == (True, True, row.version + 1)
            row.chosen, row.confidence = chosen, confidence
            row.version += 1
            if not model.exam:
                row.score = points(row.question, chosen)
                assert reply.grade is not None
                assert reply.grade.score == row.score
                if all(each.chosen is not None for each in model.rows):
                    self.end(model)
            else:
                assert reply.grade is None
            assert reply.finished is (model.finished_at is not None)

    def takes_back(self, which: int, position: int, behind: int) -> None:
        model = self.model(which)
        if model is None:
            return
        row = model.rows[position - 1]
        version = max(0, row.version - behind)

        def send() -> taking.Answered:
            return taking.take_back(
                self.session, self.learner, model.id, position, version=version, now=self.now
            )

        if self.is_late(model):
            with pytest.raises(quizzes.TimeIsUp):
                send()
        elif model.is_told(row):
            with pytest.raises(taking.AttemptFinished):
                send()
        elif row.chosen is not None and version != row.version:
            with pytest.raises(taking.AnsweredElsewhere):
                send()
        else:
            assert send().recorded is (row.chosen is not None)
            if row.chosen is not None:
                row.chosen = row.confidence = None
                row.version += 1

    def flags(self, which: int, position: int, on: bool) -> None:
        model = self.model(which)
        if model is None:
            return

        def send() -> None:
            taking.flag(self.session, self.learner, model.id, position, on=on, now=self.now)

        if self.is_late(model):
            with pytest.raises(quizzes.TimeIsUp):
                send()
        elif model.finished_at is not None:
            with pytest.raises(taking.AttemptFinished):
                send()
        else:
            send()
            model.rows[position - 1].flagged = on

    def extends(self, which: int) -> None:
        model = self.model(which)
        if model is None:
            return

        def send() -> Attempt:
            by = timedelta(minutes=5)
            return taking.extend(self.session, self.learner, model.id, by=by, now=self.now)

        if self.is_late(model):
            with pytest.raises(quizzes.TimeIsUp):
                send()
        elif model.finished_at is not None:
            with pytest.raises(taking.AttemptFinished):
                send()
        elif model.ends_at is None:
            with pytest.raises(taking.NoTimeLimit):
                send()
        else:
            most = self.now + timedelta(hours=24)
            model.ends_at = min(max(model.ends_at, self.now) + timedelta(minutes=5), most)
            assert send().ends_at == model.ends_at

    def hands_in(self, which: int) -> None:
        model = self.model(which)
        if model is not None:
            taking.finish(self.session, self.learner, model.id, now=self.now)
            self.end(model)

    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    def time_is_about_up(self, which: int, seconds: int) -> None:
        model = self.model(which)
        if model is not None and model.ends_at is not None:
            self.now = max(self.now, model.ends_at + timedelta(seconds=seconds))

    def lists_are_read(self) -> None:
        """What a page that lists quizzes does first: hand in what is late."""
        late = [model for model in self.models if self.is_late(model)]
        settled = taking.settle(self.session, self.learner, factories.catalogue(), now=self.now)
        assert settled == len(late)
        for model in late:
            self.end(model)
        done = {each.id: each.score for each in history.finished(self.session, self.learner, 99)}
        assert done == {
            model.id: sum(row.score or 0 for row in model.rows)
            for model in self.models
            if model.finished_at
        }

    def sends_what_no_page_does(self, which: int, position: int) -> None:
        model = self.model(which)
        if model is None or self.is_late(model):
            return
        whose = self.stranger if position == 1 else self.learner
        with pytest.raises(quizzes.NotFound):
            taking.answer(
                self.session, whose, model.id, position, ["1"], duration_ms=1, now=self.now
            )
        row = model.rows[0]
        if row.chosen is None and model.finished_at is None:
            for chosen, error in (([], IncompleteAnswer), (["none"], UnknownOption)):
                with pytest.raises(error):
                    taking.answer(
                        self.session,
                        self.learner,
                        model.id,
                        1,
                        chosen,
                        duration_ms=1,
                        now=self.now,
                        version=row.version,
                    )

    def reloads(self) -> None:
        """Go on in a new session, as every request does."""
        self.session.commit()
        self.session.close()
        self.session = Session(self.engine, expire_on_commit=False)
        self.learner = self.session.merge(self.learner)
        self.stranger = self.session.merge(self.stranger)

    def looks(self, which: int, position: int) -> None:
        """A question is sealed exactly until it may be told."""
        model = self.model(which)
        if model is None:
            return
        row = model.rows[position - 1]
        if self.is_late(model):
            with pytest.raises(quizzes.TimeIsUp):
                quizzes.question(self.session, self.learner, model.id, position, now=self.now)
            return
        asked = quizzes.question(self.session, self.learner, model.id, position, now=self.now)
        told = model.is_told(row)
        keys = (asked.question.correct_ids, asked.question.solution, asked.question.accepted)
        assert (any(keys), bool(asked.question.explanation), asked.told) == (told, told, told)
        assert (asked.grade and asked.grade.score) == (row.score if told else None)
        assert asked.answered_positions == tuple(
            number for number, each in enumerate(model.rows, start=1) if each.chosen is not None
        )

    @invariant()
    def nothing_is_lost_and_nothing_is_there_twice(self) -> None:
        self.session.flush()
        row = AttemptQuestion
        found = self.session.execute(
            select(
                *(row.attempt_id, row.position, row.chosen, row.score, row.version),
                *(row.flagged, row.confidence, row.answered_at.is_not(None)),
            ).order_by(row.attempt_id, row.position)
        ).all()
        assert [tuple(each) for each in found] == [
            (m.id, n, r.chosen, r.score, r.version, r.flagged, r.confidence, r.chosen is not None)
            for m in self.models
            for n, r in enumerate(m.rows, start=1)
        ]
        ends = self.session.execute(
            select(Attempt.id, Attempt.finished_at, Attempt.ends_at).order_by(Attempt.id)
        ).all()
        assert [tuple(each) for each in ends] == [
            (m.id, m.finished_at, m.ends_at) for m in self.models
        ]


@pytest.fixture
def in_memory() -> Iterator[Engine]:
    engine = create_engine("sqlite://", poolclass=StaticPool).execution_options(**WRITES)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


def test_quizzes_are_what_a_plain_model_says_whatever_is_done(in_memory: Engine) -> None:
    class Here(Taking):
        def __init__(self) -> None:
            super().__init__(in_memory)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
