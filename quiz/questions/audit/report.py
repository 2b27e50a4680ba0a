"""What an audit found, as a table for people and as JSON for programs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

from quiz.questions.audit.findings import Fault
from quiz.questions.audit.solvers import (
    CHOOSERS,
    COMPARING,
    MOST_OFTEN_KEY,
    MOST_OFTEN_RIGHT,
    Score,
)

MARGIN = 0.05
"""How much better than chance a guesser may be."""
MARGIN_OF_MEMORY = 0.20
"""The same for a guesser who remembers every question of the bank, where options are techniques.

Those documented for nearly everyone can hardly ever be wrong, however options are drawn.
"""
LUCK = 4.5
"""How many standard errors are no luck, with a thousand scores to look at."""
JUDGED_FROM = 100
"""From how many questions a kind's guessers are judged."""
KINDS_EACH = 5
COVERED = 0.95
"""The share of a release's techniques that must be asked about in so many kinds."""
LISTED = 20
WIDTH = 120

CLOSED = frozenset({"tactic", "platform", "data-source", "mitigation", "detection-difficulty"})
"""Kinds whose options come from a closed set."""

COLUMNS: Mapping[str, tuple[str, str]] = {
    "most shared words": ("most", "words"),
    "fewest shared words": ("least", "words"),
    "most shared letters": ("most", "lettr"),
    "fewest shared letters": ("least", "lettr"),
    "longest": ("", "long"),
    "shortest": ("", "short"),
    "place 1": ("", "1st"),
    "place 2": ("", "2nd"),
    "place 3": ("", "3rd"),
    "place 4": ("", "4th"),
    "last place": ("", "last"),
    "most like the others": ("most", "alike"),
    "least like the others": ("least", "alike"),
    MOST_OFTEN_KEY: ("often", "key"),
    MOST_OFTEN_RIGHT: ("often", "right"),
}
"""The guessers of options in the table; the fifth place is nearly always the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """Something that must not be. ``key`` and ``seed`` name the question, where it is one."""

    kind: str
    fault: Fault
    message: str
    key: str = ""
    seed: int | None = None

    def __str__(self) -> str:
        place = f"{self.key} seed {self.seed}" if self.key else self.kind or "collection"
        return f"{place}: {self.fault}: {self.message}"


@dataclass(slots=True)
class Tally:
    """What was counted of one kind of question."""

    kind: str
    proof: str
    questions: int = 0
    techniques: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    faults: Counter[Fault] = field(default_factory=Counter)
    excerpts: int = 0
    words: int = 0
    shown: int = 0
    solvers: dict[str, Score] = field(default_factory=dict)
    rungs: dict[str, dict[str, Score]] = field(default_factory=dict)

    @property
    def hidden(self) -> float:
        """The share of the excerpts' words that is hidden."""
        return 1 - self.shown / self.words if self.words else 0.0


def judged(kind: str, solver: str, score: Score) -> bool:
    """Whether a score counts: there are enough questions, and it is a guesser's, not a knower's."""
    knows = solver == MOST_OFTEN_RIGHT and kind in COMPARING
    return score.questions >= JUDGED_FROM and not knows


