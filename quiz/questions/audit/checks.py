"""Item-writing rules: what can be wrong with a question on its face."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations

from quiz.content.technique import Technique
from quiz.questions.audit.facts import SUB_ID, Facts, contains, forms, line, words
from quiz.questions.audit.findings import Fault, Finding
from quiz.questions.audit.proofs.registry import subject_of
from quiz.questions.audit.quoting import source_of
from quiz.questions.base import GAP, AnswerKind, Item, Option, Question

FEWEST_WORDS, MOST_WORDS = 25, 80
FEWEST_IN_A_SENTENCE = 8
MOST_HIDDEN = 0.25
ONE_SENTENCE = frozenset({"procedure", "related"})
"""Kinds that quote one sentence, which may be shorter."""
BARE_NAMES = frozenset({"family"})
"""Kinds that show a sub-technique without its parent, which would be the answer."""
LIKENESS = 0.9
"""From which share of letter pairs in common two names can be taken for one another."""

ANY_ID = re.compile(r"(?<![A-Za-z0-9])(?:T\d{4}(?:\.\d{3})?|TA\d{4})(?![A-Za-z0-9])")
CAPITALS = re.compile(r"\b[A-Za-z]*[A-Z][A-Za-z]*[A-Z][A-Za-z]*\b")
CODE = re.compile(r"`[^`]*`")
LEFTOVER = re.compile(
    r"\(Citation:|\]\(|</?(?:code|br|p|li|ul|sub|sup)\b|&(?:[a-z]{2,8}|#\d{1,5});"
    r"|\*\*|^#+ |  |\[\d+\]"
)
DANGLING = frozenset(
    "this that these those it its he she they them their his her such another others both here "
    "there however also additionally furthermore moreover therefore thus hence otherwise then "
    "instead similarly likewise conversely alternatively consequently meanwhile finally".split()
)
NEGATIVE = frozenset(
    "not no never except isnt doesnt cannot without false untrue incorrect".split()
)
CATCH_ALL = re.compile(r"\b(?:all|none|both|any) of (?:the above|these|them)\b", re.IGNORECASE)
SMALL = frozenset(
    "a an and as at by for from in into is it of on or over s the through to via with "
    "without".split()
)


def check(question: Question, facts: Facts) -> Iterator[Finding]:
    """List everything that the item-writing rules find wrong with a question."""
    yield from _leaks(question, facts)
    yield from _twins(question)
    yield from _excerpt(question)
    yield from _shape(question)
    yield from _wording(question, facts)


# Leaks


def _leaks(question: Question, facts: Facts) -> Iterator[Finding]:
    """What the excerpt or the stem says of an option, or of what is to be typed."""
    techniques = {t.stix_id: t for o in question.options if (t := facts.technique(o))}
    if question.answer_kind is AnswerKind.TEXT:
        techniques[question.stix_id] = subject_of(question, facts)
    if question.excerpt:
        yield from _in_excerpt(question.excerpt, techniques.values(), facts)
    told = {option.text for option in question.options}
    if question.answer_kind is AnswerKind.TEXT:
        told.update(question.accepted)
    for text in sorted(told):
        if contains(question.stem, text.rpartition(": ")[2]):
            yield Finding(Fault.LEAK, f"the stem says “{text}”")


def _in_excerpt(excerpt: str, techniques: Iterable[Technique], facts: Facts) -> Iterator[Finding]:
    if found := ANY_ID.search(excerpt):
        yield Finding(Fault.LEAK, f"the excerpt says {found[0]}")
    shown = " | ".join(line(part) for part in excerpt.split(GAP))
    capitals = {word.upper() for word in CAPITALS.findall(excerpt)}
    for technique in techniques:
        for name in _names(technique, facts):
            if any(form in shown for form in forms(name)):
                yield Finding(Fault.LEAK, f"the excerpt says “{name}”")
            if told := capitals & _acronyms(name):
                yield Finding(Fault.LEAK, f"the excerpt says {min(told)}, short for “{name}”")
        if told := capitals & _declared(technique):
            yield Finding(
                Fault.LEAK, f"the excerpt says {min(told)}, as “{technique.name}” is called"
            )


def _names(technique: Technique, facts: Facts) -> tuple[str, ...]:
    parent = facts.parent(technique)
    return (technique.name, parent.name) if parent else (technique.name,)


@lru_cache(maxsize=4096)
def _acronyms(name: str) -> frozenset[str]:
    """The initials of a name, with and without small words, and of three or more words in a row."""
    every = [w[0].upper() for w in words(name)]
    main = [w[0].upper() for w in words(name) if w not in SMALL]
    runs = {
        "".join(main[start:end])
        for start in range(len(main))
        for end in range(start + 3, len(main) + 1)
    }
    return frozenset(a for a in {"".join(every), "".join(main), *runs} if len(a) > 1)


@lru_cache(maxsize=4096)
def _declared(technique: Technique) -> frozenset[str]:
    """The short form that its own text gives a name: ``Remote Desktop Protocol (RDP)``."""
    pattern = rf"{re.escape(technique.name)}\s*\(([A-Z][A-Za-z]*[A-Z][A-Za-z]*)\)"
    return frozenset(found.upper() for found in re.findall(pattern, technique.description))


# Options that are or seem the same


def _twins(question: Question) -> Iterator[Finding]:
    """Two options that are the same or, where they are names of techniques, nearly so."""
    groups: tuple[Sequence[Option | Item], ...] = (
        question.options,
        question.items,
        question.targets,
    )
    for group in groups:
        for one, other in combinations(group, 2):
            if line(one.text) == line(other.text):
                yield Finding(Fault.TWINS, f"“{one.text}” is offered twice")
            elif one.stix_id and other.stix_id and _alike(_bare(one.text), _bare(other.text)):
                yield Finding(Fault.TWINS, f"“{one.text}” and “{other.text}” are nearly the same")


def _bare(text: str) -> str:
    return "" if ANY_ID.fullmatch(text) else text.rpartition(": ")[2]


@lru_cache(maxsize=2**15)
def _alike(one: str, other: str) -> bool:
    """Whether two names have the same words, or nearly all pairs of letters in common (Dice)."""
    if not one or not other:
        return False
    if {w.rstrip("s") for w in words(one)} == {w.rstrip("s") for w in words(other)}:
        return True
    first, second = _pairs(one), _pairs(other)
    return 2 * len(first & second) >= LIKENESS * (len(first) + len(second))


@lru_cache(maxsize=4096)
def _pairs(name: str) -> frozenset[str]:
    letters = line(name)
    return frozenset(letters[i : i + 2] for i in range(len(letters) - 1))


# The excerpt


def _excerpt(question: Question) -> Iterator[Finding]:
    """Length, share hidden, and whether it stands alone."""
    if question.excerpt is None:
        return
    if not (source := source_of(question)):
        yield Finding(Fault.EXCERPT, "it is none of the quotations with words hidden")
        return
    _, span = source
    fewest = FEWEST_IN_A_SENTENCE if question.kind in ONE_SENTENCE else FEWEST_WORDS
    most = len(question.excerpt.split())  # where "cmd.exe" is one word
    if span.words < fewest or most > MOST_WORDS:
        yield Finding(Fault.EXCERPT, f"it has {span.words} words, not {fewest} to {MOST_WORDS}")
    hidden = 1 - span.shown / span.words
    if hidden > MOST_HIDDEN:
        yield Finding(Fault.EXCERPT, f"{hidden:.0%} of it is hidden")
    opening = next(iter(words(question.excerpt)), "")
    starts = not question.excerpt.startswith(GAP) and question.kind not in ONE_SENTENCE
    if starts and opening in DANGLING:
        yield Finding(
            Fault.EXCERPT, f"it begins with “{opening}”, which points to what is not shown"
        )


# Shape and wording


def _shape(question: Question) -> Iterator[Finding]:
    """The number of options, their ids and how many are right; sub-techniques by full name."""
    match question.answer_kind:
        case AnswerKind.ORDER:
            yield from _counted(question.items, 3, 7)
        case AnswerKind.MATCH:
            yield from _counted(question.items, 3, 5)
            yield from _counted(question.targets, len(question.items), 6)
        case AnswerKind.TEXT:
            if question.options or not question.accepted:
                yield Finding(Fault.FORM, "there is nothing to type, or something to choose too")
        case _:
            yield from _counted(question.options, 3, 5)
            right = len(question.correct_ids)
            if question.answer_kind is AnswerKind.ONE and right != 1:
                yield Finding(Fault.FORM, f"{right} options are right where one is to be chosen")
            if not 0 < right < len(question.options):
                yield Finding(Fault.FORM, f"{right} of {len(question.options)} options are right")


def _counted(things: Sequence[Option | Item], fewest: int, most: int) -> Iterator[Finding]:
    if not fewest <= len(things) <= most:
        yield Finding(Fault.FORM, f"there are {len(things)} to choose from, not {fewest} to {most}")
    ids = [thing.id for thing in things]
    if ids != [str(place) for place in range(1, len(things) + 1)]:
        yield Finding(Fault.FORM, f"the ids {', '.join(ids)} are not the places shown")


def _wording(question: Question, facts: Facts) -> Iterator[Finding]:
    """Left-over markup, negative stems, catch-alls, mixed options, names cut short."""
    texts = [question.stem, question.excerpt or "", question.explanation]
    shown: list[Option | Item] = [*question.options, *question.items, *question.targets]
    texts += [part for thing in shown for part in (thing.text, thing.note)]
    for text in texts:
        if found := LEFTOVER.search(CODE.sub("code", text)):
            yield Finding(Fault.FORM, f"{found[0]!r} is left over in {text[:50]!r}")
    asked = line(question.stem)
    for name in (question.subject, question.subject.rpartition(": ")[2]):
        asked = asked.replace(line(name), " ")
    if told := NEGATIVE & set(asked.replace("n t ", "nt ").split()):
        yield Finding(Fault.FORM, f"the stem is negative: “{min(told)}”")
    for option in question.options:
        if CATCH_ALL.search(option.text):
            yield Finding(Fault.FORM, f"“{option.text}” refers to the other options")
        yield from _named_in_full(question, option, facts)
    if len({(o.stix_id is None, o.tactic is None, _is_id(o)) for o in question.options}) > 1:
        yield Finding(Fault.FORM, "the options are not of one sort")


def _named_in_full(question: Question, option: Option, facts: Facts) -> Iterator[Finding]:
    technique = facts.technique(option)
    if option.stix_id and not technique:
        yield Finding(Fault.FORM, f"“{option.text}” is no live technique")
    if not technique or _is_id(option):
        return
    name = technique.name if question.kind in BARE_NAMES else facts.shown(technique)
    if option.text != name:
        yield Finding(Fault.FORM, f"“{option.text}” must read “{name}”")


def _is_id(option: Option) -> bool:
    return option.text == option.attack_id and bool(
        ANY_ID.fullmatch(option.text) or SUB_ID.match(option.text)
    )
