from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from controllers.http.wire import Access, Route
from core.errors import NotSupported, Unavailable
from domain.accounts.keys import Scope
from repositories.operations.audit_log import AuditLogRepository
from repositories.store.documents import Ambiguous, Create, Query
from services.generations.model_ports import RemoteResult, RemoteStatus
from world import Response, World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
REASON = {"reason": "The vendor is down"}
SWITCHES = ["pause", "resume", "purge"]


def ask(world: World, method: str, what: str, json: Any = None) -> Response:
    return world.api(method, f"/v1/admin/{what}", "boss", json=json)


def log_of(world: World) -> list[tuple[str, str, str]]:
    """Return who did what, and why, newest first."""
    records = ask(world, "GET", "audit-log").body["data"]
    return [(each["actor"], each["action"], each["reason"]) for each in records]


class TestQueue:
    def test_what_it_tells_and_how_many_generations_are_where(self, world: World) -> None:
        remote = world.create(model="Model R")
        world.vendor.results = [RemoteResult(status=RemoteStatus.RUNNING)]
        world.deliver_next()
        for _ in range(2):
            world.create()
        world.deliver(world.create())
        body = ask(world, "GET", "queue").body
        assert world.generation(remote).status == "processing"
        assert (body["state"], body["queued"], body["processing"]) == ("running", 2, 1)
        assert body["depth"] == len(world.queue.waiting)
        assert (body["purged_at"], body["max_attempts"]) == (None, None)
        assert [(each["name"], each["state"], each["depth"]) for each in body["queues"]] == [
            ("all", "running", body["depth"])
        ]

    def test_it_is_paused_and_resumed(self, world: World) -> None:
        assert ask(world, "POST", "queue/pause", REASON).body["state"] == "paused"
        assert ask(world, "GET", "queue").body["state"] == "paused"
        world.later(seconds=1)
        assert ask(world, "POST", "queue/resume", {"reason": "It is up"}).body["state"] == "running"
        assert log_of(world) == [
            ("user:boss", "queue.resume", "It is up"),
            ("user:boss", "queue.pause", "The vendor is down"),
        ]

    def test_a_purge_drops_tasks_and_loses_no_generation(self, world: World) -> None:
        made = [world.create() for _ in range(3)]
        body = ask(world, "POST", "queue/purge", REASON).body
        assert (body["depth"], body["queued"], body["purged_at"]) == (0, 3, "2026-03-04T12:00:00Z")
        world.later(minutes=2)
        assert ask(world, "POST", "sweep").body["dispatched_again"] == 3
        assert world.deliver_all() == 3
        assert {world.generation(each).status for each in made} == {"completed"}
        assert ("user:boss", "queue.purge", "The vendor is down") in log_of(world)
        world.assert_books_balance()

    @pytest.mark.parametrize("switch", SWITCHES)
    @pytest.mark.parametrize(
        ("error", "status", "code"),
        [(NotSupported("It has no such switch"), 501, "not_supported"), (Unavailable("No answer"), 503, "unavailable")],
    )
    def test_what_fails_was_asked_for_all_the_same(
        self, world: World, switch: str, error: Exception, status: int, code: str
    ) -> None:
        world.app.made["queue_control"] = _Refusing(error)
        response = ask(world, "POST", f"queue/{switch}", REASON)
        assert (response.status, response.body["code"]) == (status, code)
        assert log_of(world) == [("user:boss", f"queue.{switch}", "The vendor is down")]

    def test_where_the_queue_does_not_answer_that_is_said(self, world: World) -> None:
        world.queue.is_down = True
        assert ask(world, "GET", "queue").status == 503

    @pytest.mark.parametrize("switch", SWITCHES)
    @pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " "}, {"reason": "x" * 501}])
    def test_there_is_a_reason(self, world: World, switch: str, body: dict[str, Any]) -> None:
        response = ask(world, "POST", f"queue/{switch}", body)
        assert (response.status, response.body["errors"][0]["pointer"]) == (400, "/reason")
        assert log_of(world) == []


