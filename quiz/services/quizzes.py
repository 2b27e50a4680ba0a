"""Quizzes: questions frozen into an attempt, answered one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from urllib.parse import parse_qs

from sqlalchemy import insert
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue, tactic_name
from quiz.db import queries
from quiz.db.models import Attempt, AttemptQuestion, Learner
from quiz.learning.grading import grade
from quiz.questions.base import Grade, Option, Question
from quiz.questions.kinds import KINDS
from quiz.questions.scope import Scope
from quiz.services import learners, switches
from quiz.services.deck import Deck
from quiz.services.errors import Refused

LONGEST_DURATION_MS = 60 * 60 * 1000
GONE = "No longer in the collection"


class NotFound(Refused):
    """The learner has no such attempt, or it has no such question."""


class NothingToAsk(Refused):
    """No question can be made in a scope."""


class EmptyAnswer(Refused):
    """An answer chooses nothing."""


class AttemptFinished(Refused):
    """An answer comes after the attempt was finished, when its result shows the keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question of an attempt. ``position`` counts from 1.

    Until it is answered or the attempt finished, ``question`` is sealed: what
    would tell the key is not in it.
    """

    attempt: Attempt
    position: int
    total: int
    question: Question
    answered: bool
    chosen: tuple[str, ...]
    grade: Grade | None
    answered_positions: tuple[int, ...]
    next_position: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What an answer did; ``recorded`` is false where there was one already, which stands."""

    recorded: bool
    grade: Grade
    chosen: tuple[str, ...]
    finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSummary:
    """An attempt in one line. ``score`` adds up its answers' scores, each from 0 to 1."""

    id: int
    title: str
    started_at: datetime
    finished_at: datetime | None
    answered: int
    total: int
    next_position: int | None
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of the answers about something were right, in scores from 0 to 1."""

    label: str
    right: float
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How an attempt went. The shares count answers; what was not answered is in neither."""

    score: float
    answered: int
    total: int
    by_tactic: tuple[Share, ...]
    by_kind: tuple[Share, ...]
    questions: tuple[AskedQuestion, ...]


def available(session: Session, catalogue: Catalogue, scope: Scope) -> int:
    """Count the cards that a scope can ask about, as far as is known without asking them."""
    return len(catalogue.once(Deck).select(scope, switches.switched_off(session)))


def start(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    *,
    scope: Scope,
    length: int,
    seed: int,
    token: str,
    now: datetime,
) -> Attempt:
    """Start a quiz of up to ``length`` questions, fewer where the scope gives fewer.

    The same ``token`` gives the same attempt: it comes with the form. Techniques
    not asked before come first, and none twice before all in scope were asked.
    Raises NothingToAsk.
    """
    learners.lock(session, learner)
    attempt = session.scalars(queries.attempt_by_token(learner.id, token)).one_or_none()
    if attempt is not None:
        return attempt
    asked = set(session.scalars(queries.techniques_asked(learner.id)))
    drawn = catalogue.once(Deck).draw(scope, seed, asked, switches.switched_off(session))
    questions = list(islice(drawn, max(1, length)))
    if not questions:
        raise NothingToAsk(
            "No question can be made of this choice. Choose more tactics, platforms or kinds."
        )
    attempt = Attempt(
        learner_id=learner.id,
        token=token,
        scope=scope.query,
        seed=seed,
        collections=", ".join(collection.label for collection in catalogue.collections),
        started_at=now,
    )
    session.add(attempt)
    session.flush()
    # One statement for all of them, where adding entities makes one for each.
    session.execute(
        insert(AttemptQuestion),
        [
            {
                "learner_id": learner.id,
                "attempt_id": attempt.id,
                "position": position,
                "card_key": question.key,
                "stix_id": question.stix_id,
                "kind": question.kind,
                "question": question.to_dict(),
            }
            for position, question in enumerate(questions, start=1)
        ],
    )
    return attempt


