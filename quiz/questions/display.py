"""The plain text of questions as HTML: everything escaped, code and hidden words marked."""

import re
from collections.abc import Iterable
from itertools import groupby
from pathlib import PurePosixPath

from markupsafe import Markup, escape

from quiz.content.catalogue import Catalogue
from quiz.content.collection import FILE
from quiz.content.technique import Technique
from quiz.questions.base import GAP, Evidence

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


def quoted(quotations: Iterable[Evidence], catalogue: Catalogue, *, gap: Markup) -> Markup:
    """Show the words that prove an answer, each place's with its source below."""
    shown = Markup('<blockquote>{}<p class="small">{} of {}</p></blockquote>')
    html = Markup("")
    for place in by_place(quotations):
        section, file = place[0].section, place[0].file
        html += shown.format(
            Markup("").join(paragraphs(evidence.quote, gap=gap) for evidence in place),
            section[:1].upper() + section[1:],
            source_of(file, catalogue) or Markup("<code>{}</code>").format(file),
        )
    return html


def linked(technique: Technique, catalogue: Catalogue) -> Markup:
    """Name a technique with its ID, and link to its page where it has one on the web."""
    named = f"{catalogue.display_name(technique)} ({technique.attack_id})"
    if technique.url.startswith(("https://", "http://")):
        return Markup('<a href="{}">{}</a>').format(technique.url, named)
    return escape(named)


def by_place(quotations: Iterable[Evidence]) -> list[list[Evidence]]:
    """Gather quotations in a row that stand in one section of one file."""
    return [list(found) for _, found in groupby(quotations, lambda e: (e.file, e.section))]


def source_of(file: str, catalogue: Catalogue) -> str | None:
    """Name what a file of evidence is about: a technique or a collection; None where it is gone."""
    path = PurePosixPath(file)
    if path.name == FILE:
        labels = {collection.folder.name: collection.label for collection in catalogue.collections}
        # A collection that is the folder of collections itself is the only one.
        return (
            labels.get(path.parent.name) if path.parent.name else next(iter(labels.values()), None)
        )
    return catalogue.once(_names_by_path).get(file)


def _names_by_path(catalogue: Catalogue) -> dict[str, str]:
    return {technique.path: catalogue.display_name(technique) for technique in catalogue}
