"""How cards look in Anki: the front, the back and the terms below it, by day and by night.

Nothing here needs a script. A browser's ``details`` folds what is long.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from markupsafe import Markup

from quiz.content.technique import Collection

FIELDS = (
    "Key",
    "Question",
    "Answer",
    "Explanation",
    "Evidence",
    "Options",
    "Technique",
    "Tactics",
    "Terms",
)
"""The fields of a note. Anki takes other names, or another order, for another note type, and
then updates no note that it has: there is no changing them."""

CARD = "Card"
"""The name of the one card of a note, which must not change either."""

CSS = """\
.card { max-width: 42rem; margin: 0 auto; padding: .75rem; text-align: left;
  font: 1.05rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
  color: #16211f; background: #fff; }
.nightMode.card, .night_mode.card { color: #e6edea; background: #161e21; }
.stem, .answer { margin: .75rem 0; font-size: 1.2rem; font-weight: 650; }
.small { font-size: .8rem; }
ul { padding-left: 1.4rem; }
li { margin: .35rem 0; }
.note { display: block; font-size: .85rem; font-weight: 400; }
code { padding: 0 .2em; border-radius: .25em; background: rgba(128, 128, 128, .18); }
blockquote { margin: .75rem 0; padding-left: .8rem; border-left: 3px solid #0b6863; }
blockquote p { margin: .3rem 0; }
.gap { display: inline-block; min-width: 3.5em; text-align: center; line-height: 1;
  border-bottom: 2px solid currentColor; }
hr { margin: 1rem 0; border: 0; border-top: 1px solid rgba(128, 128, 128, .5); }
summary { cursor: pointer; }
a { color: #0b6863; }
.nightMode a, .night_mode a { color: #63d0c5; }
.nightMode blockquote, .night_mode blockquote { border-color: #63d0c5; }
"""
FRONT = '<div class="question">{{Question}}</div>'
BACK = """\
{{FrontSide}}
<hr id="answer">
<div class="answer">{{Answer}}</div>
<p>{{Explanation}}</p>
{{Evidence}}
{{Options}}
<p class="small">{{Technique}}{{#Tactics}} · {{Tactics}}{{/Tactics}}</p>
{{#Terms}}<p class="small">{{Terms}}</p>{{/Terms}}
"""
_FOLDED = Markup('<details class="small"><summary>License</summary>{}</details>\n')


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What every card of a package shares: the templates of its two sides, and the style."""

    front: str
    back: str
    css: str

    @property
    def digest(self) -> str:
        """A text that differs once anything of it does."""
        return sha256("\n".join((*FIELDS, self.front, self.back, self.css)).encode()).hexdigest()


def layout(collections: Iterable[Collection]) -> Layout:
    """Lay out cards of some collections, whose licenses stand on each back."""
    licences: dict[str, list[str]] = {}
    for collection in collections:
        if collection.licence:
            licences.setdefault(collection.licence, []).append(collection.label)
    folded = Markup("").join(
        Markup("<p>{}</p>").format(", ".join(labels)) + _paragraphs(text)
        for text, labels in licences.items()
    )
    terms = _FOLDED.format(folded) if folded else Markup("")
    # In a template of Anki's, two braces name a field.
    return Layout(front=FRONT, back=BACK + str(terms).replace("{{", "{&#123;"), css=CSS)


def terms(collection: Collection) -> Markup:
    """Whose a card's text is: the collection, its release and its copyright, in a line."""
    said = " · ".join(filter(None, (collection.label, collection.copyright)))
    return Markup("{}").format(" ".join(said.split()))


def description(collections: Iterable[Collection]) -> str:
    """What a deck says of itself: whose the texts are and on what terms, as HTML."""
    said = [
        _paragraphs("\n\n".join((collection.label, collection.copyright, collection.licence)))
        for collection in collections
    ]
    return str(Markup("").join(said))


def _paragraphs(text: str) -> Markup:
    parts = [part for part in text.split("\n\n") if part.strip()]
    return Markup("").join(Markup("<p>{}</p>").format(part.strip()) for part in parts)
