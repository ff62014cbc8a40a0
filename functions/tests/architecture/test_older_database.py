"""A database that an older version wrote works unchanged, and the older version could take it back.

`database_of_before.json` has every document of a small database, as the version before grants, models as data and media
left it: an order that was completed, one that failed, one that was cancelled, one at a vendor's, one that waits, one
made with an API key, and a weekly report. The same acts are played by the code of today, to compare what it writes.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.generations.generation import Status
from repositories.store.documents import Create
from repositories.store.memory import MemoryDocuments
from services.generations.model_ports import ModelRejected
from world import ORDER, World

FILE = Path(__file__).with_name("database_of_before.json")
START = datetime.fromisoformat("2026-03-04T12:00:00+00:00")
A_WEEK_LATER = START + timedelta(days=7)
KEY = "dk_osoknkh9m4c5_NDEsxeqONtYzPi6F4O0sJ59a8D8zIpL9FHBzwD8zJg7"
KEYED = {"Idempotency-Key": "order-1-of-before"}
WAITING = "8b61ce3f-e8f2-56b2-9e62-c286b80b0661"


def decoded(value: Any) -> Any:
    if isinstance(value, dict):
        moment = value.get("$time")
        return (
            {name: decoded(each) for name, each in value.items()} if moment is None else datetime.fromisoformat(moment)
        )
    return [*map(decoded, value)] if isinstance(value, list) else value


BEFORE: Mapping[str, dict[str, Any]] = {path: decoded(each) for path, each in json.loads(FILE.read_text()).items()}


@pytest.fixture
def world() -> World:
    documents = MemoryDocuments()
    documents.commit([Create(path, fields) for path, fields in BEFORE.items()])
    return World(A_WEEK_LATER, documents=documents)


def the_same_acts() -> World:
    world = World(START)
    key = world.api(
        "POST",
        "/v1/keys",
        "alice",
        json={"name": "Batch", "scopes": ["generations:write", "generations:read"], "budget": {"per_day": 50}},
    ).body["key"]
    world.deliver(world.create(size="1024x1792", seed=7, metadata={"album": "coast"}))
    failed = world.create(style="anime")
    world.model.script = [ModelRejected("content_filter", "Content filter violation")]
    world.deliver(failed)
    cancelled = world.create(model="Model B")
    world.api("POST", f"/v1/generations/{cancelled}/cancel", "alice")
    world.deliver(world.create(model="Model R"))
    world.api("POST", "/v1/generations", "alice", json={**ORDER, "prompt": "A fox"}, headers=KEYED)
    world.api("POST", "/v1/generations", json=ORDER, headers={"X-API-Key": key})
    world.later(days=7)
    world.app.reporting.run()
    return world


def test_the_books_are_exact(world: World) -> None:
    world.assert_books_balance()


def test_every_generation_is_shown_as_it_was(world: World) -> None:
    shown = {each["id"]: each for each in world.api("GET", "/v1/generations", "alice").body["data"]}
    for path, fields in BEFORE.items():
        if path.startswith("generation_requests/"):
            one = shown.pop(path.partition("/")[2])
            assert (one["kind"], one["status"], one["prompt"]) == ("text_to_image", fields["status"], fields["prompt"])
            assert one["params"] == {name: fields[name] for name in ("style", "color", "size", "seed")}
            assert one["cost"]["price"] == fields["credits_deducted"]
            assert len(one["outputs"]) == len(fields["outputs"])
    assert shown == {}


def test_a_repeat_of_an_older_order_is_the_older_generation(world: World) -> None:
    response = world.api("POST", "/v1/generations", "alice", json={**ORDER, "prompt": "A fox"}, headers=KEYED)
    assert (response.status, response.body["id"]) == (202, WAITING)
    assert response.headers["Idempotent-Replayed"] == "true"
    other = world.api("POST", "/v1/generations", "alice", json={**ORDER, "prompt": "A dog"}, headers=KEYED)
    assert other.body["code"] == "idempotency_key_reused"


def test_what_was_under_way_ends_and_is_paid_for(world: World) -> None:
    for path, fields in BEFORE.items():
        if path.startswith("generation_requests/") and fields["status"] in ("queued", "processing"):
            world.deliver(path.partition("/")[2])
            assert world.generation(path.partition("/")[2]).status is Status.COMPLETED
    world.assert_books_balance()


def test_a_key_of_before_still_spends_within_its_budget(world: World) -> None:
    response = world.api("POST", "/v1/generations", json=ORDER, headers={"X-API-Key": KEY})
    assert response.status == 202
    world.assert_books_balance()


def test_the_next_report_is_compared_with_the_one_of_before(world: World) -> None:
    world.create()
    world.later(days=7)
    assert world.app.reporting.run()["report_data"]["baseline"] == {"weeks": 1, "has_previous": True}


def test_what_is_written_now_has_the_fields_that_the_older_version_reads() -> None:
    """Every field of an older document is in the document of the same act of today, with a value of the same type."""
    now = by_act({path: dict(document.fields) for path, document in the_same_acts().records().items()})
    before = by_act(BEFORE)
    assert before.keys() <= now.keys()
    for act, fields in before.items():
        missing = {name for name in fields if name not in now[act]}
        assert missing == set(), act
        assert {name: of_another_type(value, now[act][name]) for name, value in fields.items()} == dict.fromkeys(
            fields, False
        ), act


def by_act(records: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, ...], Mapping[str, Any]]:
    """Return the documents by what they are about, because ids that are drawn at random differ."""
    return {_act(path, fields): fields for path, fields in records.items()}


def _act(path: str, fields: Mapping[str, Any]) -> tuple[str, ...]:
    collection = path.split("/")[-2]
    if collection == "generation_requests":
        asked = (
            fields["status"],
            fields["model"],
            fields["prompt"],
            fields["style"],
            str(fields["api_key_id"] is None),
        )
        return (collection, *asked)
    if collection == "transactions":
        return (collection, fields["type"], fields["user_id"], fields["description"])
    if collection == "api_keys":
        return (collection,)
    return (path,)


def of_another_type(before: object, now: object) -> bool:
    return before is not None and now is not None and type(before) is not type(now)
