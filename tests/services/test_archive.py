"""A learner goes out as an archive and comes back the same, or not at all."""

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.db.archive_schema import ARCHIVED, type_of, whole_schema
from quiz.db.models import (
    Attempt,
    Break,
    Card,
    Fit,
    Flag,
    Learner,
    Review,
    SavedDeck,
    SavedQuiz,
)
from quiz.exports import archive as lines
from quiz.exports.archive import BadArchive
from quiz.learning.parameters import STANDARD, WEIGHTS, Parameters
from quiz.learning.setup import Setup
from quiz.questions.scope import Scope
from quiz.services import archive, flags, log, parameters, starting, study, taking
from quiz.services.flags import Reason
from tests import factories
from tests.factories import NOON

DAY = timedelta(days=1)
ROOT = Path(__file__).resolve().parents[2]


def live(session: Session, learner: Learner, catalogue: Catalogue) -> None:
    """Have a learner do a little of everything."""
    random = Random(1)
    own = Parameters(weights=(*STANDARD.weights[:-1], 0.2), desired_retention=0.85)
    for day in range(6):
        at = NOON + day * DAY
        if day == 3:
            learner.parameters_version = parameters.keep(session, own, now=at)
            session.flush()
        for _ in range(6):
            served = study.next_card(session, learner, catalogue, now=at)
            if served is None:
                break
            study.rate(
                session,
                learner,
                catalogue,
                served.key,
                random.choice((1, 3, 3, 4)),
                sequence=served.sequence,
                duration_ms=1200,
                now=at,
            )
            at += timedelta(minutes=1)
    log.rebuild(session, learner)
    row = session.scalars(select(Card).where(Card.learner_id == learner.id)).first()
    assert row is not None
    row.note, row.marked_at, row.suspended_at = "Like a “parcel”\n— but worse", NOON, NOON
    undone = session.scalars(select(Review).where(Review.learner_id == learner.id)).all()[-1]
    undone.undone_at = NOON + 9 * DAY
    attempt = starting.start(
        session,
        learner,
        catalogue,
        setup=Setup(scope=Scope(), length=4),
        seed=3,
        token="t",
        now=NOON,
    )
    flags.flag_quiz_question(
        session, learner, attempt.id, 1, reason=Reason.WRONG, note="Is it?", now=NOON
    )
    learner.keys = {"undo": "z", "bury": ""}
    session.add_all(
        [
            Break(
                learner_id=learner.id,
                first_day=NOON.date(),
                last_day=NOON.date() + 3 * DAY,
                spread_days=4,
                created_at=NOON,
            ),
            SavedDeck(
                learner_id=learner.id,
                name="Mine",
                scope="tactics=arrival",
                created_at=NOON,
                until=NOON.date(),
                target=0.9,
                since=NOON.date(),
            ),
            SavedQuiz(
                learner_id=learner.id, name="Mine", setup="mode=exam&seed=7", created_at=NOON
            ),
            Fit(
                learner_id=learner.id,
                created_at=NOON,
                reviews=400,
                weights=list(own.weights),
                log_loss_before=0.4,
                log_loss_after=0.35,
                better=True,
            ),
            Fit(
                learner_id=learner.id,
                created_at=NOON + DAY,
                reviews=500,
                reason="every card was remembered",
                decided_at=NOON + DAY,
            ),
        ]
    )
    session.flush()
    log.rebuild(session, learner)


def packed(session: Session, learner: Learner, *, with_open: bool = True) -> bytes:
    stream = BytesIO()
    archive.pack(session, learner, stream, now=NOON, with_open=with_open)
    return stream.getvalue()


@pytest.fixture
def lived(session: Session, learner: Learner, catalogue: Catalogue) -> bytes:
    """The archive of a learner who did a little of everything."""
    live(session, learner, catalogue)
    return packed(session, learner)


def other(session: Session) -> Learner:
    return factories.learner(session, name="Grace", time_zone="Asia/Tokyo")


def rows(archived: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(archived).splitlines()]


