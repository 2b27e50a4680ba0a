"""The texts of a question as HTML for other programs: shown as they are, and never acted on.

Everything is escaped. What Moodle would read as a formula is broken up, and characters that
no XML may hold are replaced.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from quiz.content.catalogue import Catalogue
from quiz.exports import naming
from quiz.questions import display
from quiz.questions.base import GAP, Question

BLANK = escape(GAP)
"""Hidden words: five low lines, as Moodle itself shows a word that is missing."""
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 has no way to write (its section 2.2)."""
BREAKS = re.compile("[\t\r\n\x85\u2028\u2029]+")
FORMULA = re.compile(r"(?<=\\)(?=[(\[])|(?<=\$)(?=\$)")
"""Between the two characters that start a formula."""


def writable(text: str) -> str:
    """Replace what a format may not hold."""
    return FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def plain(text: str) -> str:
    """Write a text as one line that any format can hold."""
    return BREAKS.sub(" ", writable(text)).strip()


def inline(text: str) -> Markup:
    """Show one line: an option, an item, a target."""
    return _inert(display.inline(text, gap=BLANK))


def paragraphs(text: str) -> Markup:
    """Show a text line by line, each as a paragraph of its own."""
    return _inert(display.paragraphs(text, gap=BLANK))


def quoted(question: Question, catalogue: Catalogue) -> Markup:
    """Show the words that prove the answer, each place's with its source below."""
    return _inert(display.quoted(question.evidence, catalogue, gap=BLANK))


def asked(question: Question) -> Markup:
    """Show what is asked: the stem and the excerpt, if any."""
    html = paragraphs(question.stem)
    if question.excerpt:
        html += Markup("<blockquote>{}</blockquote>").format(paragraphs(question.excerpt))
    return html


def taught(question: Question, catalogue: Catalogue) -> Markup:
    """Show what every answer is followed by: why, the words that prove it, where to read on.

    Last comes whose text it is, for it goes wherever the question goes.
    """
    technique = catalogue.by_stix_id.get(question.stix_id)
    html = paragraphs(question.explanation) + quoted(question, catalogue)
    if technique:
        html += Markup("<p>{}</p>").format(display.linked(technique, catalogue))
    html += Markup('<p class="small">{}</p>').format(naming.owner(question, catalogue))
    return _inert(html)


def _inert(html: Markup) -> Markup:
    """Break up what would be acted on; write quotes so that they can be read, and in one line.

    An apostrophe may stand as it is, because no attribute here stands in apostrophes.
    """
    text = plain(html).replace("&#39;", "'").replace("&#34;", "&quot;")
    return Markup(FORMULA.sub("<i></i>", text))  # noqa: S704 - escaped before, and still so
