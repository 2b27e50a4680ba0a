"""What is chance between two results, and what is not."""

import pytest

from quiz.learning.comparing import beyond_chance


@pytest.mark.parametrize(
    ("score", "total", "other", "other_total", "beyond"),
    [
        (8, 10, 6, 10, False),
        (9, 10, 3, 10, True),
        (160, 200, 140, 200, True),  # ten in a hundred: much over two hundred questions
        (16, 20, 14, 20, False),  # and nothing over twenty
        (5, 5, 0, 5, True),
        (0, 5, 0, 10, False),
        (10, 10, 3, 3, False),
        (0.5, 1, 0.25, 1, False),
    ],
)
def test_a_difference_is_held_against_chance(
    score: float, total: int, other: float, other_total: int, beyond: bool
) -> None:
    assert beyond_chance(score, total, other, other_total) is beyond
    assert beyond_chance(other, other_total, score, total) is beyond
