"""Starting attempts: questions are drawn and frozen into them; those without an end get more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from random import Random

from sqlalchemy import insert
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db import queries, quiz_queries
from quiz.db.models import Attempt, AttemptQuestion, Learner
from quiz.learning.knowledge import MetCard, nearness
from quiz.learning.setup import LONGEST, Mode, Retake, Setup
from quiz.questions.base import Nearness, Question
from quiz.questions.pairs import read_pairs
from quiz.services import contrasts, learners, quizzes, switches
from quiz.services.deck import Deck, DeckCard
from quiz.services.errors import Refused
from quiz.services.sealing import sealed

BATCH = 5
"""How many questions are drawn at once for a quiz that goes on until it is stopped."""
SAMPLES = 3
MOST_TRIED = 200
"""Of how many cards a preview tries each, to say exactly how many make a question."""
MOST_DRILLED = 40
"""How many questions of a contrast drill a preview draws to count them."""


NOTHING = "No question can be made of this choice. Choose more tactics, platforms or kinds."


class NothingToAsk(Refused):
    """No question can be made in a scope."""


class StillOpen(Refused):
    """The learner is being asked what they want the key of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a setup would ask: how many questions there are, and some like them, sealed.

    ``exact`` is false where there are so many that not each was tried: of cards a few may drop
    out, and a contrast drill has more questions than were drawn.
    """

    questions: int
    exact: bool
    samples: tuple[Question, ...]


def start(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    *,
    setup: Setup,
    seed: int,
    token: str,
    now: datetime,
) -> Attempt:
    """Start a quiz of as many questions as its setup has, fewer where the scope gives fewer.

    The same ``token`` gives the same attempt: it comes with the form. ``seed`` counts
    where the setup has none. Raises NothingToAsk.
    """
    learners.lock(session, learner)
    if attempt := _started(session, learner, token):
        return attempt
    seed = setup.seed_or(seed)
    drawn = _drawn(session, learner, catalogue, setup, seed)
    questions = list(islice(drawn, setup.length or BATCH))
    if not questions:
        raise NothingToAsk(NOTHING)
    if setup.shuffled:
        Random(token).shuffle(questions)  # noqa: S311 - variety, not secrecy
    return _begin(session, learner, catalogue, setup, questions, seed=seed, token=token, now=now)


def retake(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    attempt_id: int,
    *,
    what: Retake,
    seed: int,
    token: str,
    now: datetime,
) -> Attempt:
    """Start an attempt at what a finished one asked: the very same, or what was missed, anew.

    Missed is what has no answer that is wholly right; it comes as practice, in other words
    where there are any. Raises NotFound, TimeIsUp, and NothingToAsk.
    """
    learners.lock(session, learner)
    if attempt := _started(session, learner, token):
        return attempt
    earlier = quizzes.attempt(session, learner, attempt_id, now=now)
    if earlier.finished_at is None:
        raise NothingToAsk("Finish this quiz first; then it can be taken again.")
    setup = replace(quizzes.setup_of(earlier), retake=what)
    if what is Retake.SAME:
        questions = quizzes.questions(session, learner, attempt_id)
        seed = earlier.seed
    else:
        setup = replace(setup, mode=Mode.PRACTICE, minutes=None, shuffled=False)
        rows = session.scalars(quiz_queries.attempt_questions(learner.id, attempt_id))
        missed = [card for _, card in quizzes.to_ask_anew(session, catalogue, rows)]
        questions = list(_anew(catalogue, missed, setup, seed=seed))
    if not questions:
        raise NothingToAsk("Nothing of this quiz can be asked again.")
    return _begin(session, learner, catalogue, setup, questions, seed=seed, token=token, now=now)


def more(
    session: Session, learner: Learner, catalogue: Catalogue, attempt: Attempt, count: int = BATCH
) -> int:
    """Freeze more questions into an attempt without an end; tells how many there were."""
    setup = quizzes.setup_of(attempt)
    if not setup.is_endless:
        return 0
    asked = quizzes.questions(session, learner, attempt.id)
    drawn = _drawn(session, learner, catalogue, setup, attempt.seed, before=asked)
    questions = list(islice(drawn, count))
    _freeze(session, attempt, questions, after=len(asked))
    return len(questions)


def preview(
    session: Session, learner: Learner, catalogue: Catalogue, setup: Setup, *, seed: int
) -> Preview:
    """Tell how many questions a setup's scope can give, and show three like them.

    The samples are asked by another seed than the quiz, and so give little of it away.
    """
    if setup.mode is Mode.CONTRAST:
        drawn = list(islice(_drawn(session, learner, catalogue, setup, seed ^ 1), MOST_DRILLED))
        number, exact = len(drawn), len(drawn) < MOST_DRILLED
        samples = drawn[:SAMPLES]
    else:
        deck, off = catalogue.once(Deck), switches.switched_off(session)
        cards = list(deck.select(setup.asked_scope, off).values())
        exact = len(cards) <= MOST_TRIED
        number = sum(map(deck.can_ask, cards)) if exact else len(cards)
        plain = replace(setup, for_me=False)
        samples = list(islice(_drawn(session, learner, catalogue, plain, seed ^ 1), SAMPLES))
    return Preview(questions=number, exact=exact, samples=tuple(map(sealed, samples)))


def questions(
    session: Session, learner: Learner, catalogue: Catalogue, setup: Setup, *, seed: int
) -> list[Question]:
    """List the questions that a setup asks, the same for everyone, with their keys.

    ``seed`` counts where the setup has none; without a length there are as many as a quiz
    may have. Raises NothingToAsk, and StillOpen where the learner is asked them right now.
    """
    if setup.seed is not None:
        open_ones = session.scalars(quiz_queries.open_with_seed(learner.id, setup.seed))
        if open_ones.first() is not None:
            raise StillOpen(
                "You have a quiz with this seed open. Finish it first: this tells its key."
            )
    seed = setup.seed_or(seed)
    drawn = _drawn(session, learner, catalogue, setup.shared(seed), seed)
    found = list(islice(drawn, setup.length or LONGEST))
    if not found:
        raise NothingToAsk(NOTHING)
    return found


def time_limit(setup: Setup, learner: Learner) -> timedelta | None:
    """How long a learner has, by a quiz's limit and what they have of it; None without a limit."""
    if setup.minutes is None or not learner.exam_time:
        return None
    return timedelta(minutes=setup.minutes) * learner.exam_time / 100


