"""How hard a technique is to detect, by what its own text says, with the sentence that says so."""

import re
from dataclasses import dataclass
from enum import StrEnum

from quiz.content.sentences import sentences
from quiz.content.technique import Technique


class Level(StrEnum):
    """The levels of detection difficulty, from easiest to hardest; ``unrated`` stands apart."""

    EASIER = "easier"
    MODERATE = "moderate"
    HARD = "hard"
    VERY_HARD = "very hard"
    UNRATED = "unrated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difficulty:
    """A level, the rule of QUESTIONS that gave it (``V1`` … ``E1``), and its evidence.

    ``stated`` is true where the text says so explicitly (as given, V, H1) and
    false where the level is inferred. ``evidence`` quotes the file's sentences
    or, where the fields decide, says so in words.
    """

    level: Level
    rule: str
    stated: bool
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that a sentence can say, as a pattern over its lower-cased words.

    Every match holds one of ``hints``: looking for those first is what makes
    rating a whole release quick. ``unless`` takes words out before the pattern
    is tried.
    """

    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None = None

    def made_by(self, sentence: str) -> bool:
        """Whether a lower-cased sentence says it."""
        if not any(hint in sentence for hint in self.hints):
            return False
        if self.unless:
            sentence = self.unless.sub(" … ", sentence)
        return bool(self.pattern.search(sentence))


def _statement(hints: str, *patterns: str, unless: str = "") -> Statement:
    """Build a statement; ``hints`` are separated by bars, ``patterns`` are alternatives."""
    return Statement(
        hints=tuple(hints.split("|")),
        pattern=re.compile("|".join(f"(?:{pattern})" for pattern in patterns)),
        unless=re.compile(unless) if unless else None,
    )


# What several patterns need. No pattern may scan a text over and over: gaps have a length.

ADVERSARY = r"(?:adversar|attacker|intruder|operator|malware|threat|actor)"
DEFENDER = (
    r"(?:defender|organi[sz]ation|enterprise|victim|target|network|security|monitoring|logging"
    r"|sensor|compan|team|responder|analyst|customer|owner|tenant)"
)
BENIGN = r"(?:benign|legitimate|normal|ordinary|routine|everyday|innocent|harmless|expected)"
# "Difficult", for a defender: not "difficult for adversaries", nor a hard disk.
DIFFICULT = (
    r"\b(?<!not )(?<!less )(?<!never )(?:difficult|challenging|a challenge|harder|tricky"
    r"|non-?trivial|not (?:easy|simple|trivial|straightforward)|hard(?! (?:drive|disk|link|cop)|-)"
    r"|impossible|infeasible|impractical)\b"
    rf"(?! for (?:an? |the |any )?(?:{ADVERSARY}|user))"
)
DETECT = (
    r"(?:detect|spot|notic|observ|see\b|find\b|distinguish|differentiat|tell\b|recogni[sz]"
    r"|identify|discover|catch|hunt|determine (?:if|whether|malicious))"
)
# "Detecting it": not finding out who did it, or from where.
DETECTING = (
    r"\b(?:detecting|detections?|spotting|noticing|observing|distinguishing|differentiating"
    r"|telling|recogni[sz]ing|(?:identifying|determining|discovering|finding)"
    rf"(?! (?:the |who )?(?:{ADVERSARY}|author|source|origin)))\b"
)
# Where a clause turns to something else, such as prevention, that may be the difficult part.
TURN = (
    r"(?: (?:where|because|since|so|but|although|though|if|even|unless|until)\b"
    r"| (?:prevent|mitigat|remov|remediat|block|attribut|recover))"
)

# V1: it happens where the defender cannot look.
OUT_OF_SIGHT = _statement(
    "outside|beyond|out of",
    r"\b(?:outside|beyond|out of) (?:of )?(?:[\w'’-]+ ){0,4}?(?:visibility|purview)\b",
    # "Scope", "view" and "reach" mean much else, so they must be the defender's.
    r"\b(?:outside|beyond|out of) (?:of )?(?:the )?(?:scope|view|sight|reach)"
    rf" (?:of|for) (?:[\w'’-]+ ){{0,3}}?{DEFENDER}",
    rf"\b(?:outside|beyond|out of) (?:of )?(?:an? |the |any |most )?{DEFENDER}\w*['’]s?"
    r" (?:scope|view|sight|reach)\b",
)

# V2 and H1: detecting it is difficult.
DIFFICULT_TO_DETECT = _statement(
    "difficult|challeng|hard|tricky|trivial|not easy|not simple|straight|possible|feasible"
    "|practical|detectable|cannot|no documented|no reliable|no known|unlikely",
    # "hard to detect", "difficult for defenders to spot", "a difficult way of detecting"
    rf"{DIFFICULT}(?: (?!to\b|but\b|and\b)[\w'’-]+){{0,3}}? (?:to|of)"
    rf" (?:\w+ly |target |\w+ (?:and|or) )?{DETECT}",
    # "detecting this may be difficult", not "detection matters, since it is difficult to stop"
    rf"{DETECTING}(?:(?!{TURN})[^;:]){{0,200}}?"
    rf" (?:is|are|be|prove|proves|remains?|becomes?) (?:[\w-]+ ){{0,3}}?{DIFFICULT}"
    r"(?! to (?!do\b|achieve|perform|detect))",
    # "which makes detection of this behavior difficult"
    rf"\bmak(?:e|es|ing) (?:\w+ ){{0,3}}?detecti(?:on|ng)(?: \w+){{0,6}}? {DIFFICULT}",
    # "cannot reliably be told apart", "may not be detectable", "no documented means to"
    r"\bcannot (?:\w+ly )?be (?:\w+ly )?(?:detected|distinguished|told apart|seen|observed)",
    r"\bnot be (?:\w+ly )?detectable",
    r"\bno (?:documented|reliable|known) (?:means|way|method)s? (?:for \w+ )?(?:to|of)",
    r"\bunlikely to be (?:detected|noticed|logged|observed)",
    # What a user fails to notice says nothing about a defender.
    unless=r"^.*\buser['’]?s?['’]? perspective\b.*",
)

# H1 only: a way of watching for it gives little.
NOT_USEFUL = _statement(
    "useful|little|limited",
    r"\bnot (?:be )?(?:\w+ly )?useful",
    r"\bof (?:little|limited) (?:direct )?(?:use|value)\b",
)

# V2, H3 and E1: it looks like benign activity, or watching for it gives false positives.
# "Legitimate credentials" and "deviates from normal" say neither, so each pattern is a clause.
LOOKS_BENIGN = _statement(
    "false|nois|blend|benign|legitimate|normal|common|ordinary|routine|everyday|innocent|harmless"
    "|expected|indicat|presentation|resembl",
    r"\bfalse[ -](?:positive|alarm)",
    r"\bnois(?:e|y)\b",
    r"\bblend\w* (?:in|into|with)\b",
    # "masked by normal traffic", "resembles legitimate administration"
    r"\b(?:mask\w*|hid\w*|resembl\w*|mimic\w*|look\w*|appear\w*|similar|indistinguishable|same)"
    rf" (?:[\w-]+ )?(?:by|among|amid|within|in|like|to|from|as)? ?(?:an? |the )?{BENIGN}\b",
    r"\b(?:distinguish\w*|differentiat\w*|tell|told) (?:\w+ ){0,4}?from (?:\w+ ){0,2}?"
    rf"{BENIGN}\b",
    r"\bsame presentation as\b|\bresembl\w+ (?:the )?malicious\b",
    # "benign use of these functions is common", "legitimate software may do the same"
    rf"\b{BENIGN},? (?:\w+ ){{1,8}}?(?:may|might|can|will|often|also|is|are)"
    r" (?:(?:also|often|be|regularly|frequently|typically|naturally|very) )*"
    r"(?:common\b|created|conducted|use\b|generate|trigger|produce|occur|cause|call|do\b|make"
    r"|perform|point)",
    # "used by legitimate software", "triggered by an adversary or by legitimate changes"
    r"\b(?:used|triggered|caused|made|called|created|performed) (?:\w+ )?by (?:\w+ )?"
    rf"{BENIGN}\b|\b(?:or by|some) (?:benign|legitimate)\b",
    # "use of it may be legitimate", "changes to it are normal and occur"
    r"\b(?:may|might|can|could|is|are) (?:be )?(?:also )?(?:a )?(?:benign|legitimate|normal)"
    r"(?:,? (?:depending|function|and occur|in many|in some|for)|$|\.|,)",
    rf"\blegitimately\b|\b{BENIGN} (?:events|false)\b|\bdue to (?:\w+ )?benign",
    # "a common part of operations", "may be common on developers' systems"
    r"\b(?:may|can|might|is|are) (?:be )?(?:very |quite |a |a very )*common"
    r"(?: (?:part|process|occurrence|operation|on|depending|in|for|across|among)\b|,|\.|$)",
    r"\bunder normal conditions\b|\bnormally occur during\b|\bnormal (?:\w+ )?operations\b",
    r"\bnot (?:always |necessarily )?(?:be )?(?:a definitive )?indicat\w+ (?:of )?malicious",
    unless=r"\b(?:(?:without|few|fewer|no) false positives?|(?:little|less|no) noise"
    r"|not (?:be )?(?:very |a )?common)\b",
)

# H4: it takes instruments that most do not run.
SPECIAL_INSTRUMENT = _statement(
    "inspect|intercept|decrypt|packet|firmware|integrity|bios",
    r"\b(?:ssl|tls)(?:/tls)? (?:inspection|interception|decryption)",
    r"\bpacket (?:contents?|inspection|captures?)\b",
    r"\b(?:dump|inspect|log|compar|verif|snapshot)\w*\b.{0,200}\b(?:firmware|bios)\b",
    r"\b(?:firmware|bios)\b.{0,200}\b(?:dump|inspect|compar|verif|analy[sz])",
    r"\bintegrity (?:check|verif|monitor)|\bverify (?:the )?integrity\b",
)

# H3, H4 and E1: it names something to search for.
ARTEFACT = _statement(
    "`|event|eid|sysmon|security |system |hk|\\|/|.exe|.dll|.sys|.ps1|.vbs|.msc|.plist|.bat|.cpl"
    "|.inf|.dit|.dotm",
    # Code, except the name of an API function, which leaves nothing to search for.
    r"(?<![\w)])`(?![\s,.;)]+ )(?=[^`()]+`)[^`()\s./\\=:$%@-]*[\s./\\=:$%@-]",
    r"^(?!.*\b(?:api|function|calls? to|syscall)s?\b).*`\w{3,}`",
    # Event IDs, with and without the word.
    r"\bevents?:? \(?\d{2,5}\b|\bevent ?(?:id|code)s?\b|\beids? \d",
    r"\b(?:sysmon|security|system) (?:\d{1,2}|[1-9]\d{3})\b",
    # Registry keys, paths and file names.
    r"\bhk(?:lm|cu|cr|u|ey_\w+)\b|\b(?:software|system)\\\w",
    r"(?<![\w/.])(?:~|%\w+%|[a-z]:)[\\/]\w",
    r"(?<![\w/.])/(?:etc|var|proc|usr|bin|sbin|tmp|dev|home|library|system|users|opt|root)/\w",
    r"\w\.(?:exe|dll|sys|ps1|vbs|msc|plist|bat|cpl|inf|dit|dotm)\b",
)

# Moderate: what to watch. Most sentences say it, so there is nothing to look for first.
MONITORING = _statement(
    "",
    r"\bmonitor(?!ing (?:agent|tool|software|system))",
    r"\blook(?:ing|s)? for\b",
    r"\b(?:alert|audit|hunt|search|watch)\b|\b(?:alert|hunt|search|watch)ing\b",
    r"\b(?:collect|detect|inspect|review|check|scan|track)(?:ed|ing|s)?\b",
    r"\b(?:correlat|investigat|compar|analy[sz])(?:e|ed|ing|es)\b|\bidentify(?:ing)?\b",
)

PRE_COMPROMISE = frozenset({"reconnaissance", "resource-development"})


def rate(technique: Technique) -> Difficulty:
    """Rate how hard a technique is to detect, by the first rule of QUESTIONS that fits it."""
    note = sentences(technique.detection_text)
    return (
        _given(technique)
        or _stated(note)
        or _before_compromise(technique)
        or _inferred(note, sources=len(technique.data_sources))
    )


def _given(technique: Technique) -> Difficulty | None:
    """As given: the file says it. The reader of files refuses anything but the four levels."""
    given = technique.detection_difficulty
    if given not in set(Level) - {Level.UNRATED}:
        return None
    evidence = f"The file itself gives the detection difficulty as {given}."
    return Difficulty(level=Level(given), rule="as given", stated=True, evidence=(evidence,))


def _stated(note: tuple[str, ...]) -> Difficulty | None:
    """V1, V2 and H1: what the text says outright."""
    if unseen := _first(note, OUT_OF_SIGHT):
        return Difficulty(level=Level.VERY_HARD, rule="V1", stated=True, evidence=(unseen,))
    difficult = _first(note, DIFFICULT_TO_DETECT)
    if difficult and (benign := _first(note, LOOKS_BENIGN)):
        both = tuple(dict.fromkeys((difficult, benign)))
        return Difficulty(level=Level.VERY_HARD, rule="V2", stated=True, evidence=both)
    if caveat := difficult or _first(note, NOT_USEFUL):
        return Difficulty(level=Level.HARD, rule="H1", stated=True, evidence=(caveat,))
    return None


def _before_compromise(technique: Technique) -> Difficulty | None:
    """H2: the fields place it before the adversary touches anything of the defender's."""
    if "PRE" in technique.platforms:
        reason = "Its platform is PRE"
    elif technique.tactics and PRE_COMPROMISE.issuperset(technique.tactics):
        reason = "It serves only reconnaissance and resource development"
    else:
        return None
    evidence = f"{reason}: it happens before the adversary reaches the organization's systems."
    return Difficulty(level=Level.HARD, rule="H2", stated=False, evidence=(evidence,))


