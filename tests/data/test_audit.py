"""The audit over ATT&CK's own files and releases: what QUESTIONS promises, on all of it."""

from collections.abc import Callable

import pytest

from quiz.content.catalogue import Catalogue
from quiz.content.stix import read_release
from quiz.questions.audit.report import COVERED
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
FEWER_SEEDS = 1


@pytest.mark.parametrize("name", CATALOGUES)
def test_no_question_is_wrong_or_told_and_nearly_every_technique_is_asked_about(name: str) -> None:
    report = audit(CATALOGUES[name](), SEEDS.get(name, FEWER_SEEDS))
    assert [str(violation) for violation in report.violations] == []
    assert report.covered >= COVERED
    assert all(tally.proof == "fields" for tally in report.kinds)
