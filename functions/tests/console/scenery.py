"""The scenery puts something on every page: pictures, a failure, a key, a report, and people to list."""

from dataclasses import dataclass

from playwright.sync_api import StorageState

from bootstrap import Darkroom
from console import persons
from console.backstage import Backstage, order
from console.persons import Person
from console.places import Place, Visitor

LIGHTHOUSE = {
    "model": "Model A",
    "style": "watercolor",
    "color": "vibrant",
    "size": "512x512",
    "prompt": "A lighthouse at dusk, waves below",
    "seed": 7,
}
ORDERS = (
    LIGHTHOUSE,
    LIGHTHOUSE | {"model": "Model B", "style": "oil_painting", "color": "pastel", "prompt": "Bread on a blue cloth"},
    LIGHTHOUSE | {"style": "anime", "color": "neon", "prompt": "A night market in the rain"},
)


@dataclass(frozen=True, slots=True)
class Scenery:
    user: Person
    operator: Person
    generation: str
    report: str

    def address(self, place: Place) -> str:
        return place.path.format(generation=self.generation, user=self.user.id, report=self.report)

    def state(self, place: Place) -> StorageState | None:
        """Return the state with which a context can show this place to its visitor."""
        person = {Visitor.USER: self.user, Visitor.ADMIN: self.operator}.get(place.visitor)
        return persons.signed_in(person.email) if person else None


def built(app: Darkroom, backstage: Backstage) -> Scenery:
    operator, user = persons.promoted(app, persons.newcomer()), persons.newcomer()
    persons.give(operator, user.id, 40, "Winner of the spring contest")
    generation = pictures(backstage, user)
    give_key(user)
    return Scenery(user, operator, generation, report(operator))


def pictures(backstage: Backstage, user: Person) -> str:
    """Make some pictures that succeed, and one that fails. Return the id of the last one that succeeded."""
    ids = [order(backstage, user.token, **wanted) for wanted in ORDERS]
    backstage.succeed()
    order(backstage, user.token, **LIGHTHOUSE, metadata={"shop": "North"})
    backstage.fail()
    return ids[-1]


def give_key(user: Person) -> None:
    key = {"name": "Nightly batch", "scopes": ["generations:write", "generations:read"], "budget": {"per_day": 10}}
    made = user.call("POST", "/keys", json=key)
    assert made.status == 201, made.body


def report(operator: Person) -> str:
    """Make the report of the last full week, and return its id."""
    made = operator.call("POST", "/reports", json={})
    assert made.status == 201, made.body
    return str(made.body["id"])
