"""Which sentences to show, and hiding what gives the answer away.

The figures behind the rules are in QUESTIONS: hiding only the key's words makes the
key the option that the text never mentions, so the words of all options are hidden alike.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from random import Random

from quiz.content.catalogue import Catalogue
from quiz.content.sentences import sentences
from quiz.content.technique import Technique
from quiz.questions.base import GAP
from quiz.questions.wording import FUNCTION_WORDS, WORD, singular, stem, stems

MIN_WORDS, MAX_WORDS = 25, 75
MAX_SENTENCES = 3
MAX_HIDDEN = 0.24
CLOSE_TO_BEST = 0.04
"""How much more than the least possible may be hidden, so that excerpts vary with the seed."""

GAP_FIRST = 0.1

ATTACK_ID = re.compile(r"\bT[AS]?\d{4}(?:\.\d{3})?\b")
CODE = re.compile(r"`[^`]*`")
ABBREVIATED = re.compile(r"(?P<last>\w+)[\])/.\w:]* \((?P<short>[A-Z][A-Za-z0-9]{1,9}?)s?\)")
GAPS = re.compile(rf"{GAP}(?:(?:\s*[-/&]\s*|\s+|:\s*){GAP})+")
BRACKETED_GAP = re.compile(rf"\s*\({GAP}\)")
WHOLE_SENTENCE = re.compile(r"^[\"'“(]?[A-Z`].*[.!?][\"'”)]*$", re.DOTALL)
LED_IN_PRONOUN = re.compile(r"^[^,.]{1,80}, (?:it|they|this|these|those|he|she)\b", re.IGNORECASE)
DANGLING = frozenset(
    "this these that those it its they their such he she here there another other others both "
    "additionally however also similarly furthermore moreover conversely alternatively instead "
    "then thus therefore likewise otherwise consequently finally lastly further again afterward "
    "afterwards once for".split()
)
TELLING = 3
"""How many words must tell an excerpt's technique apart from another."""
SHORTEST, BEGINNING = 4, 6
COMMON = 0.1
"""A word that more than this share of a domain's techniques use tells nothing."""
ROOTS = ("crypt", "destr", "discover", "phish", "secur", "start")
"""What words have in common that a stemmer keeps apart: *encrypted* and *cryptography*."""
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
    """What to hide: word stems, and acronyms, all in capitals."""

    stems: frozenset[str]
    acronyms: frozenset[str]
    _known: dict[tuple[str, int], bool] = field(default_factory=dict, compare=False, repr=False)

    def gives_away(self, word: str, substring: int) -> bool:
        """Tell whether a word must go; a stem of ``substring`` letters counts inside it too."""
        known = self._known.get((word, substring))
        if known is None:
            lower = word.lower()
            known = self._known[word, substring] = (
                stem(word) in self.stems
                or (capitals(word) > 1 and singular(word).upper() in self.acronyms)
                or any(len(part) >= substring and part in lower for part in self.stems)
            )
        return known


def hidden_terms(techniques: Iterable[Technique], catalogue: Catalogue) -> Hidden:
    """Collect what gives any of the techniques away: the words of its name and its parent's."""
    offered = list(techniques)
    names = [n for t in offered for n in (catalogue.display_name(t), t.name)]
    words = frozenset().union(*map(stems, names))
    return Hidden(
        words.union(root for root in ROOTS if any(root in word for word in words)),
        frozenset().union(*map(acronyms, names), *map(own_abbreviations, offered)),
    )


@lru_cache(maxsize=4096)
def own_abbreviations(technique: Technique) -> frozenset[str]:
    """List what a technique's text abbreviates its name to: *Windows Remote Management (WinRM)*."""
    name = stems(technique.name)
    return frozenset(
        found["short"].upper()
        for found in ABBREVIATED.finditer(technique.description)
        if stem(found["last"]) in name and capitals(found["short"]) > 1
    )


def capitals(word: str) -> int:
    """Count the capital letters of a word."""
    return sum(map(str.isupper, word))


@cache
def acronyms(name: str) -> frozenset[str]:
    """List the acronyms a text may use for a name or a run of its words, such as *WMI*."""
    found = set()
    for part in name.split(": "):
        words = WORD.findall(part)
        if len(words) > 2:  # some count the small words too: *RTLO*
            found.add("".join(word[0].upper() for word in words))
        initials = [word[0].upper() for word in words if word not in FUNCTION_WORDS]
        count = len(initials)
        for start in range(count):
            for end in range(start + 2, count + 1):
                if end - start > 2 or end - start == count:
                    found.add("".join(initials[start:end]))
    return frozenset(found)


