"""Where a key stands in a technique's file."""

from quiz.content.technique import Technique
from quiz.questions.base import Evidence

FIELDS = {
    "tactics": "Tactics",
    "platforms": "Platforms",
    "data_sources": "Data Sources",
}


def from_field(technique: Technique, field: str) -> Evidence:
    """Quote a front-matter list, such as ``tactics``."""
    return Evidence(
        file=technique.path, section=FIELDS[field], quote=", ".join(getattr(technique, field))
    )


def from_identity(technique: Technique) -> Evidence:
    """Quote a technique's ID beside its name."""
    return Evidence(
        file=technique.path, section="ID", quote=f"{technique.attack_id} {technique.name}"
    )


def from_text(technique: Technique, section: str, quote: str) -> Evidence:
    """Quote a sentence of a section."""
    return Evidence(file=technique.path, section=section, quote=quote)
