"""Technique Markdown as the plain sentences a reader sees, for quoting and for rating."""

import html
import re

# Every alternative is written so that no text, however hostile, is scanned over and over.
INLINE = re.compile(
    r"""
      (?P<code> ` (?: [^`\n] | \n(?![^\S\n]*\n) )+ ` )       # kept, and nothing in it is markup
    | <code> (?P<html_code> (?: (?!</?code>) . )* ) </code>
    | (?<![^\S\n]) [^\S\n]*
      (?P<citations> (?: \( Citation: [^()]* (?: \([^()]*\) [^()]* )* \) [^\S\n]* )+ )
      (?P<closing> [.,;:!?)] (?=\s|$) )?                     # so that "x (Citation: y)." is "x."
    | !?\[ (?P<text> [^\[\]\n]* ) \]
      \( [^()\s]* (?: \([^()\s]*\) [^()\s]* )* (?: \s+"[^"\n]*" )? \)
    | < (?P<url> https?://[^\s<>]+ ) >
    | (?P<line_break> <br\s*/?> )
    | (?P<tag> </? (?: a|b|code|em|i|li|ol|p|pre|strong|sub|sup|ul )(?: \s[^<>]* )? > )
    | (?P<bold> \*\* )
    | (?<![^\s(]) \* (?P<emphasis> [^\s*`\[] (?: [^*`\[\n]* [^\s*`\[] )? ) \* (?![\w*])
    """,
    re.VERBOSE | re.DOTALL,
)
MARKED_UP = re.compile(r"[`<\[*]|Citation:")

# What a line opens with: marks of quotation, then perhaps those of a heading or a list item.
OPENING = re.compile(r"\s*(?:>\s*)*(?:(?P<heading>#{1,6}\s+)|(?P<item>(?:[-*+]|\d{1,3}[.)])\s+))?")

# The end of a sentence, or a code span to step over. What follows an end is anything but a plain
# lower-case word; "cmd.exe", "eBPF" and "lsass_dump" may open a sentence.
END = re.compile(
    r"""
      `[^`]*`
    | (?<![.!?]) (?P<mark> [.!?]+ (?P<closers> ["'”’)\]]* ) ) \s+
      (?= ["'“‘(\[]* (?: [^a-z\s"'“‘(\[] | [a-z][a-z-]* (?: [A-Z] | [._]\w ) ) )
    """,
    re.VERBOSE,
)
ABBREVIATIONS = frozenset(
    "approx cf co corp dr e.g ed eds eg esp est ex fig i.e ie inc incl jr ltd mr mrs ms no nos "
    "resp sec sr st v ver viz vol vs".split()
)
INITIALS = re.compile(r"[a-z](?:\.[a-z])*")


def sentences(markdown: str) -> tuple[str, ...]:
    """Split Markdown into plain-text sentences; a heading or list item starts a new one.

    Each is a substring of ``plain(markdown)``.
    """
    return tuple(sentence for unit in _units(markdown) for sentence in _split(unit))


def plain(markdown: str) -> str:
    """Strip Markdown to its text, one line for each paragraph, heading and list item.

    Citations go, links leave their text, and code of either form stays in backticks.
    """
    return "\n".join(_units(markdown))


def _units(markdown: str) -> list[str]:
    """Split Markdown into its paragraphs, headings and list items, as plain text."""
    text = INLINE.sub(_text_of, markdown) if MARKED_UP.search(markdown) else markdown
    units: list[list[str]] = [[]]
    for line in text.splitlines():
        opening = OPENING.match(line)
        words = line[opening.end() :] if opening else line
        kind = opening.lastgroup if opening else None
        fence = words.startswith(("```", "~~~"))
        if kind or fence or not words:
            units.append([])
        if not fence:
            units[-1].append(words)
        if kind == "heading":
            units.append([])
    joined = (" ".join(html.unescape(" ".join(lines)).split()) for lines in units)
    return [unit for unit in joined if any(map(str.isalnum, unit))]


def _text_of(markup: re.Match[str]) -> str:
    """Give the text that a piece of inline markup stands for."""
    text = ""
    match markup.lastgroup:
        case "code":
            text = markup[0]
        case "html_code":
            code = markup["html_code"].replace("`", "'").strip()
            text = f"`{code}`" if code else ""
        case "citations":
            text = " "
        case "line_break":
            text = "\n\n"
        case "closing":
            already = markup.string.startswith(markup["closing"], markup.start() - 1)
            text = "" if already else markup["closing"]
        case "text" | "url" | "emphasis" as group:
            text = markup[group]
    return text


def _split(unit: str) -> list[str]:
    """Split one line of plain text into sentences."""
    found = []
    start = 0
    for end in END.finditer(unit):
        if end["mark"] and not _goes_on(unit, start, end):
            found.append(unit[start : end.end("mark")])
            start = end.end()
    found.append(unit[start:])
    return found


def _goes_on(unit: str, start: int, end: re.Match[str]) -> bool:
    """Whether a full stop is only that of an abbreviation, or of a remark in brackets."""
    if ")" in end["closers"]:
        return not unit.startswith("(", start)
    if end["mark"] != ".":
        return False
    opening = max(start, unit.rfind(" ", start, end.start()) + 1)
    word = unit[opening : end.start()].lstrip("\"'“‘([").lower()
    return word in ABBREVIATIONS or INITIALS.fullmatch(word) is not None