def again(changed: list[dict[str, Any]]) -> BytesIO:
    """Write an archive's lines, changed by hand, and count them right."""
    if changed[-1]["type"] == "end":
        changed[-1]["rows"] = len(changed) - 2
    return BytesIO("".join(json.dumps(row) + "\n" for row in changed).encode())


def test_what_comes_back_is_what_went_out_to_the_byte(session: Session, lived: bytes) -> None:
    grace = other(session)
    restored = archive.restore(session, grace, BytesIO(lived), replace=False)
    assert restored.differences == ()
    assert packed(session, grace) == lived
    assert (grace.name, grace.time_zone) == ("Ada", "UTC")
    assert set(restored.rows) == {type_of(model) for model in ARCHIVED}


def test_open_quizzes_can_be_left_out_with_what_was_said_of_them(
    session: Session, learner: Learner, catalogue: Catalogue, lived: bytes
) -> None:
    without = rows(packed(session, learner, with_open=False))
    about_quizzes = {"attempt", "attempt_question", "flag"}
    assert without[:-1] == [row for row in rows(lived)[:-1] if row["type"] not in about_quizzes]
    grace = other(session)
    assert archive.restore(session, grace, again(without), replace=False).differences == ()
    attempt = session.scalars(select(Attempt).where(Attempt.learner_id == learner.id)).one()
    taking.finish(session, learner, attempt.id, now=NOON)
    assert packed(session, learner, with_open=False) == packed(session, learner)


def test_it_can_be_unpacked_and_read_too(session: Session, lived: bytes) -> None:
    grace = other(session)
    archive.restore(session, grace, BytesIO(gzip.decompress(lived)), replace=False)
    assert packed(session, grace) == lived


def test_it_takes_the_place_of_what_is_there_only_where_that_is_said(
    session: Session, learner: Learner, lived: bytes
) -> None:
    with pytest.raises(archive.NotEmpty, match="progress here already"):
        archive.restore(session, learner, BytesIO(lived), replace=False)
    archive.restore(session, learner, BytesIO(lived), replace=True)
    assert packed(session, learner) == lived


def test_other_learners_are_neither_in_it_nor_touched_by_it(
    session: Session, learner: Learner, catalogue: Catalogue, lived: bytes
) -> None:
    grace = other(session)
    live_before = packed(session, learner)
    archive.restore(session, grace, BytesIO(lived), replace=False)
    archive.restore(session, grace, BytesIO(packed(session, other(session))), replace=True)
    assert packed(session, learner) == live_before
    assert archive.is_empty(session, grace)


def test_where_a_card_is_not_what_its_log_says_the_log_is_right(
    session: Session, lived: bytes
) -> None:
    changed = rows(lived)
    card = next(row for row in changed if row["type"] == "card" and row["reviews"])
    card["stability"], card["lapses"] = 999.0, 7
    grace = other(session)
    restored = archive.restore(session, grace, again(changed), replace=False)
    assert [difference.key for difference in restored.differences] == [card["key"]]
    assert packed(session, grace) == lived


Change = Callable[[list[dict[str, Any]]], object]


def _first(changed: list[dict[str, Any]], type_: str) -> dict[str, Any]:
    return next(row for row in changed if row["type"] == type_)


def _without(type_: str) -> Change:
    return lambda found: found.remove(_first(found, type_))


def _setting(type_: str, **values: Any) -> Change:
    return lambda found: _first(found, type_).update(values)


