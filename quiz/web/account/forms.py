"""What a learner sets for themselves, or brings along."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField


class RestoreForm(FlaskForm):
    """An archive to read back in."""

    archive = FileField("Archive", validators=[FileRequired("Choose a file first.")])
    replace = BooleanField("Take the place of what is here; a copy of it is kept on this machine")
