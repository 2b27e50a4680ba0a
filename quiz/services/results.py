"""What came of an attempt: points by tactic, kind and difficulty, and beside earlier ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue, domain_name
from quiz.content.difficulty import Level
from quiz.content.technique import Tactic, Technique
from quiz.db import quiz_queries
from quiz.db.models import Attempt, Learner
from quiz.learning.setup import Retake, Setup
from quiz.questions.base import Question
from quiz.questions.kinds import KINDS
from quiz.services import quizzes
from quiz.services.quizzes import AskedQuestion
from quiz.services.taking import Confidence

GONE = "No longer in the collection"
MOST_EARLIER = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of the answers about something were right, in scores from 0 to 1."""

    label: str
    right: float
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierAttempt:
    """Another attempt of the same setup; ``same`` says that it asked the same questions."""

    id: int
    finished_at: datetime
    score: float
    total: int
    same: bool

    @property
    def share(self) -> float:
        """The share of the points, from 0 to 1."""
        return self.score / self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How an attempt went. The shares count answers; what was not answered is in neither.

    ``missed`` counts the answers that were not wholly right. ``by_confidence`` tells of the
    answers whose learner said how sure they were.
    """

    attempt: Attempt
    setup: Setup
    score: float
    answered: int
    missed: int
    total: int
    by_tactic: tuple[Share, ...]
    by_kind: tuple[Share, ...]
    by_difficulty: tuple[Share, ...]
    by_confidence: tuple[Share, ...]
    questions: tuple[AskedQuestion, ...]
    earlier: tuple[EarlierAttempt, ...]

    @property
    def share(self) -> float:
        """The share of the points, from 0 to 1; what was not answered has none."""
        return self.score / self.total

    @property
    def passed(self) -> bool:
        """Whether the pass mark is reached; to the hundredth, as it is shown."""
        return round(self.share * 100, 2) >= self.setup.pass_mark

    @property
    def sure_but_wrong(self) -> tuple[AskedQuestion, ...]:
        """The questions to look at first: sure of the answer, and it was not right."""
        return tuple(
            asked
            for asked in self.questions
            if asked.confidence == Confidence.SURE and asked.grade and not asked.grade.correct
        )

    @property
    def in_order_of_use(self) -> tuple[AskedQuestion, ...]:
        """All questions: sure but wrong first, then other mistakes, unanswered ones, the rest."""
        first = {asked.position for asked in self.sure_but_wrong}

        def rank(asked: AskedQuestion) -> int:
            if asked.position in first:
                return 0
            if asked.grade is None:
                return 2
            return 3 if asked.grade.correct else 1

        return tuple(sorted(self.questions, key=lambda asked: (rank(asked), asked.position)))


def result(
    session: Session, learner: Learner, attempt_id: int, catalogue: Catalogue, *, now: datetime
) -> Result:
    """Sum up an attempt, by tactic in matrix order, by kind and by difficulty to detect.

    Raises NotFound, and TimeIsUp.
    """
    found = quizzes.attempt(session, learner, attempt_id, now=now)
    rows = session.scalars(quiz_queries.attempt_questions(learner.id, attempt_id)).all()
    places = [quizzes.place(row.score, row.answered_at, row.flagged) for row in rows]
    answered = [(row, row.score) for row in rows if row.score is not None]
    techniques = [catalogue.by_stix_id.get(row.stix_id) for row, _ in answered]
    several = len({technique.domain for technique in techniques if technique}) > 1
    scored = list(zip(techniques, answered, strict=True))
    setup = quizzes.setup_of(found)
    return Result(
        attempt=found,
        setup=setup,
        score=sum(score for _, score in answered),
        answered=len(answered),
        missed=sum(score < 1 for _, score in answered),
        total=len(rows),
        by_tactic=_shares(
            (
                (label, score)
                for technique, (_, score) in scored
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
        by_difficulty=_shares(
            ((_level(row.question), score) for row, score in answered),
            order=[level.capitalize() for level in Level],
        ),
        by_confidence=_shares(
            ((row.confidence.capitalize(), score) for row, score in answered if row.confidence),
            order=[word.capitalize() for word in Confidence],
        ),
        questions=tuple(quizzes.as_asked(found, row, places) for row in rows),
        earlier=_earlier(session, learner, found, setup),
    )


def questions(session: Session, learner: Learner, attempt_id: int) -> list[Question]:
    """List the questions of an attempt as they were asked, with their keys."""
    rows = session.scalars(quiz_queries.attempt_questions(learner.id, attempt_id))
    return [Question.from_dict(row.question) for row in rows]


def _earlier(
    session: Session, learner: Learner, attempt: Attempt, setup: Setup
) -> tuple[EarlierAttempt, ...]:
    """Find the other attempts of the same setup, latest first; of what was missed, none."""
    if setup.retake is Retake.MISSED:
        return ()
    plain = replace(setup.unseeded, retake=None)
    scopes = [plain.query, replace(plain, retake=Retake.SAME).query]
    rows = session.execute(quiz_queries.earlier(learner.id, scopes, attempt.id))
    return tuple(
        EarlierAttempt(
            id=id_,
            finished_at=finished_at,
            score=score or 0.0,
            total=total,
            same=seed == attempt.seed,
        )
        for id_, seed, finished_at, score, total in islice(rows, MOST_EARLIER)
        if finished_at is not None
    )


def _level(question: dict[str, object]) -> str:
    difficulty = question.get("difficulty")
    level = difficulty.get("level") if isinstance(difficulty, dict) else None
    return str(level or "not rated").capitalize()


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
