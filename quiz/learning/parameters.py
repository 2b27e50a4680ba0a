"""What a learner's cards are scheduled by: the weights of FSRS-6, and what is wanted of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

LEAST_RETENTION, MOST_RETENTION = 0.70, 0.99
LONGEST_INTERVAL = 36_500
LONGEST_STEP = 86_400
"""In seconds: a step of a day or more is no step."""

# The weights of FSRS-6 that fsrs 6.3 starts with. They are written down here so that a release
# with others changes nobody's dates.
WEIGHTS = (
    *(0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796),
    *(1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Everything that a due date depends on beside the ratings.

    ``desired_retention`` is the chance of remembering at which a card comes back,
    ``maximum_interval`` is in days, the steps are in seconds. ``study_days`` counts the time
    between reviews in study days; without it, in whole periods of 24 hours.
    """

    weights: tuple[float, ...] = WEIGHTS
    desired_retention: float = 0.90
    maximum_interval: int = LONGEST_INTERVAL
    learning_steps: tuple[int, ...] = (60, 600)
    relearning_steps: tuple[int, ...] = (600,)
    fuzz: bool = True
    study_days: bool = True

    @property
    def version(self) -> str:
        """A name that differs where anything differs."""
        for name, known in KNOWN.items():
            if known == self:
                return name
        content = json.dumps(self.to_dict(), sort_keys=True)
        return f"own-{sha256(content.encode()).hexdigest()[:24]}"

    def to_dict(self) -> dict[str, Any]:
        """Give the parameters as JSON-ready values."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}

    def check(self) -> None:
        """Raise ValueError for what no date can be worked out by; weights are FSRS-6's to bound."""
        for name, least, most in (
            ("desired_retention", LEAST_RETENTION, MOST_RETENTION),
            ("maximum_interval", 1, LONGEST_INTERVAL),
        ):
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"{name} is from {least} to {most}")
        steps = (*self.learning_steps, *self.relearning_steps)
        if not all(isinstance(step, int) and 1 <= step <= LONGEST_STEP for step in steps):
            raise ValueError(f"steps are whole seconds, from 1 to {LONGEST_STEP}")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Parameters:
        """Rebuild what :meth:`to_dict` gave."""
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
        }
        return cls(**given)


STANDARD = Parameters()
"""What everyone starts with."""

KNOWN = {
    "standard-1": STANDARD,
    # What reviews were scheduled by before dates had fuzz and the log had study days.
    "default-5b128c4843a1": replace(STANDARD, fuzz=False, study_days=False),
}
"""Parameters that need no row of their own, by version."""
