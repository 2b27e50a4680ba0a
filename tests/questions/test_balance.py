"""Drawing from a closed set so that no value is a good guess by itself."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.questions.balance import Balance, Case, thinned, weighted_sample


def test_a_common_value_is_shown_as_right_no_more_often_than_a_rare_one() -> None:
    values = tuple("abcdef")
    common = [Case(right=("a",), wrong=values[1:])] * 60
    rare = [Case(right=(v,), wrong=tuple(w for w in values if w != v)) for v in "bcdef"] * 8
    balance = Balance.over(common + rare)
    right: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    rng = Random(1)
    for case in (common + rare) * 20:
        drawn = balance.draw(case, rng)
        assert drawn
        right.update(drawn[0])
        shown.update((*drawn[0], *drawn[1]))
    even = Balance(dict.fromkeys(values, 0.0))
    naive_shown: Counter[str] = Counter()
    for case in (common + rare) * 20:
        drawn = even.draw(case, rng)
        assert drawn
        naive_shown.update((*drawn[0], *drawn[1]))
    assert right["a"] / shown["a"] < right["a"] / naive_shown["a"]


def test_a_case_with_too_few_wrong_values_is_not_asked() -> None:
    case = Case(right=("a",), wrong=("b",))
    assert Balance.over([case]).draw(case, Random(0)) is None


def test_several_right_values_are_asked_for_among_five() -> None:
    case = Case(right=("a", "b", "c", "d"), wrong=tuple("efghij"))
    balance = Balance.over([case])
    for seed in range(20):
        drawn = balance.draw(case, Random(seed))
        assert drawn
        right, wrong = drawn
        assert 1 <= len(right) <= 3
        assert len(right) + len(wrong) == 5


def test_values_that_share_a_word_are_not_shown_together() -> None:
    case = Case(
        right=("File: File Access", "File: File Creation", "Command: Command Execution"),
        wrong=("File: File Metadata", "Script: Script Execution", "Module Load", "Logon Session"),
    )
    balance = Balance.over([case])
    for seed in range(40):
        right, wrong = balance.draw(case, Random(seed)) or ([], [])
        assert sum("File" in value for value in (*right, *wrong)) <= 1
        assert sum("Execution" in value for value in (*right, *wrong)) <= 1


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.sampled_from("abcd"), min_size=1))
def test_thinning_keeps_some_of_every_key_and_invents_nothing(keys: dict[str, str]) -> None:
    kept = thinned(keys)
    assert kept <= set(keys)
    assert {keys[stix_id] for stix_id in kept} == set(keys.values())


def test_thinning_holds_down_the_most_common_key() -> None:
    sizes = {"moderate": 400, "hard": 100, "easier": 110, "very hard": 90}
    keys = {f"{level} {number}": level for level, size in sizes.items() for number in range(size)}
    kept = Counter(keys[stix_id] for stix_id in thinned(keys))
    assert kept["hard"] == 100
    assert max(kept.values()) / kept.total() == pytest.approx(0.28, abs=0.005)


def test_a_heavier_value_comes_first_more_often() -> None:
    rng = Random(5)
    first = Counter(weighted_sample("abc", [8, 1, 1], rng)[0] for _ in range(2000))
    assert first["a"] / 2000 == pytest.approx(0.8, abs=0.04)
