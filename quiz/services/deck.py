"""Every card of a catalogue, in the order in which a newcomer meets them; those to study."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import product
from random import Random
from types import MappingProxyType

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions.base import Nearness, Question, QuestionKind
from quiz.questions.generator import card_key, generate
from quiz.questions.kinds import KINDS
from quiz.questions.orders import ORDERS, suggested
from quiz.questions.scope import Scope

STRIDE = 6

SEEDS_TRIED = 8
"""How many seeds a card has to make a fair question by, before it leaves the deck."""

SEEDS_APART = 100_000
"""How far apart these are: no card is reviewed so often that two of its reviews ask the same."""

NONE: Set[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckCard:
    """A card that can be asked: one kind of question about one technique.

    ``place`` is its place in the deck's order, from 1; those that turn out unfair leave gaps.
    """

    key: str
    place: int
    technique: Technique
    kind: QuestionKind


class Deck:
    """The cards of a catalogue by key. What is not in here is not asked about.

    The order is a diagonal through the techniques in learning order and the
    kinds by rank: a technique's next kind comes ``STRIDE`` techniques after its
    last, so that a technique is not met twice in a row. Make it with
    ``catalogue.once(Deck)``, so that it is made once.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        places = [
            (place + STRIDE * rank, rank, technique, kind)
            for place, technique in enumerate(catalogue.learning_order)
            for rank, kind in enumerate(KINDS.values())
            if self.holds(kind) and kind.applies(technique, catalogue)
        ]
        places.sort(key=lambda found: found[:2])
        self.catalogue = catalogue
        self._proven: set[str] = set()
        self._paths: dict[str, Mapping[str, int]] = {}
        self._cards = {
            (key := card_key(technique, kind)): DeckCard(
                key=key, place=place, technique=technique, kind=kind
            )
            for place, (_, _, technique, kind) in enumerate(places, start=1)
        }

    def holds(self, kind: QuestionKind) -> bool:
        """Tell whether cards of a kind belong here: quizzes ask in every way."""
        return True

    @property
    def cards(self) -> Mapping[str, DeckCard]:
        """All cards by key, in order."""
        return self._cards

    def path(self, order: str) -> Mapping[str, int]:
        """The place of each card, by key, on a path through the deck, in that order.

        Each stage of the path is a diagonal of its own, see above; where a short one ends with
        a technique twice in a row, the next card of another comes between.
        """
        if order not in self._paths:
            stages = ORDERS.get(order, suggested)(self.catalogue)
            techniques = {t: at for stage in stages for at, t in enumerate(stage)}
            stage_of = {t: number for number, stage in enumerate(stages) for t in stage}
            ranks = {kind.slug: rank for rank, kind in enumerate(KINDS.values())}

            def place(card: DeckCard) -> tuple[int, int, int]:
                rank = ranks[card.kind.slug]
                return stage_of[card.technique], techniques[card.technique] + STRIDE * rank, rank

            ordered = _apart(sorted(self._cards.values(), key=place))
            self._paths[order] = {card.key: at for at, card in enumerate(ordered)}
        return self._paths[order]

    def select(self, scope: Scope | None, without: Set[str] = NONE) -> Mapping[str, DeckCard]:
        """The cards in scope by key, in order; all where there is no scope.

        The keys ``without`` are left out: those switched off, which the deck cannot know.
        """
        if scope is None or not scope.query:
            if not without:
                return self._cards
            cards = self._cards.copy()
            for key in without:
                cards.pop(key, None)
            return cards
        techniques = {technique.stix_id for technique in scope.select(self.catalogue)}
        kinds = scope.select_kinds()
        return {
            card.key: card
            for card in list(self._cards.values())
            if card.technique.stix_id in techniques
            and card.kind in kinds
            and card.key not in without
        }

    def ask(
        self,
        card: DeckCard,
        seed: int,
        *,
        nearness: Nearness = Nearness.NEAR,
        typed: bool | None = None,
    ) -> Question | None:
        """Make a card's question. Where no fair one can be made, the card leaves the deck.

        Where only the seed or the rung makes none, others are tried, always the same ones, and
        last those by which it came into the deck: a card once met must not be lost to
        chance. ``nearness`` and ``typed`` are as ``generate`` has them.
        """
        seeds = (start + n * SEEDS_APART for start in (seed, 0) for n in range(SEEDS_TRIED))
        rungs = dict.fromkeys((nearness, Nearness.NEAR))
        for tried, rung in product(dict.fromkeys(seeds), rungs):
            question = generate(
                card.technique, card.kind, tried, self.catalogue, nearness=rung, typed=typed
            )
            if question is not None:
                self._proven.add(card.key)
                return question
        self._cards.pop(card.key, None)
        return None

    def can_ask(self, card: DeckCard) -> bool:
        """Tell whether a card makes a question; tries it the first time."""
        return card.key in self._proven or self.ask(card, seed=0) is not None

    def draw(
        self,
        scope: Scope,
        seed: int,
        asked: Collection[str],
        without: Set[str] = NONE,
        *,
        nearness: Mapping[str, Nearness] = MappingProxyType({}),
        usual: Nearness = Nearness.NEAR,
        typed: bool | None = None,
        before: Set[str] = NONE,
    ) -> Iterator[Question]:
        """Ask about every technique in scope once, then about each again, while there are cards.

        Techniques ``asked`` about before, by STIX id, come last. Of a technique's
        kinds the one used least so far comes next. ``without`` is as for :meth:`select`, and
        ``nearness`` how near the wrong options come, by STIX id, where it is not the usual.
        The cards that were drawn ``before``, by key, take their turn without a question.
        """
        cards: dict[str, list[DeckCard]] = defaultdict(list)
        for card in list(self.select(scope, without).values()):
            cards[card.technique.stix_id].append(card)
        order = sorted(cards, key=lambda stix_id: (stix_id in asked, _place(seed, stix_id)))
        used: Counter[str] = Counter()
        while order:
            for stix_id in order:
                cards[stix_id].sort(key=lambda c: (-used[c.kind.slug], _place(seed, c.key)))
                if cards[stix_id] and cards[stix_id][-1].key in before:
                    used[cards[stix_id].pop().kind.slug] += 1
                    continue
                near = nearness.get(stix_id, usual)
                question = self._ask_last(cards[stix_id], seed, near, typed)
                if question is not None and question.key not in before:
                    used[question.kind] += 1
                    yield question
            order = [stix_id for stix_id in order if cards[stix_id]]

    def _ask_last(
        self, cards: list[DeckCard], seed: int, nearness: Nearness, typed: bool | None
    ) -> Question | None:
        """Take cards off the end of a list until one makes a question."""
        while cards:
            question = self.ask(cards.pop(), seed, nearness=nearness, typed=typed)
            if question is not None:
                return question
        return None


