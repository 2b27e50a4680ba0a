"""The server's own note of what a page showed and when, carried by the page, signed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A card's front on a page: ``sequence`` is the review that rating it would be."""

    key: str
    sequence: int
    at: datetime

    def sign(self) -> str:
        """Write the note so that a page can carry it and nobody can change it."""
        moment = round(self.at.timestamp() * 1000)
        return _serializer().dumps([self.key, self.sequence, moment])

    @classmethod
    def read(cls, signed: str, key: str) -> "Shown | None":
        """Read a note back, or give None where it is not ours or is about another card."""
        try:
            about, sequence, moment = _serializer().loads(signed)
        except BadSignature:
            return None
        if about != key:
            return None
        return cls(key=key, sequence=sequence, at=datetime.fromtimestamp(moment / 1000, UTC))

    def milliseconds(self, until: datetime) -> int:
        """Count how long the card has been looked at; a clock set back counts as no time."""
        return max(0, (until - self.at) // timedelta(milliseconds=1))


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="study.shown")
