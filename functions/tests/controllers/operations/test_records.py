"""Operators can list everybody's generations and entries, and the audit log."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.credits.ledger import EntryType
from emulator import firestore_documents
from repositories.store.documents import Query
from world import Response, World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def ask(world: World, what: str, **query: str) -> Response:
    return world.api("GET", f"/v1/admin/{what}", "boss", query_string=query)


def pages(world: World, what: str, **query: str) -> list[list[dict[str, Any]]]:
    """Return the whole list, page by page."""
    found: list[list[dict[str, Any]]] = []
    token: str | None = ""
    while token is not None:
        response = ask(world, what, **query, **({"page_token": token} if token else {}))
        assert response.status == 200, response.body
        found.append(response.body["data"])
        token = response.body["next_page_token"]
    return found


def ids(found: list[list[dict[str, Any]]]) -> list[str]:
    return [each["id"] for page in found for each in page]


@pytest.fixture(params=["memory", pytest.param("firestore", marks=pytest.mark.emulator)])
def either(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "memory":
        yield World(NOW)
        return
    with firestore_documents() as found:
        yield World(NOW, documents=found)


class TestGenerations:
    @pytest.fixture
    def busy(self, either: World) -> World:
        """Make six generations, a second apart, by Alice and Mallory in turn."""
        self.made = []
        for number in range(6):
            owner = "alice" if number % 2 == 0 else "mallory"
            style = "anime" if number < 3 else "sketch"
            model, size = "Model B" if number == 5 else "Model A", "1024x1024" if number in (1, 4) else "512x512"
            self.made.append(either.create(owner, style=style, model=model, size=size))
            either.later(seconds=1)
        either.deliver(self.made[0])
        return either

    def wanted(self, *numbers: int) -> list[str]:
        return [self.made[number] for number in numbers]

    def test_everybodys_newest_first(self, busy: World) -> None:
        found = pages(busy, "generations", page_size="4")
        assert [len(page) for page in found] == [4, 2]
        assert ids(found) == self.wanted(5, 4, 3, 2, 1, 0)
        assert [each["user_id"] for each in found[0]] == ["mallory", "alice", "mallory", "alice"]

    @pytest.mark.parametrize("size", ["1", "2", "100"])
    def test_filters(self, busy: World, size: str) -> None:
        def found(**query: str) -> list[str]:
            return ids(pages(busy, "generations", page_size=size, **query))

        assert found(user_id="alice") == self.wanted(4, 2, 0)
        assert found(user_id="nobody") == []
        assert found(status="completed") == self.wanted(0)
        assert found(style="sketch") == self.wanted(5, 4, 3)
        assert found(model="Model B") == self.wanted(5)
        assert found(credits="3") == self.wanted(4, 1)
        assert found(credits="3", user_id="alice") == self.wanted(4)
        assert found(credits="1", user_id="mallory", style="sketch") == self.wanted(5, 3)
        assert found(credits="2") == []
        assert found(user_id="mallory", style="sketch", status="queued", model="Model A") == self.wanted(3)
        assert found(**{"from": "2026-03-04T12:00:01Z", "to": "2026-03-04T12:00:04Z"}) == self.wanted(3, 2, 1)
        assert found(**{"from": "2026-03-04T12:00:01Z", "user_id": "alice"}) == self.wanted(4, 2)

    def test_one_is_what_its_owner_sees_and_whose_it_is(self, busy: World) -> None:
        path = f"/v1/admin/generations/{self.made[0]}"
        shown = busy.api("GET", path, "boss").body
        own = busy.api("GET", f"/v1/generations/{self.made[0]}", "alice").body
        assert shown == own | {"user_id": "alice", "price_version": 1}
        assert (shown["status"], shown["outputs"][0]["content_type"]) == ("completed", "image/png")


def test_a_generation_that_is_not_there(world: World) -> None:
    response = world.api("GET", "/v1/admin/generations/missing", "boss")
    assert (response.status, response.body["code"]) == (404, "generation_not_found")


class TestEntries:
    @pytest.fixture
    def busy(self, either: World) -> World:
        """Add entries to the grants of the start. Both users get the same ids at the same moment, which makes the order
        hard to keep.
        """
        for number in range(3):
            either.later(seconds=1)
            for owner in ("mallory", "alice"):
                either.app.ledger.add(
                    owner, EntryType.TOP_UP, number + 1, source="shop", external_id=str(number), description="Top-up"
                )
        either.later(seconds=1)
        self.deduction = f"{either.create('alice')}-deduction"
        return either

    def places(self, found: list[list[dict[str, Any]]]) -> list[tuple[str, str]]:
        return [(each["user_id"], each["id"]) for page in found for each in page]

    @pytest.mark.parametrize("size", ["1", "2", "3", "100"])
    def test_everybodys_newest_first_each_once(self, busy: World, size: str) -> None:
        expected = [("alice", self.deduction)]
        for number in (2, 1, 0):
            expected += [("mallory", f"shop-{number}"), ("alice", f"shop-{number}")]
        expected += [("mallory", "test-start"), ("alice", "test-start")]
        assert self.places(pages(busy, "ledger", page_size=size)) == expected

    @pytest.mark.parametrize("size", ["1", "2", "100"])
    def test_filters(self, busy: World, size: str) -> None:
        def found(**query: str) -> list[tuple[str, str]]:
            return self.places(pages(busy, "ledger", page_size=size, **query))

        ups = [(owner, f"shop-{number}") for number in (2, 1, 0) for owner in ("mallory", "alice")]
        middle = {"from": "2026-03-04T12:00:02Z", "to": "2026-03-04T12:00:03Z"}
        assert found(type="top_up") == ups
        assert found(type="deduction") == [("alice", self.deduction)]
        assert found(type="clawback") == []
        assert found(**middle) == ups[2:4]
        assert found(type="top_up", **middle) == ups[2:4]
        alice = [("alice", f"shop-{number}") for number in (2, 1, 0)]
        assert found(user_id="alice") == [("alice", self.deduction), *alice, ("alice", "test-start")]
        assert found(user_id="alice", type="top_up") == alice
        assert found(user_id="mallory", **middle) == [("mallory", "shop-1")]
        assert found(user_id="nobody") == []

    def test_an_entry_is_what_its_owner_sees_and_whose_it_is(self, busy: World) -> None:
        shown = ask(busy, "ledger", page_size="1").body["data"][0]
        own = busy.api("GET", "/v1/ledger", "alice", query_string={"page_size": "1"}).body["data"][0]
        assert shown == own | {"user_id": "alice"}

    def test_ids_of_any_kind_are_paged(self, busy: World) -> None:
        for owner in ('a"b', "x'[,]", "Ünï 北"):
            busy.add_user(owner, 1)
        found = self.places(pages(busy, "ledger", page_size="1"))
        assert len(found) == len(set(found)) == 12


class TestAuditLog:
    @pytest.fixture
    def busy(self, either: World) -> World:
        for number in range(3):
            either.later(seconds=1)
            either.api("POST", "/v1/admin/sweep", f"boss{number % 2}")
        either.later(seconds=1)
        either.api("POST", "/v1/admin/queue/pause", "boss0", json={"reason": "The vendor is down"})
        return either

    @pytest.mark.parametrize("size", ["1", "3", "4", "100"])
    def test_newest_first_by_filter(self, busy: World, size: str) -> None:
        def found(**query: str) -> list[tuple[str, str]]:
            return [
                (each["actor"], each["action"])
                for page in pages(busy, "audit-log", page_size=size, **query)
                for each in page
            ]

        pause, sweeps = ("user:boss0", "queue.pause"), [(f"user:boss{each}", "sweep.run") for each in (0, 1, 0)]
        assert found() == [pause, *sweeps]
        assert found(actor="user:boss0") == [pause, sweeps[0], sweeps[2]]
        assert found(action="sweep.run") == sweeps
        assert found(target="queue") == [pause]
        assert found(actor="user:boss1", action="sweep.run", target="sweep") == [sweeps[1]]
        assert found(actor="user:boss1", action="queue.pause") == []

    def test_a_record_says_who_what_when_and_why(self, busy: World) -> None:
        headers = {"X-Request-Id": "call-7"}
        busy.api("POST", "/v1/admin/queue/resume", "boss0", json={"reason": "It is up"}, headers=headers)
        (record,) = ask(busy, "audit-log", action="queue.resume").body["data"]
        assert record | {"id": ""} == {
            "id": "",
            "at": "2026-03-04T12:00:04Z",
            "actor": "user:boss0",
            "action": "queue.resume",
            "target": "queue",
            "reason": "It is up",
            "request_id": "call-7",
            "details": {},
        }


LISTS = ["generations", "ledger", "audit-log"]


@pytest.fixture
def full(world: World) -> World:
    """Make three of everything."""
    for _ in range(3):
        world.create()
        world.api("POST", "/v1/admin/sweep", "boss")
        world.later(seconds=1)
    return world


@pytest.mark.parametrize("what", LISTS)
def test_a_page_token_is_bound_to_its_list_and_its_filters(full: World, what: str) -> None:
    token = ask(full, what, page_size="1").body["next_page_token"]
    assert ask(full, what, page_size="2", page_token=token).status == 200, "the size is no filter"
    other = {"generations": {"status": "queued"}, "ledger": {"type": "grant"}, "audit-log": {"action": "x"}}[what]
    refused = [ask(full, what, page_token=token, **other)]
    refused += [ask(full, each, page_token=token) for each in LISTS if each != what]
    refused += [full.api("GET", "/v1/generations", "alice", query_string={"page_token": token})]
    if what != "audit-log":
        refused.append(ask(full, what, page_token=token, user_id="alice"))
    for response in refused:
        assert (response.status, response.body["errors"][0]["pointer"]) == (400, "page_token")


@pytest.mark.parametrize("what", LISTS)
def test_a_page_is_one_query_of_one_more_than_it_shows(full: World, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Query] = []
    query = full.documents.query

    def counted(wanted: Query) -> Any:
        asked.append(wanted)
        return query(wanted)

    monkeypatch.setattr(full.documents, "query", counted)
    assert len(ask(full, what, page_size="2").body["data"]) == 2
    assert len(ask(full, what).body["data"]) >= 3
    assert [each.limit for each in asked] == [3, 21]


@pytest.mark.parametrize("place", ["alice", "[]", '["alice"]', '["alice",1]', "[1,2]", '["","e"]'])
def test_a_forged_place_among_entries_is_refused(full: World, place: str) -> None:
    token = ask(full, "ledger", page_size="1").body["next_page_token"]
    at, _, digest = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    forged = base64.urlsafe_b64encode(json.dumps([at, place, digest]).encode()).decode().rstrip("=")
    response = ask(full, "ledger", page_token=forged)
    assert (response.status, response.body["errors"][0]["pointer"]) == (400, "page_token")


@pytest.mark.parametrize(
    ("what", "query"),
    [
        ("generations", {"user_id": "a/b"}),
        ("generations", {"status": "refunded"}),
        ("ledger", {"user_id": "a/b"}),
        ("ledger", {"user_id": ".."}),
        ("ledger", {"type": "gift"}),
        ("ledger", {"from": "yesterday"}),
        ("audit-log", {"actor": " "}),
        ("audit-log", {"page_size": "101"}),
        ("audit-log", {"user_id": "alice"}),
    ],
)
def test_filters_are_checked(world: World, what: str, query: dict[str, str]) -> None:
    response = ask(world, what, **query)
    assert (response.status, [fault["pointer"] for fault in response.body["errors"]]) == (400, list(query))


def test_the_users_own_list_does_not_take_a_user(world: World) -> None:
    response = world.api("GET", "/v1/generations", "alice", query_string={"user_id": "mallory"})
    assert response.status == 400
