"""What a learner has done and knows: by day, in total, by technique, as the matrix."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from heapq import merge
from itertools import groupby

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Tactic, Technique
from quiz.db import queries, study_queries
from quiz.db.models import Learner
from quiz.learning.days import DAY
from quiz.learning.knowledge import NOT_MET, Assessment, Knowledge, MetCard, assess
from quiz.learning.scheduling import State, retrievability
from quiz.questions.generator import cards_of
from quiz.services import breaks, learners, parameters, switches, tags
from quiz.services.deck import Flashcards
from quiz.services.tags import Tags

BATCHES = {"yield_per": 500}


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotal:
    """A study day: reviews, and how many not rated *again*; quiz answers, and how many right."""

    day: date
    reviews: int
    remembered: int
    answers: int
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Where a learner stands.

    ``met`` techniques are each learning, fading, fair or strong. ``share_right`` is
    of the quiz answers, from 0 to 1, and empty without any. ``streak_days`` counts
    the study days in a row with a review or answer, up to today or yesterday.
    """

    techniques: int
    met: int
    learning: int
    fading: int
    fair: int
    strong: int
    cards: int
    met_cards: int
    reviews: int
    answers: int
    share_right: float | None
    streak_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A technique in the matrix; ``children`` are its sub-techniques in the same tactic."""

    technique: Technique
    display_name: str
    knowledge: Knowledge
    retrievability: float | None
    met_cards: int
    children: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A tactic of the matrix. Sub-techniques whose parent it lacks are cells of their own."""

    tactic: Tactic
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardState:
    """What a learner knows of one card; only the key and kind where it was never reviewed.

    ``switched_off`` says that no one is asked it any more.
    """

    key: str
    kind: str
    state: str
    retrievability: float | None
    due: datetime | None
    reviews: int
    lapses: int
    switched_off: bool
    tags: Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class TechniqueProgress:
    """What a learner knows of one technique, and of each card that can be asked about it.

    ``cards`` has those switched off too where they were reviewed before; they count
    nowhere else.
    """

    knowledge: Knowledge
    retrievability: float | None
    met_cards: int
    cards: tuple[CardState, ...]

    @property
    def asked(self) -> tuple[CardState, ...]:
        """The cards that can be asked."""
        return tuple(card for card in self.cards if not card.switched_off)


def days(session: Session, learner: Learner, *, now: datetime, count: int = 14) -> list[DayTotal]:
    """Sum up the last study days, today last, with those on which nothing was done.

    Reviews count on the day that they were done on, in the time zone of that moment.
    """
    today = learners.study_day(learner, now)
    dates = [today - DAY * back for back in reversed(range(count))]
    starts = [learners.day_start(learner, day) for day in dates]
    rated = {
        day: (reviews, remembered)
        for day, reviews, remembered in session.execute(
            study_queries.day_totals(learner.id, dates[0])
        )
    }
    answers, right = Counter[int](), Counter[int]()
    for at, score in session.execute(queries.answers_since(learner.id, starts[0])):
        place = bisect_right(starts, at) - 1
        answers[place] += 1
        right[place] += score == 1
    return [
        DayTotal(
            day=day,
            reviews=rated.get(day, (0, 0))[0],
            remembered=rated.get(day, (0, 0))[1],
            answers=answers[place],
            right=right[place],
        )
        for place, day in enumerate(dates)
    ]


def totals(session: Session, learner: Learner, catalogue: Catalogue, *, now: datetime) -> Totals:
    """Sum up everything a learner has done."""
    met = _assessments(session, learner, catalogue, now=now)
    levels = Counter(assessment.knowledge for assessment in met.values())
    answers, right = session.execute(queries.answer_totals(learner.id)).one()
    return Totals(
        techniques=len(catalogue),
        met=len(met),
        learning=levels[Knowledge.LEARNING],
        fading=levels[Knowledge.FADING],
        fair=levels[Knowledge.FAIR],
        strong=levels[Knowledge.STRONG],
        cards=len(catalogue.once(Flashcards).select(None, switches.switched_off(session))),
        met_cards=sum(assessment.met_cards for assessment in met.values()),
        reviews=session.scalars(queries.review_total(learner.id)).one(),
        answers=answers,
        share_right=right / answers if answers else None,
        streak_days=_streak(session, learner, now),
    )


