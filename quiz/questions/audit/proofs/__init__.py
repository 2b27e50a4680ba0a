"""Is the key true, and is everything else false? Proved from the fields, kind by kind."""

from quiz.questions.audit.proofs import fields, quotations, ratings
from quiz.questions.audit.proofs.registry import PROOFS

__all__ = ["PROOFS", "fields", "quotations", "ratings"]
