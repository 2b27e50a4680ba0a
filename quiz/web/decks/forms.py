"""What a deck is made of."""

from datetime import date

from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, NumberRange, Optional

from quiz.content.catalogue import Catalogue
from quiz.questions.kinds import KINDS
from quiz.questions.scope import Scope
from quiz.services.decks import LEAST_TARGET, LONGEST_NAME, MOST_TARGET, Goal, read_list
from quiz.web.quizzes.forms import ScopeForm

LEAST_PERCENT, MOST_PERCENT = round(LEAST_TARGET * 100), round(MOST_TARGET * 100)
USUAL_PERCENT = 90
LONGEST_LIST = 20_000
NAMED = 8
"""How many of the techniques that are unknown an error names."""


class DeckForm(ScopeForm):
    """A name, a scope with a list of techniques as text, and a path where a day is given."""

    name = StringField("Name", render_kw={"maxlength": LONGEST_NAME})
    listed = TextAreaField(
        "Techniques by ID", render_kw={"rows": 3, "maxlength": LONGEST_LIST, "spellcheck": "false"}
    )
    until = DateField("Know it by", validators=[Optional()])
    target = IntegerField(
        "Share to remember, in percent",
        default=USUAL_PERCENT,
        validators=[
            InputRequired("Give a share, such as 90."),
            NumberRange(
                LEAST_PERCENT,
                MOST_PERCENT,
                f"Choose a share from {LEAST_PERCENT} to {MOST_PERCENT} percent.",
            ),
        ],
        render_kw={"min": LEAST_PERCENT, "max": MOST_PERCENT},
    )
    save = SubmitField("Save deck")

    def offer(self, catalogue: Catalogue) -> None:
        """Fill the choices; of the kinds, with those that make a card."""
        super().offer(catalogue)
        chosen = self.kinds.data or ()
        self.kinds.choices = [
            choice
            for choice in self.kinds.choices or ()
            if choice.value in chosen or (choice.value in KINDS and KINDS[choice.value].flashcard)
        ]

    def fill(self, name: str, scope: Scope, goal: Goal | None, catalogue: Catalogue) -> None:
        """Fill the form with a deck."""
        self.choose(scope, catalogue)
        self.name.data = name
        self.listed.data = ", ".join(scope.techniques)
        if goal is not None:
            self.until.data = goal.until
            self.target.data = round(goal.target * 100)

    def whole_scope(self, catalogue: Catalogue) -> Scope | None:
        """What is chosen and listed; None, with an error, where something listed is unknown."""
        text = self.listed.data or ""
        if len(text) > LONGEST_LIST:
            self.listed.errors = ["That list is too long. List at most 150 techniques."]
            return None
        listed = read_list(text, catalogue)
        errors = []
        if listed.unknown:
            errors.append(f"Not a technique here: {_names(listed.unknown)}. Correct or remove it.")
        if listed.retired:
            errors.append(f"Retired, so not asked about: {_names(listed.retired)}. Remove it.")
        if errors:
            self.listed.errors = errors
            return None
        return Scope.from_lists(
            {
                "techniques": listed.ids,
                **{
                    name: self[name].data or ()
                    for name in ("domains", "tactics", "platforms", "difficulties", "kinds")
                },
            }
        )

    @property
    def goal(self) -> Goal | None:
        """Where the path leads, if a day is given."""
        until: date | None = self.until.data
        return Goal(until=until, target=self.target.data / 100) if until else None


class DeleteForm(FlaskForm):
    """Nothing but the word that it is meant."""

    delete = SubmitField("Delete deck")


def _names(found: tuple[str, ...]) -> str:
    shown = ", ".join(found[:NAMED])
    more = len(found) - NAMED
    return f"{shown} and {more} more" if more > 0 else shown
