"""What came of an attempt: points by tactic, kind and difficulty, what was missed, how long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue, domain_name
from quiz.content.difficulty import Level
from quiz.content.technique import Tactic
from quiz.db import quiz_queries
from quiz.db.models import Attempt, AttemptQuestion, Learner
from quiz.learning.setup import Setup
from quiz.questions.kinds import KINDS
from quiz.questions.scope import Scope, tactic_in
from quiz.services import comparing, quizzes
from quiz.services.comparing import Earlier
from quiz.services.quizzes import AskedQuestion
from quiz.services.taking import Confidence

GONE = "No longer in the collection"
NOT_RATED = "Not rated"
CONFIDENCES = {
    Confidence.SURE: "Sure",
    Confidence.FAIRLY: "Fairly sure",
    Confidence.GUESS: "A guess",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What answers can be about, and the scope that asks for more of it, where one can."""

    label: str
    scope: Scope | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of the answers about something were right, in scores from 0 to 1.

    ``missed`` counts those that were not wholly right. ``scope`` asks for more of it.
    """

    label: str
    right: float
    total: int
    missed: int
    scope: Scope | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """How long an attempt took. ``limit`` is what it had from the start, empty for no limit.

    ``extended`` was added to that while it ran; ``ran_out`` says that it was handed in because
    the time was up. Without a limit ``taken`` is the time spent on the questions alone.
    """

    taken: timedelta
    limit: timedelta | None = None
    extended: timedelta = timedelta()
    ran_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How an attempt went. The shares count answers; what was not answered is in none of them.

    ``missed`` counts the answers that were not wholly right. ``by_confidence`` tells of the
    answers whose learner said how sure they were. ``to_study`` are the keys of the flashcards
    behind what was missed; ``to_retake`` counts the questions that can be asked anew, those
    that were not answered among them.
    """

    attempt: Attempt
    setup: Setup
    score: float
    answered: int
    missed: int
    total: int
    time: Time
    by_tactic: tuple[Share, ...]
    by_kind: tuple[Share, ...]
    by_difficulty: tuple[Share, ...]
    by_confidence: tuple[Share, ...]
    questions: tuple[AskedQuestion, ...]
    to_study: tuple[str, ...]
    to_retake: int
    earlier: Earlier

    @property
    def share(self) -> float:
        """The share of the points, from 0 to 1; what was not answered has none."""
        return self.score / self.total

    @property
    def passed(self) -> bool:
        """Whether the pass mark is reached."""
        return comparing.passes(self.share, self.setup.pass_mark)

    @property
    def alike(self) -> Setup:
        """The setup of a new quiz like this; attempts of old had a length that they do not say."""
        length = self.setup.length
        is_old = length is not None and not self.setup.retake and self.total > length
        like = replace(self.setup.unseeded, retake=None)
        return replace(like, length=self.total) if is_old else like

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
        """All questions, the most useful first.

        Sure but wrong, other mistakes, what was not answered, what was guessed right, the rest.
        """
        first = {asked.position for asked in self.sure_but_wrong}

        def rank(asked: AskedQuestion) -> int:
            if asked.position in first:
                return 0
            if asked.grade is None:
                return 2
            if not asked.grade.correct:
                return 1
            return 3 if asked.confidence == Confidence.GUESS else 4

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
    scored = [(row, row.score) for row in rows if row.score is not None]
    setup = quizzes.setup_of(found)
    topics = Topics(catalogue, setup, scored)
    again = [row for row, _ in quizzes.to_ask_anew(session, catalogue, rows)]
    return Result(
        attempt=found,
        setup=setup,
        score=sum(score for _, score in scored),
        answered=len(scored),
        missed=sum(score < 1 for _, score in scored),
        total=len(rows),
        time=_time(found, rows),
        by_tactic=topics.by_tactic(),
        by_kind=topics.by_kind(),
        by_difficulty=topics.by_difficulty(),
        by_confidence=topics.by_confidence(),
        questions=tuple(quizzes.as_asked(found, row, places) for row in rows),
        to_study=tuple(
            row.card_key for row in again if row.score is not None and KINDS[row.kind].flashcard
        ),
        to_retake=len(again),
        earlier=comparing.earlier(session, learner, found, setup, rows),
    )


