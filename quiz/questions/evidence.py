"""Where a key stands in a technique's file."""

from quiz.content.sentences import plain
from quiz.content.technique import Mitigation, Procedure, Technique
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


def from_mitigation(technique: Technique, mitigation: Mitigation) -> Evidence:
    """Quote a row of the mitigations."""
    return _from_row(technique, "Mitigations", mitigation)


def from_procedure(technique: Technique, procedure: Procedure) -> Evidence:
    """Quote a row of the procedure examples."""
    return _from_row(technique, "Procedure Examples", procedure)


def _from_row(technique: Technique, section: str, row: Mitigation | Procedure) -> Evidence:
    words = plain(row.description).replace("\n", " ")
    quote = f"{row.id} {row.name}: {words}" if words else f"{row.id} {row.name}"
    return Evidence(file=technique.path, section=section, quote=quote)
