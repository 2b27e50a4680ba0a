"""Which key of the keyboard does what, as each learner wants it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from unicodedata import category, normalize

from sqlalchemy.orm import Session

from quiz.db.models import Learner
from quiz.services import learners
from quiz.services.errors import Refused

STANDARD: Mapping[str, str] = {
    "reveal": "Space",
    "send": "Enter",
    "again": "1",
    "hard": "2",
    "good": "3",
    "easy": "4",
    "options": "123456789",
    "undo": "u",
    "bury": "b",
    "suspend": "s",
    "mark": "m",
    "note": "e",
    "next": "n",
    "previous": "p",
    "later": "l",
    "list": "?",
}
"""The key of each action: one character, or a name. Of ``options``, a character for each."""

OPTIONS = "options"
MOST_OPTIONS = 9
NAMED = {"space": "Space", "enter": "Enter", "return": "Enter"}
"""The keys that have a name, by what people call them."""
FOR_THE_BROWSER = frozenset("/'")
"""What starts a search in some browsers."""

_EVERYWHERE = ("undo", "bury", "suspend", "mark", "note", "list")
_RATINGS = ("again", "hard", "good", "easy")
PAGES: Sequence[tuple[str, ...]] = (
    ("reveal", "send", *_EVERYWHERE),
    (*_RATINGS, *_EVERYWHERE),
    ("reveal", "send", "hard", "easy", *_EVERYWHERE),
    ("reveal", "send", OPTIONS, *_EVERYWHERE),
    ("send", OPTIONS, "next", "previous", "later", "list"),
)
"""Which actions listen at once: on a front, on a back, on a result, on a card that is answered,
on a question of a quiz.

What shows the answer may also be *Good*, or *Again*: pressed once it shows, pressed twice it
rates. On a result, where both would listen, it goes on to the next card.
"""


class WrongKeys(Refused):
    """Keys that cannot be used as they are; ``problems`` says why, by action."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("Some of these keys cannot be used.")
        self.problems = problems


def of(learner: Learner) -> dict[str, str]:
    """Give the key of every action; an empty text is none."""
    own = learner.keys or {}
    return {action: str(own.get(action, usual)) for action, usual in STANDARD.items()}


def save(session: Session, learner: Learner, wanted: Mapping[str, str]) -> None:
    """Set the key of every action, as typed; of those left out, the usual one.

    Raises WrongKeys.
    """
    keys = read(wanted)
    learners.lock(session, learner)
    own = {action: key for action, key in keys.items() if key != STANDARD[action]}
    learner.keys = own or None
    session.flush()


def read(typed: Mapping[str, str]) -> dict[str, str]:
    """Make keys of what was typed: one character each, or a name. Raises WrongKeys."""
    keys: dict[str, str] = {}
    problems: dict[str, str] = {}
    for action, usual in STANDARD.items():
        text = typed.get(action, usual)
        try:
            keys[action] = _options(text) if action == OPTIONS else _key(text)
        except ValueError as error:
            problems[action] = str(error)
    problems |= {a: text for a, text in _twice(keys).items() if a not in problems}
    if problems:
        raise WrongKeys(problems)
    return keys


def _key(text: str) -> str:
    if text and not text.strip():
        return "Space"
    name = normalize("NFC", text).strip()
    if not name:
        return ""
    if named := NAMED.get(name.casefold()):
        return named
    if len(name) > 1:
        raise ValueError(
            "Give one character, or the word Space or Enter. Tab, Escape, arrows, function keys"
            " and keys with Ctrl or Alt belong to the browser and to screen readers."
        )
    return _character(name)


def _options(text: str) -> str:
    characters = [_character(c) for c in normalize("NFC", text) if not c.isspace()]
    if len(characters) > MOST_OPTIONS:
        raise ValueError(f"Give at most {MOST_OPTIONS} characters, one for each choice.")
    for character in characters:
        if characters.count(character) > 1:
            raise ValueError(f"“{character}” is there twice.")
    return "".join(characters)


def _character(character: str) -> str:
    """Check that a key types a character, and that it is free; give it in lower case."""
    lower = character.lower()
    if len(lower) != 1 or category(lower)[0] in "CMZ":
        raise ValueError("That is not a key that can be used here.")
    if lower in FOR_THE_BROWSER:
        raise ValueError(f"“{lower}” starts a search in some browsers. Choose another key.")
    return lower


def _twice(keys: Mapping[str, str]) -> dict[str, str]:
    """Say of each action whose key does something else on the same page what that is."""
    problems: dict[str, str] = {}
    for page in PAGES:
        for action in page:
            others = [other for other in page if other != action]
            for key in _all(keys, action):
                same = [other for other in others if key in _all(keys, other)]
                if same:
                    problems.setdefault(action, f"“{key}” is given twice: see {_names(same)}.")
    return problems


def _all(keys: Mapping[str, str], action: str) -> tuple[str, ...]:
    key = keys.get(action, "")
    if action == OPTIONS:
        return tuple(key)
    return (key,) if key else ()


def _names(actions: Iterable[str]) -> str:
    return " and ".join(NAMES[action] for action in actions)


NAMES: Mapping[str, str] = {
    "reveal": "Show the answer",
    "send": "Show or send the answer, then go on",
    "again": "Again",
    "hard": "Hard",
    "good": "Good",
    "easy": "Easy",
    "options": "Choose an answer",
    "undo": "Undo your last rating",
    "bury": "Bury until tomorrow",
    "suspend": "Suspend",
    "mark": "Mark",
    "note": "Open your note on the card",
    "next": "Next question",
    "previous": "Previous question",
    "later": "Flag for later",
    "list": "List the keys",
}
"""The actions as the screen names them."""
