"""Which technique another is confused with, and what tells the two apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.content.difficulty import Level
from quiz.content.sentences import sentences
from quiz.content.technique import Technique
from quiz.db import answer_queries
from quiz.db.models import Learner


class Why(StrEnum):
    """What says that two techniques look alike: the learner's own answers, or the files."""

    CONFUSED = "confused"
    SIBLING = "sibling"
    LINKED = "linked"
    FAMILY = "family"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """What two techniques are in one respect; each has values of its own, or shares them all."""

    name: str
    own: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether it tells nothing apart."""
        return set(self.own) == set(self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAlike:
    """A technique and one that it is taken for. ``times`` is how often it was, if it was."""

    technique: Technique
    other: Technique
    why: Why
    times: int
    traits: tuple[Trait, ...]


def look_alike(
    session: Session, learner: Learner, catalogue: Catalogue, technique: Technique
) -> LookAlike | None:
    """Find the technique that a learner takes one for most often, on cards and in quizzes.

    Where none is known, it is the nearest by the files: a sibling, else one that a text
    ties to it, else its parent or a sub-technique; None where there is none of these.
    """
    for stix_id, times in session.execute(answer_queries.taken_for(learner.id, technique.stix_id)):
        other = catalogue.by_stix_id.get(stix_id or "")
        if other is not None and other is not technique:
            return compare(technique, other, catalogue, why=Why.CONFUSED, times=times)
    for why, other in by_files(technique, catalogue):
        return compare(technique, other, catalogue, why=why)
    return None


def by_files(technique: Technique, catalogue: Catalogue) -> Iterator[tuple[Why, Technique]]:
    """Give the nearest of each sort by the files: a sibling, one tied by a text, a parent or child.

    The most alike first.
    """
    for why, candidates in _candidates(technique, catalogue):
        if nearest := _nearest(technique, candidates):
            yield why, nearest


def traits(technique: Technique, other: Technique, catalogue: Catalogue) -> tuple[Trait, ...]:
    """Compare two techniques by what their files say; what neither has is left out."""
    rows = (
        ("In short", _first_sentence(technique), _first_sentence(other)),
        ("Tactics", catalogue.tactic_names(technique), catalogue.tactic_names(other)),
        ("Platforms", technique.platforms, other.platforms),
        ("Data sources", technique.data_sources, other.data_sources),
        ("Detection is", _difficulty(technique, catalogue), _difficulty(other, catalogue)),
    )
    return tuple(
        Trait(name=name, own=own, others=others) for name, own, others in rows if own or others
    )


def compare(
    technique: Technique, other: Technique, catalogue: Catalogue, *, why: Why, times: int = 0
) -> LookAlike:
    """Put two techniques side by side, and say why."""
    return LookAlike(
        technique=technique,
        other=other,
        why=why,
        times=times,
        traits=traits(technique, other, catalogue),
    )


def _candidates(
    technique: Technique, catalogue: Catalogue
) -> Iterable[tuple[Why, tuple[Technique, ...]]]:
    yield Why.SIBLING, catalogue.siblings(technique)
    yield Why.LINKED, (*catalogue.links_from(technique), *catalogue.links_to(technique))
    yield Why.FAMILY, catalogue.family(technique)


def _nearest(technique: Technique, candidates: Iterable[Technique]) -> Technique | None:
    """Choose the one that shares most of its tactics, platforms and data sources."""

    def distance(other: Technique) -> tuple[float, str]:
        shared = (
            _share(technique.tactics, other.tactics),
            _share(technique.platforms, other.platforms),
            _share(technique.data_sources, other.data_sources),
        )
        return -sum(shared), str(other.attack_id)

    return min(candidates, key=distance, default=None)


def _share(own: Iterable[str], others: Iterable[str]) -> float:
    ours, theirs = set(own), set(others)
    return len(ours & theirs) / max(len(ours | theirs), 1)


def _first_sentence(technique: Technique) -> tuple[str, ...]:
    return sentences(technique.description)[:1]


def _difficulty(technique: Technique, catalogue: Catalogue) -> tuple[str, ...]:
    level = catalogue.difficulty(technique).level
    return () if level is Level.UNRATED else (level.capitalize(),)
