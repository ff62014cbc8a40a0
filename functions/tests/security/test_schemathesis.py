"""The OpenAPI document has to be true whatever is sent. Schemathesis makes up 5,000 requests from it.

The requests are the same each time. The request itself decides who sends it, and whether its id leads to something. The
answer depends on the request alone, because each one starts with the same records and an instance that remembers
nothing.
"""

import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Request
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from werkzeug.routing import Map

import controllers.http.api
from people import ADMIN, ALICE, bearer
from security.doors import HANDLERS
from security.house import EVERY_SCOPE, House
from tools.reference.places import OUTPUT

REQUESTS_MIN = 5000
# These are made up at random. The examples of the document, and values at the edges of what it allows, come on top.
PER_OPERATION = 60

# These write or count weeks of history, or draw them.
SLOW = {"seed_database": 5, "scheduleWeeklyReport": 20, "runReport": 20, "getReport": 20}

DOCUMENT = json.loads((Path(__file__).resolve().parents[3] / "docs" / "openapi.json").read_text())
CONFIG = {
    "seed": 20261120,
    "generation": {
        "deterministic": True,
        "max-examples": PER_OPERATION,
        "database": "none",
        "with-security-parameters": False,
    },
    "operations": [{"include-operation-id": name, "generation": {"max-examples": most}} for name, most in SLOW.items()],
}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

RATE = {"ratelimit", "ratelimit-policy"}

Start = Callable[..., Any]
sent: Counter[str] = Counter()
answered: Counter[int] = Counter()


def operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        yield from (operation for method, operation in item.items() if method != "servers")


def strict() -> dict[str, Any]:
    """Return the document without the answer for every status, which is for addresses without an operation. All
    operations are on one server.
    """
    document: dict[str, Any] = deepcopy(DOCUMENT)
    for operation in operations(document):
        operation["responses"].pop("default", None)
    for item in (document, *document["paths"].values()):
        item.pop("servers", None)
    return document


schema = schemathesis.openapi.from_dict(strict(), config=SchemathesisConfig.from_dict(CONFIG))


@pytest.fixture(scope="module")
def _known_maps() -> Iterator[None]:
    """Share the maps of routes between all instances. They are all the same, and making one takes longer than a
    request.
    """
    with pytest.MonkeyPatch.context() as patch:
        made: dict[tuple[str, ...], Any] = {}
        make = Map

        def once(rules: Iterable[Any], **options: Any) -> Any:
            rules = list(rules)
            which = tuple(rule.endpoint for rule in rules)
            if which not in made:
                made[which] = make(rules, **options)
            return made[which]

        patch.setattr(controllers.http.api, "Map", once)
        yield


class Visitors(House):
    """The house has visitors of every kind."""

    def __init__(self, **environment: str) -> None:
        super().__init__(**environment)
        self.service_key = self.key(*EVERY_SCOPE)
        people = [ADMIN] * 6 + [ALICE] * 3
        self.callers = [*people, self.service_key, bearer(self.keys["usual"]), bearer("forged"), {}]
        self.before = self.world.records()

    def begin(self) -> None:
        self.restart()
        self.world.documents._documents = dict(self.before)
        self.world.queue.waiting.clear()

    def serve(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path, app = environ["PATH_INFO"], self.world.app
        serve = app.api.serve if path.startswith("/v1/") else self.world.function_url(HANDLERS[path.strip("/")])
        answer = serve(Request(environ))
        answered[answer.status_code] += 1
        found: Iterable[bytes] = answer(environ, start)
        return found


@pytest.fixture(scope="module")
def houses(_known_maps: None) -> list[Visitors]:
    return [Visitors(), Visitors(AUTH_MODE="open")]


@schema.parametrize()
def test_every_answer_is_in_the_document(case: Any, houses: list[Visitors]) -> None:
    chance = zlib.crc32(repr((case.path_parameters, case.query, case.body, case.headers)).encode())
    house = houses[chance % 5 == 0]
    house.begin()
    _go_somewhere(case, house, chance)
    who = house.callers[chance // 5 % len(house.callers)]
    if who is not house.service_key and chance // 90 % 8:
        case.headers.pop("X-External-User-Id", None)  # with this header, every other caller would be refused
    names = {"userId": "alice"} if house is houses[1] and not who and case.operation.path.startswith("/v1/") else {}
    response = case.call(app=house.serve, base_url="http://darkroom.test", headers=who, params=names)
    sent[case.operation.label] += 1
    case.validate_response(response, checks=CHECKS)
    assert undocumented_headers(case, response) == set(), response.status_code


def _go_somewhere(case: Any, house: House, chance: int) -> None:
    """Put an id into two of three requests that leads to something, because an id that is made up leads nowhere."""
    if "id" in (case.path_parameters or {}) and chance // 40 % 3:
        before, _, after = case.operation.path.partition("{id}")
        case.path_parameters["id"] = house.places[after if after == OUTPUT else before]
        if after == OUTPUT:
            case.path_parameters["number"] = "0"


def undocumented_headers(case: Any, response: Any) -> set[str]:
    """Return the headers that the document knows, but does not show for this answer."""
    if case.method.lower() != case.operation.method:
        return set()
    known = {name.lower() for name in DOCUMENT["components"]["headers"]}
    operation = DOCUMENT["paths"][case.operation.path][case.operation.method]
    shown = operation["responses"].get(str(response.status_code)) or operation["responses"].get("default", {})
    if "$ref" in shown:
        shown = DOCUMENT["components"]["responses"][shown["$ref"].rpartition("/")[2]]
    documented = {name.lower() for name in shown.get("headers", ())}
    if not operation["security"]:
        documented |= RATE  # these are only for a known caller, and the document shows an unknown one
    return {name.lower() for name in response.headers} & known - documented


def test_those_were_enough_and_of_every_kind() -> None:
    """This judges all requests of this test run. It is skipped if the other tests did not run."""
    everything = {each["operationId"] for each in operations(DOCUMENT)}
    if len(sent) < len(everything):
        pytest.skip("not all operations were tried")
    assert sum(sent.values()) >= REQUESTS_MIN, sent
    assert set(answered) >= {200, 201, 202, 400, 401, 403, 404, 412, 415}, answered
    assert sum(count for status, count in answered.items() if status < 300) > REQUESTS_MIN / 8, answered