def levels(
    session: Session, learner: Learner, catalogue: Catalogue, *, now: datetime
) -> dict[str, Knowledge]:
    """Tell how well each technique of the catalogue is known, by STIX id."""
    met = _assessments(session, learner, catalogue, now=now)
    return {t.stix_id: met.get(t.stix_id, NOT_MET).knowledge for t in catalogue}


def matrix(
    session: Session, learner: Learner, catalogue: Catalogue, *, now: datetime, domain: str
) -> list[Column]:
    """Lay out a domain's techniques in their tactics, with how well each is known."""
    met = _assessments(session, learner, catalogue, now=now)

    def cell(technique: Technique, children: tuple[Cell, ...] = ()) -> Cell:
        assessment = met.get(technique.stix_id, NOT_MET)
        return Cell(
            technique=technique,
            display_name=catalogue.display_name(technique),
            knowledge=assessment.knowledge,
            retrievability=assessment.retrievability,
            met_cards=assessment.met_cards,
            children=children,
        )

    def column(tactic: Tactic) -> Column:
        techniques = catalogue.in_tactic(domain, tactic.short_name)
        here = {technique.stix_id for technique in techniques}
        cells = []
        for technique in techniques:
            parent = catalogue.parent(technique)
            if parent is None or parent.stix_id not in here:
                children = (c for c in catalogue.children(technique) if c.stix_id in here)
                cells.append(cell(technique, tuple(map(cell, children))))
        return Column(tactic=tactic, cells=tuple(cells))

    return [column(tactic) for tactic in catalogue.tactics(domain)]


def technique(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    technique: Technique,
    *,
    now: datetime,
) -> TechniqueProgress:
    """Tell what a learner knows of one technique."""
    deck = catalogue.once(Flashcards).cards
    rows = session.scalars(queries.cards_of_technique(learner.id, technique.stix_id)).all()
    own = {row.key: row for row in rows}
    met = {row.key: row for row in rows if row.reviews}
    off = switches.switched_off(session)
    shown = [
        (key, kind, met.get(key))
        for key, kind in cards_of(technique, catalogue)
        if key in deck and (key in met or key not in off)
    ]
    by = parameters.of(session, learner)
    assessment = assess([row for key, _, row in shown if row and key not in off], now, by)
    return TechniqueProgress(
        knowledge=assessment.knowledge,
        retrievability=assessment.retrievability,
        met_cards=assessment.met_cards,
        cards=tuple(
            CardState(
                key=key,
                kind=kind.slug,
                state=row.state if row else State.NEW,
                retrievability=retrievability(row, now, by) if row else None,
                due=row.due if row else None,
                reviews=row.reviews if row else 0,
                lapses=row.lapses if row else 0,
                switched_off=key in off,
                tags=tags.of(own.get(key), now),
            )
            for key, kind, row in shown
        ),
    )


def _assessments(
    session: Session, learner: Learner, catalogue: Catalogue, *, now: datetime
) -> dict[str, Assessment]:
    """Judge the techniques met, by STIX id."""
    deck = catalogue.once(Flashcards).cards
    cards: dict[str, list[MetCard]] = defaultdict(list)
    for row in session.execute(queries.memories(learner.id)):
        if row.key in deck:
            cards[row.stix_id].append(row)
    by = parameters.of(session, learner)
    return {stix_id: assess(rows, now, by) for stix_id, rows in cards.items()}


def _streak(session: Session, learner: Learner, now: datetime) -> int:
    """Count active study days backwards, reading only as far as the first that was missed.

    Today is not missed before it is over, and neither is a day of a planned break.
    """
    reviews = session.scalars(study_queries.active_days(learner.id), execution_options=BATCHES)
    answers = session.scalars(queries.answer_moments(learner.id), execution_options=BATCHES)
    excused = breaks.excused(session, learner)
    streak, to_be_kept = 0, learners.study_day(learner, now) - DAY
    for day, _ in groupby(merge(reviews, _study_days(learner, answers), reverse=True)):
        between = (day + DAY * ahead for ahead in range(1, (to_be_kept - day).days + 1))
        if not all(any(first <= d <= last for first, last in excused) for d in between):
            break
        streak, to_be_kept = streak + 1, day - DAY
    reviews.close()
    answers.close()
    return streak


def _study_days(learner: Learner, moments: Iterable[datetime]) -> Iterator[date]:
    """Give the study day of each moment, the latest first; work each day out once."""
    start: datetime | None = None
    for at in moments:
        if start is None or at < start:
            day = learners.study_day(learner, at)
            start = learners.day_start(learner, day)
        yield day
