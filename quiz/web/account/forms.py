"""What a learner sets for themselves, or brings along."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, IntegerField, RadioField, SelectChoice, StringField
from wtforms.validators import InputRequired, NumberRange, ValidationError

from quiz.learning.parameters import LEAST_RETENTION, LONGEST_INTERVAL, MOST_RETENTION
from quiz.services.settings import MOST_A_DAY, Settings

ORDERS = {
    "suggested": "Suggested: often met and well connected techniques first",
    "tactic": "Tactic by tactic, as in the matrix",
    "prevalence": "By how many groups are known to use it",
}
WAYS = {
    "reveal": "Think, show the answer, rate yourself",
    "choose": "Choose the answer; right counts as Good, wrong as Again",
    "type": "Type the answer where that can be graded, choose otherwise",
}

EXAM_TIMES = {
    100: "As set",
    125: "A quarter more",
    150: "Half as much again",
    200: "Twice as much",
    0: "No limit",
}


class RestoreForm(FlaskForm):
    """An archive to read back in."""

    archive = FileField("Archive", validators=[FileRequired("Choose a file first.")])
    replace = BooleanField("Take the place of what is here; a copy of it is kept on this machine")


def _whole(least: int, most: int) -> list[object]:
    said = f"Give a whole number from {least} to {most:,}."
    return [InputRequired(said), NumberRange(least, most, said)]


def _choices(texts: Mapping[str, str] | Mapping[int, str]) -> list[SelectChoice]:
    return [SelectChoice(value=str(value), label=label) for value, label in texts.items()]


class WholeField(IntegerField):
    """A whole number; where it is none, its validators say which ones can be."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None


class SettingsForm(FlaskForm):
    """How a learner wants to learn; the retention is in percent."""

    retention = WholeField(
        "Desired retention, in percent",
        validators=_whole(round(LEAST_RETENTION * 100), round(MOST_RETENTION * 100)),
    )
    maximum_interval = WholeField(
        "Longest interval, in days", validators=_whole(1, LONGEST_INTERVAL)
    )
    fuzz = BooleanField("Move dates a little, so that cards met together come apart")
    time_zone = StringField("Time zone", validators=[InputRequired("Name a time zone.")])
    rollover_hour = WholeField("A day starts at", validators=_whole(0, 23))
    new_per_day = WholeField("New cards a day", validators=_whole(0, MOST_A_DAY))
    reviews_per_day = WholeField("Reviews a day, at most", validators=_whole(0, MOST_A_DAY))
    new_order = RadioField("New cards come", choices=_choices(ORDERS))
    bury_siblings = BooleanField("Ask about a technique once a day, in one way")
    answering = RadioField("A card is answered like this", choices=_choices(WAYS))
    two_buttons = BooleanField("Rate with two buttons: Forgot it, Knew it")
    quiz_counts = BooleanField("Count a quiz answer as a review of its card")
    exam_time = RadioField("Time for exams", coerce=int, choices=_choices(EXAM_TIMES))

    def validate_time_zone(self, field: StringField) -> None:
        """Check that there is such a time zone."""
        if field.data not in time_zones():
            raise ValidationError("There is no such time zone: choose one such as Europe/Berlin.")

    @classmethod
    def of(cls, settings: Settings) -> "SettingsForm":
        """Fill the form with what is set; a form that was sent keeps what it sent."""
        return cls(obj=settings, retention=round(settings.desired_retention * 100))

    def settings(self) -> Settings:
        """The settings that it describes, once it is valid."""
        names = set(Settings.__dataclass_fields__) - {"desired_retention"}
        return Settings(
            desired_retention=self.retention.data / 100,
            **{name: self[name].data for name in names},
        )


@cache
def time_zones() -> tuple[str, ...]:
    """The IANA names to choose from, with those that can be loaded here."""
    return tuple(sorted(name for name in available_timezones() if _is_there(name)))


def _is_there(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError):
        return False
    return "/" in name or name == "UTC"