def token_of(text: str) -> str:
    """Make a token of what tells one start from another, however long that is."""
    return sha256(text.encode()).hexdigest()


def _started(session: Session, learner: Learner, token: str) -> Attempt | None:
    return session.scalars(quiz_queries.attempt_by_token(learner.id, token)).one_or_none()


def _drawn(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    setup: Setup,
    seed: int,
    *,
    before: Sequence[Question] = (),
) -> Iterator[Question]:
    """Draw a setup's questions, without what was asked ``before``."""
    if setup.mode is Mode.CONTRAST:
        return contrasts.drill(
            session,
            learner,
            catalogue,
            seed=seed,
            scope=setup.asked_scope,
            pairs=read_pairs(setup.pairs, catalogue) if setup.pairs else None,
            off=switches.switched_off(session),
            typed=setup.answers.typed,
            before=before,
        )
    personal = setup.for_me
    asked = set(session.scalars(queries.techniques_asked(learner.id))) if personal else set()
    near = _nearness(session, learner) if personal and setup.nearness is None else {}
    return catalogue.once(Deck).draw(
        setup.asked_scope,
        seed,
        asked,
        switches.switched_off(session),
        nearness=near,
        usual=setup.nearness or Nearness.NEAR,
        typed=setup.answers.typed,
        before=frozenset(question.key for question in before),
    )


def _anew(
    catalogue: Catalogue, cards: Iterable[DeckCard], setup: Setup, *, seed: int
) -> Iterator[Question]:
    """Ask about some cards again; one that makes no question by this seed drops out."""
    near, typed = setup.nearness or Nearness.NEAR, setup.answers.typed
    for card in cards:
        if question := catalogue.once(Deck).ask(card, seed, nearness=near, typed=typed):
            yield question


def _nearness(session: Session, learner: Learner) -> dict[str, Nearness]:
    """How near wrong options come, by STIX id, for the techniques that the learner has studied."""
    cards: dict[str, list[MetCard]] = defaultdict(list)
    for card in session.execute(queries.memories(learner.id)):
        cards[card.stix_id].append(card)
    found = {stix_id: nearness(own) for stix_id, own in cards.items()}
    return {stix_id: near for stix_id, near in found.items() if near}


def _begin(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    setup: Setup,
    questions: Sequence[Question],
    *,
    seed: int,
    token: str,
    now: datetime,
) -> Attempt:
    limit = time_limit(setup, learner)
    attempt = Attempt(
        learner_id=learner.id,
        token=token,
        scope=setup.unseeded.query,
        seed=seed,
        collections=", ".join(collection.label for collection in catalogue.collections),
        started_at=now,
        ends_at=None if limit is None else now + limit,
    )
    session.add(attempt)
    session.flush()
    _freeze(session, attempt, questions)
    return attempt


def _freeze(
    session: Session, attempt: Attempt, questions: Sequence[Question], after: int = 0
) -> None:
    """Write questions down as they are asked, in one statement for all of them."""
    if questions:
        rows = [
            {
                "learner_id": attempt.learner_id,
                "attempt_id": attempt.id,
                "position": position,
                "card_key": question.key,
                "stix_id": question.stix_id,
                "kind": question.kind,
                "question": question.to_dict(),
            }
            for position, question in enumerate(questions, start=after + 1)
        ]
        session.execute(insert(AttemptQuestion), rows)
