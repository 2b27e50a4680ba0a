"""The only way from Markdown to HTML: markdown-it-py, then nh3's allow-list."""

import html
import re
from collections.abc import Callable

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from quiz.content.technique import MITRE_URL, AttackId

CITATION = re.compile(r" ?\(Citation: [^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)")
# Some texts close <code> with another <code>.
HTML = re.compile(r"<code>(?P<code>.*?)</?code>|<br ?/?>", re.DOTALL)
TECHNIQUE_URL = re.compile(r"(?:https?://attack\.mitre\.org)?/?techniques/T\d{4}(?:/\d{3})?/?")
TOP_HEADING = 3
# Parsing takes time that grows with a text's length and, for each paragraph, with its length times
# its brackets. Real texts stay below 100,000 characters; with all procedures of the technique that
# has most, the share of the brackets stays below 100,000.
MAX_LENGTH = 256 * 1024
MAX_BRACKET_WORK = 1_000_000

TAGS = {
    *("p", "br", "hr", "blockquote", "pre", "code", "em", "strong", "s", "a"),
    *("h3", "h4", "h5", "h6", "ul", "ol", "li"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES: dict[str, set[str]] = {"*": set(), "a": {"href"}, "ol": {"start"}}

Link = Callable[[str], str | None]
"""Where the app shows a technique, by its ID; None for one that it does not have."""


def render_markdown(text: str, *, link: Link | None = None) -> str:
    """Render text by strangers as HTML that is safe to show.

    HTML in the text shows as text, but for the ``<code>`` and ``<br>`` that real
    files use. Citations and images are left out. Headings begin at ``h3``: the
    two levels above belong to the page. ``link`` sends links to techniques to
    the app's own pages. What would take too long to parse shows as it is.
    """
    if len(text) > MAX_LENGTH:
        return f"<pre>{html.escape(text)}</pre>"
    tokens = MARKDOWN.parse(CITATION.sub("", text))
    _lower_headings(tokens)
    for token in (child for t in tokens for child in t.children or ()):
        if token.type == "link_open":
            _point(token, link)
    rendered = MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})
    return nh3.clean(
        rendered,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
    )


def _html(state: StateInline, silent: bool) -> bool:
    """Parse ``<code>…</code>`` as a code span, and ``<br>`` as a line break."""
    match = HTML.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent and match["code"] is None:
        state.push("hardbreak", "br", 0)
    elif not silent:
        token = state.push("code_inline", "code", 0)
        token.content = html.unescape(match["code"]).replace("\n", " ").strip()
    state.pos = match.end()
    return True


def _spare(state: StateCore) -> None:
    """Leave paragraphs that would take too long to parse as plain text."""
    left = MAX_BRACKET_WORK
    for token in state.tokens:
        if token.type == "inline":
            left -= len(token.content) * token.content.count("[")
            token.type = "inline" if left >= 0 else "text"


def _lower_headings(tokens: list[Token]) -> None:
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    highest = min((int(token.tag[1]) for token in headings), default=TOP_HEADING)
    for token in headings:
        token.tag = f"h{min(6, int(token.tag[1]) - highest + TOP_HEADING)}"


def _point(token: Token, link: Link | None) -> None:
    """Point a link to a technique to the app's page of it or, failing that, to MITRE's."""
    href = str(token.attrGet("href") or "")
    if TECHNIQUE_URL.fullmatch(href):
        own = link(AttackId.from_url(href)) if link else None
        token.attrSet("href", own or MITRE_URL + href[href.index("techniques/") :])


def _parser() -> MarkdownIt:
    parser = MarkdownIt("js-default")
    parser.core.ruler.before("inline", "spare", _spare)
    parser.inline.ruler.before("autolink", "html", _html)
    return parser


MARKDOWN = _parser()
