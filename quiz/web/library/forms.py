"""What the library can be narrowed down by."""

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import SearchField, SelectChoice, SelectField

from quiz.content.catalogue import Catalogue
from quiz.content.difficulty import Level
from quiz.content.search import LONGEST_QUERY
from quiz.questions.scope import Scope

ANY = ""


class FilterForm(FlaskForm):
    """A search and three filters, sent by GET; the filters are named as in a scope."""

    class Meta:
        """Reading changes nothing, so there is nothing to protect."""

        csrf = False

    q = SearchField("Search", render_kw={"maxlength": LONGEST_QUERY})
    tactics = SelectField("Tactic")
    platforms = SelectField("Platform")
    difficulties = SelectField("Difficulty to detect")

    def offer(self, catalogue: Catalogue, domain: str | None) -> None:
        """Fill the filters with what a domain has; a value it has not is as none."""
        tactics = catalogue.tactics(domain) if domain else ()
        self._fill(self.tactics, "Any tactic", ((t.short_name, t.name) for t in tactics))
        platforms = sorted(catalogue.platforms(domain))
        self._fill(self.platforms, "Any platform", ((name, name) for name in platforms))
        levels = [(str(level), level.capitalize()) for level in Level if level != Level.UNRATED]
        levels.append((str(Level.UNRATED), "Not rated"))
        self._fill(self.difficulties, "Any difficulty", levels)

    def _fill(self, field: SelectField, any_: str, values: Iterable[tuple[str, str]]) -> None:
        field.choices = [
            SelectChoice(value=value, label=label) for value, label in ((ANY, any_), *values)
        ]
        if field.data not in {choice.value for choice in field.choices}:
            field.data = ANY

    def scope(self, domain: str = ANY) -> Scope:
        """The techniques that the filters leave, of one domain or of all."""
        return Scope.from_lists(
            {
                "domains": [domain],
                "tactics": [self.tactics.data],
                "platforms": [self.platforms.data],
                "difficulties": [self.difficulties.data],
            }
        )

    @property
    def narrowed(self) -> bool:
        """Whether any of the filters is set."""
        return bool(self.tactics.data or self.platforms.data or self.difficulties.data)
