"""Which sentences to show, and hiding what gives the answer away.

The figures behind the rules are in QUESTIONS: hiding only the key's words makes the
key the option that the text never mentions, so the words of all options are hidden alike.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.sentences import sentences
from quiz.content.technique import Technique
from quiz.questions.base import GAP
from quiz.questions.wording import FUNCTION_WORDS, WORD, stem, stems

MIN_WORDS, MAX_WORDS = 25, 80
MAX_SENTENCES = 3
MAX_HIDDEN = 0.25
CLOSE_TO_BEST = 0.04
"""How much more than the least possible may be hidden, so that excerpts vary with the seed."""

ATTACK_ID = re.compile(r"\bT[AS]?\d{4}(?:\.\d{3})?\b")
CODE = re.compile(r"`[^`]*`")
GAPS = re.compile(rf"{GAP}(?:(?:\s*[-/&]\s*|\s+|:\s*){GAP})+")
BRACKETED_GAP = re.compile(rf"\s*\({GAP}\)")
WHOLE_SENTENCE = re.compile(r"^[\"'“(]?[A-Z`].*[.!?][\"'”)]*$", re.DOTALL)
DANGLING = frozenset(
    "this these that those it its they their such he she here there another other others both "
    "additionally however also similarly furthermore moreover conversely alternatively instead "
    "then thus therefore likewise otherwise consequently finally lastly further again afterward "
    "afterwards once for".split()
)
MIN_SUBSTRING = 5
MIN_CODE_SUBSTRING = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Sentences fit to show. ``hidden`` is the share of words hidden, ``source`` the full text."""

    text: str
    source: str
    hidden: float


@dataclass(frozen=True, slots=True)
class Hidden:
    """What to hide: word stems, and acronyms in capitals."""

    stems: frozenset[str]
    acronyms: frozenset[str]


def hidden_terms(techniques: Iterable[Technique], catalogue: Catalogue) -> Hidden:
    """Collect what gives any of the techniques away: the words of its name and its parent's."""
    names = [n for t in techniques for n in (catalogue.display_name(t), t.name)]
    return Hidden(
        frozenset().union(*map(stems, names)),
        frozenset().union(*map(acronyms, names)),
    )


@cache
def acronyms(name: str) -> frozenset[str]:
    """List the acronyms a text may use for a name or a run of its words, such as *WMI*."""
    found = set()
    for part in name.split(": "):
        initials = [word[0].upper() for word in WORD.findall(part) if word not in FUNCTION_WORDS]
        count = len(initials)
        for start in range(count):
            for end in range(start + 2, count + 1):
                if end - start > 2 or end - start == count:
                    found.add("".join(initials[start:end]))
    return frozenset(found)


def choose(
    technique: Technique, options: Iterable[Technique], catalogue: Catalogue, rng: Random
) -> Excerpt | None:
    """Choose the sentences of a description that need the least hiding, and hide.

    ``options`` are all the techniques offered, the key among them; their words
    are hidden alike. Gives None where no stretch of one to three sentences and
    25 to 80 words can be shown with at most a quarter hidden.
    """
    terms = hidden_terms(options, catalogue)
    excerpts = [hide(window, terms) for window in _windows(technique.description)]
    usable = [excerpt for excerpt in excerpts if excerpt.hidden <= MAX_HIDDEN]
    if not usable:
        return None
    least = min(excerpt.hidden for excerpt in usable)
    return rng.choice([e for e in usable if e.hidden <= least + CLOSE_TO_BEST])


def hide(text: str, terms: Hidden) -> Excerpt:
    """Replace every word that gives an option away by a gap, and join gaps that touch."""
    counts = [0, 0]

    def replace(match: re.Match[str], substring: int) -> str:
        word = match[0]
        counts[0] += 1
        if not _gives_away(word, terms, substring):
            return word
        counts[1] += 1
        return GAP

    def outside(part: str) -> str:
        return WORD.sub(lambda match: replace(match, MIN_SUBSTRING), part)

    def inside(part: str) -> str:
        return WORD.sub(lambda match: replace(match, MIN_CODE_SUBSTRING), part)

    pieces, end = [], 0
    masked = ATTACK_ID.sub(GAP, text)
    for code in CODE.finditer(masked):
        pieces += [outside(masked[end : code.start()]), inside(code[0])]
        end = code.end()
    pieces.append(outside(masked[end:]))
    shown = GAPS.sub(GAP, "".join(pieces))
    shown = GAPS.sub(GAP, BRACKETED_GAP.sub(f" {GAP}", shown))
    return Excerpt(text=shown, source=text, hidden=counts[1] / max(counts[0], 1))


def _gives_away(word: str, terms: Hidden, substring: int) -> bool:
    lower = word.lower()
    return (
        stem(lower) in terms.stems
        or word in terms.acronyms
        or any(len(part) >= substring and part in lower for part in terms.stems)
    )


@cache
def _windows(description: str) -> tuple[str, ...]:
    """Every stretch of sentences of the right length that reads well on its own."""
    return tuple(_stretches(sentences(description)))


def _stretches(units: tuple[str, ...]) -> Iterator[str]:
    for start, first in enumerate(units):
        opening = WORD.search(first)
        if not opening or opening[0].lower() in DANGLING:
            continue
        stretch: list[str] = []
        for unit in units[start : start + MAX_SENTENCES]:
            if not WHOLE_SENTENCE.match(unit) or unit.endswith(":"):
                break
            stretch.append(unit)
            words = sum(len(WORD.findall(part)) for part in stretch)
            if words > MAX_WORDS:
                break
            if words >= MIN_WORDS:
                yield " ".join(stretch)
