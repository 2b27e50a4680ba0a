"""What each learner's cards are scheduled by."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quiz.db import queries
from quiz.db.models import Learner, SchedulerParameters
from quiz.learning.parameters import KNOWN, STANDARD, Parameters

# A version names its content for good, in every database: reading each once is enough.
_read: dict[str, Parameters] = dict(KNOWN)


def of(session: Session, learner: Learner) -> Parameters:
    """Give the parameters that a learner's next rating is scheduled by."""
    version = learner.parameters_version
    return by_version(session, [version])[version] if version else STANDARD


def by_version(session: Session, versions: Iterable[str]) -> Mapping[str, Parameters]:
    """Give the parameters that reviews were scheduled by. Raises KeyError for one unknown."""
    wanted = set(versions)
    if unread := wanted - _read.keys():
        for version, content in session.execute(queries.parameters_among(unread)):
            _read[version] = Parameters.from_dict(content)
    return {version: _read[version] for version in wanted}


def keep(session: Session, parameters: Parameters, *, now: datetime) -> str:
    """Make sure that parameters can be found by their version, and give that."""
    version = parameters.version
    if session.execute(queries.parameters_among([version])).all():
        return version
    try:
        with session.begin_nested():
            session.add(
                SchedulerParameters(version=version, content=parameters.to_dict(), created_at=now)
            )
    except IntegrityError:
        pass  # somebody else was faster with the same
    return version
