"""What a learner sends about days without study."""

from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SubmitField
from wtforms.validators import InputRequired

from quiz.learning.spreading import LONGEST_SPREAD


class DayField(DateField):
    """A day, as browsers send it; without a date picker it is typed so."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a day, or say how to write it."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Write a day as year-month-day, such as 2026-12-24.") from None


class DaysField(IntegerField):
    """Over how many days to spread what waits."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a number, or say which ones can be."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(f"Choose from 1 to {LONGEST_SPREAD} days.") from None


class BreakForm(FlaskForm):
    """A break's first and last day, and over how many days its reviews are spread."""

    first_day = DayField("First day", validators=[InputRequired("Choose the first day.")])
    last_day = DayField("Last day", validators=[InputRequired("Choose the last day.")])
    spread_days = DaysField(
        "Spread over", default=7, validators=[InputRequired("Say over how many days.")]
    )
    preview = SubmitField("See what that would mean")
    save = SubmitField("Save")


class SpreadForm(FlaskForm):
    """Over how many days what has piled up is spread from today on."""

    spread_days = DaysField(validators=[InputRequired("Choose over how many days.")])


class MoreForm(FlaskForm):
    """How many reviews this day is to have in all."""

    extended_to = IntegerField(validators=[InputRequired()])
