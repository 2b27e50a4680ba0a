"""Numbers in addresses: none is larger than what a row can have."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1
"""What a row's number or place is at most, on PostgreSQL."""


class RowNumber(IntegerConverter):
    """A whole number that a row can have; where it is larger, there is nothing at the address."""

    def __init__(self, map: Map, **given: Any) -> None:  # noqa: A002 - as Werkzeug names it
        super().__init__(map, **{"max": LARGEST, **given})


def init_app(app: Flask) -> None:
    """Have every number in an address be one of these; before any rule is added."""
    app.url_map.converters["int"] = RowNumber