class _Refusing:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Callable[[], Any]:
        def refuse() -> Any:
            raise self._error

        return refuse


def test_what_cannot_be_written_down_is_not_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.create()

    def lost(*_: object) -> Any:
        raise Ambiguous("the answer was lost")

    monkeypatch.setattr(world.documents, "commit", lost)
    assert ask(world, "POST", "queue/purge", REASON).status == 503
    assert len(world.queue.waiting) == 1


def test_a_record_of_the_audit_log_is_written_once(world: World) -> None:
    from domain.accounts.audit_log import AuditRecord

    log = AuditLogRepository(world.documents)
    record = AuditRecord(id="r", at=NOW, actor="operator", action="a", target="t")
    assert (log.add(record), log.add(record)) == (True, False)


class TestSweep:
    def test_it_says_what_it_found(self, world: World) -> None:
        generation_id = world.create()
        world.queue.waiting.clear()
        world.later(minutes=2)
        assert ask(world, "POST", "sweep").body == {
            "resent": 1,
            "dispatched_again": 0,
            "failed": 0,
            "settled_meanwhile": 0,
            "unavailable": 0,
            "unreadable": 0,
            "disputed": 0,
        }
        world.later(days=2)
        assert ask(world, "POST", "sweep").body["failed"] == 1
        assert world.generation(generation_id).refunded == 1
        assert [action for _, action, _ in log_of(world)] == ["sweep.run"] * 2


class TestAudit:
    def test_books_that_agree(self, world: World) -> None:
        world.create()
        assert ask(world, "POST", "audit", {}).body == {
            "is_exact": True,
            "is_complete": True,
            "is_conclusive": True,
            "users_checked": 3,
            "differences": [],
            "different": [],
            "unopened": [],
            "unopened_count": 0,
            "unreadable": [],
        }
        assert log_of(world) == [("user:boss", "audit.run", "")]

    def test_a_difference_is_named(self, world: World) -> None:
        world.overwrite("users/alice", current_credits=101)
        body = ask(world, "POST", "audit", {}).body
        difference = {"invariant": "I2", "detail": "balance = sum of entries", "expected": 100, "actual": 101}
        everybody = difference | {"expected": 110, "actual": 111}
        assert (body["is_exact"], body["differences"]) == (False, [everybody])
        assert body["different"] == [{"user_id": "alice", "differences": [difference]}]
        alone = ask(world, "POST", "audit", {"user_id": "alice"}).body
        assert alone == body | {"users_checked": 1, "differences": []}
        assert ask(world, "POST", "audit", {"user_id": "bob"}).body["is_exact"] is True

    def test_who_is_older_than_the_ledger_is_named(self, world: World) -> None:
        user = {"name": "Arda", "email": "a@example.com", "current_credits": 500}
        world.documents.commit([Create("users/arda", {**user, "created_at": world.now, "updated_at": world.now})])
        body = ask(world, "POST", "audit", {}).body
        assert (body["is_exact"], body["unopened"], body["unopened_count"]) == (True, ["arda"], 1)
        alone = ask(world, "POST", "audit", {"user_id": "arda"}).body
        assert (alone["is_exact"], alone["unopened"]) == (False, ["arda"])

    def test_those_who_changed_in_the_last_25_hours_at_most_500(self, world: World) -> None:
        world.later(hours=24)
        world.create("mallory")
        world.later(hours=2)
        assert ask(world, "POST", "audit", {}).body["users_checked"] == 1
        for number in range(500):
            world.add_user(f"user-{number:03}", 0)
        body = ask(world, "POST", "audit", {}).body
        assert (body["users_checked"], body["is_complete"], body["is_exact"]) == (500, False, True)

    def test_of_nobody(self, world: World) -> None:
        response = ask(world, "POST", "audit", {"user_id": "nobody"})
        assert (response.status, response.body["code"]) == (404, "user_not_found")
        assert log_of(world) == []

    @pytest.mark.parametrize("user_id", ["a/b", "", "..", 7])
    def test_a_malformed_id(self, world: World, user_id: object) -> None:
        response = ask(world, "POST", "audit", {"user_id": user_id})
        assert (response.status, response.body["errors"][0]["pointer"]) == (400, "/user_id")


