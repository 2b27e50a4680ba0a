"""How a quiz is set up, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from quiz.content.catalogue import Catalogue
from quiz.content.difficulty import Level
from quiz.db.models import Learner
from quiz.learning.setup import Mode, Setup
from quiz.questions.kinds import KINDS
from quiz.questions.pairs import Pair, read_pairs
from quiz.questions.scope import split_tactic
from quiz.services import starting
from quiz.services.starting import Preview
from quiz.web.context import scope_labels
from quiz.web.filters import plural
from quiz.web.quizzes.forms import ANSWERS, NEARNESSES, pair_name

HOW = {
    Mode.PRACTICE: "The right answer and the reason come after each question; an answer stands.",
    Mode.EXAM: "No feedback until you hand in. Until then, answers can be changed and taken back.",
    Mode.MAPPING: "Sentences from real reports, one after another: you say which technique each"
    " shows. The reason comes after each; an answer stands.",
    Mode.CONTRAST: "Two techniques that are taken for one another are asked about in turn, each"
    " with the other among the choices. The reason comes after each; an answer stands.",
}
NAMES = {
    "mode": "the mode",
    "length": "the number of questions",
    "answers": "how it is answered",
    "nearness": "the wrong options",
    "for_me": "whether it is fitted to you",
    "seed": "the seed",
    "order": "the order",
    "minutes": "the time limit",
    "pass_mark": "the pass mark",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something to know of a quiz before it starts."""

    term: str
    text: str


def drawn_from(setup: Setup, cards: int, catalogue: Catalogue) -> str:
    """Say what a quiz is drawn from or, where that is nothing, what to do."""
    if setup.mode is Mode.CONTRAST:
        if not setup.pairs:
            return "Asks about what you mix up"
        pairs = read_pairs(setup.pairs, catalogue)
        return f"Asks about {plural(len(pairs), 'pair')}" if pairs else "Choose at least one pair"
    if setup.mode is Mode.MAPPING:
        return (
            f"Drawn from reports on {plural(cards, 'technique')}"
            if cards
            else "No report is quoted on these: choose more techniques, or another mode"
        )
    return (
        f"Drawn from {plural(cards, 'card')}"
        if cards
        else "No card fits all of this: clear some choices"
    )


def how_many(setup: Setup, preview: Preview) -> str:
    """Compare how many questions there are with how many are wanted."""
    there = preview.questions
    if not there:
        return "Not one question can be made of this."
    roughly = "at least" if setup.mode is Mode.CONTRAST else "about"
    if setup.length is None:
        said = f"{there:,}" if preview.exact else f"{roughly} {there:,}"
        return f"It goes on until you stop, or until all {said} are asked."
    if there <= setup.length and preview.exact:
        enough = there == setup.length
        all_of_them = "the only one there is" if there == 1 else f"all {there:,} there are"
        return f"It asks {all_of_them}" + ("." if enough else f", though you chose {setup.length}.")
    said = f"exactly {there:,}" if preview.exact else f"{roughly} {there:,}"
    return f"It asks {setup.length} of {said} that can be made."


def briefly(setup: Setup) -> str:
    """Say how long a quiz is, and how many minutes it has, in one line."""
    parts = [plural(setup.length, "question") if setup.length else "until you stop"]
    if setup.minutes:
        parts.append(f"{setup.minutes} min")
    if setup.seed is not None:
        parts.append(f"seed {setup.seed}")
    return " · ".join(parts)


def facts(setup: Setup, learner: Learner, catalogue: Catalogue) -> Iterator[Fact]:
    """Say what a quiz is before it starts: how it works, what it asks, whose it is."""
    yield Fact(term="How it works", text=HOW[setup.mode])
    yield Fact(
        term="Questions",
        text=f"{setup.length}, or as many as there are"
        if setup.length
        else "As many as you want: it goes on until you stop",
    )
    yield from _about(setup, catalogue)
    yield Fact(term="Answers", text=ANSWERS[setup.answers])
    if setup.nearness:
        yield Fact(term="Wrong options", text=NEARNESSES[setup.nearness_name])
    if setup.mode is Mode.EXAM:
        shuffled = "Shuffled for each attempt" if setup.shuffled else "The same each time"
        yield Fact(term="Order", text=shuffled)
        yield Fact(term="Time limit", text=_time(setup, learner))
        yield Fact(term="Pass mark", text=f"{setup.pass_mark}% of the points")
    yield Fact(term="Seed", text=_seed(setup))
    labels = ", ".join(collection.label for collection in catalogue.collections)
    yield Fact(term="Made from", text=labels)


def misread_in_words(misread: Mapping[str, str]) -> list[str]:
    """Name what of a link could not be understood: *the seed “x”*."""
    return [f"{NAMES[name]} “{_short(text)}”" for name, text in misread.items()]


def not_taught(setup: Setup, catalogue: Catalogue) -> list[str]:
    """List what a scope names and the catalogue has not, as from another release."""
    scope = setup.scope
    known = {
        "domains": set(catalogue.domains),
        "tactics": {t.short_name for d in catalogue.domains for t in catalogue.tactics(d)},
        "platforms": set(catalogue.platforms()),
        "difficulties": {str(level) for level in Level},
        "kinds": set(KINDS),
    }
    found = [t for t in scope.techniques if catalogue.find(t) is None]
    found += [
        split_tactic(t)[1] for t in scope.tactics if split_tactic(t)[1] not in known["tactics"]
    ]
    for name in ("domains", "platforms", "difficulties", "kinds"):
        found += [value for value in getattr(scope, name) if value not in known[name]]
    found += [pair for pair in setup.pairs if Pair.read(pair, catalogue) is None]
    return [_short(value) for value in found]


def _about(setup: Setup, catalogue: Catalogue) -> Iterator[Fact]:
    if setup.mode is Mode.CONTRAST:
        pairs = [pair_name(pair, catalogue) for pair in read_pairs(setup.pairs, catalogue)]
        own = "Those that you mix up, most often and lately first; look-alikes where they are few"
        yield Fact(term="Pairs", text="; ".join(pairs) or own)
        if not setup.scope.query:
            return
    # That a mapping drill quotes reports, and asks in no other way, is said before.
    scope = replace(setup.scope, kinds=()) if setup.mode is Mode.MAPPING else setup.scope
    known = ", ".join(scope_labels(scope, catalogue))
    nothing = "Nothing that is taught here" if scope.query else "All techniques"
    yield Fact(term="About", text=known or nothing)


def _time(setup: Setup, learner: Learner) -> str:
    if setup.minutes is None:
        return "None"
    limit, usual = starting.time_limit(setup, learner), f"{setup.minutes} min"
    if limit is None:
        return f"None for you, by your settings; {usual} for others"
    if learner.exam_time == 100:
        return f"{usual}, from the moment you start"
    own = f"{_minutes(limit)} for you, from the moment you start"
    return f"{own}: {learner.exam_time}% of {usual}, by your settings"


def _minutes(length: timedelta) -> str:
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    return f"{minutes} min" + (f" {seconds} s" if seconds else "")


def _seed(setup: Setup) -> str:
    if setup.seed is None:
        fitted = ", fitted to what you know" if setup.for_me else ""
        return f"None: other questions each time it starts{fitted}"
    if setup.for_me:
        return f"{setup.seed}, but fitted to what you know: others get other questions"
    if setup.mode is Mode.CONTRAST and not setup.pairs:
        return f"{setup.seed}. Whoever opens this link is asked about their own pairs"
    return (
        f"{setup.seed}. Everyone with this link gets the same questions, while they use the"
        " same release"
    )


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
