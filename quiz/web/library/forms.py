"""What the library can be narrowed down by."""

from flask_wtf import FlaskForm
from wtforms import SearchField, SelectField

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
        self.tactics.choices = [(ANY, "Any tactic"), *((t.short_name, t.name) for t in tactics)]
        platforms = sorted(catalogue.platforms(domain))
        self.platforms.choices = [(ANY, "Any platform"), *((p, p) for p in platforms)]
        levels = [(str(level), level.capitalize()) for level in Level if level != Level.UNRATED]
        self.difficulties.choices = [
            (ANY, "Any difficulty"),
            *levels,
            (str(Level.UNRATED), "Not rated"),
        ]
        for field in (self.tactics, self.platforms, self.difficulties):
            if field.data not in dict(field.choices):
                field.data = ANY

    def scope(self, domain: str | None) -> Scope:
        """The techniques of a domain that the filters leave."""
        return Scope.from_lists(
            {
                "domains": [domain or ""],
                "tactics": [self.tactics.data],
                "platforms": [self.platforms.data],
                "difficulties": [self.difficulties.data],
            }
        )

    @property
    def narrowed(self) -> bool:
        """Whether any of the filters is set."""
        return bool(self.tactics.data or self.platforms.data or self.difficulties.data)
