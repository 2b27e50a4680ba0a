"""Everything of a learner, out as an archive and back in, with nothing lost on the way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from gzip import GzipFile
from os import fsync
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, insert, inspect, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import Executable

from quiz.db import queries, quiz_queries
from quiz.db.archive_schema import (
    ARCHIVED,
    NUMBERED,
    REFERENCES,
    columns,
    from_json,
    schema,
    to_json,
    type_of,
)
from quiz.db.base import Base
from quiz.db.models import (
    Attempt,
    AttemptQuestion,
    Card,
    DaySummary,
    Fit,
    Flag,
    Learner,
    Review,
    SchedulerParameters,
)
from quiz.exports.archive import BadArchive, Row, Validate, read, validator, write
from quiz.learning import fitting
from quiz.learning.parameters import KNOWN, Parameters
from quiz.learning.scheduling import MemoryState
from quiz.questions.base import Question
from quiz.services import learners, log, parameters
from quiz.services.errors import Refused

A_BATCH = 500
OWNED = tuple(model for model in ARCHIVED if model not in {Learner, SchedulerParameters})


class NotEmpty(Refused):
    """The learner has progress already, which reading an archive in would replace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What an archive brought: rows by type, and the cards whose rows differed from their log."""

    rows: Mapping[str, int]
    differences: tuple[log.Difference, ...]


def rows(
    session: Session, learner: Learner, *, with_open: bool = True
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give everything that a learner owns, as an archive has it, the same for the same data.

    Quizzes that are open can be left out, with what was said of their questions: these are
    frozen with their keys.
    """
    numbers: dict[type[Base], dict[int, int]] = {model: {} for model in NUMBERED}
    for model in ARCHIVED:
        query = _all_of(model, learner, with_open=with_open)
        for values in session.execute(query, execution_options=_STREAMED):
            row = {c.name: to_json(v) for c, v in zip(columns(model), values, strict=True)}
            if model in NUMBERED:
                row["id"] = numbers[model].setdefault(row["id"], len(numbers[model]) + 1)
            for name, other in REFERENCES.items():
                if row.get(name) is not None:
                    row[name] = numbers[other][row[name]]
            yield type_of(model), row


def save(session: Session, learner: Learner, path: Path, *, now: datetime) -> None:
    """Write a learner's archive to a file, compressed, whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".archive-", delete=False) as file:
        try:
            pack(session, learner, file, now=now)
            file.flush()
            fsync(file.fileno())
        except BaseException:
            Path(file.name).unlink()
            raise
    Path(file.name).replace(path)


def pack(
    session: Session,
    learner: Learner,
    stream: IO[bytes],
    *,
    now: datetime,
    with_open: bool = True,
) -> None:
    """Write a learner's archive into a stream, compressed; see :func:`rows`."""
    with GzipFile(fileobj=stream, mode="wb", filename="", mtime=0) as packed:
        packed.writelines(write(rows(session, learner, with_open=with_open), to_json(now)))


def path_of_copy(instance: Path, now: datetime) -> Path:
    """Name the file that keeps what an archive takes the place of."""
    return instance / "archives" / f"before-import-{now:%Y%m%d-%H%M%S-%f}.jsonl.gz"


def is_empty(session: Session, learner: Learner) -> bool:
    """Tell whether a learner has nothing that reading an archive in would replace."""
    return not any(session.scalars(queries.owns_any(m, learner.id)).one() for m in OWNED)


def restore(session: Session, learner: Learner, stream: IO[bytes], *, replace: bool) -> Restored:
    """Read an archive into a learner, in the place of what there is where ``replace`` says so.

    Raises NotEmpty, and BadArchive, which names the line: then roll back, and everything is
    as it was. Cards are worked out from the log; where a row said otherwise, the log is right.
    """
    learners.lock(session, learner)
    if not replace and not is_empty(session, learner):
        raise NotEmpty(
            "You have progress here already. To put the archive in its place, say so:"
            " a copy of what is here is kept."
        )
    session.execute(delete(DaySummary).where(DaySummary.learner_id == learner.id))
    for model in reversed(OWNED):
        session.execute(delete(model).where(model.learner_id == learner.id))  # type: ignore[attr-defined]
    reading = _Reading(session, learner)
    for number, type_, row in read(stream, _validators()):
        reading.take(number, type_, row)
    counts = reading.finish()
    session.expire_all()
    session.refresh(learner)
    return Restored(rows=counts, differences=tuple(log.rebuild(session, learner)))


