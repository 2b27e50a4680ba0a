"""Find techniques the way people look for them: by ID, by name, by words of the text."""

from dataclasses import dataclass

from quiz.content.catalogue import Catalogue
from quiz.content.sentences import plain
from quiz.content.technique import Technique

LONGEST_QUERY = 200
"""Characters of a query that are read; each of its words costs a look at every text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A technique's words, lower-cased once so that a search only compares."""

    technique: Technique
    attack_id: str
    names: tuple[str, ...]
    name_words: tuple[str, ...]
    text: str


def search(catalogue: Catalogue, query: str) -> tuple[Technique, ...]:
    """List the live techniques that hold every word of a query, the likeliest first.

    An ID counts most, then a name, the start of an ID or name, words of the name,
    and last the text, where it is used most; the rest is by domain and ID. An
    empty query finds every technique.
    """
    wanted = " ".join(query[:LONGEST_QUERY].lower().split())
    words = tuple(dict.fromkeys(wanted.split()))
    found = []
    for place, entry in enumerate(catalogue.once(_index)):
        rank = _rank(entry, wanted, words)
        if rank is not None:
            found.append((*rank, place, entry.technique))
    return tuple(hit[-1] for hit in sorted(found, key=lambda hit: hit[:-1]))


def _rank(entry: _Entry, wanted: str, words: tuple[str, ...]) -> tuple[int, int] | None:
    """Say how well an entry answers: smaller is better, None is not at all."""
    if not words or entry.attack_id == wanted:
        return 0, 0
    if wanted in entry.names:
        return 1, 0
    if entry.attack_id.startswith(wanted) or any(n.startswith(wanted) for n in entry.names):
        return 2, 0
    if all(any(part.startswith(word) for part in entry.name_words) for word in words):
        return 3, 0
    if not all(word in entry.text for word in words):
        return None
    in_name = any(word in name for word in words for name in entry.names)
    return 4 if in_name else 5, -sum(entry.text.count(word) for word in words)


def _index(catalogue: Catalogue) -> tuple[_Entry, ...]:
    return tuple(_entry(technique, catalogue) for technique in catalogue)


def _entry(technique: Technique, catalogue: Catalogue) -> _Entry:
    """Gather a technique's words.

    Of mitigations and procedures the names: their texts hold nearly every word there is.
    """
    shown = catalogue.display_name(technique).lower()
    sections = (text for s in technique.sections for text in (s.heading, s.body))
    parts = (
        technique.attack_id,
        shown,
        *catalogue.tactic_names(technique),
        *technique.platforms,
        *technique.data_sources,
        *(f"{mitigation.id} {mitigation.name}" for mitigation in technique.mitigations),
        *(f"{procedure.id} {procedure.name}" for procedure in technique.procedures),
        *(
            f"{source.name} {source.channel}"
            for analytic in technique.analytics
            for source in analytic.log_sources
        ),
        plain("\n\n".join((technique.description, technique.detection_text, *sections))),
    )
    return _Entry(
        technique=technique,
        attack_id=technique.attack_id.lower(),
        names=tuple(dict.fromkeys((technique.name.lower(), shown))),
        name_words=tuple("".join(c if c.isalnum() else " " for c in shown).split()),
        text="\n".join(parts).lower(),
    )
