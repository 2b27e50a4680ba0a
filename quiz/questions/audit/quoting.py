"""Finding an excerpt in a text, and what it says that another text does not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from quiz.content.technique import Technique
from quiz.questions.audit.facts import Facts, line, prefixes, words
from quiz.questions.audit.findings import Fault, Finding
from quiz.questions.base import GAP, Evidence, Question

LONGEST_GAP = 12
"""How many words may be hidden in one gap: a long name, and another beside it."""
TELLING = 2
"""How many words of an excerpt must be missing from the texts of each wrong option."""
SHORTEST_TELLING = 3
PLAIN = frozenset(
    "about above according across actor adversaries adversary after again against all allow "
    "allows also although among and another any are attacker attackers because been before "
    "being below between both but can cannot could directly does doing done during each either "
    "else etc even every example few first following for from further gain given had has have "
    "having her him his how however include included includes including instead into its itself "
    "just known let like likely made make makes making many may means might more most much must "
    "need not now off often once one only onto other others otherwise our out over own per "
    "perform performed performing possible provide provided put same see set several should "
    "since some such take than that the their them themselves then there these they this those "
    "though through thus together too two under until upon use used useful user users uses "
    "using usually various via want was way well were what when where whether which while who "
    "whose why will with within without would yes yet you your".split()
)
PLAIN_PREFIXES = prefixes(PLAIN)


@dataclass(frozen=True, slots=True)
class Span:
    """Where an excerpt stands in a text: how many words it spans, and how many of them it shows."""

    words: int
    shown: int


@lru_cache(maxsize=512)
def segments(excerpt: str) -> tuple[str, ...]:
    """The runs of words between an excerpt's gaps, each as a line."""
    return tuple(f" {' '.join(run)} " for part in excerpt.split(GAP) if (run := words(part)))


def find(excerpt: str, text: str) -> Span | None:
    """Find an excerpt in a line of words: its runs in order, with only gaps between them."""
    runs = segments(excerpt)
    if not runs:
        return None
    shown = sum(run.count(" ") - 1 for run in runs)
    start = text.find(runs[0])
    while start >= 0:
        end = start + len(runs[0]) - 1
        for run in runs[1:]:
            place = text.find(run, end)
            if place < 0 or text.count(" ", end, place) > LONGEST_GAP:
                break
            end = place + len(run) - 1
        else:
            return Span(text.count(" ", start, end), shown)
        start = text.find(runs[0], start + 1)
    return None


@lru_cache(maxsize=512)
def telling(excerpt: str) -> frozenset[str]:
    """The beginnings of an excerpt's words that say what it is about."""
    long = (w for w in words(excerpt.replace(GAP, " ")) if len(w) >= SHORTEST_TELLING)
    return prefixes(long) - PLAIN_PREFIXES


def tells_apart(excerpt: str, other: Technique, facts: Facts, ignored: str = "") -> bool:
    """Whether an excerpt has words that the other technique's own texts never use."""
    found = telling(excerpt) - facts.vocabulary(other)
    return len(found - prefixes(words(ignored))) >= TELLING


# Quotations


def evidence_faults(question: Question, facts: Facts) -> Iterator[Finding]:
    """Every quotation stands where it says, in a technique that is asked about or offered."""
    if not question.evidence:
        yield Finding(Fault.EVIDENCE, "there is no evidence")
    for quotation in question.evidence:
        if not _stands(quotation, question, facts):
            message = f"not in {quotation.section} of {quotation.file}: {quotation.quote[:60]!r}"
            yield Finding(Fault.EVIDENCE, message)


def _stands(quotation: Evidence, question: Question, facts: Facts) -> bool:
    if quotation.file.endswith("collection.json"):
        names = {line(t.name): n for n, t in enumerate(facts.tactics(question.domain))}
        parts = [names.get(line(part), -1) for part in re.split("[,→>]", quotation.quote)]
        return -1 not in parts and parts == sorted(parts)
    quote = line(quotation.quote)
    options, items = question.options, question.items
    shown = {question.stix_id, *(o.stix_id for o in options), *(i.stix_id for i in items)}
    techniques = (facts.by_stix_id[id_] for id_ in shown if id_ in facts.by_stix_id)
    return bool(quote.strip()) and any(
        quote in passage
        for technique in techniques
        if technique.path == quotation.file
        for passage in facts.passages(technique, quotation.section)
    )


def source_of(question: Question) -> tuple[Evidence, Span] | None:
    """The quotation that the excerpt shows, and how much of it is shown."""
    for quotation in question.evidence:
        _, _, row = quotation.quote.partition(": ")
        quote = row if quotation.section == "Procedure Examples" and row else quotation.quote
        if span := find(question.excerpt or "", line(quote)):
            return quotation, Span(line(quote).count(" ") - 1, span.shown)
    return None