def beats_chance(kind: str, solver: str, score: Score) -> bool:
    """Whether a guesser is more than the margin better than chance, and that is no luck."""
    remembers = solver == MOST_OFTEN_RIGHT and kind not in CLOSED
    limit = max(MARGIN_OF_MEMORY if remembers else MARGIN, LUCK * score.standard_error)
    return judged(kind, solver, score) and score.excess > limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An audit's result. ``kinds_each`` counts, for each technique, the kinds that ask about it."""

    label: str
    techniques: int
    seeds: int
    kinds: tuple[Tally, ...]
    kinds_each: tuple[int, ...]
    violations: tuple[Violation, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.violations

    @property
    def covered(self) -> float:
        """The share of techniques that enough kinds ask about."""
        return sum(n >= KINDS_EACH for n in self.kinds_each) / max(len(self.kinds_each), 1)

    def to_dict(self) -> dict[str, Any]:
        """Give the report as JSON-ready values; see docs/audit.md."""
        return {
            "collections": self.label,
            "techniques": self.techniques,
            "seeds": self.seeds,
            "passed": self.passed,
            "coverage": {"kinds": KINDS_EACH, "share": round(self.covered, 4), "target": COVERED},
            "kinds": [_kind(tally) for tally in self.kinds],
            "violations": [
                {
                    "kind": v.kind,
                    "fault": v.fault,
                    "key": v.key,
                    "seed": v.seed,
                    "message": v.message,
                }
                for v in self.violations
            ],
        }

    def table(self) -> str:
        """Write the report for a terminal."""
        asked = sum(tally.questions for tally in self.kinds)
        lines = [
            f"{self.label}: {self.techniques} techniques, {self.seeds} seeds, {asked} questions",
            "",
            *_aligned(_counts(self.kinds)),
            "",
            f"Guessers: percent right; ! is over {MARGIN:.0%} above chance; ? is not judged",
            *_aligned(_guessers(self.kinds)),
            *_arrangers(self.kinds),
            "",
            *self._coverage(),
            *_listing(self.violations),
        ]
        return "\n".join(line.rstrip() for line in lines)

    def _coverage(self) -> Iterator[str]:
        """Say how many kinds the techniques are asked in, where so many were audited."""
        if len(self.kinds) >= KINDS_EACH:
            share = f"{self.covered:.1%} of the techniques"
            yield f"{share} are asked about in {KINDS_EACH} kinds or more."


def _listing(violations: Sequence[Violation]) -> Iterator[str]:
    """List the first violations, taking the sorts of them in turn, and count the others.

    The same fault of a card with several seeds is one.
    """
    if not violations:
        yield "No violation."
        return
    alike: dict[tuple[str, Fault, str], list[Violation]] = {}
    for violation in violations:
        place = violation.key or violation.kind
        alike.setdefault((place, violation.fault, violation.message), []).append(violation)
    met: Counter[str] = Counter()
    turns: list[tuple[int, str, str]] = []
    for first, *others in alike.values():
        sort = f"{first.kind} {first.fault}".strip()
        met[sort] += 1
        more = f" (and {len(others)} more seeds)" if others else ""
        turns.append((met[sort], sort, f"{first}{more}"))
    turns.sort(key=lambda turn: turn[0])
    yield f"{len(alike)} violations:"
    yield from (f"  {text}" for _, _, text in turns[:LISTED])
    rest = Counter(sort for _, sort, _ in turns[LISTED:])
    yield from (f"  … and {count} more: {sort}" for sort, count in rest.most_common())


def _kind(tally: Tally) -> dict[str, Any]:
    excerpts = tally.excerpts
    return {
        "kind": tally.kind,
        "proof": tally.proof,
        "questions": tally.questions,
        "techniques": len(tally.techniques),
        "answers": dict(sorted(tally.answers.items())),
        "faults": {fault.value: tally.faults[fault] for fault in Fault if tally.faults[fault]},
        "excerpts": {
            "questions": excerpts,
            "words": round(tally.words / excerpts, 1),
            "hidden": round(tally.hidden, 4),
        }
        if excerpts
        else None,
        "solvers": _scores(tally.kind, tally.solvers),
        "rungs": {rung: _scores(tally.kind, solvers) for rung, solvers in tally.rungs.items()},
    }


def _scores(kind: str, solvers: Mapping[str, Score]) -> dict[str, dict[str, Any]]:
    return {
        name: {
            "questions": score.questions,
            "score": round(score.mean, 4),
            "chance": round(score.chance, 4),
            "standard_error": round(score.standard_error, 4),
            "judged": judged(kind, name, score),
            "beats_chance": beats_chance(kind, name, score),
        }
        for name, score in solvers.items()
    }


def _counts(kinds: Iterable[Tally]) -> list[tuple[str, ...]]:
    head = ("kind", "asked", "techniques", "proof", "key", "option", "evidence", "leak", "twins")
    rows: list[tuple[str, ...]] = [(*head, "excerpt", "form", "words", "hidden")]
    for tally in kinds:
        faults = (Fault.KEY, Fault.OPTION, Fault.EVIDENCE, Fault.LEAK, Fault.TWINS)
        has_excerpts = tally.excerpts > 0
        rows.append(
            (
                tally.kind,
                str(tally.questions),
                str(len(tally.techniques)),
                tally.proof,
                *(str(tally.faults[fault]) for fault in (*faults, Fault.EXCERPT, Fault.FORM)),
                f"{tally.words / tally.excerpts:.0f}" if has_excerpts else "–",
                f"{tally.hidden:.0%}" if has_excerpts else "–",
            )
        )
    return rows


def _guessers(kinds: Iterable[Tally]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        ("", "", "", *(top for top, _ in COLUMNS.values())),
        ("kind", "chance", "±", *(bottom for _, bottom in COLUMNS.values())),
    ]
    for tally in kinds:
        found = [tally.solvers[name] for name in CHOOSERS if name in tally.solvers]
        if "longest" not in tally.solvers:
            continue  # nothing to choose from: see _arrangers
        luck = max(score.standard_error for score in found)
        rows.append(
            (
                tally.kind,
                f"{found[0].chance:.0%}".rstrip("%"),
                f"{luck * 100:.1f}",
                *(_cell(tally, name) for name in COLUMNS),
            )
        )
    return rows


def _cell(tally: Tally, solver: str) -> str:
    score = tally.solvers.get(solver)
    if score is None:
        return "–"
    mark = "?"
    if judged(tally.kind, solver, score):
        mark = "!" if beats_chance(tally.kind, solver, score) else ""
    return f"{score.mean * 100:.0f}{mark}"


def _arrangers(kinds: Iterable[Tally]) -> Iterator[str]:
    """The guessers at orders and matches, which are others for each, in a line a kind."""
    for tally in kinds:
        others = [n for n in tally.solvers if n not in CHOOSERS and n not in COLUMNS]
        if others:
            names = [*others, *(n for n in tally.solvers if n == "most shared words")]
            scores = ", ".join(f"{name} {_cell(tally, name)}" for name in names)
            chance = tally.solvers[others[0]].chance * 100
            text = f"{tally.kind}: {scores} (chance {chance:.0f})"
            yield from wrap(text, WIDTH, subsequent_indent="  ")


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Pad the columns: words to the left, figures to the right."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    texts = {
        n for n, value in enumerate(rows[-1]) if n == 0 or value in ("fields", "evidence only")
    }
    return [
        " ".join(
            cell.ljust(widths[n]) if n in texts else cell.rjust(widths[n])
            for n, cell in enumerate(row)
        )
        for row in rows
    ]
