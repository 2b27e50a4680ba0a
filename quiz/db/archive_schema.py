"""What a row of each table looks like in an archive, worked out from the models."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, Float, Integer, String, Table
from sqlalchemy.types import TypeEngine

from quiz.db.base import Base, UtcDateTime
from quiz.db.models import (
    Attempt,
    AttemptQuestion,
    Break,
    Card,
    Fit,
    Flag,
    Learner,
    Review,
    SavedDeck,
    SavedQuiz,
    SchedulerParameters,
)

ARCHIVED: tuple[type[Base], ...] = (
    SchedulerParameters,
    Learner,
    Card,
    Review,
    Attempt,
    AttemptQuestion,
    Flag,
    Break,
    SavedDeck,
    SavedQuiz,
    Fit,
)
"""What an archive holds, each after what it refers to."""

REFERENCES = {"card_id": Card, "attempt_id": Attempt, "attempt_question_id": AttemptQuestion}
"""The columns that refer to another archived row, by its number in the archive."""

LEFT_OUT = frozenset({"learner_id", "local"})
"""Whose it is, the one who reads it in knows."""

NUMBERED = frozenset(REFERENCES.values())
"""The models whose rows have a number in the archive, from 1 on, for others to refer to."""

_TEXTS = {"type": "array", "items": {"type": "string"}}

# Where a number, a text or a list has narrower bounds than its column.
_BOUNDS: Mapping[str, Mapping[str, Any]] = {
    "review.rating": {"minimum": 0, "maximum": 4},
    "review.sequence": {"minimum": 1},
    "review.source": {"enum": ["card", "quiz"]},
    "review.predicted": {"minimum": 0, "maximum": 1},
    "learner.rollover_hour": {"minimum": 0, "maximum": 23},
    "learner.new_per_day": {"minimum": 0},
    "learner.reviews_per_day": {"minimum": 0},
    "learner.extended_to": {"minimum": 0},
    "learner.answering": {"enum": ["reveal", "choose", "type"]},
    "learner.new_order": {"enum": ["suggested", "tactic", "prevalence"]},
    "card.state": {"enum": ["new", "learning", "review", "relearning"]},
    "card.stability": {"exclusiveMinimum": 0},
    "card.difficulty": {"minimum": 1, "maximum": 10},
    "attempt_question.score": {"minimum": 0, "maximum": 1},
    "attempt_question.position": {"minimum": 1},
    "attempt_question.version": {"minimum": 0},
    "attempt_question.confidence": {"enum": ["sure", "fairly", "guess"]},
    "attempt.extended_s": {"minimum": 0},
    "learner.exam_time": {"minimum": 0, "maximum": 1000},
    "saved_deck.target": {"minimum": 0, "maximum": 1},
    "study_break.spread_days": {"minimum": 0},
    "review.chosen": _TEXTS,
    "attempt_question.chosen": _TEXTS,
    "card.old_answer": _TEXTS,
    "card.new_answer": _TEXTS,
    "fit.weights": {"type": "array", "items": {"type": "number"}},
}

# The first that fits counts: a big number is a number too.
_TYPES: Mapping[type[TypeEngine[Any]], dict[str, Any]] = {
    UtcDateTime: {"type": "string", "format": "date-time"},
    Date: {"type": "string", "format": "date"},
    Boolean: {"type": "boolean"},
    BigInteger: {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    Integer: {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    Float: {"type": "number"},
    JSON: {"type": "object"},
    String: {"type": "string"},
}


def type_of(model: type[Base]) -> str:
    """How an archive calls a model's rows: its table's name."""
    return cast(Table, model.__table__).name


@cache
def columns(model: type[Base]) -> tuple[Column[Any], ...]:
    """The columns of a model that an archive holds."""
    without = LEFT_OUT if model in NUMBERED else LEFT_OUT | {"id"}
    table = cast(Table, model.__table__)
    return tuple(c for c in table.columns if c.name not in without)


@cache
def schema(model: type[Base]) -> dict[str, Any]:
    """The JSON Schema, draft 7, of a model's row, without its type.

    What has a default, or may be empty, may be missing: it was so before the column was there.
    """
    found = columns(model)
    return {
        "type": "object",
        "properties": {column.name: _property(model, column) for column in found},
        "required": [
            c.name for c in found if not c.nullable and c.default is None and not c.server_default
        ],
        "additionalProperties": False,
    }


def whole_schema() -> dict[str, Any]:
    """The JSON Schema of any line of an archive, as docs/archive.schema.json publishes it."""
    lines = {type_of(model): _with_type(type_of(model), schema(model)) for model in ARCHIVED}
    whole = {"type": "integer", "minimum": 0}
    lines["archive"] = _with_type(
        "archive",
        {
            "type": "object",
            "properties": {
                "format": {"const": "tradecraft-learner"},
                "version": whole,
                "made_at": {"type": "string", "format": "date-time"},
            },
            "required": ["format", "version", "made_at"],
        },
    )
    lines["end"] = _with_type(
        "end", {"type": "object", "properties": {"rows": whole}, "required": ["rows"]}
    )
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A line of a Tradecraft archive of a learner",
        "definitions": lines,
        "oneOf": [{"$ref": f"#/definitions/{name}"} for name in lines],
    }


def _with_type(name: str, found: Mapping[str, Any]) -> dict[str, Any]:
    properties = {"type": {"const": name}, **found["properties"]}
    return {**found, "properties": properties, "required": ["type", *found["required"]]}


def to_json(value: Any) -> Any:
    """Write a column's value as JSON has it; moments in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value


def from_json(column: Column[Any], value: Any) -> Any:
    """Read a column's value back from what :func:`to_json` gave. Raises ValueError."""
    if value is None:
        return None
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    if isinstance(column.type, Integer):
        return int(value)
    if isinstance(column.type, Float):
        return float(value)
    return value


def _property(model: type[Base], column: Column[Any]) -> dict[str, Any]:
    found = _of_type(column.type)
    found.update(_BOUNDS.get(f"{type_of(model)}.{column.name}", {}))
    if column.nullable:
        found["type"] = [found["type"], "null"]
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    return found


def _of_type(type_: TypeEngine[Any]) -> dict[str, Any]:
    for class_, found in _TYPES.items():
        if isinstance(type_, class_):
            length = getattr(type_, "length", None)
            return {**found, **({"maxLength": length} if length else {})}
    raise TypeError(f"an archive cannot hold {type_!r}")
