"""Run a comparison, and print it."""

from bench.learning.contest import CONTENDERS, SCENARIOS, run
from bench.learning.summary import summarize
from bench.learning.tables import Run
from bench.measure import heading, row, seconds

FEWEST = 2
FIRST = 2


def compete(name: str, learners: int, seed: int, days: int | None = None) -> Run:
    """Run a scenario with its share of the learners."""
    scenario = SCENARIOS[name]
    some = max(round(learners * scenario.share), FEWEST)
    took, outcomes = seconds(lambda: run(scenario, some, seed, days))
    return Run(
        learners=some,
        seed=seed,
        seconds=took,
        policies=summarize(outcomes),
        first={
            policy: [round(outcome.known[0], 6) for outcome in of_policy[:FIRST]]
            for policy, of_policy in outcomes.items()
        },
    )


def show(name: str, done: Run) -> None:
    title = SCENARIOS[name].title
    heading(f"Learning, {title}: {done.learners} learners, {done.seconds:.0f} s")
    row("", "known", "against ours", "later", "met", "remembered", "minutes")
    for policy, summary in done.policies.items():
        row(
            CONTENDERS[policy][0].replace("*", ""),
            f"{summary.known[0][0]:.0f} ± {summary.known[0][1]:.0f}",
            f"{summary.more[0][0]:+.1f} ± {summary.more[0][1]:.1f}",
            f"{summary.known[-1][0]:.0f} ± {summary.known[-1][1]:.0f}",
            f"{summary.met[0]:.0f}",
            f"{summary.retention[0]:.3f}",
            f"{summary.minutes[0]:.0f}",
        )


def main_comparison(learners: int = 100) -> None:
    """Run the main comparison alone, at a size that `make bench` can wait for."""
    show("main", compete("main", learners, seed=1))
