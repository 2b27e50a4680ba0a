"""Where a key stands in a technique's file."""

from quiz.content.difficulty import Difficulty
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


def of_difficulty(technique: Technique, rated: Difficulty) -> tuple[Evidence, ...]:
    """Quote what a detection difficulty rests on: a sentence or two, or a field."""
    if rated.rule == "as given":
        quote = technique.detection_difficulty
        return (Evidence(file=technique.path, section="detection_difficulty", quote=quote),)
    if rated.rule == "H2":
        return (from_field(technique, "platforms"), from_field(technique, "tactics"))
    section = technique.detection_section
    return tuple(from_text(technique, section, quote) for quote in rated.evidence)


def reason(rated: Difficulty) -> str:
    """Say what a detection difficulty rests on: *its text says so outright*."""
    if rated.rule == "as given":
        return "its file says so"
    if rated.rule == "H2":
        return "it happens before the adversary reaches the organization's systems"
    return "its text says so outright" if rated.stated else "its text suggests it"


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
