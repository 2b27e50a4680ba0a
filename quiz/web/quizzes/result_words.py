"""What a result says in sentences, and the picture of the attempts before it."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from markupsafe import Markup

from quiz.learning.comparing import beyond_chance
from quiz.learning.setup import Mode, Retake
from quiz.services.comparing import EarlierAttempt
from quiz.services.history import MODES
from quiz.services.results import CONFIDENCES, Result, Share
from quiz.services.taking import Confidence
from quiz.web.filters import percent, plural, short_date
from quiz.web.progress.charts import Point, line, share_axis

FEWEST_DRAWN = 3
"""From how many attempts on a picture says more than the table."""
MANY_SURE = 5
NEARLY_ALWAYS = 0.8


def points(score: float) -> str:
    """Write a sum of scores with no more digits than it needs: *8*, *7.5*, *0.33*."""
    return f"{score:.2f}".rstrip("0").removesuffix(".")


def length(time: timedelta) -> str:
    """Write how long something took: *45 s*, *23 min*, *1 h 5 min*."""
    seconds = round(time.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes or not hours))


def summary(result: Result) -> str:
    """Say what a score means, and what there is to do with it."""
    if not result.answered:
        return "Nothing was answered."
    unanswered = result.answered < result.total
    if result.setup.mode is Mode.EXAM and not result.passed:
        short = ceil(result.setup.pass_mark * result.total - 100 * result.score - 1e-9) / 100
        unit = "point" if short == 1 else "points"
        return f"{points(short)} {unit} short of the pass mark."
    if not result.missed:
        return "All that you answered was right." if unanswered else "All right."
    left = plural(result.missed, "question")
    if result.share >= 0.8:
        return f"Well known. {left} left to learn from."
    if result.share >= 0.5:
        return f"More right than wrong. {left} to learn from."
    return f"A good place to learn from: {left} to go through."


def mode(result: Result) -> str:
    """Name how the quiz was taken."""
    if result.setup.retake is Retake.MISSED:
        return "Practice of what was missed"
    name = MODES[result.setup.mode] or "Practice"
    return f"{name}, until stopped" if result.setup.is_endless else name


def time_notes(result: Result) -> list[str]:
    """Say what there is to know about the time: how it was limited, extended, and used up."""
    time, usual = result.time, result.setup.minutes
    notes = []
    if usual and time.limit is None:
        notes.append(f"without the limit of {usual} min, as your settings have it")
    elif usual and time.limit and time.limit != timedelta(minutes=usual):
        notes.append(f"the limit is {usual} min; by your settings you had {length(time.limit)}")
    if time.extended:
        notes.append(f"{length(time.extended)} added while it ran")
    if time.ran_out:
        notes.append("handed in because time was up")
    return notes


def calibration(result: Result) -> str:
    """Say how often the learner was right when they were sure."""
    sure = _said(result, Confidence.SURE)
    if sure is None:
        return "You were sure of none of your answers."
    right = sure.total - sure.missed
    if sure.total == 1:
        return f"You were sure of one answer, and it was {'right' if right else 'not right'}."
    were = {0: "none was", 1: "1 was"}.get(right, f"{right} were")
    text = f"Of the {sure.total} answers that you were sure of, {were} right."
    if sure.total >= MANY_SURE and right / sure.total < NEARLY_ALWAYS:
        text += " When you are sure, look once more: sure should mean right nearly always."
    return text


def course(result: Result, zone: ZoneInfo) -> str:
    """Say how the result stands beside the last one of the same setup, and what that tells."""
    before = result.earlier.attempts[0]
    day = day_of(before.finished_at, zone)
    then = f"{points(before.score)} of {plural(before.total, 'point')} ({percent(before.share)})"
    if before.same:
        text = f"On {day} the same questions brought {then}."
        if result.share > before.share:
            text += " Part of such a gain is that they had been seen before."
        return text
    text = f"On {day}, with other questions, it was {then}."
    if beyond_chance(result.score, result.total, before.score, before.total):
        text += " That is more of a difference than chance alone would make."
    elif result.share != before.share:
        text += " So small a difference may be chance."
    if result.setup.for_me:
        text += " As you learn, wrong options come nearer: the same share is harder to reach."
    return text


def trend(result: Result, zone: ZoneInfo) -> Markup | None:
    """Draw the shares of all attempts up to this one, from the earliest; None for very few."""
    finished_at = result.attempt.finished_at
    if finished_at is None or len(result.earlier.attempts) + 1 < FEWEST_DRAWN:
        return None
    found = [(one.finished_at, one.share) for one in reversed(result.earlier.attempts)]
    found.append((finished_at, result.share))
    days = [day_of(moment, zone) for moment, _ in found]
    shares = [share for _, share in found]
    shown = [
        Point(x=place / (len(found) - 1), share=share, words=f"{day}: {percent(share)}")
        for place, (day, share) in enumerate(zip(days, shares, strict=True))
    ]
    exam = result.setup.mode is Mode.EXAM
    aim = result.setup.pass_mark / 100
    name = f"Shares of the points in {len(found)} attempts: " + ", ".join(map(percent, shares))
    axis = share_axis(min([*shares, aim] if exam else shares))
    labels = [(0.0, days[0]), (1.0, days[-1])]
    return line(name, shown, axis, labels, aim=aim if exam else None)


def difference(result: Result, before: EarlierAttempt) -> str:
    """Write how a result differs from an earlier one: in points, or in percent of other totals."""
    if result.total == before.total:
        change, of = result.score - before.score, ""
    else:
        change, of = 100.0 * (round(result.share, 2) - round(before.share, 2)), "%"
    if round(change, 2) == 0:
        return "none"
    return f"{'+' if change > 0 else '−'}{points(abs(change))}{of}"


def day_of(moment: datetime, zone: ZoneInfo) -> str:
    """Write the day of a moment on the learner's calendar."""
    return short_date(moment.astimezone(zone).date())


def _said(result: Result, confidence: Confidence) -> Share | None:
    label = CONFIDENCES[confidence]
    return next((share for share in result.by_confidence if share.label == label), None)
