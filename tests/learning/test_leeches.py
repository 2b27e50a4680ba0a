"""When a card is a leech, and when that is said."""

from quiz.learning.leeches import is_leech, is_told


def test_a_card_is_a_leech_from_its_eighth_lapse_on() -> None:
    assert [lapses for lapses in range(11) if is_leech(lapses)] == [8, 9, 10]


def test_it_is_said_at_the_eighth_lapse_and_after_every_four_more() -> None:
    assert [lapses for lapses in range(21) if is_told(lapses)] == [8, 12, 16, 20]
