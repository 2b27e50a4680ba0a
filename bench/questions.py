"""Generating questions."""

from pathlib import Path

from bench.measure import heading, percentile, row, seconds
from quiz.content.folder import read_folder
from quiz.questions.generator import cards_of, generate


def run(folder: Path) -> None:
    catalogue = read_folder(folder).catalogue
    heading(f"Generating the questions of {len(catalogue)} techniques, once each")
    first, cards = seconds(
        lambda: [(t, kind) for t in catalogue for _, kind in cards_of(t, catalogue)]
    )
    row("listing the cards, and weighing their options", f"{len(cards)} cards", f"{first:.2f} s")
    times: dict[str, list[float]] = {}
    made = 0
    for technique, kind in cards:
        took, question = seconds(lambda t=technique, k=kind: generate(t, k, 0, catalogue))  # type: ignore[misc]
        times.setdefault(kind.slug, []).append(took)
        made += question is not None
    total = sum(map(sum, times.values()))
    everything = [took for of_kind in times.values() for took in of_kind]
    row("all of them", f"{made} made", f"{total:.1f} s", f"{made / total:.0f} a second")
    row("one of them", "p50", "p99")
    for slug, of_kind in (*times.items(), ("any kind", everything)):
        row(
            f"  {slug}",
            f"{percentile(of_kind, 0.5) * 1000:.2f} ms",
            f"{percentile(of_kind, 0.99) * 1000:.2f} ms",
        )
