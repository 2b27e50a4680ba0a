"""What a quiz is built from, and what starts one."""

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from hashlib import sha256

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectMultipleField,
    StringField,
    SubmitField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput

from quiz.content.catalogue import Catalogue, domain_name
from quiz.content.difficulty import Level
from quiz.learning.setup import (
    LARGEST_SEED,
    LONGEST,
    LONGEST_MINUTES,
    NEARNESS,
    USUAL_PASS_MARK,
    Answers,
    Mode,
    Setup,
)
from quiz.questions.kinds import KINDS
from quiz.questions.scope import Scope, split_tactic, tactic_in

LENGTHS = (5, 10, 20, 40)
MODES = {
    Mode.PRACTICE: "Practice",
    Mode.EXAM: "Exam",
    Mode.MAPPING: "Mapping drill",
    Mode.CONTRAST: "Contrast drill",
}
NEARNESSES = {
    "": "Usual",
    "far": "Far: other tactics",
    "near": "Near: same tactic and platform",
    "linked": "Nearer: linked by their texts",
    "sibling": "Nearest: same parent",
}
ANSWERS = {
    Answers.MIXED: "Mixed",
    Answers.CHOOSE: "Choose only",
    Answers.TYPE: "Type where possible",
}


class ChipsField(SelectMultipleField):
    """Choose any number of values from checkboxes; none means that all will do."""

    option_widget = CheckboxInput()


class ScopeForm(FlaskForm):
    """A scope, field by field as :class:`Scope` names them, without a list of techniques."""

    domains = ChipsField("Domain")
    tactics = ChipsField("Tactics")
    difficulties = ChipsField("Difficulty to detect")
    platforms = ChipsField("Platforms")
    kinds = ChipsField("Kinds of question")

    def offer(self, catalogue: Catalogue) -> None:
        """Fill the choices with what the catalogue has, and with what is chosen already.

        A choice that the catalogue has not, as from an old link, can so be seen and taken back.
        """
        domains = catalogue.domains
        offered: dict[ChipsField, dict[str, str]] = {
            self.domains: {domain: domain_name(domain) for domain in domains},
            self.tactics: {
                tactic_in(d, t.short_name) if len(domains) > 1 else t.short_name: t.name
                for d in domains
                for t in catalogue.tactics(d)
            },
            self.platforms: {platform: platform for platform in sorted(catalogue.platforms())},
            self.difficulties: {
                str(level): "Not rated" if level == Level.UNRATED else level.capitalize()
                for level in Level
            },
            self.kinds: {kind.slug: kind.title for kind in KINDS.values()},
        }
        for field, labels in offered.items():
            _offer(field, labels)

    def choose(self, scope: Scope, catalogue: Catalogue) -> None:
        """Fill the form with a scope."""
        if len(catalogue.domains) > 1:
            scope = scope.told_apart(catalogue)
        for field in fields(scope):
            if field.name in self:
                self[field.name].data = list(getattr(scope, field.name))
        self.offer(catalogue)

    @property
    def tactics_by_domain(self) -> Mapping[str, Sequence[SelectChoice]]:
        """The tactics to choose from by domain, which is empty for those of every domain."""
        found: dict[str, list[SelectChoice]] = defaultdict(list)
        for choice in self.tactics.iter_choices():
            found[split_tactic(choice.value)[0]].append(choice)
        return found

    @property
    def scope(self) -> Scope:
        """What is chosen."""
        return Scope.from_lists(
            {f.name: self[f.name].data or () for f in fields(Scope) if f.name in self}
        )


