"""A process that is killed in mid-answer has kept every answer that it acknowledged, once."""

import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from quiz.db.base import begin_writing
from quiz.db.models import Learner, Review
from quiz.services import log
from tests import factories

ROOT = Path(__file__).resolve().parents[2]
ACKNOWLEDGED = 12

RATE_FOR_EVER = """
import sys
from datetime import timedelta

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from quiz.db.base import begin_writing, configure_engine
from quiz.db.models import Learner
from quiz.services import study
from tests import factories

engine = create_engine(sys.argv[1])
configure_engine(engine)
catalogue, now = factories.catalogue(), factories.NOON
while True:
    with Session(engine, expire_on_commit=False) as session:
        learner = session.scalars(select(Learner)).one()
        served = study.next_card(session, learner, catalogue, now=now)
        begin_writing(session)
        study.rate(
            session, learner, catalogue, served.key, 3,
            sequence=served.sequence, duration_ms=0, now=now,
        )
        session.commit()
    print(served.key, served.sequence, flush=True)
    now += timedelta(hours=7)
"""


def test_every_acknowledged_rating_survives_a_kill_once(sqlite: Engine) -> None:
    with Session(sqlite) as session:
        begin_writing(session)
        factories.learner(session)
        session.commit()
    process = subprocess.Popen(
        [sys.executable, "-c", RATE_FOR_EVER, str(sqlite.url)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        acknowledged = [process.stdout.readline().split() for _ in range(ACKNOWLEDGED)]
        process.send_signal(signal.SIGKILL)
        acknowledged += [line.split() for line in process.stdout if line.endswith("\n")]
    with Session(sqlite) as session:
        begin_writing(session)
        logged = session.execute(select(Review.card_key, Review.sequence).order_by(Review.id)).all()
        # One more may have been committed without the word getting out.
        assert [[key, str(sequence)] for key, sequence in logged][: len(acknowledged)] == (
            acknowledged
        )
        assert len(logged) <= len(acknowledged) + 1
        learner = session.scalars(select(Learner)).one()
        assert log.rebuild(session, learner) == []
        assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
