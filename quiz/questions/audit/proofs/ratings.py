"""Proofs of detection difficulty.

What a level means is defined by its rules, so the rules themselves are not read a
second time. Checked on their own are what the fields decide, that each quotation
holds words of the kind that its level needs, and that a text which says outright
that detection is difficult is rated accordingly.
"""

import re

from quiz.content.technique import Technique
from quiz.questions.audit.facts import Facts
from quiz.questions.audit.proofs.registry import proves, subject_of
from quiz.questions.base import Option, Question

LEVELS = ("easier", "moderate", "hard", "very hard")
BEFORE = frozenset({"reconnaissance", "resource-development"})

DIFFICULT = re.compile(
    r"difficult|challeng|hard|trick|trivial|easy|simple|straightforward|possible|feasible|practical"
    r"|detectable|distinguish|cannot|unlikely|\bno (?:documented|reliable|known)"
    r"|useful|little|limited",
    re.IGNORECASE,
)
BENIGN = re.compile(
    r"false|nois|blend|benign|legitimate|normal|common|ordinary|routine|every ?day"
    r"|innocent|harmless|expected|indicat|presentation|resembl",
    re.IGNORECASE,
)
UNSEEN = re.compile(r"\b(?:outside|beyond|out of)\b", re.IGNORECASE)
INSTRUMENT = re.compile(r"inspect|intercept|decrypt|packet|firmware|integrity|bios", re.IGNORECASE)
CONCRETE = re.compile(
    r"[`\\/]|\d{2,}|\b(?:hk\w+|sysmon|event|registry)\b|\.\w{2,6}\b", re.IGNORECASE
)
OUTRIGHT = re.compile(
    r"(?<!not )(?<!less )(?<!never )\b(?:difficult|challenging) (?:for defenders )?to"
    r" (?:detect|spot|notice|observe)\b(?!\w)",
    re.IGNORECASE,
)


def supports(technique: Technique, level: str, quotes: str) -> bool:
    """Whether fields and quotations allow a level; see above for what that proves."""
    given = technique.detection_difficulty
    if given in LEVELS:
        return level == given
    before = "PRE" in technique.platforms or BEFORE.issuperset(technique.tactics)
    outright = bool(OUTRIGHT.search(technique.detection_text))
    difficult, benign = bool(DIFFICULT.search(quotes)), bool(BENIGN.search(quotes))
    if level == "very hard":
        return bool(UNSEEN.search(quotes)) or (difficult and benign)
    if level == "hard":
        return before or difficult or benign or bool(INSTRUMENT.search(quotes))
    if before or outright:
        return False
    return level == "moderate" or bool(CONCRETE.search(quotes))


def _level(technique: Technique | None, question: Question, facts: Facts) -> str | None:
    """A technique's level, where its fields and its quotations in the question allow it."""
    if technique is None:
        return None
    level = str(facts.rating(technique).level)
    quotes = " ".join(e.quote for e in question.evidence if e.file == technique.path)
    return level if level in LEVELS and supports(technique, level, quotes) else None


@proves("detection-difficulty")
def is_rated(question: Question, option: Option, facts: Facts) -> bool:
    """The option is the technique's level."""
    return option.text.lower() == _level(subject_of(question, facts), question, facts)


@proves("harder-to-detect", names_subject=False)
def is_hardest(question: Question, option: Option, facts: Facts) -> bool:
    """The option's text states its level, and every other option is rated lower."""
    levels = {o.id: _level(facts.technique(o), question, facts) for o in question.options}
    ranks = {id_: LEVELS.index(level) for id_, level in levels.items() if level}
    technique = facts.technique(option)
    return (
        len(ranks) == len(question.options)
        and technique is not None
        and facts.rating(technique).stated
        and all(ranks[option.id] > rank for id_, rank in ranks.items() if id_ != option.id)
    )