def _scheduling_by(**values: Any) -> Change:
    """Have parameters that their version names, but that no date can be worked out by."""
    wrong = Parameters(**values)
    return _setting("scheduler_parameters", version=wrong.version, content=wrong.to_dict())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda found: found.pop(), "ends without its last line"),
        (lambda found: found[-1].update(rows=3, type="END"), "nothing here is called 'END'"),
        (lambda found: found.append({"type": "end", "rows": 0}), "rows were written, but|follows"),
        (lambda found: found.pop(0), "line 1: this is no archive"),
        (_setting("archive", version=2), "line 1: the archive has version 2"),
        (_without("learner"), "does not say whose"),
        (_without("review"), "out of its order|was not there|are missing"),
        (_without("card"), "card_id 1 was not there before"),
        (_without("attempt"), "attempt_id 1 was not there before"),
        (_setting("review", rating=5), r"line \d+: review: rating must be smaller"),
        (_setting("review", rating="3"), r"line \d+: review: rating must be integer"),
        (_setting("review", reviewed_at="yesterday"), r"reviewed_at must be date-time"),
        (_setting("review", surprise=1), "must not contain"),
        (_setting("review", before={"state": "odd"}), r"line \d+: review"),
        (_setting("review", parameters_version="own-x"), "parameters 'own-x' are not there"),
        (_setting("review", time_zone="Mars/Base"), "Mars"),
        (_setting("learner", time_zone="Mars/Base"), "Mars"),
        (_setting("learner", parameters_version="own-x"), "parameters are not there"),
        (_setting("learner", name=None), "name must be string"),
        (_setting("scheduler_parameters", content={"fuzz": False}), "not those that their version"),
        (_scheduling_by(weights=WEIGHTS[:20]), r"line 2: scheduler_parameters: .*21 weights"),
        (_scheduling_by(weights=(500.0, *WEIGHTS[1:])), "weight 1 is from 0.001 to 100"),
        (_scheduling_by(weights=("x", *WEIGHTS[1:])), r"line 2: scheduler_parameters"),
        (_scheduling_by(desired_retention=0.3), "desired_retention is from 0.7 to 0.99"),
        (_scheduling_by(maximum_interval=0), "maximum_interval is from 1 to 36500"),
        (_scheduling_by(learning_steps=(60, -5)), "steps are whole seconds, from 1 to 86400"),
        (_setting("attempt_question", question={}), r"line \d+: attempt_question"),
        (_setting("card", key="elsewhere/tactic"), "is not its technique and kind"),
        (_setting("fit", weights=[0.5, 0.6]), "21 weights"),
        (_setting("card", stability=0), "stability must be bigger"),
    ],
)
def test_an_archive_that_is_wrong_is_refused_by_line(
    session: Session, lived: bytes, change: Change, said: str
) -> None:
    changed = rows(lived)
    change(changed)
    with pytest.raises(BadArchive, match=said):
        archive.restore(session, other(session), again(changed), replace=False)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b"hello\n", "line 1: this is not JSON"),
        (b"[1]\n", "line 1: an object is expected"),
        (b"\x1f\x8b\x08\x00broken", "ends too early or is damaged"),
        (b'{"type":"archive","format":"other"}\n', "no archive of a learner"),
        (b"x" * (lines.LONGEST_LINE + 5), "longer than a row can be"),
        (b'{"a": NaN}', "not JSON"),
    ],
)
def test_what_is_no_archive_is_refused(session: Session, content: bytes, said: str) -> None:
    with pytest.raises(BadArchive, match=said):
        archive.restore(session, other(session), BytesIO(content), replace=False)


def test_a_file_cut_anywhere_is_refused(session: Session, lived: bytes) -> None:
    grace = other(session)
    session.commit()
    plain = gzip.decompress(lived)
    for end in range(1, 12):
        for content in (lived[: len(lived) * end // 12], plain[: len(plain) * end // 12]):
            with pytest.raises(BadArchive):
                archive.restore(session, grace, BytesIO(content), replace=False)
            session.rollback()
    assert archive.is_empty(session, grace)


def test_a_file_is_written_whole_or_not_at_all(
    session: Session, learner: Learner, lived: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "deep" / "kept.jsonl.gz"
    archive.save(session, learner, path, now=NOON)
    assert path.read_bytes() == lived
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_the_published_schema_is_the_one_that_is_checked_and_fits_an_archive(
    lived: bytes,
) -> None:
    published = json.loads((ROOT / "docs" / "archive.schema.json").read_text(encoding="utf-8"))
    assert published == whole_schema()
    fits = lines.validator(published)
    for row in rows(lived):
        fits(row)


def test_flags_keep_the_question_they_are_about(session: Session, lived: bytes) -> None:
    grace = other(session)
    archive.restore(session, grace, BytesIO(lived), replace=False)
    flag = session.scalars(select(Flag).where(Flag.learner_id == grace.id)).one()
    assert flag.attempt_question_id is not None