class Flashcards(Deck):
    """The cards to study: without the kinds that make no flashcard, and never typed.

    Make it with ``catalogue.once(Flashcards)``.
    """

    def holds(self, kind: QuestionKind) -> bool:
        """Tell whether a kind's stem can stand on the front and its key on the back."""
        return kind.flashcard

    def ask(
        self,
        card: DeckCard,
        seed: int,
        *,
        nearness: Nearness = Nearness.NEAR,
        typed: bool | None = False,
    ) -> Question | None:
        """Make a card's question, to choose from unless it is asked for otherwise."""
        return super().ask(card, seed, nearness=nearness, typed=typed)


def warm(catalogue: Catalogue) -> None:
    """Work out what the first questions need, so that nobody waits for it."""
    waiting = set(KINDS)
    for card in list(catalogue.once(Deck).cards.values()):
        if card.kind.slug in waiting and generate(card.technique, card.kind, 0, catalogue):
            waiting.remove(card.kind.slug)
    catalogue.once(Flashcards)


def _apart(cards: list[DeckCard]) -> list[DeckCard]:
    for at in range(1, len(cards)):
        before = cards[at - 1].technique
        if cards[at].technique is before:
            others = (n for n in range(at, len(cards)) if cards[n].technique is not before)
            if (other := next(others, None)) is not None:
                cards.insert(at, cards.pop(other))
    return cards


def _place(seed: int, name: str) -> float:
    """Place something at random, wherever the other things are and however many."""
    return Random(f"{seed}/{name}").random()  # noqa: S311 - variety, not secrecy
