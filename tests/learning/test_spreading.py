"""A backlog spread over days: even shares, nothing left, nothing done twice."""

from hypothesis import given
from hypothesis import strategies as st

from quiz.learning.spreading import days_of, share


def test_what_waits_is_shared_evenly_beside_what_comes_due() -> None:
    assert days_of(10, [0, 5, 0]) == [4, 8, 3]
    assert days_of(0, [2, 3]) == [2, 3]
    assert days_of(7, [0]) == [7]


def test_after_the_last_day_all_of_what_is_left_is_its_share() -> None:
    assert share(7, 0) == 7


@given(waiting=st.integers(0, 5000), coming=st.lists(st.integers(0, 300), min_size=1, max_size=30))
def test_every_review_has_its_day_and_no_share_is_larger_than_the_first(
    waiting: int, coming: list[int]
) -> None:
    found = days_of(waiting, coming)
    assert sum(found) == waiting + sum(coming)
    parts = [day - due for day, due in zip(found, coming, strict=True)]
    assert max(parts) - min(parts) <= 1
    assert parts[0] == max(parts) == share(waiting, len(coming))