def attempt(session: Session, learner: Learner, attempt_id: int) -> Attempt:
    """Find one of the learner's attempts. Raises NotFound."""
    query = queries.attempt(learner.id, attempt_id)
    found = session.scalars(query, execution_options=queries.FRESH).one_or_none()
    if found is None:
        raise NotFound("There is no such quiz.")
    return found


def question(session: Session, learner: Learner, attempt_id: int, position: int) -> AskedQuestion:
    """Find one question of an attempt, by its position from 1. Raises NotFound."""
    found = attempt(session, learner, attempt_id)
    row = _row(session, learner, attempt_id, position)
    scores = session.execute(queries.attempt_scores(attempt_id)).all()
    return _asked(found, row, [place for place, score in scores if score is not None], len(scores))


def answer(
    session: Session,
    learner: Learner,
    attempt_id: int,
    position: int,
    chosen: Collection[str],
    *,
    duration_ms: int,
    now: datetime,
) -> Answered:
    """Grade and keep an answer; the last one finishes the attempt.

    The first answer stands: a later one changes nothing and gives what the first
    gave. ``duration_ms`` is cut to an hour. Raises NotFound, AttemptFinished,
    EmptyAnswer, and UnknownOption for an id that the question does not have.
    """
    learners.lock(session, learner)
    found = attempt(session, learner, attempt_id)
    row = _row(session, learner, attempt_id, position)
    if row.score is not None:
        return _answered(found, row, Grade(score=row.score), recorded=False)
    if found.finished_at is not None:
        raise AttemptFinished("This quiz was finished before that answer came.")
    if not chosen:
        raise EmptyAnswer("Choose an answer first.")
    result = grade(Question.from_dict(row.question), chosen)
    row.chosen = list(dict.fromkeys(chosen))
    row.score = result.score
    row.answered_at = now
    row.duration_ms = min(max(duration_ms, 0), LONGEST_DURATION_MS)
    session.flush()
    scores = session.execute(queries.attempt_scores(attempt_id))
    if all(score is not None for _, score in scores):
        finish(session, learner, attempt_id, now=now)
    return _answered(found, row, result, recorded=True)


def finish(session: Session, learner: Learner, attempt_id: int, *, now: datetime) -> Attempt:
    """Finish an attempt; what is not answered stays so. Raises NotFound."""
    learners.lock(session, learner)
    found = attempt(session, learner, attempt_id)
    found.finished_at = found.finished_at or now
    session.flush()
    return found


def unfinished(session: Session, learner: Learner) -> list[AttemptSummary]:
    """List the attempts that can be continued, latest first."""
    rows = session.execute(queries.attempt_totals(learner.id, finished=False))
    return [_summary(*row) for row in rows]


def history(session: Session, learner: Learner, limit: int) -> list[AttemptSummary]:
    """List the finished attempts, latest first."""
    rows = session.execute(queries.attempt_totals(learner.id, finished=True).limit(limit))
    return [_summary(*row) for row in rows]


def result(session: Session, learner: Learner, attempt_id: int, catalogue: Catalogue) -> Result:
    """Sum up an attempt, by tactic in matrix order and by kind. Raises NotFound."""
    found = attempt(session, learner, attempt_id)
    rows = session.scalars(queries.attempt_questions(learner.id, attempt_id)).all()
    answered = [(row, row.score) for row in rows if row.score is not None]
    positions = [row.position for row, _ in answered]
    tactics = [tactic.name for domain in catalogue.domains for tactic in catalogue.tactics(domain)]
    return Result(
        score=sum(score for _, score in answered),
        answered=len(answered),
        total=len(rows),
        by_tactic=_shares(
            ((name, score) for row, score in answered for name in _tactics(row, catalogue)),
            order=tactics,
        ),
        by_kind=_shares(
            ((_kind_title(row.kind), score) for row, score in answered),
            order=[kind.title for kind in KINDS.values()],
        ),
        questions=tuple(_asked(found, row, positions, len(rows)) for row in rows),
    )


