"""The deck: which cards there are, and in which order they are met."""

from collections import Counter
from itertools import islice, pairwise

from quiz.questions.base import AnswerKind
from quiz.questions.generator import generate, parse_key
from quiz.questions.kinds import KINDS
from quiz.questions.scope import Scope
from quiz.services.deck import STRIDE, Deck, Flashcards, warm
from tests import factories


def test_the_order_is_a_diagonal_through_techniques_and_kinds() -> None:
    catalogue = factories.catalogue()
    place = {t.stix_id: i for i, t in enumerate(catalogue.learning_order)}
    rank = {slug: i for i, slug in enumerate(KINDS)}
    positions = [
        place[card.technique.stix_id] + STRIDE * rank[card.kind.slug]
        for card in Deck(catalogue).cards.values()
    ]
    assert positions == sorted(positions)


def test_the_same_technique_is_not_met_twice_in_a_row() -> None:
    cards = Deck(factories.catalogue()).cards.values()
    assert all(a.technique is not b.technique for a, b in pairwise(cards))


def test_a_deck_holds_what_the_kinds_can_ask_about() -> None:
    catalogue = factories.catalogue()
    for key, card in Deck(catalogue).cards.items():
        assert parse_key(key, catalogue) == (card.technique, card.kind)
        assert card.kind.applies(card.technique, catalogue)


def test_a_scope_selects_without_changing_the_order() -> None:
    deck = Deck(factories.catalogue())
    scope = Scope(tactics=("settling-in",), kinds=("description", "tactic"))
    selected = deck.select(scope)
    assert selected
    assert list(selected) == [key for key in deck.cards if key in selected]
    assert {card.kind.slug for card in selected.values()} == {"description", "tactic"}
    assert all("settling-in" in card.technique.tactics for card in selected.values())
    assert deck.select(None) == deck.select(Scope()) == deck.cards


def test_a_card_that_makes_no_question_leaves_the_deck() -> None:
    deck = Deck(factories.catalogue())
    before = dict(deck.cards)
    barren = [key for key, card in before.items() if not deck.can_ask(card)]
    assert barren, "the invented techniques should have some"
    assert list(deck.cards) == [key for key in before if key not in barren]
    assert all(deck.can_ask(card) for card in list(deck.cards.values()))


def test_where_a_seed_makes_no_fair_question_another_does_and_the_card_stays() -> None:
    catalogue = factories.catalogue()
    deck = Deck(catalogue)
    card = deck.cards[f"{factories.stix_id('T9006')}/data-source"]
    assert generate(card.technique, card.kind, 7, catalogue) is None
    question = deck.ask(card, seed=7)
    assert question is not None
    assert question == generate(card.technique, card.kind, question.seed, catalogue)
    assert deck.ask(card, seed=7) == question
    assert card.key in deck.cards
    lucky = deck.ask(card, seed=8)
    assert lucky
    assert lucky.seed == 8


def test_drawing_asks_every_technique_once_before_any_twice() -> None:
    deck = Deck(factories.catalogue())
    drawn = list(islice(deck.draw(Scope(), seed=1, asked=()), 30))
    assert len({question.stix_id for question in drawn[:24]}) == 24
    assert len({question.key for question in drawn}) == 30


def test_drawing_starts_with_techniques_not_asked_before() -> None:
    catalogue = factories.catalogue()
    asked = {t.stix_id for t in catalogue.techniques[:20]}
    drawn = list(islice(Deck(catalogue).draw(Scope(), seed=1, asked=asked), 24))
    assert {question.stix_id for question in drawn[:4]}.isdisjoint(asked)
    assert {question.stix_id for question in drawn[4:]} == asked


def test_drawing_uses_the_kinds_evenly() -> None:
    scope = Scope(kinds=("tactic", "description", "data-source"))
    drawn = islice(Deck(factories.catalogue()).draw(scope, seed=1, asked=()), 24)
    assert set(Counter(question.kind for question in drawn).values()) == {8}


def test_drawing_ends_when_every_card_was_asked() -> None:
    deck = Deck(factories.catalogue())
    scope = Scope(techniques=("T9001",))
    drawn = [question.key for question in deck.draw(scope, seed=1, asked=())]
    assert sorted(drawn) == sorted(deck.select(scope))


def test_another_seed_draws_otherwise() -> None:
    deck = Deck(factories.catalogue())
    one, same, other = (
        [q.key for q in islice(deck.draw(Scope(), seed=seed, asked=()), 10)] for seed in (1, 1, 2)
    )
    assert one == same != other


def test_what_makes_no_flashcard_is_in_quizzes_only() -> None:
    catalogue = factories.catalogue()
    quizzed = {card.kind.slug for card in Deck(catalogue).cards.values()}
    studied = {card.kind.slug for card in Flashcards(catalogue).cards.values()}
    assert quizzed - studied == {"tactic-order", "match"}
    assert list(Flashcards(catalogue).cards) == [
        key for key, card in Deck(catalogue).cards.items() if card.kind.flashcard
    ]


def test_a_flashcard_is_never_to_be_typed() -> None:
    deck = Flashcards(factories.catalogue())
    for card in list(deck.cards.values()):
        question = deck.ask(card, seed=3)
        assert question is None or question.answer_kind in {AnswerKind.ONE, AnswerKind.MANY}


def test_a_quiz_can_be_kept_to_choosing() -> None:
    deck = Deck(factories.catalogue())
    scope = Scope(kinds=("attack-id", "description"))
    drawn = list(deck.draw(scope, seed=1, asked=(), typed=False))
    assert drawn
    assert {question.answer_kind for question in drawn} == {AnswerKind.ONE}


def test_warming_leaves_nothing_for_the_first_question_to_weigh() -> None:
    catalogue = factories.catalogue()
    warm(catalogue)
    derived = len(catalogue._derived)
    deck = catalogue.once(Deck)
    assert all(deck.ask(card, 0) for card in list(deck.cards.values())[:20])
    assert len(catalogue._derived) == derived
