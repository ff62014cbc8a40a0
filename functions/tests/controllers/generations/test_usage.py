from typing import Any

import pytest

from people import ALICE, bearer, known
from services.accounts.ports import Identity
from services.generations.model_ports import ModelRejected
from world import ORDER, World

ZERO = dict.fromkeys(
    ("requests", "completed", "failed", "cancelled", "images", "deducted", "refunded", "charged", "held"), 0
)


def months(world: World, user_id: str = "alice", **query: str) -> list[dict[str, Any]]:
    response = world.api("GET", "/v1/usage", user_id, query_string=query)
    assert response.status == 200, response.body
    found: list[dict[str, Any]] = response.body["months"]
    return found


def test_six_months_unless_told_and_without_anything_each_is_zero(world: World) -> None:
    found = months(world)
    assert [each["month"] for each in found] == ["2026-03", "2026-02", "2026-01", "2025-12", "2025-11", "2025-10"]
    assert found[3] == {
        "month": "2025-12",
        "from": "2025-12-01T00:00:00Z",
        "to": "2026-01-01T00:00:00Z",
        "total": ZERO,
        "models": [],
    }


@pytest.mark.parametrize("count", [1, 12])
def test_as_many_as_are_asked_for(world: World, count: int) -> None:
    assert len(months(world, months=str(count))) == count


def test_what_was_made_and_what_it_cost_by_model(world: World) -> None:
    world.create(size="1024x1024")
    world.deliver_all()
    world.later(days=31)
    world.model.script = [ModelRejected("content_filter", "Content filter violation")]
    world.create()
    world.create(model="Model B", size="1024x1792")
    world.deliver_all()
    world.create(model="Model B")
    april, march = months(world, months="2")
    one_of_a = ZERO | {"requests": 1, "failed": 1, "deducted": 1, "refunded": 1}
    two_of_b = ZERO | {"requests": 2, "completed": 1, "images": 1, "deducted": 5, "charged": 4, "held": 1}
    assert april["models"] == [{"model": "Model A", **one_of_a}, {"model": "Model B", **two_of_b}]
    assert april["total"] == {name: one_of_a[name] + two_of_b[name] for name in ZERO}
    of_march = ZERO | {"requests": 1, "completed": 1, "images": 1, "deducted": 3, "charged": 3}
    assert (march["total"], march["models"]) == (of_march, [{"model": "Model A", **of_march}])


def test_what_a_withdrawn_model_made_is_shown_as_other(world: World) -> None:
    generation_id = world.create()
    world.overwrite(f"generation_requests/{generation_id}", model="Model Z")
    world.create()
    assert [(each["model"], each["held"]) for each in months(world)[0]["models"]] == [("Model A", 1), ("other", 1)]


def test_a_stranger_s_is_not_counted(world: World) -> None:
    world.create()
    assert months(world, "mallory", months="1")[0]["total"] == ZERO


def test_the_accounts_that_one_claimed_count_as_oneself(world: World) -> None:
    known(world, **{"wanderer-token": Identity("wanderer", is_anonymous=True)})
    world.add_user("wanderer", 4, is_anonymous=True)
    world.api("POST", "/v1/generations", headers=bearer("wanderer-token"), json=ORDER)
    taken = world.api("POST", "/v1/me/claim", headers=ALICE, json={"anonymous_token": "wanderer-token"})
    assert taken.status == 200, taken.body
    world.create()
    assert months(world, months="1")[0]["total"]["requests"] == 2


@pytest.mark.parametrize("count", ["0", "13", "six", ""])
def test_another_number_of_months_is_refused(world: World, count: str) -> None:
    response = world.api("GET", "/v1/usage", "alice", query_string={"months": count})
    assert (response.status, response.body["errors"][0]["pointer"]) == (400, "months")
