"""What an audit can find wrong, and how it says so."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What a violation is about."""

    KEY = "key"
    """What is keyed is not true by the fields, or not asked about."""
    OPTION = "option"
    """The fields do not exclude what is not keyed."""
    EVIDENCE = "evidence"
    """A quotation does not stand where it is said to stand."""
    LEAK = "leak"
    TWINS = "twins"
    """Two options that are or seem the same."""
    EXCERPT = "excerpt"
    FORM = "form"
    SOLVER = "solver"
    COVERAGE = "coverage"
    UNPROVED = "unproved"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with one question, in words."""

    fault: Fault
    message: str
