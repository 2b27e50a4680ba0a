"""Word stems, near-equal names, and the phrases that questions are put together from."""

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import cache
from threading import Lock

import snowballstemmer

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Technique

RUN = 5
WORD = re.compile(r"[^\W_]+")
FUNCTION_WORDS = frozenset(
    "a an and as at by for from in into is it of on or over s the through to via with "
    "without".split()
)

_stemmer = snowballstemmer.stemmer("english")
_lock = Lock()


@cache
def stem(word: str) -> str:
    """Reduce a word to its stem: *Phishing* and *phished* both give ``phish``, *DLLs* ``dll``."""
    with _lock:  # a stemmer keeps the word it works on in itself
        return str(_stemmer.stemWord(singular(word).lower()))


def singular(word: str) -> str:
    """Take the plural's s off an acronym: *DLLs*; other words are left to the stemmer."""
    return word[:-1] if word.endswith("s") and word[:-1].isupper() and len(word) > 2 else word


@cache
def stems(text: str) -> frozenset[str]:
    """The stems of a text's words, without function words unless it has no others (*At*)."""
    words = WORD.findall(text)
    telling = [word for word in words if word.lower() not in FUNCTION_WORDS]
    return frozenset(map(stem, telling or words))


def share_stems(text: str, others: Iterable[str]) -> bool:
    """Tell whether a text has a word, in any form, in common with any of the others."""
    own = stems(text)
    return any(own & stems(other) for other in others)


def one_holds_the_other(a: str, b: str) -> bool:
    """Tell whether one name has all the words of the other: *Image* and *Malicious Image*."""
    return stems(a) <= stems(b) or stems(b) <= stems(a)


def share_letters(text: str, others: Iterable[str]) -> bool:
    """Tell whether a text has five letters of a word in common with any of the others.

    *Spearphishing* and *Phishing* have no stem in common, and tell one another all the same.
    """
    own = _runs(text)
    return any(own & _runs(other) for other in others)


@cache
def _runs(text: str) -> frozenset[str]:
    words = WORD.findall(text.lower())
    return frozenset(w[i : i + RUN] for w in words for i in range(len(w) - RUN + 1))


@cache
def nearly_same(a: str, b: str) -> bool:
    """Tell whether two names could be taken for one another, word order aside."""
    if stems(a) == stems(b):
        return True
    first, second = a.casefold(), b.casefold()
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return (
        matcher.real_quick_ratio() > 0.85
        and matcher.quick_ratio() > 0.85
        and matcher.ratio() > 0.85
    )


def spellings(technique: Technique, catalogue: Catalogue) -> tuple[str, ...]:
    """The names that a technique can be called by without doubt, the full one first."""
    namesakes = [t for t in catalogue.in_domain(technique.domain) if t.name == technique.name]
    alone = (technique.name,) if len(namesakes) == 1 else ()
    return tuple(dict.fromkeys((catalogue.display_name(technique), *alone)))


def listing(items: Sequence[str], conjunction: str = "and") -> str:
    """Join items as a sentence does: *a*, *a and b*, *a, b and c*."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"
