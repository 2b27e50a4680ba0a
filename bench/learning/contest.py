"""Which policies meet which learners under which conditions."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from bench.learning.fitted import Fitted
from bench.learning.learners import Learner, People
from bench.learning.memory import Exponential
from bench.learning.policies import (
    AtRandom,
    Batches,
    Fixed,
    Intake,
    Order,
    Ours,
    Policy,
    StraightThrough,
    SuperMemo2,
)
from bench.learning.simulation import Outcome, Plan, study
from quiz.learning.parameters import STANDARD

OURS = "ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a policy is made for: the cards, for how many days, and a seed for its own chance."""

    intake: Intake
    days: int
    seed: int


Contender = Callable[[Setting], Policy]


def _ours(
    retention: float = STANDARD.desired_retention, order: Order = Order.LIKELIEST
) -> Contender:
    return lambda setting: Ours(setting.intake, order, retention)


CONTENDERS: dict[str, tuple[str, Contender]] = {
    OURS: ("**ours: FSRS-6, default weights, 0.90**", _ours()),
    "fitted": ("ours, fitted every 30 days", lambda setting: Fitted(setting.intake)),
    "ours-95": ("ours, 0.95", _ours(0.95)),
    "ours-80": ("ours, 0.80", _ours(0.80)),
    "ours-70": ("ours, 0.70", _ours(0.70)),
    "unlikeliest": ("ours, likeliest forgotten first", _ours(order=Order.UNLIKELIEST)),
    "date": ("ours, by date", _ours(order=Order.DATE)),
    "shipped": ("ours, forgotten first up to 200 due", _ours(order=Order.SHIPPED)),
    "sm-2": ("SM-2", lambda setting: SuperMemo2(setting.intake)),
    "fixed": ("fixed intervals", lambda setting: Fixed(setting.intake)),
    "through": (
        "no schedule: straight through, again and again",
        lambda setting: StraightThrough(setting.intake),
    ),
    "random": (
        "no schedule: at random",
        lambda setting: AtRandom(setting.intake, Random(setting.seed)),
    ),
    "batches": (
        "no schedule: a batch a week",
        lambda setting: Batches(setting.intake, setting.days),
    ),
}

SCHEDULES = (OURS, "sm-2", "fixed")
EVERYTHING = (*SCHEDULES, "through", "random", "batches")
WITH_TARGETS = (OURS, "ours-95", "ours-80", *EVERYTHING[1:])
ORDERS = (OURS, "unlikeliest", "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Conditions, and who is compared under them; the first policy is ours.

    With ``same_cards``, all meet the cards that ours met, on the same days; with
    ``relentless``, so many new ones come first each day, whatever is due; if ``mixed``, new
    ones come among what is due. ``share`` is the part of the learners that it is run with.
    """

    title: str
    policies: tuple[str, ...] = EVERYTHING
    plan: Plan = field(default_factory=Plan)
    people: People = field(default_factory=People)
    same_cards: bool = False
    relentless: int | None = None
    mixed: bool = False
    share: float = 0.2


HOLIDAY = Plan(days=210, away=range(120, 150), asked=(155, 160, 170, 180, 210))

SCENARIOS: dict[str, Scenario] = {
    "main": Scenario(
        title="1,200 cards, 10 minutes a day",
        policies=(OURS, "fitted", "ours-95", "ours-80", "ours-70", *EVERYTHING[1:]),
        share=1,
    ),
    "mixed": Scenario(
        title="new cards among the reviews",
        policies=(OURS, "shipped", "fitted", "ours-80", *ORDERS[1:], "sm-2", "fixed"),
        mixed=True,
    ),
    "steady": Scenario(
        title="7 new cards each day, whatever is due",
        policies=(OURS, "fitted", "ours-80", *ORDERS[1:], *EVERYTHING[1:]),
        relentless=7,
    ),
    "same": Scenario(
        title="the same cards on the same days",
        policies=(OURS, "ours-80", *SCHEDULES[1:], "random"),
        same_cards=True,
    ),
    "small": Scenario(
        title="400 cards, 10 minutes a day",
        policies=WITH_TARGETS,
        plan=Plan(deck=400),
    ),
    "half": Scenario(title="half the minutes", plan=Plan(minutes=5, new_a_day=5)),
    "double": Scenario(title="double the minutes", plan=Plan(minutes=20, new_a_day=20)),
    "alike": Scenario(
        title="every learner has the default weights", people=People(spread=0), share=0.1
    ),
    "closer": Scenario(title="learners differ half as much", people=People(spread=0.5), share=0.1),
    "fading": Scenario(title="all forget steeply", people=People(fading=0.5)),
    "exponential": Scenario(
        title="memory fades exponentially", people=People(curve=Exponential), policies=WITH_TARGETS
    ),
    "holiday": Scenario(title="30 days away", policies=ORDERS, plan=HOLIDAY),
    "overload": Scenario(
        title="5 minutes, and 4 new cards each day, whatever is due",
        policies=ORDERS,
        plan=Plan(minutes=5),
        relentless=4,
    ),
}


def run(
    scenario: Scenario, learners: int, seed: int, days: int | None = None
) -> dict[str, list[Outcome]]:
    """Let that many learners study by each policy; the nth outcomes are the same learner's."""
    plan = scenario.plan if days is None else shortened(scenario.plan, days)
    outcomes: dict[str, list[Outcome]] = {name: [] for name in scenario.policies}
    for number in range(learners):
        learner = Learner(number, plan.deck, seed=seed, people=scenario.people)
        setting = Setting(intake=_intake(scenario, plan, learner), days=plan.days, seed=number)
        for name, of_policy in outcomes.items():
            policy = CONTENDERS[name][1](setting)
            of_policy.append(study(learner, policy, plan))
    return outcomes


def _intake(scenario: Scenario, plan: Plan, learner: Learner) -> Intake:
    intake = Intake(deck=plan.deck, a_day=plan.new_a_day, mixed=scenario.mixed)
    if scenario.relentless:
        upto = range(
            scenario.relentless, scenario.relentless * (plan.days + 1), scenario.relentless
        )
        return replace(intake, upto=tuple(upto))
    if scenario.same_cards:
        return replace(intake, upto=study(learner, Ours(intake), plan).met)
    return intake


def shortened(plan: Plan, days: int) -> Plan:
    """Give the plan for other days than its own, with all that lies in between in proportion."""
    part = days / plan.days
    return replace(
        plan,
        days=days,
        away=range(round(plan.away.start * part), round(plan.away.stop * part)),
        asked=tuple(round(day * part) for day in plan.asked),
    )
