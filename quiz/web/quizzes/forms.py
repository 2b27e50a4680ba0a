"""What a quiz is built from, and what starts one."""

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    SelectChoice,
    StringField,
    SubmitField,
)
from wtforms.validators import Length, StopValidation

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
from quiz.questions.pairs import Pair
from quiz.questions.scope import Scope, split_tactic, tactic_in
from quiz.services.history import MODES
from quiz.services.starting import token_of
from quiz.web.quizzes.fields import ChipsField, NumberField, OneOfField

LENGTHS = (5, 10, 20, 40)
OTHER = -1
"""The choice of a number that is not among these."""
PURPOSES = {
    Mode.PRACTICE: "The right answer and the reason after each question.",
    Mode.EXAM: "Results at the end, against a pass mark. Answers can be changed until then.",
    Mode.MAPPING: "Sentences from real reports, one after another: which technique is it?",
    Mode.CONTRAST: "Techniques that are taken for one another, side by side.",
}
NEARNESSES = {
    "": "Usual",
    "far": "Far: from other tactics",
    "near": "Near: same tactic and platform",
    "linked": "Nearer: techniques that its text mentions",
    "sibling": "Nearest: sub-techniques of the same parent",
}
ANSWERS = {
    Answers.MIXED: "Mixed",
    Answers.CHOOSE: "Choose only",
    Answers.TYPE: "Type where possible",
}
NOT_TAUGHT = "{} (not taught here)"


class ScopeForm(FlaskForm):
    """A scope, field by field as :class:`Scope` names them, without a list of techniques."""

    domains = ChipsField("Domain")
    tactics = ChipsField("Tactics")
    difficulties = ChipsField("Difficulty to detect")
    platforms = ChipsField("Platforms")
    kinds = ChipsField("Kinds of question")

    def offer(self, catalogue: Catalogue) -> None:
        """Fill the choices with what the catalogue has, and with what is chosen already."""
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
            field.offer(labels, NOT_TAUGHT)

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


def _is_exam(form: "BuilderForm") -> bool:
    return bool(form.mode.data == Mode.EXAM)


class BuilderForm(ScopeForm):
    """A scope with the techniques that it lists, and everything else of a :class:`Setup`.

    ``number`` is how many questions there are where ``length`` is :data:`OTHER`. ``token``
    makes two clicks on *Start* one quiz. ``name`` is what it is saved under. ``fix`` is a seed
    to go on with.
    """

    techniques = ChipsField("Techniques", validate_choice=False)
    pairs = ChipsField("Pairs", validate_choice=False)
    mode = OneOfField(
        "Mode",
        default=Mode.PRACTICE,
        choices=[SelectChoice(value=str(mode), label=label) for mode, label in MODES.items()],
    )
    length = OneOfField("Questions", coerce=int)
    number = NumberField(
        "How many",
        least=1,
        most=LONGEST,
        wrong=f"Give a whole number from 1 to {LONGEST}.",
        counts=lambda form: form.length.data == OTHER,
    )
    answers = OneOfField(
        "Answers",
        default=Answers.MIXED,
        choices=[SelectChoice(value=str(way), label=label) for way, label in ANSWERS.items()],
    )
    nearness = OneOfField(
        "Wrong options",
        default="",
        choices=[SelectChoice(value=name, label=label) for name, label in NEARNESSES.items()],
    )
    order = OneOfField(
        "Order of the questions",
        default="",
        choices=[
            SelectChoice(value="", label="The same each time"),
            SelectChoice(value="shuffled", label="Shuffled for each attempt"),
        ],
    )
    minutes = NumberField(
        "Time limit, in minutes",
        least=1,
        most=LONGEST_MINUTES,
        wrong=f"Give 1 to {LONGEST_MINUTES} minutes, or leave it empty for no limit.",
        counts=_is_exam,
    )
    pass_mark = NumberField(
        "Pass mark, in percent of the points",
        default=USUAL_PASS_MARK,
        least=1,
        most=100,
        wrong="Give a whole number from 1 to 100.",
        counts=_is_exam,
    )
    seed = NumberField(
        "Seed",
        least=0,
        most=LARGEST_SEED,
        wrong=f"Give a whole number from 0 to {LARGEST_SEED}, or leave it empty.",
    )
    for_me = BooleanField("Fit the questions to what I know", default=True)
    name = StringField("Name", validators=[Length(max=100, message="Use at most 100 letters.")])
    token = HiddenField(validators=[Length(max=64)])
    fix = NumberField("A seed to go on with", least=0, most=LARGEST_SEED, wrong="Give a seed.")
    start = SubmitField("Start quiz")
    count = SubmitField("Update")
    preview = SubmitField("Preview")
    keep = SubmitField("Save this quiz")

    def offer(self, catalogue: Catalogue) -> None:
        """Fill the choices, and offer the techniques and pairs listed to be taken out."""
        super().offer(catalogue)
        found = ((value, catalogue.find(value)) for value in self.techniques.data or ())
        self.techniques.offer(
            {id_: f"{catalogue.display_name(t)} ({id_})" for id_, t in found if t}, NOT_TAUGHT
        )
        read = ((value, Pair.read(value, catalogue)) for value in self.pairs.data or ())
        self.pairs.offer({text: pair_name(p, catalogue) for text, p in read if p}, NOT_TAUGHT)
        if self.length.data not in LENGTHS and 1 <= (self.length.data or 0) <= LONGEST:
            self.number.data, self.length.data = self.length.data, OTHER
        self.length.choices = [
            *(SelectChoice(value=str(length), label=str(length)) for length in LENGTHS),
            SelectChoice(value=str(OTHER), label="Another number"),
            SelectChoice(value="0", label="Until I stop"),
        ]

    def fill(self, setup: Setup, catalogue: Catalogue) -> None:
        """Fill the form with a setup, and give it a token of its own."""
        self.mode.data = str(setup.mode)
        self.length.data = setup.length or 0
        self.answers.data = str(setup.answers)
        self.nearness.data = setup.nearness_name
        self.order.data = "shuffled" if setup.shuffled else ""
        self.minutes.data = setup.minutes
        self.pass_mark.data = setup.pass_mark
        self.seed.data = setup.seed
        self.for_me.data = setup.for_me
        self.pairs.data = list(setup.pairs)
        self.choose(setup.scope, catalogue)
        self.token.data = secrets.token_urlsafe(16)

    def validate_length(self, field: OneOfField) -> None:
        """Refuse an exam without an end."""
        if field.data == 0 and _is_exam(self):
            raise StopValidation("An exam has an end: choose how many questions it asks.")

    def validate_number(self, field: NumberField) -> None:
        """Refuse another number that was not given."""
        if field.data is None and self.length.data == OTHER:
            raise StopValidation(field.wrong)

    @property
    def setup(self) -> Setup:
        """What is chosen; what another mode has no use for does not count."""
        exam, mapping = _is_exam(self), self.mode.data == Mode.MAPPING
        length = self.number.data if self.length.data == OTHER else self.length.data
        return Setup(
            scope=replace(self.scope, kinds=()) if mapping else self.scope,
            mode=Mode(self.mode.data),
            length=length or None,
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
        return token_of(f"{token} {self.setup.query}")


def pair_name(pair: Pair, catalogue: Catalogue) -> str:
    """Name the two techniques of a pair."""
    return " and ".join(
        f"{catalogue.display_name(t)} ({t.attack_id})" for t in (pair.one, pair.other)
    )
