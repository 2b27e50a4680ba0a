"""What custom study is asked for with, and how an address carries it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectChoice, SelectField
from wtforms.validators import InputRequired, NumberRange

from quiz.questions.scope import Scope
from quiz.services.custom import MOST_CARDS, MOST_DAYS, Order, Which, Wish

WHICH = {
    Which.FORGOTTEN: "Forgotten lately",
    Which.AHEAD: "Due soon, ahead of time",
    Which.MET: "All that I have met",
    Which.ALL: "All, also what I have not met yet",
}
ORDERS = {Order.RANDOM: "At random", Order.LEAST: "Least remembered first"}
LENGTHS = (10, 20, 50, 100)
USUAL_DAYS, USUAL_LENGTH = 7, 20
EVERYTHING, THIS = "", "this"
LARGEST_SEED = 2**32


class CustomForm(FlaskForm):
    """Which cards, of what, how many, in which order; sent by GET."""

    class Meta:
        """Reading changes nothing, so there is nothing to protect."""

        csrf = False

    which = RadioField(
        "Cards",
        default=Which.FORGOTTEN,
        choices=[SelectChoice(value=str(which), label=label) for which, label in WHICH.items()],
    )
    days = IntegerField(
        "Days",
        default=USUAL_DAYS,
        validators=[
            InputRequired("Give a number of days."),
            NumberRange(1, MOST_DAYS, f"Choose from 1 to {MOST_DAYS} days."),
        ],
        render_kw={"min": 1, "max": MOST_DAYS},
    )
    deck = SelectField("Out of", default=EVERYTHING)
    most = SelectField(
        "At most",
        coerce=int,
        default=USUAL_LENGTH,
        choices=[SelectChoice(value=str(length), label=f"{length} cards") for length in LENGTHS],
    )
    order = RadioField(
        "Order",
        default=Order.RANDOM,
        choices=[SelectChoice(value=str(order), label=label) for order, label in ORDERS.items()],
    )

    def offer(self, decks: Mapping[int, str], here: str) -> None:
        """Offer the decks, by id, and the selection that the page came with, if any."""
        self.deck.choices = [
            SelectChoice(value=EVERYTHING, label="Everything"),
            *([SelectChoice(value=THIS, label=here)] if here else []),
            *(SelectChoice(value=str(id_), label=name) for id_, name in decks.items()),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A way through some cards: what was wished, and where it is, as an address has them.

    ``round`` are the places, from 1, of the cards gone through, empty for all; ``place``
    counts within them from 1; ``missed`` are the places of those not known.
    """

    wish: Wish
    place: int = 1
    round: tuple[int, ...] = ()
    missed: tuple[int, ...] = ()

    @classmethod
    def of(cls, args: Mapping[str, str], scope: Scope) -> Walk | None:
        """Read a way from a query string; None where it is not whole."""
        try:
            wish = Wish(
                which=Which(args["which"]),
                days=_within(args["days"], 1, MOST_DAYS),
                most=_within(args["most"], 1, MOST_CARDS),
                order=Order(args["order"]),
                seed=_within(args["seed"], 0, LARGEST_SEED),
                at=datetime.fromtimestamp(int(args["at"]), UTC),
                scope=scope,
            )
            return cls(
                wish=wish,
                place=_within(args.get("place", "1"), 1, MOST_CARDS),
                round=_places(args.get("round", "")),
                missed=_places(args.get("missed", "")),
            )
        except (KeyError, ValueError, OverflowError, OSError):
            return None

    @property
    def values(self) -> dict[str, str | int]:
        """The way as a query string's values, without the scope."""
        wish = self.wish
        return {
            "which": str(wish.which),
            "days": wish.days,
            "most": wish.most,
            "order": str(wish.order),
            "seed": wish.seed,
            "at": int(wish.at.timestamp()),
            "place": self.place,
            **({"round": _joined(self.round)} if self.round else {}),
            **({"missed": _joined(self.missed)} if self.missed else {}),
        }

    def places(self, cards: int) -> tuple[int, ...]:
        """The places gone through, of so many cards there are."""
        return tuple(p for p in self.round if p <= cards) or tuple(range(1, cards + 1))


def _within(text: str, least: int, most: int) -> int:
    number = int(text)
    if not least <= number <= most:
        raise ValueError(text)
    return number


def _places(text: str) -> tuple[int, ...]:
    found = dict.fromkeys(_within(part, 1, MOST_CARDS) for part in text.split(".") if part)
    return tuple(found)


def _joined(places: Sequence[int]) -> str:
    return ".".join(map(str, places))
