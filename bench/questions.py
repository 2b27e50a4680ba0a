"""Generating questions."""

from pathlib import Path

from bench.measure import heading, percentile, row, seconds
from quiz.content.catalogue import Catalogue
from quiz.content.folder import read_folder
from quiz.content.stix import read_release
from quiz.content.technique import Technique
from quiz.questions.base import Question, QuestionKind
from quiz.questions.generator import cards_of, generate
from quiz.questions.kinds import KINDS

RELEASE = "enterprise-attack-18.1.json.gz"


def run(folder: Path) -> None:
    """Measure over a folder of technique files, and over a release where it is at hand."""
    measure(read_folder(folder).catalogue)
    bundle = folder.parent / "stix" / RELEASE
    if bundle.is_file():
        release = read_release(bundle)
        measure(Catalogue(release.techniques, [release.collection]))


def measure(catalogue: Catalogue) -> None:
    labels = ", ".join(collection.label for collection in catalogue.collections)
    heading(f"Generating the questions of {len(catalogue)} techniques of {labels}, once each")
    first, cards = seconds(
        lambda: [(t, kind) for t in catalogue for _, kind in cards_of(t, catalogue)]
    )
    row("listing the cards", f"{len(cards)} cards", f"{first:.2f} s")
    warming, _ = seconds(lambda: [_first(kind.slug, cards, catalogue) for kind in KINDS.values()])
    row("the first question of each kind, which weighs options", f"{warming:.2f} s")
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


def _first(
    slug: str, cards: list[tuple[Technique, QuestionKind]], catalogue: Catalogue
) -> Question | None:
    """Ask one question of a kind, for what is worked out once and kept."""
    found = (generate(t, kind, 1, catalogue) for t, kind in cards if kind.slug == slug)
    return next((question for question in found if question), None)
