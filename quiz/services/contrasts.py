"""Contrast drills: questions about pairs that a learner confuses, each beside the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import chain, islice
from random import Random

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.db import queries
from quiz.db.models import Learner
from quiz.questions.base import Question, QuestionKind
from quiz.questions.generator import card_key, generate
from quiz.questions.pairs import Pair
from quiz.questions.rivals import can_be_rivals
from quiz.questions.scope import Scope
from quiz.services import confusions
from quiz.services.lookalikes import Why, by_files

HANDFUL = 5
"""How many pairs are drilled together; where fewer are confused, look-alikes join them."""
ROUNDS = 2
"""How often each pair of a handful comes before the next handful has its turn."""
SEEDS = 12
"""With how many seeds a kind is asked for something about a technique that was not quoted yet."""
ALONE = 3
"""How often a pair still comes when there is nothing left to ask about one of the two.

More would tell the answer: it would always be the other one.
"""
NONE: Set[str] = frozenset()

Turn = tuple[frozenset[str], Question]
"""A question, and the pair that it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A pair to drill, and why: the learner confused the two so many ``times``, or by the files."""

    pair: Pair
    why: Why
    times: int = 0

    @property
    def own(self) -> bool:
        """Whether the learner's own answers say that the two are confused."""
        return self.why is Why.CONFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """What all questions of a drill have in common."""

    catalogue: Catalogue
    scope: Scope
    off: Set[str]
    seed: int
    typed: bool | None
    quoted: Set[tuple[str, str]]


def contrasts(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    *,
    seed: int,
    scope: Scope | None = None,
    off: Set[str] = NONE,
) -> list[Contrast]:
    """List the pairs of a drill: those that the learner confuses, most often and lately first.

    Where fewer than a handful of them can be asked about, look-alikes by the files come after
    them, of techniques that the learner was asked about before others. Each says which it is.
    """
    asking = _asking(catalogue, scope, off, seed)
    own = [
        Contrast(pair=mixed.pair, why=Why.CONFUSED, times=mixed.times)
        for mixed in confusions.mixed_up(session, learner, catalogue, asking.scope)
    ]
    found = own if _are_enough(own, asking) else [c for c in own if _can_ask(c.pair, asking)]
    if len(found) < HANDFUL:
        met = set(session.scalars(queries.techniques_asked(learner.id)))
        known = {contrast.pair.ids for contrast in own}
        others = (c for c in _by_files(met, asking) if c.pair.ids not in known)
        found += islice(_once_each(others, asking), HANDFUL - len(found))
    return found


def drill(
    session: Session,
    learner: Learner,
    catalogue: Catalogue,
    *,
    seed: int,
    scope: Scope | None = None,
    pairs: Sequence[Pair] | None = None,
    off: Set[str] = NONE,
    typed: bool | None = False,
    before: Iterable[Question] = (),
) -> Iterator[Question]:
    """Ask about pairs, each technique beside the other, in turn, until there is no more to quote.

    The pairs are those given, else those of :func:`contrasts`. Only techniques and kinds in scope
    are asked about, and no card switched ``off``, by key. The same log, seed and arguments
    give the same questions; nothing is quoted twice, nor what was in questions asked
    ``before``. ``typed`` asks for the name in writing where that can be; otherwise it is chosen,
    the other of the pair being among the choices. The log is read at once.
    """
    asking = _asking(catalogue, scope, off, seed, typed=typed, before=before)
    if pairs is None:
        found = contrasts(session, learner, catalogue, seed=seed, scope=scope, off=off)
        pairs = [contrast.pair for contrast in found]
    turns = _in_turn(pairs, asking)
    return (question for _, question in (turns if len(pairs) == 1 else _apart(turns)))


def can_drill(pair: Pair, catalogue: Catalogue, off: Set[str] = NONE) -> bool:
    """Tell whether there is any question about a pair; tries it the first time."""
    known = catalogue.once(_Tried).known
    own = frozenset(key for key in off if key.rpartition("/")[0] in pair.ids)
    if (pair.ids, own) not in known:
        known[pair.ids, own] = _can_ask(pair, _asking(catalogue, None, own, seed=0))
    return known[pair.ids, own]


class _Tried:
    """Which pairs of a catalogue make a question without some cards, as far as that was tried."""

    def __init__(self, _: Catalogue) -> None:
        self.known: dict[tuple[frozenset[str], Set[str]], bool] = {}


