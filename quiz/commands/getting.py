"""What a terminal shows while a release comes, and once it is there."""

import sys
from types import TracebackType
from typing import Any

from click import progressbar

from quiz.services.releases import Done, Obtained


class Bar:
    """A progress bar on standard error, from the first byte on; no bar where none comes."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._bar: Any = None

    def __enter__(self) -> "Bar":
        return self

    def __call__(self, come: int, all_: int | None) -> None:
        """Show how many bytes have come; of an unknown number, nothing can be shown."""
        if self._bar is None and all_:
            self._bar = progressbar(length=all_, label=self._label, file=sys.stderr)
            self._bar.__enter__()
        if self._bar is not None:
            self._bar.update(come - self._bar.pos)

    def close(self) -> None:
        """Finish the line, before anything else is written."""
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def digest(got: Obtained) -> str:
    """Say the digest of what was fetched, and whether it is as published."""
    if not got.sha256:
        return ""
    if got.checked:
        return f"SHA-256 {got.sha256}, as mitreattack-python publishes it."
    return f"SHA-256 {got.sha256}. It was not checked: no published one is at hand."


def imported(done: Done) -> str:
    """Say what an import did."""
    label, folder = done.collection.label, done.imported.folder
    if not done.imported.changed:
        return f"{label} is in {folder} already; nothing changed."
    replaced = done.imported.replaced
    lines = [
        f"{label}: {done.techniques} techniques, in {folder}.",
        f"It takes the place of {replaced}." if replaced else "",
        done.collection.copyright,
    ]
    return "\n".join(filter(None, lines))
