"""Fitting weights while pages go on being served: one learner at a time, in a thread of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from threading import Lock, Thread

from flask import Flask

from quiz.db.base import begin_writing, db
from quiz.db.models import Learner
from quiz.services import fits

log = logging.getLogger(__name__)

EVERY = 25
"""At each of so many ratings it is looked whether weights are to be fitted."""


class FitJob:
    """The fitting that is under way. A restart forgets it: nothing is half written."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._thread: Thread | None = None
        self._failed: set[int] = set()
        # For each learner, from which review on it was too early, and for how many.
        self._too_early: dict[int, tuple[int, int]] = {}
        self.learner_id: int | None = None

    def rated(self, app: Flask, learner_id: int, review_id: int) -> None:
        """Look in the background whether weights are to be fitted, at some of the ratings.

        The number of the review says at which: it goes on after a restart, and in another
        process. No query is made here, and none there for as long as it is too early.
        """
        since, lacking = self._too_early.get(learner_id, (review_id, 0))
        if review_id % EVERY == 0 and not since < review_id < since + lacking:
            self.start(app, learner_id, review_id)

    def start(self, app: Flask, learner_id: int, review_id: int | None = None) -> bool:
        """Fit in the background where enough was reviewed; no where a fit is under way."""
        with self._lock:
            if self.learner_id is not None:
                return False
            thread = Thread(
                target=self._run, args=(app, learner_id, review_id), name="fit", daemon=True
            )
            self._failed.discard(learner_id)
            self.learner_id = learner_id
            try:
                thread.start()
            except BaseException:
                self.learner_id = None
                raise
            self._thread = thread
        return True

    def is_running_for(self, learner_id: int) -> bool:
        """Tell whether weights are being fitted for a learner."""
        return self.learner_id == learner_id

    def has_failed_for(self, learner_id: int) -> bool:
        """Tell whether the last fit for a learner ended with an error."""
        return learner_id in self._failed

    def join(self) -> None:
        """Wait for what is under way."""
        if self._thread:
            self._thread.join()

    def _run(self, app: Flask, learner_id: int, review_id: int | None) -> None:
        try:
            with app.app_context():
                lacking = _fit(app.config["NOW"], learner_id)
            if review_id is not None:
                self._too_early[learner_id] = (review_id, lacking)
        except Exception:  # a thread that dies in silence would leave the page waiting
            log.exception("fitting weights")
            self._failed.add(learner_id)
        finally:
            self.learner_id = None


def _fit(clock: Callable[[], datetime], learner_id: int) -> int:
    """Fit weights where that is due; returns how many reviews have to come before it is."""
    learner = db.session.get(Learner, learner_id)
    if learner is None or fits.waiting(db.session, learner):
        return 0
    if lacking := fits.standing(db.session, learner).lacking:
        return lacking
    gathered = fits.gather(db.session, learner, pause=db.session.commit)
    worked = fits.fit_to(gathered) if gathered else None
    if worked is not None:
        now = clock()
        begin_writing(db.session)
        fits.keep(db.session, learner, worked, now=now)
        db.session.commit()
    return 0
