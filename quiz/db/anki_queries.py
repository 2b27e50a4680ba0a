"""Queries about what a learner has exported for Anki."""

from datetime import datetime

from sqlalchemy import Select, select

from quiz.db.models import AnkiNote


def anki_notes(learner_id: int) -> Select[str, str, datetime]:
    """Each card that a learner has exported, as it was: key, digest, and since when."""
    return select(AnkiNote.card_key, AnkiNote.digest, AnkiNote.since).where(
        AnkiNote.learner_id == learner_id
    )
