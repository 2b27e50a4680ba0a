"""What someone who runs the instance chooses on its pages."""

from enum import StrEnum

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from quiz.content.catalogue import domain_name
from quiz.content.collection import DOMAINS
from quiz.content.official import NEWEST, Official, parse


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


class ReleaseForm(FlaskForm):
    """A release of MITRE's to fetch."""

    domain = SelectField(
        "Domain", choices=[SelectChoice(value=name, label=domain_name(name)) for name in DOMAINS]
    )
    number = StringField(
        "Release",
        default=NEWEST,
        validators=[InputRequired("Give a number, or “newest”."), Length(max=40)],
    )
    overwrite = BooleanField("Replace files that were changed here since they came (--overwrite)")

    def validate_number(self, field: StringField) -> None:
        """Check that it names a release."""
        if parse(field.data or "") is None:
            raise ValidationError("That names no release: give “newest”, or a number such as 18.1.")

    def release(self) -> Official | None:
        """The release that it names."""
        return parse(self.number.data or "", domain=self.domain.data)


class UploadForm(FlaskForm):
    """A bundle to import."""

    bundle = FileField("STIX bundle", validators=[FileRequired("Choose a file first.")])
    overwrite = BooleanField("Replace files that were changed here since they came (--overwrite)")


class LookForm(FlaskForm):
    """A button to look for newer releases."""
