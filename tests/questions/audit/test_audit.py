"""The audit as a whole: it passes what is sound, names what is not, and its page is true."""

import json
import re
from collections.abc import Mapping
from functools import cache
from random import Random

import pytest

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique
from quiz.questions.audit.findings import Fault
from quiz.questions.audit.report import COVERED, KINDS_EACH, Report
from quiz.questions.audit.run import audit
from quiz.questions.base import Choice, Draft, Evidence, Nearness, QuestionKind
from quiz.questions.kinds import KINDS
from tests.catalogues import ROOT, starter

PAGE = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")


class Cheating(QuestionKind):
    """Ask for a tactic so that the longest option is always right."""

    slug = "tactic"
    title = "Tactic"
    purpose = "Show that the audit finds out"
    rank = 1

    def applies(self, technique: Technique, catalogue: Catalogue) -> bool:
        return True

    def ask(
        self, technique: Technique, catalogue: Catalogue, rng: Random, nearness: Nearness
    ) -> Draft | None:
        names = catalogue.tactic_names(technique)
        others = [t.name for t in catalogue.tactics(technique.domain) if t.name not in names]
        shorter = [name for name in others if len(name) < len(names[0])]
        told = any(t.name in technique.name for t in catalogue.tactics(technique.domain))
        if told or len(shorter) < 3:
            return None
        wrong = rng.sample(shorter, 3)
        return Draft(
            stem=f"Which of these tactics does {technique.name} serve?",
            choices=[
                Choice(text=names[0], correct=True, note="It does."),
                *(Choice(text=name, note="It does not.") for name in wrong),
            ],
            explanation="So the file says.",
            evidence=self.evidence(technique),
        )

    def evidence(self, technique: Technique) -> tuple[Evidence, ...]:
        quote = ", ".join(technique.tactics)
        return (Evidence(file=technique.path, section="Tactics", quote=quote),)


class Lying(Cheating):
    """Ask for a tactic, and quote what the file does not say."""

    def evidence(self, technique: Technique) -> tuple[Evidence, ...]:
        return (Evidence(file=technique.path, section="Tactics", quote="so it is"),)


class Unknown(Cheating):
    """Ask in a way that nobody has written a proof for."""

    slug = "guess-what"


def audited(*kinds: QuestionKind) -> Report:
    return audit(starter(), 4, {kind.slug: kind for kind in kinds})


def faults(report: Report) -> set[Fault]:
    return {violation.fault for violation in report.violations} - {Fault.COVERAGE}


def test_a_kind_that_gives_the_key_away_by_its_length_is_found() -> None:
    report = audited(Cheating())
    assert faults(report) == {Fault.SOLVER}
    assert any("“longest” gets 100.0%" in str(violation) for violation in report.violations)
    assert not report.passed


def test_a_kind_that_quotes_what_is_not_there_is_found_card_by_card() -> None:
    report = audited(Lying())
    wrong = [v for v in report.violations if v.fault is Fault.EVIDENCE]
    assert {v.key for v in wrong} == {f"{id_}/tactic" for id_ in report.kinds[0].techniques}
    assert "evidence: not in Tactics" in report.table()


def test_a_kind_without_a_proof_is_a_violation_and_says_where_to_add_one() -> None:
    report = audited(Unknown())
    unproved = [v for v in report.violations if v.fault is Fault.UNPROVED]
    assert [v.kind for v in unproved] == ["guess-what"]
    assert "quiz/questions/audit/proofs/" in str(unproved[0])
    assert report.kinds[0].proof == "evidence only"


def test_a_release_that_few_kinds_ask_about_is_found() -> None:
    few = [KINDS[slug] for slug in ("tactic-order", "harder-to-detect", "family", "platform")]
    assert len(few) + 1 == KINDS_EACH
    report = audited(*few, KINDS["tactic"])
    assert Fault.COVERAGE in {violation.fault for violation in report.violations}
    assert report.covered < 0.1


def test_a_few_kinds_by_themselves_are_not_asked_to_cover_a_release() -> None:
    assert audited(KINDS["tactic"]).passed


def test_a_kind_with_few_cards_is_asked_more_often() -> None:
    few, many = KINDS["harder-to-detect"], KINDS["attack-id"]
    report = audit(starter(), 2, {few.slug: few, many.slug: many})
    rounds = {tally.kind: tally.questions / len(tally.techniques) for tally in report.kinds}
    assert rounds["harder-to-detect"] == 8
    assert 2 < rounds["attack-id"] < 10


@cache
def of_the_starter() -> Report:
    return audit(starter())


def test_nothing_is_wrong_with_any_question_of_the_starter() -> None:
    report = of_the_starter()
    assert faults(report) <= {Fault.SOLVER}, report.table()
    assert report.covered >= COVERED


def test_no_guesser_beats_chance_on_the_starter() -> None:
    assert of_the_starter().passed, of_the_starter().table()


def test_every_kind_is_in_the_report_and_in_its_json() -> None:
    report = of_the_starter()
    assert [tally.kind for tally in report.kinds] == list(KINDS)
    values = json.loads(json.dumps(report.to_dict()))
    assert [kind["kind"] for kind in values["kinds"]] == list(KINDS)
    assert values["passed"] is report.passed
    assert values["coverage"]["share"] == pytest.approx(report.covered, abs=0.001)


def test_the_table_fits_a_terminal() -> None:
    lines = of_the_starter().table().splitlines()
    table = lines[: next(n for n, line in enumerate(lines) if line.endswith("or more."))]
    assert max(map(len, table)) <= 120


# docs/audit.md


def test_the_page_shows_the_very_table_of_the_starter() -> None:
    shown = re.search(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert shown
    assert shown[1] == f"{of_the_starter().table()}\n", (
        "the starter or a kind changed: paste what `flask --app app questions audit` says of it"
    )


def test_the_page_names_every_key_of_the_json() -> None:
    def keys(value: object) -> set[str]:
        if isinstance(value, Mapping):
            names = {str(key) for key in value}
            return names.union(*map(keys, value.values()))
        return set().union(*map(keys, value)) if isinstance(value, list) else set()

    values = of_the_starter().to_dict()
    kinds = [
        {key: value for key, value in kind.items() if key not in ("solvers", "rungs", "faults")}
        | {"solvers": 0, "rungs": 0, "faults": 0, "answers": 0}
        | next(iter(kind["solvers"].values()), {})
        for kind in values["kinds"]
    ]
    violation = {"kind": "", "fault": "", "key": "", "seed": 0, "message": ""}
    for key in keys({**values, "kinds": kinds, "violations": [violation]}):
        assert f"`{key}`" in PAGE, key
