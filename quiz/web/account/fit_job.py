"""Fitting weights while pages go on being served: one learner at a time, in a thread of its own."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from threading import Lock, Thread

from flask import Flask

from quiz.db.base import begin_writing, db
from quiz.db.models import Learner
from quiz.services import fits

log = logging.getLogger(__name__)

EVERY = 25
"""After how many ratings it is looked whether weights are to be fitted."""


class FitJob:
    """The fitting that is under way. A restart forgets it: nothing is half written."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ratings: Counter[int] = Counter()
        self._thread: Thread | None = None
        self.learner_id: int | None = None

    def rated(self, app: Flask, learner_id: int) -> None:
        """Count a rating, and look in the background once there are some more."""
        with self._lock:
            self._ratings[learner_id] += 1
            look = self._ratings[learner_id] % EVERY == 0
        if look:
            self.start(app, learner_id)

    def start(self, app: Flask, learner_id: int) -> bool:
        """Fit in the background where enough was reviewed; no where a fit is under way."""
        with self._lock:
            if self.learner_id is not None:
                return False
            self.learner_id = learner_id
        self._thread = Thread(target=self._run, args=(app, learner_id), name="fit", daemon=True)
        self._thread.start()
        return True

    def is_running_for(self, learner_id: int) -> bool:
        """Tell whether weights are being fitted for a learner."""
        return self.learner_id == learner_id

    def join(self) -> None:
        """Wait for what is under way."""
        if self._thread:
            self._thread.join()

    def _run(self, app: Flask, learner_id: int) -> None:
        try:
            with app.app_context():
                _fit(app.config["NOW"], learner_id)
        except Exception:  # a thread that dies in silence would leave the page waiting
            log.exception("fitting weights")
        finally:
            self.learner_id = None


def _fit(clock: Callable[[], object], learner_id: int) -> None:
    learner = db.session.get(Learner, learner_id)
    found = fits.work_out(db.session, learner) if learner else None
    db.session.commit()
    if learner is None or found is None:
        return
    begin_writing(db.session)
    fits.keep(db.session, learner, found, now=clock())  # type: ignore[arg-type]
    db.session.commit()