class _Reading:
    """An archive under way: rows waiting to be written together, and numbers to be looked up."""

    def __init__(self, session: Session, learner: Learner) -> None:
        self._session = session
        self._learner = learner
        self._ids: dict[type[Base], dict[int, int]] = defaultdict(dict)
        self._waiting: list[tuple[int, Row]] = []
        self._model: type[Base] = ARCHIVED[0]
        self._counts: Counter[str] = Counter()
        self._sequences: dict[int, int] = {}
        self._versions = set(KNOWN)

    def take(self, number: int, type_: str, row: Row) -> None:
        """Take a row in the order that archives have."""
        model = _models()[type_]
        if model is not self._model:
            if ARCHIVED.index(model) < ARCHIVED.index(self._model):
                raise _bad(number, f"a {type_} comes too late")
            self._write()
            self._model = model
        self._counts[type_] += 1
        if model is Learner:
            self._set_learner(number, self._values(number, row))
        else:
            self._waiting.append((number, row))
            if len(self._waiting) == A_BATCH:
                self._write()

    def finish(self) -> dict[str, int]:
        """Write what waits, check what only the whole can tell, and give the counts."""
        self._write()
        if self._counts[type_of(Learner)] != 1:
            raise BadArchive("The archive does not say whose it is. Take another copy.")
        entries = dict(self._session.execute(queries.card_entries(self._learner.id)).all())
        for card, count in entries.items():
            if self._sequences.get(card, 0) != count:
                raise BadArchive("Reviews of a card are missing. Take another copy of the archive.")
        return dict(self._counts)

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        own_numbers = [row.get("id") for _, row in waiting]
        values = [self._values(number, row) for number, row in waiting]
        if self._model is SchedulerParameters:
            self._keep_parameters(waiting)
            return
        table = self._model.__table__
        query: Executable = insert(self._model)
        if self._model not in NUMBERED:
            self._session.execute(query, values)
            return
        returning = insert(self._model).returning(table.c.id, sort_by_parameter_order=True)
        new = self._session.scalars(returning, values).all()
        for (number, _), own, id_ in zip(waiting, own_numbers, new, strict=True):
            if self._ids[self._model].setdefault(own or 0, id_) != id_:
                raise _bad(number, f"there are two with the number {own}")

    def _values(self, number: int, row: Row) -> dict[str, Any]:
        """Read a row's values, check what their schema cannot, and set what refers to others."""
        try:
            values = {
                c.name: from_json(c, row[c.name]) for c in columns(self._model) if c.name in row
            }
            _check(self._model, values)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _bad(number, f"{type_of(self._model)}: {error}") from None
        for name, other in REFERENCES.items():
            if values.get(name) is not None:
                if values[name] not in self._ids[other]:
                    raise _bad(number, f"{name} {values[name]} was not there before")
                values[name] = self._ids[other][values[name]]
        if self._model is Review:
            self._follow_sequence(number, values)
        if self._model is not Learner:
            values.pop("id", None)
            values["learner_id"] = self._learner.id
        return values

    def _follow_sequence(self, number: int, values: Mapping[str, Any]) -> None:
        """Check that a card's reviews come one after another, by parameters that are known."""
        card, sequence = values["card_id"], values["sequence"]
        if sequence != self._sequences.get(card, 0) + 1:
            raise _bad(number, f"the card's review {sequence} is out of its order")
        if values["parameters_version"] not in self._versions:
            raise _bad(number, f"parameters {values['parameters_version']!r} are not there")
        self._sequences[card] = sequence

    def _keep_parameters(self, waiting: Iterable[tuple[int, Row]]) -> None:
        for number, row in waiting:
            content = Parameters.from_dict(row["content"])
            if content.version != row["version"]:
                raise _bad(number, "the parameters are not those that their version names")
            made = datetime.fromisoformat(row["created_at"])
            self._versions.add(parameters.keep(self._session, content, now=made))

    def _set_learner(self, number: int, values: dict[str, Any]) -> None:
        if values.get("parameters_version") not in {None, *self._versions}:
            raise _bad(number, "the learner's parameters are not there")
        changed = update(Learner).where(Learner.id == self._learner.id)
        self._session.execute(changed.values(**values))


def _check(model: type[Base], values: Mapping[str, Any]) -> None:
    """Raise an error, of many kinds, where a value would break a page later."""
    if model in {AttemptQuestion, Flag}:
        Question.from_dict(values["question"])
    elif model is Review:
        MemoryState.from_dict(values["before"])
        MemoryState.from_dict(values["after"])
        ZoneInfo(values["time_zone"])
    elif model is Learner:
        ZoneInfo(values["time_zone"])
    elif model is SchedulerParameters:
        found = Parameters.from_dict(values["content"])
        found.check()
        fitting.check(found.weights)
    elif model is Fit and values.get("weights") is not None:
        fitting.check(values["weights"])
    elif model is Card and values["key"] != f"{values['stix_id']}/{values['kind']}":
        raise ValueError(f"key {values['key']!r} is not its technique and kind")


def _bad(number: int, said: str) -> BadArchive:
    return BadArchive(f"line {number}: {said}. The file was changed: take another copy.")


_STREAMED = {"yield_per": A_BATCH}


def _all_of(model: type[Base], learner: Learner, *, with_open: bool) -> Executable:
    table = model.__table__
    query = select(*columns(model))
    if model is Learner:
        return query.where(table.c.id == learner.id)
    if model is SchedulerParameters:
        return query.where(table.c.version.in_(queries.versions_used(learner.id))).order_by(
            table.c.version
        )
    query = query.where(table.c.learner_id == learner.id)
    if not with_open and model in _LEFT_OUT_WHILE_OPEN:
        query = query.where(_LEFT_OUT_WHILE_OPEN[model](learner.id))
    if model is Review:
        return query.order_by(table.c.card_id, table.c.sequence)
    return query.order_by(*inspect(model).primary_key)


_LEFT_OUT_WHILE_OPEN: Mapping[type[Base], Callable[[int], ColumnElement[bool]]] = {
    Attempt: lambda id_: Attempt.id.not_in(quiz_queries.open_attempts(id_)),
    AttemptQuestion: lambda id_: AttemptQuestion.attempt_id.not_in(quiz_queries.open_attempts(id_)),
    Flag: lambda id_: or_(
        Flag.attempt_question_id.is_(None),
        Flag.attempt_question_id.not_in(quiz_queries.open_questions(id_)),
    ),
}


@cache
def _models() -> Mapping[str, type[Base]]:
    return {type_of(model): model for model in ARCHIVED}


@cache
def _validators() -> Mapping[str, Validate]:
    return {type_of(model): validator(schema(model)) for model in ARCHIVED}
