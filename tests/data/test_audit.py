"""The audit over ATT&CK's own files and releases: what QUESTIONS promises, on all of it."""

from collections.abc import Callable
from functools import cache

import pytest

from quiz.content.catalogue import Catalogue
from quiz.content.stix import read_release
from quiz.questions.audit.findings import Fault
from quiz.questions.audit.report import COVERED, Report
from quiz.questions.audit.run import audit
from tests.catalogues import ATTACK_DATA, attack


def release(name: str) -> Callable[[], Catalogue]:
    """A release of ATT&CK; skips the test where it is absent."""

    def read() -> Catalogue:
        path = ATTACK_DATA / "stix" / f"{name}.json.gz"
        if not path.is_file():
            pytest.skip(f"{path} is not there; set ATTACK_DATA to audit ATT&CK's releases")
        found = read_release(path)
        return Catalogue(found.techniques, [found.collection])

    return read


CATALOGUES: dict[str, Callable[[], Catalogue]] = {
    "files": attack,
    **{
        name: release(name)
        for name in (
            "enterprise-attack-17.1",
            "enterprise-attack-18.1",
            "mobile-attack-18.1",
            "ics-attack-18.1",
        )
    },
}
SEEDS = {"enterprise-attack-18.1": 4, "mobile-attack-18.1": 4, "ics-attack-18.1": 4}
"""All rungs of nearness on each domain's newest release; the others change less than they cost."""
FEWER_SEEDS = 2
every_catalogue = pytest.mark.parametrize(
    "name",
    # What one audit finds is asked for in several tests: they share a process.
    [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in CATALOGUES],
)


@cache
def report(name: str) -> Report:
    return audit(CATALOGUES[name](), SEEDS.get(name, FEWER_SEEDS))


def found(name: str, *faults: Fault) -> list[str]:
    return [str(v) for v in report(name).violations if v.fault in faults]


@every_catalogue
def test_no_key_is_contradicted_and_every_wrong_option_excluded(name: str) -> None:
    assert found(name, Fault.KEY, Fault.OPTION, Fault.EVIDENCE, Fault.UNPROVED) == []


@every_catalogue
def test_nothing_names_an_option_and_every_question_is_well_made(name: str) -> None:
    assert found(name, Fault.LEAK, Fault.TWINS, Fault.EXCERPT, Fault.FORM) == []


@every_catalogue
def test_no_guesser_beats_chance(name: str) -> None:
    assert found(name, Fault.SOLVER) == []


@every_catalogue
def test_nearly_every_technique_is_asked_about_in_many_ways(name: str) -> None:
    assert report(name).covered >= COVERED
