"""Whether two results differ by more than chance."""

from math import sqrt

Z = 1.96
"""How many standard errors apart two shares are that chance alone gives once in twenty."""


def beyond_chance(score: float, total: int, other_score: float, other_total: int) -> bool:
    """Tell whether two shares of points differ by more than chance alone explains.

    By the z-test of two proportions with their common share, at 95%. Points in part scatter
    less than whole ones: with them it says chance a little too often.
    """
    common = (score + other_score) / (total + other_total)
    error = sqrt(max(common * (1 - common), 0.0) * (1 / total + 1 / other_total))
    return abs(score / total - other_score / other_total) > Z * error
