"""What a learner sends to flag a question."""

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, StringField
from wtforms.validators import InputRequired, Length

from quiz.services.flags import LONGEST_NOTE, Reason

REASONS = {
    Reason.WRONG: "It is wrong",
    Reason.UNCLEAR: "Unclear",
    Reason.TOO_EASY: "Too easy",
    Reason.GIVES_ITSELF_AWAY: "Gives itself away",
}
"""The reasons as their buttons name them."""


def one_line_ends(text: str | None) -> str:
    """Count a line's end once, as the page's own limit does, where forms send two characters."""
    return (text or "").replace("\r\n", "\n")


class FlagForm(FlaskForm):
    """A reason, and a note if the learner likes.

    ``shown`` is the signed note of a flashcard's page, empty for a quiz.
    """

    reason = RadioField(
        choices=[SelectChoice(value=str(reason), label=REASONS[reason]) for reason in Reason],
        validators=[InputRequired()],
    )
    note = StringField(filters=[one_line_ends], validators=[Length(max=LONGEST_NOTE)])
    shown = StringField()
