"""Databases for answering: many attempts full of questions that nobody has answered yet."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import insert, select

from quiz.content.catalogue import Catalogue
from quiz.db.base import alembic, begin_writing, db
from quiz.db.models import Attempt, AttemptQuestion, Learner
from quiz.learning.grading import tidy
from quiz.learning.setup import Setup
from quiz.questions.base import Question
from quiz.services import learners, starting
from tests.answering import as_sent, right_answer, wrong_answer

NOW = datetime.now(UTC)
LENGTH = 20
"""Questions an attempt."""
AT_ONCE = 64
"""So many attempts are drawn as a quiz draws them; the others repeat their questions."""
RIGHT = 0.7
"""The share of answers that are right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerable:
    """A question not answered yet: where it is, what a form sends, what is kept of that."""

    attempt_id: int
    position: int
    fields: bytes
    chosen: list[str]


def prepare(app: Flask, questions: int) -> list[Answerable]:
    """Make a database with attempts of so many questions; gives them in the order to answer.

    ``AT_ONCE`` attempts are answered side by side, as if everyone had one of their own.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
    catalogue = app.extensions["techniques"].load().catalogue
    found: list[list[Answerable]] = []
    with app.app_context():
        alembic.upgrade()
        begin_writing(db.session)
        learner = learners.local_learner(db.session, now=NOW)
        drawn = [_draw(learner, catalogue, seed) for seed in range(AT_ONCE)]
        rng = Random(1)
        answers = [[_answer(row, rng) for row in rows] for rows in drawn]
        for _ in range(0, questions, AT_ONCE * LENGTH):
            ids = [_repeat(learner, rows) for rows in drawn]
            found += [
                [
                    Answerable(attempt_id=id_, position=n + 1, fields=of[n][0], chosen=of[n][1])
                    for id_, of in zip(ids, answers, strict=True)
                ]
                for n in range(LENGTH)
            ]
        db.session.commit()
    return [one for together in found for one in together]


def kept(app: Flask) -> dict[tuple[int, int], list[str] | None]:
    """Give every answer that is in the database, by attempt and position."""
    at = AttemptQuestion
    with app.app_context():
        answered = db.session.execute(
            select(at.attempt_id, at.position, at.chosen).where(at.answered_at.is_not(None))
        )
        return {(attempt_id, position): chosen for attempt_id, position, chosen in answered}


def _draw(learner: Learner, catalogue: Catalogue, seed: int) -> list[dict[str, Any]]:
    """Draw the questions of an attempt, as their rows are, and forget the attempt."""
    attempt = starting.start(
        db.session,
        learner,
        catalogue,
        setup=Setup(length=LENGTH),
        seed=seed,
        token=f"drawn {seed}",
        now=NOW,
    )
    of_attempt = select(AttemptQuestion.__table__).where(AttemptQuestion.attempt_id == attempt.id)
    rows = db.session.execute(of_attempt.order_by(AttemptQuestion.position)).mappings()
    found = [{key: row[key] for key in row if key != "id"} for row in rows]
    db.session.delete(attempt)
    db.session.flush()
    return found


def _repeat(learner: Learner, rows: list[dict[str, Any]]) -> int:
    attempt = Attempt(
        learner_id=learner.id,
        token=secrets.token_urlsafe(16),
        scope="",
        seed=1,
        collections="",
        started_at=NOW,
    )
    db.session.add(attempt)
    db.session.flush()
    db.session.execute(insert(AttemptQuestion), [{**row, "attempt_id": attempt.id} for row in rows])
    return attempt.id


def _answer(row: Mapping[str, Any], rng: Random) -> tuple[bytes, list[str]]:
    """Answer a question: the fields of the form, and what is kept of it."""
    question = Question.from_dict(row["question"])
    answer = (right_answer if rng.random() < RIGHT else wrong_answer)(question)
    fields = urlencode(as_sent(question, answer), doseq=True)
    return fields.encode(), tidy(question, answer)
