"""The figures in docs/learning.md are those of a recorded run of this code."""

import re
from dataclasses import replace
from math import sqrt

import pytest

from bench.learning import tables
from bench.learning.compete import FIRST
from bench.learning.contest import CONTENDERS, SCENARIOS, run
from bench.learning.simulation import Outcome
from bench.learning.summary import figure, from_dict, summarize, to_dict

DOCUMENT = tables.DOCUMENT.read_text(encoding="utf-8")
RECORD = tables.read_record()


def test_the_document_shows_the_recorded_run() -> None:
    assert tables.filled(DOCUMENT, RECORD) == DOCUMENT


def test_every_comparison_is_recorded_and_shown_once() -> None:
    assert list(RECORD) == list(SCENARIOS)
    assert sorted(tables.places(DOCUMENT)) == sorted(SCENARIOS)
    assert RECORD["main"].learners == 1000


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_record_has_the_policies_of_the_code(name: str) -> None:
    assert tuple(RECORD[name].policies) == SCENARIOS[name].policies


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_first_learner_still_knows_what_was_recorded(name: str) -> None:
    outcomes = run(SCENARIOS[name], 1, RECORD[name].seed)
    for policy, recorded in RECORD[name].first.items():
        assert len(recorded) == FIRST
        assert outcomes[policy][0].known[0] == pytest.approx(recorded[0], rel=1e-5)


def test_a_changed_figure_in_the_document_is_noticed() -> None:
    place = re.search(r"ours: FSRS-6.*?\| (\d+) ±", DOCUMENT)
    assert place
    wrong = DOCUMENT[: place.start(1)] + "9999" + DOCUMENT[place.end(1) :]
    assert tables.filled(wrong, RECORD) == DOCUMENT != wrong


def outcome(known: float, retention: float = 0.9) -> Outcome:
    return Outcome(
        known=(known, known / 2),
        sure=(int(known), 0),
        met=(50, 100),
        reviews=10,
        retention=retention,
        minutes=60,
    )


def test_differences_are_paired_by_learner() -> None:
    found = summarize(
        {
            "ours": [outcome(10), outcome(20), outcome(30)],
            "fixed": [outcome(9), outcome(19), outcome(32)],
        }
    )["fixed"]
    assert found.more[0][0] == pytest.approx(0)
    assert found.more[0][1] == pytest.approx(1.96 * sqrt(3) / sqrt(3))
    assert found.ours_better[0] == pytest.approx(2 / 3)
    assert found.met[0] == 100


def test_an_interval_narrows_with_the_root_of_the_learners() -> None:
    assert figure([1, 3])[0] == 2
    assert figure([1, 3] * 50)[1] == pytest.approx(figure([1, 3] * 200)[1] * 2, rel=0.01)


def test_a_summary_is_read_as_it_was_written() -> None:
    found = summarize({"ours": [outcome(10, 1), outcome(20, 1)]})["ours"]
    assert from_dict(to_dict(found)) == found


def test_a_table_says_the_difference_with_its_sign() -> None:
    summary = summarize({"ours": [outcome(10), outcome(20)], "fixed": [outcome(8), outcome(16)]})
    run_of = replace(RECORD["main"], policies=summary)
    lines = tables.table("main", run_of).splitlines()
    assert lines[0] == "1,200 cards, 10 minutes a day: 1,000 learners, seed 1."
    assert lines[5].startswith(f"| {CONTENDERS['fixed'][0]} | 12 ± 8 | −3.0 ± 2.0 | 100% | 6 ± 4 |")
