"""What is kept of a release so that the next one can be compared with it, answers and all."""

from dataclasses import replace

from quiz.content.catalogue import Catalogue
from quiz.content.releases import Snapshot, describe
from quiz.content.technique import Collection
from quiz.questions.generator import cards_of


def snapshot(catalogue: Catalogue, collection: Collection | None = None) -> Snapshot:
    """Keep a catalogue, or one collection of it, with the true answer to each flashcard."""
    return replace(
        describe(catalogue, collection),
        answers={
            key: kind.true_answer(technique, catalogue)
            for technique in catalogue
            if collection is None or technique.collection == collection.name
            for key, kind in cards_of(technique, catalogue)
            if kind.flashcard
        },
    )
