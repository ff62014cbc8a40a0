"""This lists every door of Darkroom, from the table of routes and from main.py, and says who is let through each of
them.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import weekly
from calls import BODIES, HEADERS, QUERIES
from controllers.http.wire import Access
from domain.accounts.keys import Scope
from people import NOW
from repositories.store.documents import Document, Query, Totals
from repositories.store.memory import MemoryDocuments
from tools.reference.places import OUTPUT, path_of
from world import ORDER, Response, World

MAIN = Path(__file__).resolve().parents[2] / "main.py"
SAFE = ("GET", "HEAD")

# This says which credential opens each door: any, a user's sign-in, an admin's sign-in, or a key with which scope.
# It is written by hand, so that a door that opens wider, or a new door, has to be written here as well.
# Everybody may call seed_database on the emulator, and nobody may anywhere else.
OPENED_BY: dict[str, tuple[Access, Scope | None]] = {
    "createGeneration": (Access.KNOWN, Scope.GENERATIONS_WRITE),
    "listGenerations": (Access.KNOWN, Scope.GENERATIONS_READ),
    "getOutput": (Access.KNOWN, Scope.GENERATIONS_READ),
    "getGeneration": (Access.KNOWN, Scope.GENERATIONS_READ),
    "cancelGeneration": (Access.KNOWN, Scope.GENERATIONS_WRITE),
    "getMe": (Access.KNOWN, Scope.BALANCE_READ),
    "claimAnonymous": (Access.KNOWN, None),
    "signOutEverywhere": (Access.KNOWN, None),
    "getBalance": (Access.KNOWN, Scope.BALANCE_READ),
    "getUsage": (Access.KNOWN, Scope.BALANCE_READ),
    "listEntries": (Access.KNOWN, Scope.BALANCE_READ),
    "listKeys": (Access.KNOWN, Scope.KEYS_READ),
    "getKey": (Access.KNOWN, Scope.KEYS_READ),
    "createKey": (Access.KNOWN, Scope.KEYS_WRITE),
    "updateKey": (Access.KNOWN, Scope.KEYS_WRITE),
    "rotateKey": (Access.KNOWN, Scope.KEYS_WRITE),
    "revokeKey": (Access.KNOWN, Scope.KEYS_WRITE),
    "getCatalog": (Access.PUBLIC, None),
    "listModels": (Access.PUBLIC, None),
    "getModel": (Access.PUBLIC, None),
    "getHealth": (Access.PUBLIC, None),
    "getReadiness": (Access.PUBLIC, None),
    "receiveProviderCallback": (Access.PUBLIC, None),
    "adminListUsers": (Access.ADMIN, Scope.ADMIN_READ),
    "adminGetUser": (Access.ADMIN, Scope.ADMIN_READ),
    "adminCreateUser": (Access.ADMIN, Scope.ADMIN_WRITE),
    "adminAdjustBalance": (Access.ADMIN, Scope.ADMIN_WRITE),
    "adminDeactivateUser": (Access.ADMIN, Scope.ADMIN_WRITE),
    "adminActivateUser": (Access.ADMIN, Scope.ADMIN_WRITE),
    "adminDeleteUser": (Access.ADMIN, Scope.ADMIN_WRITE),
    "adminListKeys": (Access.ADMIN, Scope.ADMIN_READ),
    "adminRevokeKey": (Access.ADMIN, Scope.ADMIN_WRITE),
    "adminListGenerations": (Access.ADMIN, Scope.ADMIN_READ),
    "adminGetGeneration": (Access.ADMIN, Scope.ADMIN_READ),
    "adminListEntries": (Access.ADMIN, Scope.ADMIN_READ),
    "adminListAuditLog": (Access.ADMIN, Scope.ADMIN_READ),
    "adminGetCatalog": (Access.ADMIN, Scope.ADMIN_READ),
    "adminPutStyle": (Access.ADMIN, Scope.ADMIN_WRITE),
    "adminDeactivateStyle": (Access.ADMIN, Scope.ADMIN_WRITE),
    "adminPutColor": (Access.ADMIN, Scope.ADMIN_WRITE),
    "adminDeactivateColor": (Access.ADMIN, Scope.ADMIN_WRITE),
    "adminPutSize": (Access.ADMIN, Scope.ADMIN_WRITE),
    "adminDeactivateSize": (Access.ADMIN, Scope.ADMIN_WRITE),
    "adminGetConnection": (Access.ADMIN, Scope.ADMIN_READ),
    "adminGetQueue": (Access.ADMIN, Scope.ADMIN_READ),
    "adminPauseQueue": (Access.ADMIN, Scope.ADMIN_WRITE),
    "adminResumeQueue": (Access.ADMIN, Scope.ADMIN_WRITE),
    "adminPurgeQueue": (Access.ADMIN, Scope.ADMIN_WRITE),
    "adminSweep": (Access.ADMIN, Scope.ADMIN_WRITE),
    "adminAudit": (Access.ADMIN, Scope.ADMIN_WRITE),
    "listReports": (Access.ADMIN, Scope.ADMIN_READ),
    "getReport": (Access.ADMIN, Scope.ADMIN_READ),
    "runReport": (Access.ADMIN, Scope.ADMIN_WRITE),
    "askToUnsubscribe": (Access.PUBLIC, None),
    "unsubscribe": (Access.PUBLIC, None),
    "createGenerationRequest": (Access.KNOWN, Scope.GENERATIONS_WRITE),
    "getGenerationStatus": (Access.KNOWN, Scope.GENERATIONS_READ),
    "getUserCredits": (Access.KNOWN, Scope.BALANCE_READ),
    "validate_user": (Access.KNOWN, Scope.BALANCE_READ),
    "seed_database": (Access.PUBLIC, None),
    "scheduleWeeklyReport": (Access.ADMIN, Scope.ADMIN_WRITE),
}


@dataclass(frozen=True)
class Door:
    """`handler` is the method behind a function URL. It is empty for a route of `/v1`."""

    name: str
    method: str
    path: str
    handler: str = ""
    request: Mapping[str, Any] = field(default_factory=dict)

    @property
    def access(self) -> Access:
        return OPENED_BY[self.name][0]

    @property
    def scope(self) -> Scope | None:
        return OPENED_BY[self.name][1]

    @property
    def is_public(self) -> bool:
        return self.access is Access.PUBLIC

    @property
    def changes(self) -> bool:
        return self.method not in SAFE

    @property
    def manages_keys(self) -> bool:
        return self.scope in (Scope.KEYS_READ, Scope.KEYS_WRITE)

    @property
    def prefix(self) -> str:
        """Return the part of the address before the id. A function URL has its id elsewhere."""
        return self.path.partition("{id}")[0]

    def __str__(self) -> str:
        return self.name

    def open(self, world: World, headers: Mapping[str, str], places: Mapping[str, str], **changes: Any) -> Response:
        """Send a valid request, with the given changes."""
        request: dict[str, Any] = {**self.request, **changes, "headers": {**HEADERS.get(self.name, {}), **headers}}
        if not self.handler:
            return world.api(self.method, path_of(self.path, dict(places)), **request)
        if self.name == "getGenerationStatus":
            request["query_string"] = {"generationRequestId": places[self.path]}
        return world.call(self.handler, self.method, **request)


def doors() -> list[Door]:
    return [*_routes(), *_function_urls()]


def _routes() -> list[Door]:
    found = []
    for route in World(NOW).app.api.routes.values():
        request: dict[str, Any] = {}
        if route.body is not None:
            request["json"] = BODIES[route.name]
        if route.name in QUERIES:
            request["query_string"] = QUERIES[route.name]
        found.append(Door(route.name, route.method, route.path, request=request))
    return found


_STATUS_OF = "/getGenerationStatus/"

_FUNCTION_CALLS: dict[str, Door] = {
    "createGenerationRequest": Door("", "POST", "", request={"json": ORDER}),
    "getGenerationStatus": Door("", "GET", _STATUS_OF),
    "getUserCredits": Door("", "GET", ""),
    "validate_user": Door("", "GET", ""),
    "seed_database": Door("", "POST", ""),
    "scheduleWeeklyReport": Door("", "POST", ""),
}


def _function_urls() -> list[Door]:
    """Return the function URLs. If main.py opens a function to HTTP that has no call here, the tests end before they
    begin.
    """
    found = []
    for name, handler in HANDLERS.items():
        call = _FUNCTION_CALLS[name]
        found.append(Door(name, call.method, call.path, handler, call.request))
    return found


def _http_functions() -> dict[str, str]:
    """Return the handler of each function that main.py opens to HTTP. There it reads `return
    darkroom().generation_urls.handler(request)`.
    """
    functions = [node for node in ast.parse(MAIN.read_text()).body if isinstance(node, ast.FunctionDef)]
    return {
        each.name: each.body[-1].value.func.attr  # type: ignore[attr-defined]
        for each in functions
        if any(ast.unparse(decorator).startswith("on_request(") for decorator in each.decorator_list)
    }


# These are the handlers of function URLs. `api` has no handler, because it serves the routes.
HANDLERS = {name: handler for name, handler in _http_functions().items() if name != "api"}

DOORS = doors()
WITH_ID = [door for door in DOORS if door.prefix != door.path or door.path == _STATUS_OF]


def ids_of(generation_id: str, key_id: str, *, done: str) -> dict[str, str]:
    """Return the ids that can stand in addresses, by the part of the address before them. The generation `done` has an
    output.
    """
    return {
        OUTPUT: done,
        "/v1/generations/": generation_id,
        "/v1/keys/": key_id,
        "/v1/admin/users/": "bob",
        "/v1/admin/generations/": generation_id,
        "/v1/admin/catalog/styles/": "realistic",
        "/v1/admin/catalog/colors/": "vibrant",
        "/v1/admin/catalog/sizes/": "512x512",
        "/v1/models/": "Model A",
        "/v1/reports/": weekly.REPORT_ID,
        _STATUS_OF: generation_id,
    }


class Counted(MemoryDocuments):
    """Remembers in which order it was asked for what. This is the work that a request causes."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, str]] = []

    def get(self, path: str, *, at: datetime | None = None) -> Document | None:
        self.asked.append(("get", path.rpartition("/")[0]))
        return super().get(path, at=at)

    def query(self, query: Query) -> list[Document]:
        self.asked.append(("query", query.collection))
        return super().query(query)

    def totals(self, query: Query, sums: Any = (), *, at: datetime | None = None) -> Totals:
        self.asked.append(("totals", query.collection))
        return super().totals(query, sums, at=at)
