"""Weights are fitted to one's own reviews, and praised for reviews they have not seen."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import isfinite, log, sqrt

import fsrs.scheduler
import fsrs_rs_python
import pytest
from fsrs_rs_python import FSRS, FSRSItem, FSRSReview
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.learning import fitting
from quiz.learning.fitting import (
    HIGHEST,
    LOWEST,
    NothingToLearn,
    TooFewReviews,
    fit,
    log_loss,
    recalls,
    tidy,
)
from quiz.learning.parameters import WEIGHTS, Parameters
from quiz.learning.scheduling import RESET, MemoryState, retrievability, review
from tests.factories import NOON
from tests.simulated import QUICK, Row, simulate

DAY = timedelta(days=1)


def rows(*ratings: tuple[int, int], start: int = 0) -> list[Row]:
    """Rate one card: each rating some days after the one before."""
    day, found = start, []
    for step, (days, rating) in enumerate(ratings):
        day += days
        at = NOON + DAY * day + timedelta(seconds=step)
        found.append(Row(rating=rating, reviewed_at=at, day=at.date()))
    return found


def items(history: Mapping[int, Sequence[Row]]) -> tuple[list[FSRSItem], list[int]]:
    """Build what fsrs-rs wants in the plainest way: each recall with all before it, by time."""
    found = []
    for card, ratings in history.items():
        reviews: list[FSRSReview] = []
        for before, row in zip([ratings[0], *ratings], ratings, strict=False):
            reviews.append(FSRSReview(row.rating, (row.day - before.day).days))
            if row.day > before.day:
                found.append((row.reviewed_at, card, FSRSItem(reviews)))
    found.sort(key=lambda each: each[:2])
    return [item for _, _, item in found], [card for _, card, _ in found]


def test_who_forgets_otherwise_gets_weights_that_predict_better() -> None:
    found = fit(simulate(2_000, QUICK))
    assert found.better
    assert found.gain > 0.03
    assert found.fitted.log_loss < found.present.log_loss
    assert found.fitted.rmse_bins < found.present.rmse_bins
    assert found.fitted_on_all.log_loss < found.present_on_all.log_loss
    # What comes next, and nobody has seen yet, is the proof.
    later = simulate(2_000, QUICK, seed=1)
    theirs, standard, true = (log_loss(later, w) or 0 for w in (found.weights, WEIGHTS, QUICK))
    assert true < theirs < standard
    assert standard - theirs > (standard - true) / 2


@pytest.mark.parametrize("reviews", [400, 1_500])
def test_who_forgets_as_the_standard_weights_say_is_not_promised_better_ones(reviews: int) -> None:
    found = [fit(simulate(reviews, seed=seed)) for seed in range(10)]
    # One in twenty may seem better by chance; the gain of a single one can look large.
    assert sum(each.better for each in found) <= 1
    assert abs(sum(each.gain for each in found) / len(found)) < 0.03


def test_the_figures_are_those_of_the_library_that_others_trust() -> None:
    history = simulate(2_000, QUICK)
    found = fit(history)
    theirs = fsrs_rs_python.evaluate_with_time_series_splits(
        items(history)[0], card_ids=items(history)[1]
    )
    # But for its 32 bits and our rounding.
    assert found.fitted.log_loss == pytest.approx(theirs.log_loss, abs=1e-4)
    assert found.fitted.rmse_bins == pytest.approx(theirs.rmse_bins, abs=1e-4)


def test_the_fit_is_that_of_the_library_that_others_trust() -> None:
    history = simulate(1_500, QUICK)
    theirs = FSRS(WEIGHTS).compute_parameters(items(history)[0], card_ids=items(history)[1])
    assert fit(history).weights == tuple(round(weight, 4) for weight in theirs)


def test_the_log_loss_is_that_of_the_library_but_for_its_favor_for_late_reviews() -> None:
    history = simulate(600, QUICK)
    predicted = recalls(history)
    late = [0.25 + 0.75 * (n / (len(predicted) - 1)) ** 3 for n in range(len(predicted))]
    losses = [-log(each.chance if each.remembered else 1 - each.chance) for each in predicted]
    weighted = sum(w * loss for w, loss in zip(late, losses, strict=True)) / sum(late)
    assert FSRS(WEIGHTS).evaluate(items(history)[0]).log_loss == pytest.approx(weighted, abs=1e-5)
    assert log_loss(history) == pytest.approx(sum(losses) / len(losses))


@pytest.mark.parametrize("weights", [WEIGHTS, QUICK])
def test_a_chance_is_the_one_that_the_scheduler_gives(weights: tuple[float, ...]) -> None:
    history = simulate(600, QUICK)
    parameters = Parameters(weights=weights)
    expected = []
    for card, ratings in history.items():
        state = MemoryState()
        for row in ratings:
            if state.last_review and row.day > state.last_review.date():
                chance = retrievability(state, row.reviewed_at, parameters)
                expected.append((row.reviewed_at, card, chance, row.rating > 1))
            state = review(state, row.rating, row.reviewed_at, parameters)
    found = recalls(history, weights)
    assert [each.remembered for each in found] == [each[3] for each in sorted(expected)]
    assert [each.chance for each in found] == pytest.approx(
        [each[2] for each in sorted(expected)], rel=1e-4
    )


def test_from_400_reviews_on_weights_are_fitted() -> None:
    with pytest.raises(TooFewReviews, match="1 more review needed") as few:
        fit(simulate(399))
    assert few.value.missing == 1
    with pytest.raises(TooFewReviews, match="400 more reviews needed"):
        fit({})
    found = fit(simulate(400))
    assert found.reviews == 400
    assert 64 < found.recalls < 400
    assert found.unseen == found.recalls - found.recalls // 6


def test_a_card_set_back_to_new_is_no_review() -> None:
    history = {card: [*ratings] for card, ratings in simulate(399).items()}
    history[0] += rows((0, RESET), start=500)
    with pytest.raises(TooFewReviews) as few:
        fit(history)
    assert few.value.missing == 1


def test_a_card_set_back_to_new_is_another_card() -> None:
    before = rows((0, 3), (0, 3), (2, 3), (8, 1))
    after = rows((0, 1), (0, 3), (3, 3), start=30)
    reset = rows((0, RESET), start=20)
    assert recalls({1: before + reset + after}) == recalls({1: before, 2: after})
    assert recalls({1: before + reset + reset + after + reset}) == recalls({1: before, 2: after})


def test_who_never_forgot_or_always_did_has_nothing_to_learn_from() -> None:
    for rating, word in ((3, "remembered"), (1, "forgotten")):
        history = {
            card: rows((0, 3), (2, rating), (7, rating), (30, rating)) for card in range(200)
        }
        with pytest.raises(NothingToLearn, match=f"every card was {word}"):
            fit(history)


def test_cramming_on_one_day_gives_nothing_to_learn_from() -> None:
    crammed = {card: rows(*((0, 1 + step % 3) for step in range(10))) for card in range(50)}
    with pytest.raises(NothingToLearn, match="only 0 of the reviews came a day or more after"):
        fit(crammed)
    assert log_loss(crammed) is None


def test_waits_that_no_two_cards_share_give_nothing_but_what_there_is() -> None:
    history = {card: rows((0, 3), (1 + card, 1 + card % 3)) for card in range(300)}
    assert not fit(history).better


def test_a_gain_with_few_cards_is_not_called_better() -> None:
    """Here the cards are set back to new and learned again, many times, instead of others."""
    history = list(simulate(2_000, QUICK).values())
    few: dict[int, list[Row]] = {number: [] for number in range(fitting.LEAST_CARDS - 1)}
    for number, ratings in enumerate(history):
        few[number % len(few)] += [*ratings, *rows((0, RESET))]
    found = fit(few)
    assert found.gain > 0.03
    assert not found.better
    assert fit(dict(enumerate(history))).better


def test_the_same_log_gives_the_same_weights_whatever_its_order_and_the_number_of_threads() -> None:
    history = simulate(1_500, QUICK)
    found = fit(history)
    assert fit(history) == found
    assert fit(dict(reversed(list(history.items())))) == found
    program = (
        "from quiz.learning.fitting import fit; from tests.simulated import QUICK, simulate; "
        "print(fit(simulate(1_500, QUICK)).weights)"
    )
    for threads in ("1", "3"):
        elsewhere = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "RAYON_NUM_THREADS": threads},
            capture_output=True,
            check=True,
            text=True,
        )
        assert elsewhere.stdout.strip() == str(found.weights)


def test_weights_are_not_judged_on_reviews_that_they_were_fitted_to() -> None:
    history = simulate(1_500, QUICK)
    moments = sorted(row.reviewed_at for ratings in history.values() for row in ratings)
    earlier = {
        card: [row for row in ratings if row.reviewed_at <= moments[1_000]]
        for card, ratings in history.items()
    }
    first = fit({card: ratings for card, ratings in earlier.items() if ratings})
    again = fit(history, first.weights, seen_until=moments[1_000])
    assert again.recalls - again.unseen == first.recalls
    with pytest.raises(NothingToLearn, match="too few reviews since"):
        fit(history, first.weights, seen_until=moments[-1])


def test_a_clock_set_back_moves_no_review_before_the_one_before_it() -> None:
    history = rows((0, 3), (5, 3), (-3, 1), (2, 1))
    assert [each.remembered for each in recalls({1: history})] == [True, False]


def test_reviews_beyond_the_longest_history_are_predicted_too() -> None:
    long = rows((0, 3), *((1, 1 + 2 * (step % 7 > 0)) for step in range(300)))
    history = {**simulate(400, QUICK), 10_000: long}
    found = fit(history)
    assert found.recalls == len(recalls(history)) == 300 + len(recalls(simulate(400, QUICK)))


def test_error_in_bins_compares_what_was_predicted_with_what_happened() -> None:
    # One bin: the same wait for all, no recall before.
    alike = {card: rows((0, 3), (3, 1 if card % 4 == 0 else 3)) for card in range(400)}
    chance = recalls(alike)[0].chance
    found = fit(alike)
    assert found.present_on_all.rmse_bins == pytest.approx(abs(chance - 0.75))
    theirs = FSRS(WEIGHTS).evaluate(items(alike)[0])
    assert found.present_on_all.rmse_bins == pytest.approx(theirs.rmse_bins, abs=1e-5)
    # Two, one of them three times as large as the other.
    longer = {card: rows((0, 3), (40, 1 if card % 2 else 3)) for card in range(1_000, 1_133)}
    far = recalls(longer)[0].chance
    share = sum(each.remembered for each in recalls(longer)) / 133
    expected = sqrt((400 * (chance - 0.75) ** 2 + 133 * (far - share) ** 2) / 533)
    assert fit({**alike, **longer}).present_on_all.rmse_bins == pytest.approx(expected)


def test_the_bounds_are_those_of_the_scheduler() -> None:
    assert LOWEST == fsrs.scheduler.LOWER_BOUNDS_PARAMETERS
    assert HIGHEST == fsrs.scheduler.UPPER_BOUNDS_PARAMETERS


def test_weights_are_rounded_and_kept_within_bounds() -> None:
    assert tidy([weight + 0.00001 for weight in WEIGHTS]) == WEIGHTS
    assert tidy([-1.0] * 21) == LOWEST
    assert tidy([1e9] * 21) == HIGHEST
    for wrong in (WEIGHTS[:19], [float("nan")] * 21, [float("inf")] * 21):
        with pytest.raises(ValueError, match="21 weights"):
            tidy(wrong)


@pytest.mark.parametrize("rating", [-1, 5])
def test_there_are_four_ratings(rating: int) -> None:
    with pytest.raises(ValueError, match=f"rating of {rating} "):
        recalls({1: rows((0, 3), (2, rating))})


DAYS = st.one_of(st.integers(0, 1), st.integers(0, 40), st.integers(-3, 0), st.integers(0, 200_000))
CARDS = st.lists(
    st.lists(st.tuples(DAYS, st.integers(0, 4)), min_size=1, max_size=12), min_size=1, max_size=8
)


@settings(max_examples=150, deadline=None)
@given(CARDS, st.integers(1, 60))
def test_no_log_is_too_strange(cards: list[list[tuple[int, int]]], start: int) -> None:
    size = sum(map(len, cards))
    copies = 1 + 450 // size
    history = {
        copy * len(cards) + number: rows(*ratings, start=start * copy)
        for copy in range(copies)
        for number, ratings in enumerate(cards)
    }
    try:
        found = fit(history)
    except (TooFewReviews, NothingToLearn):
        return
    fsrs.Scheduler(parameters=found.weights)
    for accuracy in (found.present, found.fitted, found.present_on_all, found.fitted_on_all):
        assert isfinite(accuracy.log_loss)
        assert accuracy.log_loss > 0
        assert 0 <= accuracy.rmse_bins <= 1
    assert found.gain > 0 or not found.better
    assert found.fitted_on_all.log_loss == pytest.approx(log_loss(history, found.weights))


@given(CARDS)
def test_every_chance_is_one(cards: list[list[tuple[int, int]]]) -> None:
    history = {number: rows(*ratings) for number, ratings in enumerate(cards)}
    assert all(0 < each.chance < 1 for each in recalls(history))
