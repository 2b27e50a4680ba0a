"""What an exported question is called in other programs: its name, identity, tags and owner."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Collection
from quiz.questions.base import Question
from quiz.questions.kinds import KINDS

LONGEST_ID = 100
"""How many characters of an idnumber Moodle keeps."""
LONGEST_NAME = 255
LONGEST_TAG = 50
NOT_IN_TAGS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff<>\[\]`,\\]+")
"""What Moodle takes out of a tag, what ends one in GIFT, and what parts two in a form."""


def identity(question: Question) -> str:
    """Name a question the same in every export: its card's key and the seed."""
    whole = f"{question.key}/{question.seed}"
    return (
        whole if len(whole) <= LONGEST_ID else sha256(whole.encode("utf-8", "replace")).hexdigest()
    )


def code(question: Question) -> str:
    """Give a short name that is always the same and tells nothing of the answer."""
    return sha256(identity(question).encode("utf-8", "replace")).hexdigest()[:8]


def name(question: Question) -> str:
    """Name a question for whoever teaches: it tells the technique, so keep it from learners."""
    kind = KINDS[question.kind].title if question.kind in KINDS else question.kind
    said = f"{question.attack_id} {question.subject} – {kind} – {question.seed}"
    return " ".join(said.split())[:LONGEST_NAME]


def title(question: Question) -> str:
    """Name a question for anyone to see: its kind and code."""
    kind = KINDS[question.kind].title if question.kind in KINDS else question.kind
    return f"{kind} {code(question)}"


def tags(question: Question, catalogue: Catalogue) -> tuple[str, ...]:
    """Tag a question with what people filter by."""
    technique = catalogue.by_stix_id.get(question.stix_id)
    collection = collection_of(question, catalogue)
    found = [
        f"kind:{question.kind}",
        f"technique:{question.attack_id}",
        *(f"tactic:{tactic}" for tactic in (technique.tactics if technique else ())),
        f"domain:{question.domain}",
        f"collection:{question.collection}",
        *([f"release:{collection.release}"] if collection and collection.release else []),
        *([f"difficulty:{question.difficulty['level']}"] if question.difficulty else []),
    ]
    clean = (" ".join(NOT_IN_TAGS.sub(" ", tag).split())[:LONGEST_TAG].rstrip() for tag in found)
    return tuple(dict.fromkeys(clean))


def collection_of(question: Question, catalogue: Catalogue) -> Collection | None:
    """Find the collection that a question was made from, or None where it is gone."""
    named = (c for c in catalogue.collections if c.name == question.collection)
    return next(named, None)


def owner(question: Question, catalogue: Catalogue) -> str:
    """Say in a line whose a question's text is: the collection, its release and copyright."""
    collection = collection_of(question, catalogue)
    if not collection:
        return question.collection
    said = " · ".join(filter(None, (collection.label, collection.copyright)))
    return " ".join(said.split())


def terms(collections: Iterable[Collection]) -> tuple[str, ...]:
    """Say whose the texts are, a paragraph a collection, then on what terms.

    MITRE's license asks that every copy of ATT&CK reproduce its copyright and the license.
    """
    found = tuple(collections)
    owners = [": ".join(filter(None, (each.label, each.copyright))) for each in found]
    licences = dict.fromkeys(each.licence for each in found)
    paragraphs = [part for text in licences for part in text.split("\n\n")]
    said = (" ".join(part.split()) for part in (*owners, *paragraphs))
    return tuple(part for part in said if part)


def filename(labels: Sequence[str], suffix: str) -> str:
    """Name a file by what is in it: *tradecraft-persistence-windows.apkg*."""
    safe = re.sub("[^a-z0-9]+", "-", "-".join(labels).lower())[:60].strip("-")
    return f"tradecraft-{safe}.{suffix}" if safe else f"tradecraft.{suffix}"