class Topics:
    """The graded answers of an attempt by what they are about."""

    def __init__(
        self,
        catalogue: Catalogue,
        setup: Setup,
        scored: Sequence[tuple[AttemptQuestion, float]],
    ) -> None:
        self.catalogue = catalogue
        self.scope = setup.asked_scope
        self.scored = scored
        found = (catalogue.by_stix_id.get(row.stix_id) for row, _ in scored)
        self.several = len({technique.domain for technique in found if technique}) > 1

    def by_tactic(self) -> tuple[Share, ...]:
        """Tell of the tactics in matrix order; a technique with two counts for both."""
        order = [
            self._tactic(tactic)
            for domain in self.catalogue.domains
            for tactic in self.catalogue.tactics(domain)
        ]
        return _shares(
            ((topic, score) for row, score in self.scored for topic in self._tactics(row.stix_id)),
            order,
        )

    def by_kind(self) -> tuple[Share, ...]:
        """Tell of the kinds of question in their order."""
        return _shares(
            ((self._kind(row.kind), s) for row, s in self.scored), map(self._kind, KINDS)
        )

    def by_difficulty(self) -> tuple[Share, ...]:
        """Tell of the levels of difficulty to detect, as the questions had them."""
        return _shares(
            ((self._level(row.question), score) for row, score in self.scored),
            map(self._level_topic, Level),
        )

    def by_confidence(self) -> tuple[Share, ...]:
        """Tell of how sure the learner was, where they said so."""
        topics = {str(word): Topic(label=label) for word, label in CONFIDENCES.items()}
        said = ((topics.get(row.confidence or ""), score) for row, score in self.scored)
        return _shares(((topic, s) for topic, s in said if topic), topics.values())

    def _tactics(self, stix_id: str) -> Iterator[Topic]:
        technique = self.catalogue.by_stix_id.get(stix_id)
        if technique is None:
            yield Topic(label=GONE)
            return
        own = set(technique.tactics)
        for tactic in self.catalogue.tactics(technique.domain):
            if tactic.short_name in own:
                yield self._tactic(tactic)

    def _tactic(self, tactic: Tactic) -> Topic:
        """Name a tactic; with its domain where the answers are about several."""
        label = f"{tactic.name} ({domain_name(tactic.domain)})" if self.several else tactic.name
        apart = len(self.catalogue.domains) > 1
        value = tactic_in(tactic.domain, tactic.short_name) if apart else tactic.short_name
        return Topic(label=label, scope=replace(self.scope, tactics=(value,)))

    def _kind(self, slug: str) -> Topic:
        if slug not in KINDS:
            return Topic(label=slug)
        return Topic(label=KINDS[slug].title, scope=replace(self.scope, kinds=(slug,)))

    def _level(self, question: dict[str, object]) -> Topic:
        difficulty = question.get("difficulty")
        level = difficulty.get("level") if isinstance(difficulty, dict) else None
        return self._level_topic(level) if level else Topic(label=NOT_RATED)

    def _level_topic(self, level: str) -> Topic:
        scope = replace(self.scope, difficulties=(str(level),))
        return Topic(label=str(level).capitalize(), scope=scope)


def _shares(scores: Iterable[tuple[Topic, float]], order: Iterable[Topic]) -> tuple[Share, ...]:
    """Group scores by topic, in a given order; other topics come last."""
    grouped: dict[Topic, list[float]] = {topic: [] for topic in order}
    for topic, score in scores:
        grouped.setdefault(topic, []).append(score)
    return tuple(
        Share(
            label=topic.label,
            right=sum(group),
            total=len(group),
            missed=sum(score < 1 for score in group),
            scope=topic.scope,
        )
        for topic, group in grouped.items()
        if group
    )


def _time(attempt: Attempt, rows: Sequence[AttemptQuestion]) -> Time:
    spent = timedelta(milliseconds=sum(row.duration_ms or 0 for row in rows))
    if attempt.ends_at is None or attempt.finished_at is None:
        return Time(taken=spent)
    extended = timedelta(seconds=attempt.extended_s)
    return Time(
        taken=attempt.finished_at - attempt.started_at,
        limit=attempt.ends_at - attempt.started_at - extended,
        extended=extended,
        ran_out=attempt.finished_at == attempt.ends_at,
    )