class BuilderForm(ScopeForm):
    """A scope with the techniques that it lists, and everything else of a :class:`Setup`.

    ``token`` makes two clicks on *Start* one quiz. ``name`` is what it is saved under.
    """

    techniques = ChipsField("Techniques", validate_choice=False)
    pairs = ChipsField("Pairs", validate_choice=False)
    mode = RadioField(
        "Mode",
        default=Mode.PRACTICE,
        choices=[SelectChoice(value=str(mode), label=label) for mode, label in MODES.items()],
    )
    length = RadioField(
        "Questions", coerce=int, validators=[InputRequired("Choose how many questions to ask.")]
    )
    answers = RadioField(
        "Answers",
        default=Answers.MIXED,
        choices=[SelectChoice(value=str(way), label=label) for way, label in ANSWERS.items()],
    )
    nearness = RadioField(
        "Wrong options",
        default="",
        choices=[SelectChoice(value=name, label=label) for name, label in NEARNESSES.items()],
    )
    order = RadioField(
        "Order",
        default="",
        choices=[
            SelectChoice(value="", label="The same each time"),
            SelectChoice(value="shuffled", label="Shuffled for each attempt"),
        ],
    )
    minutes = IntegerField(
        "Time limit, in minutes",
        validators=[
            Optional(),
            NumberRange(1, LONGEST_MINUTES, f"Give 1 to {LONGEST_MINUTES} minutes, or none."),
        ],
    )
    pass_mark = IntegerField(
        "Pass mark, in percent",
        default=USUAL_PASS_MARK,
        validators=[Optional(), NumberRange(1, 100, "Give 1 to 100 percent.")],
    )
    seed = IntegerField(
        "Seed",
        validators=[
            Optional(),
            NumberRange(0, LARGEST_SEED, f"Give a whole number from 0 to {LARGEST_SEED}."),
        ],
    )
    for_me = BooleanField("Fit the questions to what I know", default=True)
    name = StringField("Name", validators=[Length(max=100)])
    token = HiddenField(validators=[Length(max=64)])
    start = SubmitField("Start quiz")
    count = SubmitField("Count cards")
    preview = SubmitField("Preview")
    keep = SubmitField("Save this quiz")

    def offer(self, catalogue: Catalogue) -> None:
        """Fill the choices, and offer the techniques and pairs listed to be taken out."""
        super().offer(catalogue)
        _offer(self.techniques, {})
        _offer(self.pairs, {})
        lengths = sorted({*LENGTHS, *([self.length.data] if self.length.data else [])})
        choices = [SelectChoice(value=str(length), label=str(length)) for length in lengths]
        self.length.choices = [*choices, SelectChoice(value="0", label="Until I stop")]

    def fill(self, setup: Setup, catalogue: Catalogue) -> None:
        """Fill the form with a setup, and give it a token of its own."""
        names = {near: name for name, near in NEARNESS.items()}
        self.mode.data = str(setup.mode)
        self.length.data = setup.length or 0
        self.answers.data = str(setup.answers)
        self.nearness.data = names[setup.nearness] if setup.nearness else ""
        self.order.data = "shuffled" if setup.shuffled else ""
        self.minutes.data = setup.minutes
        self.pass_mark.data = setup.pass_mark
        self.seed.data = setup.seed
        self.for_me.data = setup.for_me
        self.pairs.data = list(setup.pairs)
        self.choose(setup.scope, catalogue)
        self.token.data = secrets.token_urlsafe(16)

    def validate_length(self, field: RadioField) -> None:
        """Refuse an exam without an end, and more questions than one may have."""
        if field.data == 0 and self.mode.data == Mode.EXAM:
            raise ValidationError("An exam has an end: choose how many questions it asks.")
        if field.data is not None and not 0 <= field.data <= LONGEST:
            raise ValidationError(f"Choose at most {LONGEST} questions.")

    @property
    def setup(self) -> Setup:
        """What is chosen; what only an exam has counts in an exam alone."""
        exam = self.mode.data == Mode.EXAM
        return Setup(
            scope=self.scope,
            mode=Mode(self.mode.data),
            length=self.length.data or None,
            answers=Answers(self.answers.data),
            nearness=NEARNESS.get(self.nearness.data),
            for_me=self.for_me.data,
            seed=self.seed.data,
            shuffled=exam and self.order.data == "shuffled",
            minutes=self.minutes.data if exam else None,
            pass_mark=self.pass_mark.data or USUAL_PASS_MARK,
            pairs=tuple(self.pairs.data or ()) if self.mode.data == Mode.CONTRAST else (),
        )

    @property
    def attempt_token(self) -> str:
        """Tell one press of *Start* from another.

        The same page sent twice is one quiz; sent again after other choices, as
        from a page the browser kept, it is another.
        """
        token = self.token.data or secrets.token_urlsafe(16)
        return sha256(f"{token} {self.setup.query}".encode()).hexdigest()


def _offer(field: ChipsField, labels: Mapping[str, str]) -> None:
    """Offer values under their labels, and what is chosen already under its own."""
    chosen = {value: value for value in field.data or () if value not in labels}
    field.choices = [
        SelectChoice(value=value, label=label) for value, label in {**labels, **chosen}.items()
    ]
