"""What statistics can be narrowed down by."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField

from quiz.content.catalogue import Catalogue, domain_name
from quiz.questions.kinds import KINDS
from quiz.questions.scope import Scope, tactic_in

ANY = ""


class FilterForm(FlaskForm):
    """A tactic and a kind of question, sent by GET and named as in a scope."""

    class Meta:
        """Reading changes nothing, so there is nothing to protect."""

        csrf = False

    tactics = SelectField("Tactic", validate_choice=False)
    kinds = SelectField("Kind of question", validate_choice=False)

    @classmethod
    def of(cls, scope: Scope, catalogue: Catalogue) -> FilterForm:
        """Offer what a catalogue has; what a scope has of it is chosen."""
        several = len(catalogue.domains) > 1
        form = cls(formdata=None)
        form.tactics.choices = [
            SelectChoice(value=ANY, label="Any tactic"),
            *(
                SelectChoice(
                    value=tactic_in(domain, tactic.short_name) if several else tactic.short_name,
                    label=f"{tactic.name} ({domain_name(domain)})" if several else tactic.name,
                )
                for domain in catalogue.domains
                for tactic in catalogue.tactics(domain)
            ),
        ]
        form.kinds.choices = [
            SelectChoice(value=ANY, label="Any kind"),
            *(SelectChoice(value=k.slug, label=k.title) for k in KINDS.values() if k.flashcard),
        ]
        form.tactics.data = next(iter(scope.tactics), ANY)
        form.kinds.data = next(iter(scope.kinds), ANY)
        return form
