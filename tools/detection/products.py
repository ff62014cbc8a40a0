"""Makes synthetic products, week by week, with anomalies planted in them. The same seed makes the same product."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from domain.reports.anomalies.days import DayFacts, ModelDay

WEEKS = 20
HISTORY_WEEKS = 8
FIRST_MONDAY = date(2026, 1, 5)
DAYS = 7

PRICES = {"512x512": 1, "1024x1024": 3, "1024x1792": 4}
USUAL_SIZES = (0.6, 0.3, 0.1)
BIG_SIZES = (0.05, 0.15, 0.8)

PLANTED_PER_PRODUCT = 4
# A product with so many requests a day is big enough for a drop or a surge of failures to mean something.
BUSY_DAY = 60


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of anomaly. Findings of `consequences` count neither as right nor as wrong."""

    name: str
    family: str
    consequences: frozenset[str] = frozenset()
    is_for_quiet_products: bool = False


KINDS = (
    Kind("spike of one user", "demand rose", is_for_quiet_products=True),
    Kind("spike of requests", "demand rose", frozenset({"people rose"})),
    Kind("bigger sizes", "demand rose"),
    Kind("drop of requests", "demand fell"),
    Kind("silent week", "demand fell"),
    Kind("failing model", "failures rose"),
    Kind("burst of registrations", "people rose", frozenset({"demand rose"}), is_for_quiet_products=True),
)


@dataclass(slots=True)
class Week:
    """
    One week of a product. `users` are requests by user, and `sizes` are requests by size. `best_days` are the credits
    and the date of each user's dearest day.
    """

    days: list[DayFacts]
    users: Counter[str]
    best_days: dict[str, tuple[int, date]]
    sizes: Counter[str]
    refunded: int
    planted: Kind | None = None

    @property
    def credits(self) -> int:
        return sum(day.credits for day in self.days)

    @property
    def failed(self) -> int:
        return sum(day.failed for day in self.days)

    @property
    def requests(self) -> int:
        return sum(day.total_requests for day in self.days)

    def models(self) -> dict[str, tuple[int, int]]:
        """Return the number of requests and of failed requests by model."""
        names = sorted({name for day in self.days for name in day.models})
        found = {name: [day.models[name] for day in self.days if name in day.models] for name in names}
        return {
            name: (sum(day.total_requests for day in days), sum(day.failed for day in days))
            for name, days in found.items()
        }


@dataclass(slots=True)
class Traits:
    # The requests of each user in a usual week.
    users: dict[str, float]
    weekdays: list[float]
    growth: float
    noise: float
    # The part of all requests that each model gets, and its failure rate.
    models: dict[str, tuple[float, float]]
    registrations: float
    # The likelihood that a user is active in a week.
    activity_rate: float

    @property
    def day(self) -> float:
        return sum(self.users.values()) * self.activity_rate / DAYS


@dataclass(slots=True)
class Plan:
    """The plan of one week, day by day: its volume, and how it differs from a usual week."""

    volume: list[float]
    sizes: list[Sequence[float]] = field(default_factory=lambda: [USUAL_SIZES] * DAYS)
    failing: dict[int, float] = field(default_factory=dict)
    registrations: dict[int, int] = field(default_factory=dict)
    one_user: dict[int, int] = field(default_factory=dict)
    planted: Kind | None = None


def product(seed: int) -> list[Week]:
    chance = Random(f"product {seed}")  # noqa: S311 - repeatable on purpose
    traits = _traits(chance)
    planted = _planted(chance, traits)
    holidays = set(chance.sample([week for week in range(WEEKS) if week not in planted], 2))
    weeks = []
    for number in range(WEEKS):
        plan = Plan(volume=[_noisy(chance, weight, traits.noise) for weight in traits.weekdays])
        if number in holidays:
            plan.volume[chance.randrange(5)] *= chance.uniform(0.5, 0.75)
        if number in planted:
            _plant(planted[number], plan, traits, chance)
        weeks.append(_week(number, traits, plan, chance))
    return weeks


def poisson(chance: Random, mean: float) -> int:
    tries = max(1000, round(100 * mean))
    return chance.binomialvariate(tries, mean / tries) if mean > 0 else 0


def _traits(chance: Random) -> Traits:
    people = round(chance.choice((chance.uniform(4, 12), chance.uniform(15, 40), chance.uniform(40, 120))))
    activity = chance.uniform(2.0, 12.0)
    weekend = chance.uniform(0.4, 1.2)
    names = [f"Model {letter}" for letter in "ABCD"[: chance.choice((2, 3, 3, 4))]]
    parts = [chance.uniform(0.5, 1.5) for _ in names]
    return Traits(
        users={f"user{number:03d}": activity * chance.lognormvariate(0, 0.7) for number in range(people)},
        weekdays=[*(chance.uniform(0.9, 1.1) for _ in range(5)), weekend, weekend],
        growth=chance.choice((0.0, chance.uniform(-0.02, 0.03), chance.uniform(0.04, 0.07))),
        noise=chance.uniform(0.03, 0.15),
        models={name: (part / sum(parts), chance.uniform(0.02, 0.08)) for name, part in zip(names, parts, strict=True)},
        registrations=people * chance.uniform(0.005, 0.05),
        activity_rate=chance.uniform(0.6, 0.95),
    )


