"""Open quizzes whose frozen questions hold canaries where their keys are, or other keys."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.base import begin_writing, db
from quiz.db.models import Attempt, AttemptQuestion, Flag, Learner
from quiz.learning.setup import Mode, Setup
from quiz.questions.base import AnswerKind, Question
from quiz.services import flags, learners, starting, taking
from quiz.services.flags import Reason
from quiz.services.taking import Confidence
from tests.answering import right_answer, wrong_answer
from tests.web.conftest import Clock

SEED = 3_141_592_653
"""Of the quizzes: whoever knew it could take the same quiz as practice, and see the keys."""
OF_EACH = 2
"""How many questions a quiz has of each way to answer: one with an answer, and one without."""

Row = dict[str, Any]


def canary(row_id: int) -> str:
    """A word for one question that stands nowhere else and cannot be guessed."""
    return f"canary{sha256(str(row_id).encode()).hexdigest()[:16]}"


def open_quizzes(app: Flask, clock: Clock) -> list[int]:
    """Start a practice quiz, an exam, and one with a time limit, each answered in part.

    Each asks for every way to answer. Half of its questions have an answer, right or wrong. Some
    are flagged, to come back to, and all as faulty. Gives the attempts' ids.
    """
    catalogue: Catalogue = app.extensions["techniques"].load().catalogue
    with app.app_context():
        learner = learners.local_learner(db.session, now=clock())
        db.session.commit()
        begin_writing(db.session)
        setups = (
            Setup(length=80),
            Setup(length=80, mode=Mode.EXAM),
            Setup(length=80, mode=Mode.EXAM, minutes=45, shuffled=True),
        )
        made = [
            _open_quiz(db.session, learner, catalogue, setup, number, clock)
            for number, setup in enumerate(setups)
        ]
        db.session.commit()
    return made


def _open_quiz(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    setup: Setup,
    number: int,
    clock: Clock,
) -> int:
    attempt = starting.start(
        session,
        learner,
        catalogue,
        setup=setup,
        seed=SEED + number,
        token=f"token {number}",
        now=clock(),
    )
    _keep_some_of_each(session, attempt, 1 if setup.minutes else OF_EACH)
    attempt_id = attempt.id
    for row, way in zip(_rows(session, attempt_id), cycle(("right", "", "wrong", ""))):
        question = Question.from_dict(row.question)
        if way:
            taking.answer(
                session,
                learner,
                attempt_id,
                row.position,
                right_answer(question) if way == "right" else wrong_answer(question),
                duration_ms=4000,
                now=clock(),
                catalogue=catalogue,
                confidence=Confidence.SURE,
            )
        taking.flag(session, learner, attempt_id, row.position, on=not way, now=clock())
        flags.flag_quiz_question(
            session, learner, attempt_id, row.position, reason=Reason.WRONG, note="Hm", now=clock()
        )
    if setup.minutes:
        taking.extend(session, learner, attempt_id, by=timedelta(minutes=5), now=clock())
    return attempt_id


def _keep_some_of_each(session: Session, attempt: Attempt, wanted: int) -> None:
    """Leave as many questions of each way to answer as are wanted, and number them anew."""
    found: Counter[AnswerKind] = Counter()
    ordered: dict[AnswerKind, list[AttemptQuestion]] = {kind: [] for kind in AnswerKind}
    for row in _rows(session, attempt.id):
        kind = AnswerKind(row.question["answer_kind"])
        if found[kind] < wanted:
            found[kind] += 1
            ordered[kind].append(row)
    assert set(found.values()) == {wanted}, found
    kept = [row for rows in ordered.values() for row in rows]
    session.execute(
        delete(AttemptQuestion).where(
            AttemptQuestion.attempt_id == attempt.id,
            AttemptQuestion.id.not_in([row.id for row in kept]),
        )
    )
    for offset in (1000, 1):  # two passes: no two rows may share a place meanwhile
        for number, row in enumerate(kept):
            row.position = number + offset
        session.flush()
    session.expire_all()


def _rows(session: Session, attempt_id: int) -> list[AttemptQuestion]:
    query = select(AttemptQuestion).where(AttemptQuestion.attempt_id == attempt_id)
    return list(session.scalars(query.order_by(AttemptQuestion.position)))


def untold(database: Path) -> set[int]:
    """The questions whose keys may not be told yet, read past everything that is under test."""
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute(
            "SELECT q.id FROM attempt_question q JOIN attempt a ON a.id = q.attempt_id"
            " WHERE a.finished_at IS NULL"
            " AND (q.answered_at IS NULL OR a.scope LIKE '%mode=exam%')"
        )
        return {id_ for (id_,) in found}


def plant(
    app: Flask, ids: Collection[int], change: Callable[[Row, int], Mapping[str, Any]]
) -> None:
    """Change frozen questions, wherever they are kept; their columns follow."""
    with app.app_context():
        begin_writing(db.session)
        rows = db.session.scalars(select(AttemptQuestion).where(AttemptQuestion.id.in_(ids)))
        for row in rows.all():
            row.question = row.question | dict(change(row.question, row.id))
            row.card_key, row.stix_id = row.question["key"], row.question["stix_id"]
            for flag in db.session.scalars(select(Flag).where(Flag.attempt_question_id == row.id)):
                flag.question = row.question
                flag.card_key, flag.stix_id = row.card_key, row.stix_id
        db.session.commit()


def canaries(question: Row, row_id: int) -> Row:
    """Put a canary in everything of a question that tells its key."""
    word = canary(row_id)
    told = {"note": f"{word} note"} | dict.fromkeys(("tactic", "stix_id", "attack_id"), word)
    return {
        "key": f"{word}/{question['kind']}",
        "attack_id": word,
        "stix_id": word,
        "subject": word,
        "explanation": f"{word} reason",
        "evidence": [{"file": word, "section": word, "quote": f"{word} evidence"}],
        "difficulty": {"level": word, "basis": word},
        "options": [option | told for option in question["options"]],
        "items": [item | told for item in question["items"]],
        "targets": [target | told for target in question["targets"]],
        "accepted": [f"{word} word" for _ in question["accepted"]],
        "lookalikes": [f"{word} other" for _ in question["accepted"]],
    }


def another_key(catalogue: Catalogue) -> Callable[[Row, int], Row]:
    """Make something else right, about another technique that is taught; what is shown stays."""
    techniques = sorted(catalogue.techniques, key=lambda technique: technique.stix_id)

    def change(question: Row, row_id: int) -> Row:
        own = next(n for n, t in enumerate(techniques) if t.stix_id == question["stix_id"])
        other = techniques[(own + 1 + row_id) % len(techniques)]
        about = {"stix_id": other.stix_id, "attack_id": str(other.attack_id), "tactic": None}
        keys = [option["correct"] for option in question["options"]]
        return {
            "key": f"{other.stix_id}/{question['kind']}",
            "attack_id": str(other.attack_id),
            "stix_id": other.stix_id,
            "subject": other.name,
            "explanation": f"Because of {other.name}.",
            "evidence": [{"file": other.path, "section": "Description", "quote": other.name}],
            "difficulty": None if question["difficulty"] else {"level": "easy", "basis": "stated"},
            "options": [
                option | about | {"correct": correct, "note": other.name}
                for option, correct in zip(question["options"], keys[1:] + keys[:1], strict=True)
            ],
            "items": [item | about | {"note": other.name} for item in question["items"]],
            "targets": [target | about | {"note": other.name} for target in question["targets"]],
            "solution": question["solution"][1:] + question["solution"][:1],
            "accepted": [f"{text} in other words" for text in question["accepted"]],
            "lookalikes": [*question["lookalikes"], other.name],
        }

    return change
