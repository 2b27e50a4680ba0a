"""What someone who runs the instance chooses on its pages."""

from enum import StrEnum

from flask_wtf import FlaskForm
from wtforms import HiddenField


class Show(StrEnum):
    """Which part of the flagged questions is listed."""

    OPEN = "open"
    ALL = "all"
    OFF = "off"

    @classmethod
    def of(cls, name: str | None) -> "Show":
        """Read a part's name; any other gives what is open."""
        return cls(name) if name in set(cls) else cls.OPEN


class SwitchForm(FlaskForm):
    """A button beside a question, and the list that it stands in, to go back there."""

    show = HiddenField()
