"""What the feedback says of each option: what it really is, from its own fields."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from quiz.content.catalogue import Catalogue
from quiz.content.sentences import sentences
from quiz.content.technique import Technique
from quiz.questions.base import Choice
from quiz.questions.wording import listing

LONGEST_GIST = 30
"""In words. A longer first sentence is cut at its end."""
FEW = 2
MOST_PLATFORMS = 4
"""Of more platforms only the first few are named, beside the number of the others."""


def technique_choice(
    technique: Technique, catalogue: Catalogue, *, correct: bool, note: str = ""
) -> Choice:
    """Offer a technique by its full name; the note says what it is, after any reason given."""
    return Choice(
        text=catalogue.display_name(technique),
        correct=correct,
        note=" ".join(filter(None, (note, describe(technique, catalogue), gist(technique)))),
        technique=technique,
    )


def describe(technique: Technique, catalogue: Catalogue) -> str:
    """Say in a sentence what a technique is: its ID, tactics and platforms."""
    tactics = listing(catalogue.tactic_names(technique))
    platforms = _some(technique.platforms)
    before = " (before compromise)" if technique.platforms == ("PRE",) else ""
    where = f", on {platforms}" if platforms and not before else before
    return f"{technique.attack_id} serves {tactics}{where}."


def _some(platforms: Sequence[str]) -> str:
    if len(platforms) <= MOST_PLATFORMS:
        return listing(platforms)
    named = platforms[: MOST_PLATFORMS - 1]
    return listing([*named, f"{len(platforms) - len(named)} other platforms"])


@lru_cache(maxsize=4096)
def gist(technique: Technique) -> str:
    """The first sentence of a technique's own description, cut short where it is long."""
    first = next(iter(sentences(technique.description)), "")
    words = first.split(" ")
    if len(words) <= LONGEST_GIST:
        return first
    shown = " ".join(words[:LONGEST_GIST])
    return shown + ("`" if shown.count("`") % 2 else "") + " …"


def examples(
    techniques: Iterable[Technique], catalogue: Catalogue, near: Technique | None = None
) -> str:
    """Name two techniques of different families, *A and B*, those of ``near``'s tactics first."""
    tactics = set(near.tactics) if near else set()
    ranked = sorted(techniques, key=lambda t: tactics.isdisjoint(t.tactics))
    families = {str(t.attack_id.parent or t.attack_id): t for t in reversed(ranked)}
    first = [t for t in ranked if families[str(t.attack_id.parent or t.attack_id)] is t]
    return listing([catalogue.display_name(t) for t in first[:FEW]])
