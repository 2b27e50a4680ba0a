"""The figures as tables, and their place in docs/learning.md."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.learning.contest import CONTENDERS, OURS, SCENARIOS, Scenario
from bench.learning.summary import Figure, Summary, from_dict, to_dict

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = ROOT / "docs" / "learning.md"
RECORD = Path(__file__).with_name("recorded.json")
PLACE = re.compile(r"(?<=<!-- figures: )(\w+)( -->\n).*?(?=<!-- end -->)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One scenario as it was run.

    ``first`` holds what the first learners knew by each policy on the first morning asked:
    a test runs those again.
    """

    learners: int
    seed: int
    seconds: float
    policies: dict[str, Summary]
    first: dict[str, list[float]]


def table(name: str, run: Run) -> str:
    """Write a scenario's figures as a Markdown table, under a line that says what was run."""
    scenario = SCENARIOS[name]
    plain = [row(scenario, policy, summary) for policy, summary in run.policies.items()]
    lines = [header(scenario), *plain]
    cells = ["| " + " | ".join(line) + " |" for line in lines]
    cells.insert(1, "|---" + "|---:" * (len(lines[0]) - 1) + "|")
    title = scenario.title[0].upper() + scenario.title[1:]
    said = f"{title}: {run.learners:,} learners, seed {run.seed}."
    return "\n".join((said, "", *cells, ""))


def header(scenario: Scenario) -> list[str]:
    asked = scenario.plan.asked
    if asked != (180, 210):
        return ["policy", *(f"known, day {day}" for day in asked), *_WORK]
    return [
        *("policy", "known, day 180", "against ours", "ours knows more for"),
        *("known, day 210", "against ours", "known at 90%, day 180 / 210", *_WORK),
    ]


_WORK = ("cards met", "reviews", "remembered in reviews", "minutes")


def row(scenario: Scenario, policy: str, summary: Summary) -> list[str]:
    ours = policy == OURS
    work = [
        f"{summary.met[0]:,.0f}",
        f"{summary.reviews[0]:,.0f}",
        f"{summary.retention[0]:.0%} ({100 * summary.spread[0]:.0f}–{100 * summary.spread[2]:.0f})",
        f"{summary.minutes[0]:,.0f}",
    ]
    title = CONTENDERS[policy][0]
    if scenario.plan.asked != (180, 210):
        figures = summary.known if ours else summary.more
        return [title, *((_mean if ours else _difference)(each) for each in figures), *work]
    return [
        title,
        _mean(summary.known[0]),
        "" if ours else _difference(summary.more[0]),
        "" if ours else f"{summary.ours_better[0]:.0%}",
        _mean(summary.known[1]),
        "" if ours else _difference(summary.more[1]),
        f"{summary.sure[0][0]:,.0f} / {summary.sure[1][0]:,.0f}",
        *work,
    ]


def _mean(figure: Figure) -> str:
    return f"{figure[0]:,.0f} ± {figure[1]:.0f}"


def _difference(figure: Figure) -> str:
    mean = round(figure[0], 1) + 0.0  # a zero has no minus
    return f"{mean:+,.1f} ± {figure[1]:.1f}".replace("-", "−")


def write_record(runs: dict[str, Run], path: Path = RECORD) -> None:
    values = {
        name: {
            "learners": run.learners,
            "seed": run.seed,
            "seconds": round(run.seconds),
            "first": run.first,
            "policies": {policy: to_dict(each) for policy, each in run.policies.items()},
        }
        for name, run in runs.items()
    }
    path.write_text(_compact(values), encoding="utf-8")


def _compact(values: dict[str, Any]) -> str:
    """Write JSON with a policy a line, so that a new record shows what changed."""
    text = json.dumps(values, indent=1)
    return (
        re.sub(r"\n {4,}|\n {3}(?=[\]}])", " ", text).replace("[ ", "[").replace(" ]", "]") + "\n"
    )


def read_record(path: Path = RECORD) -> dict[str, Run]:
    """Read the recorded run that the document shows."""
    values = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: Run(
            **{
                **run,
                "policies": {policy: from_dict(each) for policy, each in run["policies"].items()},
            }
        )
        for name, run in values.items()
    }


def filled(document: str, runs: dict[str, Run]) -> str:
    """Put each scenario's table at its place in the document. Raises KeyError for one unknown."""
    return PLACE.sub(
        lambda place: f"{place[1]}{place[2]}{table(place[1], runs[place[1]])}", document
    )


def places(document: str) -> list[str]:
    """Name the scenarios that a document has a place for."""
    return [place[1] for place in PLACE.finditer(document)]