def missed_keys(session: Session, learner: Learner, attempt_id: int) -> list[str]:
    """List the cards behind the answers that were not wholly right. Raises NotFound."""
    attempt(session, learner, attempt_id)
    return list(session.scalars(queries.missed_keys(learner.id, attempt_id)))


def _row(session: Session, learner: Learner, attempt_id: int, position: int) -> AttemptQuestion:
    query = queries.attempt_question(learner.id, attempt_id, position)
    row = session.scalars(query, execution_options=queries.FRESH).one_or_none()
    if row is None:
        raise NotFound("There is no such question in this quiz.")
    return row


def _asked(
    attempt: Attempt, row: AttemptQuestion, answered_positions: Sequence[int], total: int
) -> AskedQuestion:
    question = Question.from_dict(row.question)
    open_to_answers = row.score is None and attempt.finished_at is None
    unanswered = (place for place in range(1, total + 1) if place not in answered_positions)
    return AskedQuestion(
        attempt=attempt,
        position=row.position,
        total=total,
        question=_sealed(question) if open_to_answers else question,
        answered=row.score is not None,
        chosen=tuple(row.chosen or ()),
        grade=None if row.score is None else Grade(score=row.score),
        answered_positions=tuple(answered_positions),
        next_position=next(unanswered, None),
    )


def _sealed(question: Question) -> Question:
    """Leave out of a question everything that tells its key, or the technique that it is about."""
    return replace(
        question,
        key="",
        attack_id="",
        stix_id="",
        subject="",
        explanation="",
        evidence=(),
        difficulty=None,
        options=tuple(
            Option(id=option.id, text=option.text, correct=False) for option in question.options
        ),
    )


def _answered(attempt: Attempt, row: AttemptQuestion, grade: Grade, *, recorded: bool) -> Answered:
    return Answered(
        recorded=recorded,
        grade=grade,
        chosen=tuple(row.chosen or ()),
        finished=attempt.finished_at is not None,
    )


def _summary(
    attempt: Attempt, total: int, answered: int, next_position: int | None, score: float | None
) -> AttemptSummary:
    return AttemptSummary(
        id=attempt.id,
        title=_title(attempt.scope),
        started_at=attempt.started_at,
        finished_at=attempt.finished_at,
        answered=answered,
        total=total,
        next_position=next_position,
        score=score or 0.0,
    )


def _title(query: str) -> str:
    """Name an attempt by its scope: *Persistence, Discovery · Windows*."""
    scope = Scope.from_lists(parse_qs(query))
    parts = (
        [domain.removesuffix("-attack").capitalize() for domain in scope.domains],
        [tactic_name(short_name) for short_name in scope.tactics],
        scope.platforms,
        [level.capitalize() for level in scope.difficulties],
        scope.techniques,
        [_kind_title(slug) for slug in scope.kinds],
    )
    return " · ".join(_shortened(part) for part in parts if part) or "All techniques"


def _shortened(names: Sequence[str], most: int = 3) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _kind_title(slug: str) -> str:
    return KINDS[slug].title if slug in KINDS else slug


def _tactics(row: AttemptQuestion, catalogue: Catalogue) -> tuple[str, ...]:
    technique = catalogue.by_stix_id.get(row.stix_id)
    return catalogue.tactic_names(technique) if technique else (GONE,)


def _shares(scores: Iterable[tuple[str, float]], order: Sequence[str]) -> tuple[Share, ...]:
    """Group scores by label, in a given order; other labels come last."""
    grouped: dict[str, list[float]] = {label: [] for label in order}
    for label, score in scores:
        grouped.setdefault(label, []).append(score)
    return tuple(
        Share(label=label, right=sum(group), total=len(group))
        for label, group in grouped.items()
        if group
    )
