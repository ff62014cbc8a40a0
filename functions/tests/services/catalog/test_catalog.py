from datetime import UTC, datetime, timedelta

import pytest

from bootstrap.provider_table import PROVIDERS
from core.errors import InvalidRequest
from domain.catalog.catalog import Catalog
from domain.catalog.models import Ask
from repositories.catalog.catalog import CatalogRepository
from services.catalog.catalog import CatalogService
from world import World


class Counted:
    """The catalogue's repository, which counts how often it was asked."""

    def __init__(self, world: World) -> None:
        self._catalogs = CatalogRepository(world.documents, world.app.transaction)
        self.loads = 0

    def load(self) -> Catalog:
        self.loads += 1
        return self._catalogs.load()


def test_the_catalog_is_loaded_once_a_minute(world: World) -> None:
    counted = Counted(world)
    service = CatalogService(counted, PROVIDERS, lambda: world.now)
    for _ in range(3):
        service.current()
    assert counted.loads == 1
    world.later(seconds=59)
    service.current()
    assert counted.loads == 1
    world.later(seconds=1)
    service.current()
    assert counted.loads == 2


def test_creating_ten_generations_in_a_minute_loads_the_catalog_once(world: World) -> None:
    counted = Counted(world)
    world.app.made["catalog"] = CatalogService(counted, PROVIDERS, lambda: world.now)
    for _ in range(10):
        world.create()
    assert counted.loads == 1


def test_every_fault_of_an_order_is_named(world: World) -> None:
    ask = Ask(model="Model C", params={"style": "cubist", "color": "warm", "size": "800x600"}, prompt="x")
    with pytest.raises(InvalidRequest) as refused:
        world.app.catalog.checked(ask)
    assert [fault.pointer for fault in refused.value.errors] == ["/model", "/style", "/color", "/size"]


def test_a_withdrawn_option_is_no_longer_offered_after_a_minute(world: World) -> None:
    world.create(style="anime")
    world.overwrite("styles/anime", is_active=False)
    world.later(minutes=1)
    assert "anime" not in world.app.catalog.current().styles
    assert world.api("POST", "/v1/generations", "alice", json={}).status == 400


def test_options_come_in_their_sort_order(world: World) -> None:
    world.overwrite("sizes/1024x1792", sort_order=0)
    assert list(world.app.catalog.current().sizes) == ["1024x1792", "512x512", "1024x1024"]


def test_the_price_of_an_accepted_generation_is_frozen(world: World) -> None:
    dear, cheap = world.create(size="1024x1792"), world.create(size="512x512")
    world.overwrite("sizes/1024x1792", credit_cost=40, version=2)
    world.overwrite("sizes/512x512", credit_cost=2, version=2)
    world.later(minutes=2)
    world.deliver(dear)
    world.app.cancelling.cancel("alice", cheap)
    assert (world.generation(dear).charged, world.generation(cheap).refunded) == (4, 1)
    assert world.user("alice").balance.current_credits == 96
    again = world.create(size="512x512")
    assert world.generation(again).price == 2
    world.assert_books_balance()


def test_a_new_option_is_on_offer_within_a_minute() -> None:
    world = World(datetime(2026, 3, 4, 12, tzinfo=UTC))
    assert "512x512" in world.app.catalog.current().sizes
    world.overwrite("sizes/512x512", is_active=False)
    world.create(size="512x512")  # the old catalogue is still remembered
    world.now += timedelta(seconds=60)
    response = world.api(
        "POST",
        "/v1/generations",
        "alice",
        json={"model": "Model A", "style": "anime", "color": "neon", "size": "512x512", "prompt": "x"},
    )
    assert response.status == 400
    assert response.body["errors"][0]["allowed"] == ["1024x1024", "1024x1792"]