def _inferred(note: tuple[str, ...], sources: int) -> Difficulty:
    """Unrated, H3, H4, E1 and moderate: what the text lets a reader conclude."""
    if not note:
        return Difficulty(level=Level.UNRATED, rule="unrated", stated=False)
    benign = _first(note, LOOKS_BENIGN)
    if artefact := _first(note, ARTEFACT):
        if not benign:
            return Difficulty(level=Level.EASIER, rule="E1", stated=False, evidence=(artefact,))
    elif benign:
        return Difficulty(level=Level.HARD, rule="H3", stated=False, evidence=(benign,))
    elif sources <= 1 and (instrument := _first(note, SPECIAL_INSTRUMENT)):
        return Difficulty(level=Level.HARD, rule="H4", stated=False, evidence=(instrument,))
    watch = _first(note, MONITORING) or note[0]
    return Difficulty(level=Level.MODERATE, rule="moderate", stated=False, evidence=(watch,))


def _first(note: tuple[str, ...], statement: Statement) -> str:
    """Give the first sentence that makes a statement, or nothing.

    One that only leads into a list ("for example:") is given where no other does.
    """
    leading_in = ""
    for sentence in note:
        if statement.made_by(sentence.lower()):
            if not sentence.endswith(":"):
                return sentence
            leading_in = leading_in or sentence
    return leading_in