def choose(
    technique: Technique,
    text: str,
    options: Collection[Technique],
    catalogue: Catalogue,
    rng: Random,
    *,
    apart_from: Collection[Technique] = (),
) -> Excerpt | None:
    """Choose the sentences of a technique's text that need the least hiding, and hide.

    ``options`` are all the techniques offered, the key among them; their words
    are hidden alike. Gives None where no stretch of one to three sentences and
    25 to 80 words can be shown with at most a quarter hidden, or where none of
    them tells the technique apart from the other options and ``apart_from``.
    """
    terms = hidden_terms(options, catalogue)
    others = [t for t in (*options, *apart_from) if t is not technique]
    usable = [
        e for e in (hide(window, terms) for window in _windows(text)) if e.hidden <= MAX_HIDDEN
    ]
    while usable:
        least = min(map(_cost, usable))
        excerpt = rng.choice([e for e in usable if _cost(e) <= least + CLOSE_TO_BEST])
        if tells_apart(excerpt, technique, others, catalogue):
            return excerpt
        usable.remove(excerpt)
    return None


def _cost(excerpt: Excerpt) -> float:
    """The share hidden, and more where the first word is: that reads worst."""
    return excerpt.hidden + (GAP_FIRST if excerpt.text.startswith(GAP) else 0)


def tells_apart(
    excerpt: Excerpt,
    technique: Technique,
    others: Iterable[Technique],
    catalogue: Catalogue,
    ignored: str = "",
) -> bool:
    """Tell whether an excerpt says something that is in none of the others' texts.

    That is so where at least ``TELLING`` of the words still shown, none of them
    short, common in the domain or ``ignored``, are missing from the other's text.
    """
    texts = catalogue.once(_texts)
    shown = _beginnings(stems(excerpt.text)) - texts.common[technique.domain]
    shown -= _beginnings(stems(ignored))
    return all(len(shown - texts.stems[other.stix_id]) >= TELLING for other in others)


def hide(text: str, terms: Hidden) -> Excerpt:
    """Replace every word that gives an option away by a gap, and join gaps that touch."""
    masked, ids = ATTACK_ID.subn(GAP, text)
    counts = [ids, ids]

    def replace(match: re.Match[str], substring: int) -> str:
        word = match[0]
        counts[0] += 1
        if not terms.gives_away(word, substring):
            return word
        counts[1] += 1
        return GAP

    def outside(part: str) -> str:
        return WORD.sub(lambda match: replace(match, MIN_SUBSTRING), part)

    def inside(part: str) -> str:
        return WORD.sub(lambda match: replace(match, MIN_CODE_SUBSTRING), part)

    pieces, end = [], 0
    for code in CODE.finditer(masked):
        pieces += [outside(masked[end : code.start()]), inside(code[0])]
        end = code.end()
    pieces.append(outside(masked[end:]))
    shown = GAPS.sub(GAP, "".join(pieces))
    shown = GAPS.sub(GAP, BRACKETED_GAP.sub(f" {GAP}", shown))
    return Excerpt(text=shown, source=text, hidden=counts[1] / max(counts[0], 1))


def _beginnings(stems: Iterable[str]) -> frozenset[str]:
    """The first letters of longer words, which *install* and *installer* have in common."""
    return frozenset(s[:BEGINNING] for s in stems if len(s) >= SHORTEST)


@dataclass(frozen=True, slots=True)
class _Texts:
    """How the words of each technique's texts begin, and what is common in each domain."""

    stems: Mapping[str, frozenset[str]]
    common: Mapping[str, frozenset[str]]


def _texts(catalogue: Catalogue) -> _Texts:
    own = {
        t.stix_id: _beginnings(
            stem(word) for word in set(WORD.findall(f"{t.name} {t.description} {t.detection_text}"))
        )
        for t in catalogue
    }
    common = {}
    for domain in catalogue.domains:
        techniques = catalogue.in_domain(domain)
        counts = Counter(word for t in techniques for word in own[t.stix_id])
        most = COMMON * len(techniques)
        common[domain] = frozenset(w for w, count in counts.items() if count > most)
    return _Texts(own, common)


@cache
def _windows(text: str) -> tuple[str, ...]:
    """Every stretch of a text's sentences of the right length that reads well on its own."""
    return tuple(_stretches(sentences(text)))


def _stretches(units: tuple[str, ...]) -> Iterator[str]:
    for start, first in enumerate(units):
        opening = WORD.search(first)
        if not opening or opening[0].lower() in DANGLING or LED_IN_PRONOUN.match(first):
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