def _asking(
    catalogue: Catalogue,
    scope: Scope | None,
    off: Set[str],
    seed: int,
    *,
    typed: bool | None = False,
    before: Iterable[Question] = (),
) -> _Asking:
    return _Asking(
        catalogue=catalogue,
        scope=scope or Scope(),
        off=off,
        seed=seed,
        typed=bool(typed),
        quoted={_quoted(question) for question in before},
    )


def _are_enough(own: Sequence[Contrast], asking: _Asking) -> bool:
    """Whether a handful of pairs can be asked about: no more are tried than tell."""
    able = (contrast for contrast in own if _can_ask(contrast.pair, asking))
    return len(list(islice(able, HANDFUL))) == HANDFUL


def _by_files(met: Set[str], asking: _Asking) -> Iterator[Contrast]:
    """Give look-alikes by the files: siblings and techniques that a text ties, not families.

    What was ``met`` comes first; what comes first of it is drawn.
    """
    rng = Random(asking.seed)  # noqa: S311 - variety, not secrecy
    techniques = list(asking.scope.select(asking.catalogue))
    rng.shuffle(techniques)
    for technique in sorted(techniques, key=lambda t: t.stix_id not in met):
        for why, other in by_files(technique, asking.catalogue):
            if why in {Why.SIBLING, Why.LINKED}:
                yield Contrast(pair=Pair(one=technique, other=other), why=why)


def _once_each(found: Iterable[Contrast], asking: _Asking) -> Iterator[Contrast]:
    """Take pairs that can be asked about, and no technique into two of them."""
    taken: set[str] = set()
    for contrast in found:
        if taken.isdisjoint(contrast.pair.ids) and _can_ask(contrast.pair, asking):
            taken |= contrast.pair.ids
            yield contrast


def _can_ask(pair: Pair, asking: _Asking) -> bool:
    both = chain(_about(pair.one, pair.other, asking), _about(pair.other, pair.one, asking))
    return next(both, None) is not None


def _in_turn(pairs: Sequence[Pair], asking: _Asking) -> Iterator[Turn]:
    """Ask about one pair after another, about either technique as it is drawn."""
    rng = Random(asking.seed)  # noqa: S311 - an answer must not tell the next
    left: dict[frozenset[str], list[Iterator[Question]]] = {
        pair.ids: [
            _about(pair.one, pair.other, asking),
            _about(pair.other, pair.one, asking),
        ]
        for pair in pairs
    }
    while any(left.values()):
        for ids in _turns(list(left)):
            ways = left[ids]
            while ways:
                way = ways[rng.randrange(len(ways))]
                if question := next(way, None):
                    yield ids, question
                    break
                ways.remove(way)
                ways[:] = [islice(other, ALONE) for other in ways]


def _turns(pairs: list[frozenset[str]]) -> Iterator[frozenset[str]]:
    """Take pairs a handful at a time, so that the same two come again soon, but not at once."""
    for start in range(0, len(pairs), HANDFUL):
        for _ in range(ROUNDS):
            yield from pairs[start : start + HANDFUL]


def _apart(turns: Iterator[Turn]) -> Iterator[Turn]:
    """Put off what is about the same pair as the question before it, while there are others."""
    waiting: deque[Turn] = deque()
    last: frozenset[str] | None = None
    for turn in turns:
        waiting.append(turn)
        while (found := next((t for t in waiting if t[0] != last), None)) is not None:
            waiting.remove(found)
            last = found[0]
            yield found
    yield from waiting


def _about(technique: Technique, rival: Technique, asking: _Asking) -> Iterator[Question]:
    """Ask about a technique beside a rival, in all kinds in turn, quoting nothing twice."""
    if not can_be_rivals(technique, rival, asking.catalogue):
        return
    if not asking.scope.includes(technique, asking.catalogue):
        return
    kinds = _kinds(technique, asking)
    Random(f"{asking.seed}/{technique.stix_id}").shuffle(kinds)  # noqa: S311 - variety
    quoted = set(asking.quoted)
    for number in range(SEEDS):
        for kind in kinds:
            question = generate(
                technique,
                kind,
                asking.seed + number,
                asking.catalogue,
                typed=asking.typed,
                rival=rival,
            )
            if question and _quoted(question) not in quoted:
                quoted.add(_quoted(question))
                yield question


def _kinds(technique: Technique, asking: _Asking) -> list[QuestionKind]:
    return [
        kind
        for kind in asking.scope.select_kinds()
        if kind.contrasts and card_key(technique, kind) not in asking.off
    ]


def _quoted(question: Question) -> tuple[str, str]:
    """What tells a question of a card from another: the words that it quotes."""
    return question.key, "\n".join(evidence.quote for evidence in question.evidence)
