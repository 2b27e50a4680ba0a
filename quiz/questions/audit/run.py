"""Asking every card, and putting each question through proofs, checks and guessers."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import ceil

from quiz.content.catalogue import Catalogue
from quiz.questions.audit.checks import check
from quiz.questions.audit.facts import Facts
from quiz.questions.audit.findings import Fault, Finding
from quiz.questions.audit.proofs import PROOFS
from quiz.questions.audit.quoting import evidence_faults, source_of
from quiz.questions.audit.report import (
    COVERED,
    JUDGED_FROM,
    KINDS_EACH,
    Report,
    Tally,
    Violation,
    beats_chance,
)
from quiz.questions.audit.solvers import Memory, Score, arrange, choose
from quiz.questions.base import Nearness, Question, QuestionKind
from quiz.questions.generator import generate
from quiz.questions.kinds import KINDS

DEFAULT_SEEDS = 4
ENOUGH = 1000
"""From how many questions luck moves a score by less than a point and a half."""
MOST_ROUNDS = 4
"""How many times the seeds asked for may be used for a kind with few cards."""
UNPROVED = "no proof from the fields; add one to its file or to quiz/questions/audit/proofs/"
RUNGS = (Nearness.NEAR, Nearness.FAR, Nearness.LINKED, Nearness.SIBLING)
"""The seeds take the rungs in turn, the default first."""


def audit(
    catalogue: Catalogue,
    seeds: int = DEFAULT_SEEDS,
    kinds: Mapping[str, QuestionKind] = KINDS,
) -> Report:
    """Ask every card of a catalogue with so many seeds, and report what is wrong.

    A kind with few cards is asked with more seeds, so that luck does not decide about it.
    """
    auditor = Auditor(facts_of(catalogue), kinds)
    for kind in kinds.values():
        cards = [technique for technique in catalogue if kind.applies(technique, catalogue)]
        enough = min(ceil(ENOUGH / max(len(cards), 1)), MOST_ROUNDS * seeds)
        for technique in cards:
            for seed in range(max(seeds, enough)):
                nearness = RUNGS[seed % len(RUNGS)]
                if question := generate(technique, kind, seed, catalogue, nearness=nearness):
                    auditor.add(question, nearness)
    return auditor.report(catalogue, seeds)


def facts_of(catalogue: Catalogue) -> Facts:
    """Read a catalogue's techniques and collections afresh."""
    tactics = {domain: catalogue.tactics(domain) for domain in catalogue.domains}
    return Facts(catalogue.techniques, catalogue.collections, tactics)


@dataclass(slots=True)
class Auditor:
    """Takes questions one by one, and keeps count."""

    facts: Facts
    kinds: Mapping[str, QuestionKind]
    tallies: dict[str, Tally] = field(init=False)
    memories: dict[str, Memory] = field(init=False)
    violations: list[Violation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tallies = {
            slug: Tally(slug, "fields" if slug in PROOFS else "evidence only")
            for slug in self.kinds
        }
        self.memories = {}

    def add(self, question: Question, nearness: Nearness) -> None:
        """Prove, check and count a question, and let the guessers at it."""
        tally = self.tallies[question.kind]
        tally.questions += 1
        tally.techniques.add(question.stix_id)
        tally.answers[question.answer_kind] += 1
        for finding in faults(question, self.facts):
            self._violate(finding, question)
        if source := source_of(question):
            _, span = source
            tally.excerpts += 1
            tally.words += span.words
            tally.shown += span.shown
        rung = nearness.name.lower()
        for name, score, chance in (*choose(question), *arrange(question)):
            _record(tally, rung, name, score, chance)
        if question.options:
            self.memories.setdefault(question.kind, Memory()).add(question)

    def report(self, catalogue: Catalogue, seeds: int) -> Report:
        """Let the guessers that learn have their turn, and sum up."""
        for slug, memory in self.memories.items():
            for name, score, chance in memory.choose():
                self.tallies[slug].solvers.setdefault(name, Score()).add(score, chance)
        kinds_of: Counter[str] = Counter(s for t in self.tallies.values() for s in t.techniques)
        each = tuple(kinds_of[technique.stix_id] for technique in self.facts.techniques)
        report = Report(
            label=", ".join(c.label for c in catalogue.collections),
            techniques=len(catalogue),
            seeds=seeds,
            kinds=tuple(self.tallies.values()),
            kinds_each=each,
            violations=tuple(self.violations),
        )
        return replace(report, violations=(*_overall(report, catalogue), *self.violations))

    def _violate(self, finding: Finding, question: Question) -> None:
        self.tallies[question.kind].faults[finding.fault] += 1
        self.violations.append(
            Violation(
                kind=question.kind,
                fault=finding.fault,
                message=finding.message,
                key=question.key,
                seed=question.seed,
            )
        )


def faults(question: Question, facts: Facts) -> Iterator[Finding]:
    """Everything that is wrong with one question."""
    if proof := PROOFS.get(question.kind):
        yield from proof(question, facts)
    yield from evidence_faults(question, facts)
    yield from check(question, facts)


def _record(tally: Tally, rung: str, name: str, score: float, chance: float) -> None:
    tally.solvers.setdefault(name, Score()).add(score, chance)
    tally.rungs.setdefault(rung, {}).setdefault(name, Score()).add(score, chance)


def _overall(report: Report, catalogue: Catalogue) -> Iterator[Violation]:
    """What is wrong with a kind or the collection as a whole."""
    for tally in report.kinds:
        if tally.kind not in PROOFS:
            yield Violation(kind=tally.kind, fault=Fault.UNPROVED, message=UNPROVED)
        yield from _told(tally)
    is_release = any(c.release for c in catalogue.collections)
    enough = len(report.kinds) >= KINDS_EACH and len(catalogue) >= JUDGED_FROM
    if is_release and enough and report.covered < COVERED:
        message = (
            f"only {report.covered:.1%} of the techniques are asked about in {KINDS_EACH} kinds"
        )
        yield Violation(kind="", fault=Fault.COVERAGE, message=message)


def _told(tally: Tally) -> Iterator[Violation]:
    """The guessers that beat chance; on single rungs of nearness, those that do not over all."""
    told = {name for name, s in tally.solvers.items() if beats_chance(tally.kind, name, s)}
    for rung, solvers in {"": tally.solvers, **tally.rungs}.items():
        for name, score in solvers.items():
            if name in told if rung else name not in told:
                continue
            if beats_chance(tally.kind, name, score):
                where = f" with {rung} options" if rung else ""
                message = (
                    f"“{name}” gets {score.mean:.1%}{where}, by chance {score.chance:.1%}"
                    f" (±{score.standard_error:.1%}, {score.questions} questions)"
                )
                yield Violation(kind=tally.kind, fault=Fault.SOLVER, message=message)
