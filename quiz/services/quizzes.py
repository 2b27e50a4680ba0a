"""Quizzes: questions frozen into an attempt, answered one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice
from urllib.parse import parse_qs, urlencode

from sqlalchemy import insert
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue, domain_name
from quiz.content.technique import Tactic, Technique
from quiz.db import queries
from quiz.db.models import Attempt, AttemptQuestion, Learner
from quiz.learning.confusion import taken_for
from quiz.learning.grading import grade, tidy
from quiz.learning.knowledge import MetCard, nearness
from quiz.questions.base import AnswerKind, Grade, Nearness, Question
from quiz.questions.kinds import KINDS
from quiz.questions.scope import Scope
from quiz.services import learners, reviewing, switches
from quiz.services.deck import Deck
from quiz.services.errors import Refused
from quiz.services.sealing import sealed

LONGEST_DURATION_MS = 60 * 60 * 1000
GONE = "No longer in the collection"


class NotFound(Refused):
    """The learner has no such attempt, or it has no such question."""


class NothingToAsk(Refused):
    """No question can be made in a scope."""


class NoNearMiss(Refused):
    """A learner would decide about an answer that is not a near miss."""


class AttemptFinished(Refused):
    """An answer comes after the attempt was finished, when its result shows the keys."""


class Answers(StrEnum):
    """How a quiz is answered: as the seed has it, by choosing, or in writing where that can be."""

    MIXED = "mixed"
    CHOOSE = "choose"
    TYPE = "type"

    @property
    def typed(self) -> bool | None:
        """Whether to ask for answers in writing, as ``generate`` has it."""
        return {Answers.CHOOSE: False, Answers.TYPE: True}.get(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question of an attempt. ``position`` counts from 1.

    Until it is answered or the attempt finished, ``question`` is sealed: what
    would tell the key is not in it. ``chosen`` is the answer, as grading has it.
    ``grades`` are those of all the attempt's questions, empty where not answered.
    """

    attempt: Attempt
    position: int
    question: Question
    chosen: tuple[str, ...]
    grade: Grade | None
    grades: tuple[Grade | None, ...]

    @property
    def total(self) -> int:
        """How many questions the attempt has."""
        return len(self.grades)

    @property
    def answered(self) -> bool:
        """Whether this question has an answer."""
        return self.grade is not None

    @property
    def answered_positions(self) -> tuple[int, ...]:
        """The places of all questions that have an answer."""
        return tuple(n for n, found in enumerate(self.grades, start=1) if found is not None)

    @property
    def next_position(self) -> int | None:
        """The first place without an answer."""
        return next((n for n, found in enumerate(self.grades, start=1) if found is None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What an answer did; ``recorded`` is false where there was one already, which stands.

    ``review_id`` is that of the review which it counts as, where it does.
    """

    recorded: bool
    grade: Grade
    chosen: tuple[str, ...]
    finished: bool
    review_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of the answers about something were right, in scores from 0 to 1."""

    label: str
    right: float
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How an attempt went. The shares count answers; what was not answered is in neither.

    ``missed`` counts the answers that were not wholly right.
    """

    score: float
    answered: int
    missed: int
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
    answers: Answers = Answers.MIXED,
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
    off = switches.switched_off(session)
    near = _nearness(session, learner)
    drawn = catalogue.once(Deck).draw(scope, seed, asked, off, nearness=near, typed=answers.typed)
    questions = list(islice(drawn, max(1, length)))
    if not questions:
        raise NothingToAsk(
            "No question can be made of this choice. Choose more tactics, platforms or kinds."
        )
    attempt = Attempt(
        learner_id=learner.id,
        token=token,
        scope=_plan(scope, answers),
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


def _nearness(session: Session, learner: Learner) -> dict[str, Nearness]:
    """How near wrong options come, by STIX id, for the techniques that the learner has studied."""
    cards: dict[str, list[MetCard]] = defaultdict(list)
    for card in session.execute(queries.memories(learner.id)):
        cards[card.stix_id].append(card)
    found = {stix_id: nearness(own) for stix_id, own in cards.items()}
    return {stix_id: near for stix_id, near in found.items() if near}


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
    scores = session.execute(queries.attempt_scores(attempt_id))
    return _asked(found, row, [score for _, score in scores])


def answer(
    session: Session,
    learner: Learner,
    attempt_id: int,
    position: int,
    chosen: Collection[str],
    *,
    duration_ms: int,
    now: datetime,
    catalogue: Catalogue | None = None,
) -> Answered:
    """Grade and keep an answer, given as grading has it; the last one finishes the attempt.

    By a ``catalogue``, it is kept what technique was taken for another, and the answer
    counts as a review of its card where the learner wants that.

    The first answer stands: a later one changes nothing and gives what the first
    gave. ``duration_ms`` is cut to an hour. Raises NotFound, AttemptFinished,
    IncompleteAnswer, and UnknownOption for an id that the question does not have.
    """
    learners.lock(session, learner)
    found = attempt(session, learner, attempt_id)
    row = _row(session, learner, attempt_id, position)
    question = Question.from_dict(row.question)
    if (first := _grade(row, question)) is not None:
        return _answered(found, row, first, recorded=False)
    if found.finished_at is not None:
        raise AttemptFinished("This quiz was finished before that answer came.")
    result = grade(question, chosen)
    row.chosen = tidy(question, chosen)
    row.score = result.score
    row.answered_at = now
    row.duration_ms = min(max(duration_ms, 0), LONGEST_DURATION_MS)
    review = None
    if catalogue is not None:
        row.taken_for = taken_for(question, row.chosen, catalogue)
        if learner.quiz_counts and not result.near:
            review = reviewing.count(session, learner, catalogue, row, result, now=now)
    session.flush()
    scores = session.execute(queries.attempt_scores(attempt_id))
    if all(score is not None for _, score in scores):
        finish(session, learner, attempt_id, now=now)
    answered = _answered(found, row, result, recorded=True)
    return replace(answered, review_id=review.id) if review else answered


def decide(
    session: Session, learner: Learner, attempt_id: int, position: int, *, counts: bool
) -> Grade:
    """Let the learner say whether a near miss counts as right; what was typed stays.

    It can be said again, and otherwise, at any time. Raises NotFound, and NoNearMiss
    where there is no such answer.
    """
    learners.lock(session, learner)
    attempt(session, learner, attempt_id)
    row = _row(session, learner, attempt_id, position)
    result = _grade(row, Question.from_dict(row.question))
    if result is None or not result.near:
        raise NoNearMiss("That answer is right or wrong as it stands. Nothing was changed.")
    row.score = 1.0 if counts else 0.0
    session.flush()
    return replace(result, score=row.score)


def finish(session: Session, learner: Learner, attempt_id: int, *, now: datetime) -> Attempt:
    """Finish an attempt; what is not answered stays so. Raises NotFound."""
    learners.lock(session, learner)
    found = attempt(session, learner, attempt_id)
    found.finished_at = found.finished_at or now
    session.flush()
    return found


def result(session: Session, learner: Learner, attempt_id: int, catalogue: Catalogue) -> Result:
    """Sum up an attempt, by tactic in matrix order and by kind. Raises NotFound."""
    found = attempt(session, learner, attempt_id)
    rows = session.scalars(queries.attempt_questions(learner.id, attempt_id)).all()
    scores = [row.score for row in rows]
    answered = [(row, row.score) for row in rows if row.score is not None]
    techniques = [catalogue.by_stix_id.get(row.stix_id) for row, _ in answered]
    several = len({technique.domain for technique in techniques if technique}) > 1
    return Result(
        score=sum(score for _, score in answered),
        answered=len(answered),
        missed=sum(score < 1 for _, score in answered),
        total=len(rows),
        by_tactic=_shares(
            (
                (label, score)
                for technique, (_, score) in zip(techniques, answered, strict=True)
                for label in _tactics(technique, catalogue, several=several)
            ),
            order=[
                _tactic_label(tactic, several=several)
                for domain in catalogue.domains
                for tactic in catalogue.tactics(domain)
            ],
        ),
        by_kind=_shares(
            ((_kind_title(row.kind), score) for row, score in answered),
            order=[kind.title for kind in KINDS.values()],
        ),
        questions=tuple(_asked(found, row, scores) for row in rows),
    )


def missed_keys(session: Session, learner: Learner, attempt_id: int) -> list[str]:
    """List the flashcards behind the answers that were not wholly right. Raises NotFound."""
    attempt(session, learner, attempt_id)
    keys = session.scalars(queries.missed_keys(learner.id, attempt_id))
    kinds = {slug for slug, kind in KINDS.items() if kind.flashcard}
    return [key for key in keys if key.rpartition("/")[2] in kinds]


def answers_of(attempt: Attempt) -> Answers:
    """Tell how an attempt is answered."""
    (chosen,) = parse_qs(attempt.scope).get("answers", [Answers.MIXED])
    return Answers(chosen)


def _plan(scope: Scope, answers: Answers) -> str:
    """Write down what an attempt was made from, as the query string that makes another."""
    extra = urlencode({} if answers is Answers.MIXED else {"answers": answers})
    return "&".join(filter(None, (scope.query, extra)))


def _row(session: Session, learner: Learner, attempt_id: int, position: int) -> AttemptQuestion:
    query = queries.attempt_question(learner.id, attempt_id, position)
    row = session.scalars(query, execution_options=queries.FRESH).one_or_none()
    if row is None:
        raise NotFound("There is no such question in this quiz.")
    return row


def _asked(attempt: Attempt, row: AttemptQuestion, scores: Sequence[float | None]) -> AskedQuestion:
    question = Question.from_dict(row.question)
    open_to_answers = row.score is None and attempt.finished_at is None
    return AskedQuestion(
        attempt=attempt,
        position=row.position,
        question=sealed(question) if open_to_answers else question,
        chosen=tuple(row.chosen or ()),
        grade=_grade(row, question),
        grades=tuple(None if score is None else Grade(score=score) for score in scores),
    )


def _grade(row: AttemptQuestion, question: Question) -> Grade | None:
    """The grade that an answer has, with what the learner decided; None without an answer."""
    if row.score is None:
        return None
    typed = question.answer_kind is AnswerKind.TEXT
    return Grade(score=row.score, near=typed and grade(question, row.chosen or ()).near)


def _answered(attempt: Attempt, row: AttemptQuestion, grade: Grade, *, recorded: bool) -> Answered:
    return Answered(
        recorded=recorded,
        grade=grade,
        chosen=tuple(row.chosen or ()),
        finished=attempt.finished_at is not None,
    )


def _kind_title(slug: str) -> str:
    return KINDS[slug].title if slug in KINDS else slug


def _tactics(
    technique: Technique | None, catalogue: Catalogue, *, several: bool
) -> tuple[str, ...]:
    if technique is None:
        return (GONE,)
    own = set(technique.tactics)
    return tuple(
        _tactic_label(tactic, several=several)
        for tactic in catalogue.tactics(technique.domain)
        if tactic.short_name in own
    )


def _tactic_label(tactic: Tactic, *, several: bool) -> str:
    """Name a tactic; with its domain where the answers are about several."""
    return f"{tactic.name} ({domain_name(tactic.domain)})" if several else tactic.name


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