MINE = ("generations", "ledger", "audit-log", "catalog", "queue", "sweep", "audit")
STYLE = {"display_name": "Linocut", "description": "", "sort_order": 7}
BODIES = {
    "styles": STYLE,
    "colors": {**STYLE, "hex_examples": ["#aabbcc"]},
    "sizes": {**STYLE, "width": 512, "height": 512, "aspect_ratio": "1:1", "credit_cost": 1},
    "queue": REASON,
    "audit": {},
}


def routes() -> list[Route]:
    every = World(NOW).app.api.routes.values()
    return [route for route in every if route.path.startswith(tuple(f"/v1/admin/{each}" for each in MINE))]


def body_of(route: Route) -> Any:
    return None if route.body is None else next(body for part, body in BODIES.items() if f"/{part}" in route.path)


@pytest.fixture
def required() -> World:
    world = World(NOW, AUTH_MODE="required")
    world.add_user("admin", 0, is_admin=True)
    return world


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.name)
class TestWhoMay:
    def call(self, world: World, route: Route, **headers: str) -> Response:
        path = route.path.replace("{id}", "anime" if "styles" in route.path else "vibrant")
        if "sizes" in path:
            path = path.replace("vibrant", "512x512")
        return world.api(route.method, path, json=body_of(route), headers=headers)

    def bearer(self, world: World, *scopes: Scope) -> dict[str, str]:
        body = {"name": "n", "scopes": [*scopes]}
        made = world.api("POST", "/v1/keys", json=body, headers={"Authorization": "Bearer admin-token"})
        return {"X-API-Key": made.body["key"]}

    def test_an_admin_is_served_and_what_it_changes_is_written_down(self, required: World, route: Route) -> None:
        generation_id = required.api(
            "POST",
            "/v1/generations",
            json={"model": "Model A", "style": "anime", "color": "neon", "size": "512x512", "prompt": "x"},
            headers={"Authorization": "Bearer alice-token"},
        ).body["id"]
        path = route.path.replace("/generations/{id}", f"/generations/{generation_id}")
        for part, option in (("styles", "anime"), ("colors", "neon"), ("sizes", "512x512")):
            path = path.replace(f"{part}/{{id}}", f"{part}/{option}")
        headers = {"Authorization": "Bearer admin-token", "X-Request-Id": "call-7"}
        response = required.api(route.method, path, json=body_of(route), headers=headers)
        assert response.status == 200, response.body
        records = required.documents.query(Query(collection="audit_log"))
        made = [(each.fields["actor"], each.fields["request_id"]) for each in records]
        assert made == ([] if route.method == "GET" else [("user:admin", "call-7")])

    def test_nobody_else_is(self, required: World, route: Route) -> None:
        assert (route.access, route.scope) == (
            Access.ADMIN,
            Scope.ADMIN_READ if route.method == "GET" else Scope.ADMIN_WRITE,
        )
        required.api("GET", "/v1/me", headers={"Authorization": "Bearer alice-token"})
        before = required.records()
        nobody = self.call(required, route)
        somebody = self.call(required, route, Authorization="Bearer alice-token")
        assert (nobody.status, nobody.body["code"]) == (401, "unauthenticated")
        assert (somebody.status, somebody.body["code"]) == (403, "permission_denied")
        assert required.records() == before

    def test_a_key_needs_the_scope(self, required: World, route: Route) -> None:
        assert route.scope is not None
        good = self.bearer(required, route.scope)
        other = self.bearer(required, *(set(Scope) - {route.scope}))
        assert self.call(required, route, **other).status == 403
        assert self.call(required, route, **good).status in (200, 404)
