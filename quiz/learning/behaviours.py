"""When an answer's feedback appears, and whether it may be given again.

What is asked and how it is graded know nothing of this; see Moodle's question behaviours.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How an attempt's questions behave.

    ``tells_each`` shows the key after each answer, which then stands; otherwise answers are
    saved, may be changed or taken back, and are graded together when the attempt ends.
    """

    tells_each: bool

    def tells(self, *, answered: bool, finished: bool) -> bool:
        """Whether the key, the reason and the evidence of a question may be shown."""
        return finished or (self.tells_each and answered)

    def takes(self, *, answered: bool, finished: bool) -> bool:
        """Whether a question takes an answer, the first or another one."""
        return not self.tells(answered=answered, finished=finished)


IMMEDIATE = Behaviour(tells_each=True)
DEFERRED = Behaviour(tells_each=False)
