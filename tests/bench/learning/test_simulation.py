"""A simulated learner studies as many minutes as were given, and knows what the memory says."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from bench.learning.contest import CONTENDERS, EVERYTHING, SCENARIOS, Setting, run, shortened
from bench.learning.learners import Learner, People
from bench.learning.policies import Fixed, Intake, Ours
from bench.learning.simulation import LEARNING_SECONDS, Outcome, Plan, study

EVERYONE = People()
SHORT = Plan(deck=200, days=20, asked=(20, 30))


def learner(number: int = 1) -> Learner:
    return Learner(number, SHORT.deck, seed=1, people=EVERYONE)


@dataclass
class Scripted:
    """A policy that shows given cards, and keeps what it is told."""

    script: dict[int, list[int]]
    told: list[tuple[int, int, int]] = field(default_factory=list)

    def cards(self, day: int) -> Iterator[int]:
        return iter(self.script.get(day, []))

    def met(self, card: int, day: int, ratings: tuple[int, ...]) -> None:
        self.told.append((card, day, ratings[0]))

    def reviewed(self, card: int, day: int, rating: int, looks: tuple[int, ...]) -> None:
        self.told.append((card, day, rating))


def test_what_is_known_is_the_sum_of_the_true_chances() -> None:
    one = learner()
    outcome = study(one, Scripted({0: [0, 1]}), SHORT)
    memory = one.memory
    expected = []
    for ratings in one.meetings[:2]:
        stability, difficulty = memory.first(ratings[0])
        for look in ratings[1:]:
            stability, difficulty = memory.again_today(stability, difficulty, look)
        expected.append(memory.retrievability(stability, 20))
    assert outcome.known[0] == pytest.approx(sum(expected))
    assert outcome.known[1] < outcome.known[0]
    assert outcome.sure[0] == sum(chance >= 0.9 for chance in expected)
    seconds = sum(LEARNING_SECONDS[look - 1] for ratings in one.meetings[:2] for look in ratings)
    assert outcome.minutes == pytest.approx(seconds / 60)
    assert outcome.met == (2,) * 20


def test_a_card_is_remembered_where_the_luck_is_below_the_chance() -> None:
    one = learner()
    policy = Scripted({0: list(range(10)), 9: list(range(10))})
    study(one, policy, SHORT)
    for card, day, rating in policy.told[10:]:
        assert day == 9
        chances = study(one, Scripted({0: [card]}), Plan(deck=200, days=9, asked=(9,))).known
        remembered = one.answer(card, 0).luck < chances[0]
        assert rating == (one.answer(card, 0).if_recalled if remembered else 1)


def test_every_policy_gets_the_same_minutes() -> None:
    for name in EVERYTHING:
        intake = Intake(deck=SHORT.deck, a_day=200)
        policy = CONTENDERS[name][1](Setting(intake=intake, days=SHORT.days, seed=1))
        outcome = study(learner(), policy, SHORT)
        # The last card may run over by its own seconds; the next day pays for it.
        assert SHORT.days * SHORT.minutes <= outcome.minutes < SHORT.days * SHORT.minutes + 4


def test_nothing_is_studied_on_a_day_away() -> None:
    plan = Plan(deck=200, days=20, away=range(5, 15), asked=(20,))
    intake = Intake(deck=200, a_day=10)
    outcome = study(learner(), Ours(intake), plan)
    assert outcome.met[4] == outcome.met[14] > 0
    assert outcome.minutes < 10 * plan.minutes + 4


def test_new_cards_come_only_with_the_minutes_that_reviews_leave() -> None:
    outcome = study(learner(), Fixed(Intake(deck=200, a_day=10)), SHORT)
    assert outcome.met[0] == 10
    assert all(later - before <= 10 for before, later in pairwise(outcome.met))


def test_the_same_seed_gives_the_same_outcomes_whoever_else_takes_part() -> None:
    scenario = SCENARIOS["main"]
    first, again = (run(scenario, 2, seed=5, days=10) for _ in range(2))
    assert first == again
    assert first["sm-2"] != run(scenario, 2, seed=6, days=10)["sm-2"]
    assert first["sm-2"] == run(SCENARIOS["main"], 3, seed=5, days=10)["sm-2"][:2]


def test_with_the_same_cards_every_policy_meets_what_ours_met() -> None:
    outcomes = run(SCENARIOS["same"], 2, seed=1, days=30)
    met: list[list[tuple[int, ...]]] = [[o.met for o in own] for own in outcomes.values()]
    assert all(each == met[0] for each in met)
    assert met[0][0][-1] > 100


def test_a_shorter_plan_keeps_its_proportions() -> None:
    plan = shortened(SCENARIOS["holiday"].plan, 21)
    assert (plan.days, plan.away, plan.asked[0]) == (21, range(12, 15), 16)


def test_who_never_reviews_has_no_share_to_give() -> None:
    outcome: Outcome = study(learner(), Scripted({0: [0]}), SHORT)
    assert (outcome.reviews, outcome.retention) == (0, 1.0)
