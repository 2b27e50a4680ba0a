"""Hold every question to the rules: keys proved from the fields, nothing that gives them away.

``audit`` asks every card of a catalogue with several seeds, proves each key from the
fields with code of its own, checks what makes a question fair, and sets test-wise
guessers at it. docs/audit.md says how to read what comes out.
"""

from quiz.questions.audit.report import Report, Violation
from quiz.questions.audit.run import DEFAULT_SEEDS, audit

__all__ = ["DEFAULT_SEEDS", "Report", "Violation", "audit"]
