"""The plain text of questions as HTML: everything escaped, code and hidden words marked."""

import re

from markupsafe import Markup, escape

from quiz.questions.base import GAP

CODE = re.compile(r"`([^`\n]+)`")
GAPS = re.compile(rf"{GAP}+(?:\s+{GAP}+)*")


def inline(text: str, *, gap: Markup) -> Markup:
    """Show one line: what stands in backticks is code, and ``gap`` stands for hidden words."""
    html = Markup("")
    for place, part in enumerate(CODE.split(text)):
        shown = gap.join(escape(piece) for piece in GAPS.split(part))
        html += Markup("<code>{}</code>").format(shown) if place % 2 else shown
    return html


def paragraphs(text: str, *, gap: Markup) -> Markup:
    """Show text line by line, each as a paragraph of its own."""
    lines = [line for line in text.split("\n") if line.strip()]
    return Markup("").join(Markup("<p>{}</p>").format(inline(line, gap=gap)) for line in lines)
