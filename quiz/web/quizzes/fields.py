"""Fields of the forms that build things: chips, one of a few, whole numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wtforms import Form, IntegerField, RadioField, SelectChoice, SelectMultipleField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, TextInput

MOST_DIGITS = 10


class ChipsField(SelectMultipleField):
    """Choose any number of values from checkboxes; none means that all will do."""

    option_widget = CheckboxInput()

    def offer(self, labels: Mapping[str, str], others: str = "{}") -> None:
        """Offer values under their labels, and what is chosen already under its own.

        A choice that cannot be had any more, as from an old link, can so be seen and taken
        back; ``others`` is what to say of one.
        """
        chosen = {value: others.format(value) for value in self.data or () if value not in labels}
        self.choices = [
            SelectChoice(value=value, label=label) for value, label in {**labels, **chosen}.items()
        ]


class OneOfField(RadioField):
    """Choose one of a few; says so of anything else."""

    data: Any

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the choice; None where it can be none."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None

    def pre_validate(self, form: Form) -> None:
        """Refuse what is not offered."""
        if self.data not in [self.coerce(choice.value) for choice in self.iter_choices()]:
            raise StopValidation("Choose one of these.")


class NumberField(IntegerField):
    """A whole number from ``least`` to ``most``, or nothing; ``wrong`` says what else to do.

    Where ``counts`` says that the rest of the form leaves no use for it, anything will do.
    """

    widget = TextInput()  # a number's own input drops what is no number, and so loses it

    def __init__(
        self,
        label: str,
        *,
        least: int,
        most: int,
        wrong: str,
        counts: Callable[[Any], bool] = bool,
        **given: Any,
    ) -> None:
        super().__init__(label, **given)
        self.least, self.most, self.wrong, self.counts = least, most, wrong, counts

    @property
    def given(self) -> str:
        """What was sent, as it was sent."""
        return str(self.raw_data[0]).strip() if self.raw_data else ""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the number; None where it is none, or out of bounds."""
        text = self.given
        plain = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
        number = int(text) if plain else None
        self.data = number if number is not None and self.least <= number <= self.most else None

    def pre_validate(self, form: Form) -> None:
        """Refuse what was sent and is no number within bounds."""
        if self.given and self.data is None and self.counts(form):
            raise StopValidation(self.wrong)
