"""Questions about pairs over ATT&CK's own files and releases: proved, and told by nothing."""

import pytest

from quiz.content.catalogue import Catalogue
from quiz.questions.audit.run import Auditor, facts_of
from quiz.questions.base import Nearness
from quiz.questions.kinds import KINDS
from tests.catalogues import attack, attack_release
from tests.rivals import QUOTING, ask_both_ways, pairs_of

EACH = 25
"""How many pairs of each sort are tried."""
FAIR = 0.9
"""The share of all pairs about which there must be a question."""


def catalogue_of(name: str) -> Catalogue:
    if name == "files":
        return attack()
    found = attack_release(name)
    return Catalogue(found.techniques, [found.collection])


@pytest.mark.parametrize(
    "name", ["files", "enterprise-attack-18.1", "mobile-attack-18.1", "ics-attack-18.1"]
)
def test_no_question_about_a_pair_is_wrong_or_told_and_nearly_every_pair_has_one(name: str) -> None:
    catalogue = catalogue_of(name)
    auditor = Auditor(facts_of(catalogue), {slug: KINDS[slug] for slug in QUOTING})
    pairs = [pair for some in pairs_of(catalogue, EACH).values() for pair in some]
    drilled = 0
    for pair in pairs:
        questions = list(ask_both_ways(pair, catalogue))
        drilled += bool(questions)
        for question, rival in questions:
            assert rival.stix_id in {o.stix_id for o in question.options if not o.correct}
            auditor.add(question, Nearness.NEAR)
    report = auditor.report(catalogue, seeds=2)
    assert [str(violation) for violation in report.violations if violation.kind] == []
    assert drilled >= FAIR * len(pairs)
