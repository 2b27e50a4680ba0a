"""What a learner sends while studying."""

from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange

RATINGS = {1: "Again", 2: "Hard", 3: "Good", 4: "Easy"}


class RateForm(FlaskForm):
    """How well a card was known, and the note of what was shown."""

    rating = IntegerField(validators=[InputRequired(), NumberRange(min=1, max=4)])
    shown = StringField(validators=[InputRequired()])
