"""An import under way while pages go on being served: one at a time, in a thread of its own."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock, Thread

from quiz.services.releases import TROUBLE, why

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far an import is, or how it ended: then ``said`` is not empty.

    ``come`` of ``all`` bytes were fetched, where any are and their number is known.
    """

    what: str = ""
    step: str = ""
    come: int = 0
    all: int = 0
    said: str = ""
    failed: bool = False

    @property
    def running(self) -> bool:
        """Whether it is under way."""
        return bool(self.what) and not self.said


class ImportJob:
    """The import that is under way, or the last one since the app started.

    A restart forgets it: an import that it met changed nothing.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self.state = State()

    def start(self, what: str, run: Callable[["ImportJob"], str]) -> bool:
        """Begin an import in the background; no where another is under way.

        ``run`` returns what there is to say once it is done, and raises what
        getting and importing raise.
        """
        with self._lock:
            if self.state.running:
                return False
            self.state = State(what=what, step="Starting")
        Thread(target=self._run, args=(run,), name="import", daemon=True).start()
        return True

    def fetched(self, come: int, all_: int | None) -> None:
        """Note how many bytes have come."""
        self.state = replace(self.state, step="Fetching", come=come, all=all_ or 0)

    def step(self, name: str) -> None:
        """Note what is being done now."""
        self.state = replace(self.state, step=name, come=0, all=0)

    def _run(self, run: Callable[["ImportJob"], str]) -> None:
        what = self.state.what
        try:
            said, failed = run(self), False
        except TROUBLE as error:
            said, failed = f"{why(error, what)}. Nothing changed.", True
        except Exception:  # a thread that dies in silence would leave the page waiting
            log.exception("import of %s", what)
            said, failed = "Something went wrong here; the log of the app says what.", True
        self.state = State(what=what, said=said, failed=failed)