def _planted(chance: Random, traits: Traits) -> dict[int, Kind]:
    kinds = [kind for kind in KINDS if kind.is_for_quiet_products or traits.day >= BUSY_DAY]
    # Two weeks that follow each other are never both planted, so each week is compared with a usual one.
    slots = chance.sample(range(HISTORY_WEEKS, WEEKS, 2), PLANTED_PER_PRODUCT)
    return {slot: chance.choice(kinds) for slot in slots}


def _noisy(chance: Random, weight: float, noise: float) -> float:
    return weight * chance.lognormvariate(-noise * noise / 2, noise)


def _plant(kind: Kind, plan: Plan, traits: Traits, chance: Random) -> None:
    plan.planted = kind
    first = chance.randrange(5)
    days = range(first, first + chance.choice((1, 1, 2, 3)))
    match kind.name:
        case "spike of one user":
            plan.one_user[first] = round(max(60, chance.uniform(1.0, 2.0) * traits.day))
        case "spike of requests":
            _scale(plan, days, chance.uniform(2.0, 3.5))
        case "bigger sizes":
            for day in days:
                plan.sizes[day] = BIG_SIZES
        case "drop of requests":
            _scale(plan, days, chance.uniform(0.0, 0.3))
        case "silent week":
            _scale(plan, range(DAYS), 0.0)
        case "failing model":
            plan.failing = dict.fromkeys(days, chance.uniform(0.35, 0.7))
        case "burst of registrations":
            plan.registrations[first] = round(max(15, 6 * traits.registrations))


def _scale(plan: Plan, days: Sequence[int], factor: float) -> None:
    for day in days:
        plan.volume[day] *= factor


def _week(number: int, traits: Traits, plan: Plan, chance: Random) -> Week:
    level = (1 + traits.growth) ** number
    dates = [FIRST_MONDAY + timedelta(days=DAYS * number + day) for day in range(DAYS)]
    asked = _asked(traits, plan, level, chance)
    registered = [poisson(chance, traits.registrations) + plan.registrations.get(day, 0) for day in range(DAYS)]
    for day, count in enumerate(registered):
        for newcomer in range(count):
            asked.update({(f"new{number}-{day}-{newcomer}", day): chance.randrange(3)})
    # New users are not followed: in the next week only the usual users are there again.
    week = Week(days=[], users=Counter(), best_days={}, sizes=Counter(), refunded=0, planted=plan.planted)
    requests, spent = [0] * DAYS, [0] * DAYS
    for (user, day), count in asked.items():
        cost = _ask(week, user, dates[day], chance.choices(list(PRICES), plan.sizes[day], k=count))
        requests[day] += count
        spent[day] += cost
    for day in range(DAYS):
        models = _models(traits, plan, day, requests[day], chance)
        week.days.append(_day(dates[day], spent[day], registered[day], models))
    week.refunded = sum(round(day.credits * day.failed / day.total_requests) for day in week.days if day.total_requests)
    return week


def _ask(week: Week, user: str, day: date, sizes: Sequence[str]) -> int:
    cost = sum(PRICES[size] for size in sizes)
    if sizes:
        week.users[user] += len(sizes)
        week.sizes.update(sizes)
        week.best_days[user] = max(week.best_days.get(user, (0, day)), (cost, day))
    return cost


def _asked(traits: Traits, plan: Plan, level: float, chance: Random) -> Counter[tuple[str, int]]:
    """Draw the number of requests by user and day."""
    asked: Counter[tuple[str, int]] = Counter()
    for user, usual in traits.users.items():
        if chance.random() > traits.activity_rate:
            continue
        for day, volume in enumerate(plan.volume):
            asked[user, day] = poisson(chance, usual * level * volume / DAYS)
    for day, extra in plan.one_user.items():
        asked[chance.choice(list(traits.users)), day] += extra
    return asked


def _models(traits: Traits, plan: Plan, day: int, requests: int, chance: Random) -> dict[str, ModelDay]:
    main = max(traits.models, key=lambda name: traits.models[name][0])
    parts = [part for part, _ in traits.models.values()]
    counts = Counter(chance.choices(list(traits.models), parts, k=requests))
    found = {}
    for name, (_, usual) in traits.models.items():
        rate = plan.failing.get(day, usual) if name == main else usual
        failed = chance.binomialvariate(counts[name], rate)
        found[name] = ModelDay(total_requests=counts[name], completed=counts[name] - failed, failed=failed)
    return found


def _day(day: date, spent: int, registered: int, models: dict[str, ModelDay]) -> DayFacts:
    failed = sum(model.failed for model in models.values())
    requests = sum(model.total_requests for model in models.values())
    return DayFacts(
        day=day,
        total_requests=requests,
        completed=requests - failed,
        failed=failed,
        credits=spent,
        registrations=registered,
        models=models,
    )
