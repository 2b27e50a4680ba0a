"""What a learner sends while studying."""

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    IntegerField,
    SearchField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import AnyOf, InputRequired, NumberRange

from quiz.content.catalogue import Catalogue, domain_name
from quiz.content.search import LONGEST_QUERY
from quiz.questions.kinds import KINDS
from quiz.questions.scope import tactic_in
from quiz.services.browsing import Shelf, Sort, Wanted
from quiz.services.cards import Action

RATINGS = {1: "Again", 2: "Hard", 3: "Good", 4: "Easy"}
TWO_RATINGS = {1: "Forgot it", 3: "Knew it"}
"""What those who want two buttons see of the four."""


class RateForm(FlaskForm):
    """How well a card was known, and the note of what was shown."""

    rating = IntegerField(validators=[InputRequired(), NumberRange(min=1, max=4)])
    shown = StringField(validators=[InputRequired()])


SHELVES = {
    Shelf.ALL: "All",
    Shelf.DUE: "Due",
    Shelf.SUSPENDED: "Suspended",
    Shelf.BURIED: "Buried",
    Shelf.MARKED: "Marked",
    Shelf.LEECHES: "Leeches",
    Shelf.NOTES: "With a note",
}
"""The shelves as the screen names them."""


class CardForm(FlaskForm):
    """What to do with a card."""

    action = StringField(validators=[AnyOf(tuple(Action))])


class CardsForm(FlaskForm):
    """What to do with the cards whose keys come along; ``sure`` once that was asked."""

    action = StringField(validators=[AnyOf((*Action, "queue"))])
    sure = BooleanField()


class UndoForm(FlaskForm):
    """Take back a rating: the address says which."""


class NoteForm(FlaskForm):
    """The learner's note on a card, and which version of it was edited."""

    note = StringField()
    version = StringField()


class BrowseForm(FlaskForm):
    """How a learner's cards are narrowed down and put in order, sent by GET."""

    class Meta:
        """Reading changes nothing, so there is nothing to protect."""

        csrf = False

    q = SearchField("Search", render_kw={"maxlength": LONGEST_QUERY})
    kind = SelectField("Kind")
    tactic = SelectField("Tactic")
    sort = SelectField("Order")
    show = SelectField("Show")

    def offer(self, catalogue: Catalogue) -> None:
        """Fill the choices; a value that is none of them is as none."""
        kinds = ((slug, kind.title) for slug, kind in KINDS.items() if kind.flashcard)
        _fill(self.kind, [("", "Any kind"), *kinds])
        several = len(catalogue.domains) > 1
        tactics = (
            (tactic_in(d, t.short_name), f"{t.name} ({domain_name(d)})" if several else t.name)
            for d in catalogue.domains
            for t in catalogue.tactics(d)
        )
        _fill(self.tactic, [("", "Any tactic"), *tactics])
        orders = {
            Sort.DUE: "Due first",
            Sort.STABILITY: "Least stable first",
            Sort.LAPSES: "Most forgotten first",
        }
        _fill(self.sort, orders.items())
        _fill(self.show, SHELVES.items())

    def wanted(self) -> Wanted:
        """What the choices ask for."""
        return Wanted(
            shelf=Shelf(self.show.data),
            sort=Sort(self.sort.data),
            words=(self.q.data or "")[:LONGEST_QUERY],
            kind=self.kind.data,
            tactic=self.tactic.data,
        )


def _fill(field: SelectField, values: Iterable[tuple[str, str]]) -> None:
    field.choices = [SelectChoice(value=value, label=label) for value, label in values]
    known = [choice.value for choice in field.choices]
    if field.data not in known:
        field.data = known[0]
