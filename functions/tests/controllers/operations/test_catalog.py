from datetime import UTC, datetime
from typing import Any

import pytest

from services.generations.model_ports import ModelRejected
from world import Response, World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ADMIN = {"Authorization": "Bearer admin-token"}

STYLE = {"display_name": "Linocut", "description": "Cut, inked and pressed", "sort_order": 7}
COLOR = {**STYLE, "hex_examples": ["#aabbcc", "#FFB3BA"]}
SIZE = {**STYLE, "width": 1920, "height": 1080, "aspect_ratio": "16:9", "credit_cost": 6}
BODIES = {"styles": STYLE, "colors": COLOR, "sizes": SIZE}


def put(world: World, path: str, body: dict[str, Any], version: int | None = None) -> Response:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return world.api("PUT", f"/v1/admin/catalog/{path}", "boss", json=body, headers=headers)


def delete(world: World, path: str, version: int | None = None) -> Response:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return world.api("DELETE", f"/v1/admin/catalog/{path}", "boss", headers=headers)


def listed(world: World, kind: str) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in world.api("GET", "/v1/admin/catalog", "boss").body[kind]}


def log_of(world: World, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.api("GET", "/v1/admin/audit-log", "boss", query_string=query).body["data"]
    return found


def price(world: World, size: str, credits_: int) -> None:
    before = listed(world, "sizes")[size]
    names = ("display_name", "description", "sort_order", "width", "height", "aspect_ratio")
    assert put(world, f"sizes/{size}", {name: before[name] for name in names} | {"credit_cost": credits_}).status == 200


@pytest.mark.parametrize("kind", BODIES)
def test_a_new_option_is_version_1_and_on_offer_at_once(world: World, kind: str) -> None:
    world.app.catalog.current()
    response = put(world, f"{kind}/new_one", BODIES[kind])
    assert response.status == 201
    assert response.headers["ETag"] == '"1"'
    assert response.body == {
        **BODIES[kind],
        "id": "new_one",
        "is_active": True,
        "version": 1,
        "updated_at": "2026-03-04T12:00:00Z",
    }
    assert "new_one" in [each["id"] for each in world.api("GET", "/v1/catalog").body[kind]]
    assert listed(world, kind)["new_one"] == response.body


def test_what_was_seeded_is_version_1_and_was_changed_by_nobody(world: World) -> None:
    assert listed(world, "styles")["anime"] | {"display_name": "", "description": ""} == {
        "id": "anime",
        "display_name": "",
        "description": "",
        "sort_order": 2,
        "is_active": True,
        "version": 1,
        "updated_at": None,
    }


def test_a_document_without_darkrooms_fields_is_version_1(world: World) -> None:
    from repositories.store.documents import REMOVED

    world.overwrite("styles/anime", version=REMOVED, is_active=REMOVED)
    assert listed(world, "styles")["anime"]["version"] == 1
    assert put(world, "styles/anime", STYLE, version=1).body["version"] == 2


def test_each_change_is_one_version_more_and_is_written_down(world: World) -> None:
    put(world, "styles/linocut", STYLE)
    world.later(minutes=1)
    response = put(world, "styles/linocut", STYLE | {"display_name": "Lino"})
    assert (response.status, response.body["version"], response.headers["ETag"]) == (200, 2, '"2"')
    latest, first = log_of(world, target="styles/linocut")
    assert (first["action"], first["details"]["before"]) == ("catalog.put", None)
    assert latest["actor"] == "user:boss"
    assert latest["request_id"] == response.headers["X-Request-Id"]
    assert latest["details"] == {
        "before": {**STYLE, "id": "linocut", "version": 1, "is_active": True},
        "after": {**STYLE, "display_name": "Lino", "id": "linocut", "version": 2, "is_active": True},
    }


def test_other_fields_of_a_document_stay(world: World) -> None:
    world.overwrite("styles/anime", note="by hand")
    put(world, "styles/anime", STYLE)
    fields = world.records()["styles/anime"].fields
    assert fields["note"] == "by hand"
    assert fields["created_at"] == NOW


def test_the_same_again_changes_nothing(world: World) -> None:
    put(world, "colors/linocut", COLOR)
    before = world.records()
    world.later(minutes=1)
    response = put(world, "colors/linocut", COLOR)
    assert (response.status, response.body["version"]) == (200, 1)
    assert world.records() == before


def test_a_version_that_no_longer_stands_is_refused_and_nothing_changes(world: World) -> None:
    put(world, "styles/anime", STYLE, version=1)
    before = world.records()
    for response in (
        put(world, "styles/anime", STYLE | {"sort_order": 1}, version=1),
        put(world, "styles/anime", STYLE, version=3),
        put(world, "styles/unknown", STYLE, version=1),
        delete(world, "styles/anime", version=1),
    ):
        assert (response.status, response.body["code"]) == (412, "version_mismatch")
    assert world.records() == before
    assert delete(world, "styles/anime", version=2).body["version"] == 3


@pytest.mark.parametrize("given", ["1", "W/1", '"1" "2"', '*, "1"', '"1', ""])
def test_a_malformed_version_is_named(world: World, given: str) -> None:
    response = world.api("PUT", "/v1/admin/catalog/styles/anime", "boss", json=STYLE, headers={"If-Match": given})
    assert (response.status, response.body["errors"][0]["pointer"]) == (400, "If-Match")


@pytest.mark.parametrize("given", ["*", '"1"', '"7", "1"', ' "1" ,W/"2"', ',"a,b", "1",', '"é", "1"'])
def test_one_of_the_versions_must_stand_there(world: World, given: str) -> None:
    headers = {"If-Match": given.encode().decode("latin-1")}
    response = world.api("PUT", "/v1/admin/catalog/styles/anime", "boss", json=STYLE, headers=headers)
    assert (response.status, response.body["version"]) == (200, 2)


@pytest.mark.parametrize("given", ['W/"1"', '"0"', '"2", "3"', '"x"', '""', '"01"', 'W/"1", "2"', '"1,2"'])
def test_where_none_of_them_stands_it_is_412(world: World, given: str) -> None:
    before = world.records()
    for path in ("anime", "unknown"):
        address = f"/v1/admin/catalog/styles/{path}"
        response = world.api("PUT", address, "boss", json=STYLE, headers={"If-Match": given})
        assert (response.status, response.body["code"]) == (412, "version_mismatch")
    assert world.records() == before


def test_a_star_wants_something_to_stand_there(world: World) -> None:
    response = world.api("PUT", "/v1/admin/catalog/styles/unknown", "boss", json=STYLE, headers={"If-Match": "*"})
    assert (response.status, response.body["code"]) == (412, "version_mismatch")


def test_a_deactivated_option_is_off_offer_at_once_and_can_be_put_back(world: World) -> None:
    world.app.catalog.current()
    response = delete(world, "styles/anime")
    assert (response.status, response.body["is_active"], response.body["version"]) == (200, False, 2)
    assert "anime" not in [each["id"] for each in world.api("GET", "/v1/catalog").body["styles"]]
    assert listed(world, "styles")["anime"]["is_active"] is False
    (record,) = log_of(world, action="catalog.deactivate")
    assert (record["target"], record["details"]["after"]["is_active"]) == ("styles/anime", False)
    assert delete(world, "styles/anime").body["version"] == 2, "it is off already"
    assert put(world, "styles/anime", STYLE).body["is_active"] is True
    assert "anime" in [each["id"] for each in world.api("GET", "/v1/catalog").body["styles"]]


def test_an_option_that_is_not_there_cannot_be_deactivated(world: World) -> None:
    response = delete(world, "styles/unknown")
    assert (response.status, response.body["code"]) == (404, "option_not_found")


@pytest.mark.parametrize("by", ["DELETE", "PUT"])
def test_the_last_one_stays(world: World, by: str) -> None:
    sizes = list(listed(world, "sizes"))
    assert [delete(world, f"sizes/{size}").status for size in sizes[:-1]] == [200, 200]
    before = world.records()
    path = f"sizes/{sizes[-1]}"
    response = delete(world, path) if by == "DELETE" else put(world, path, SIZE | {"is_active": False})
    assert (response.status, response.body["code"]) == (409, "last_option")
    assert world.records() == before
    assert put(world, path, SIZE).status == 200, "it may be changed"
    assert put(world, f"sizes/{sizes[0]}", SIZE | {"is_active": False}).status == 200, "it is off already"


def test_another_instance_shows_it_within_a_minute(world: World) -> None:
    other = World(NOW, documents=world.documents)
    other.app.catalog.current()
    delete(world, "styles/anime")
    assert "anime" in other.app.catalog.current().styles
    other.later(seconds=60)
    assert "anime" not in other.app.catalog.current().styles


class TestPrices:
    """An order keeps its price, whatever is changed in the catalog."""

    def shown(self, world: World, generation_id: str) -> tuple[int, int, int, int]:
        body = world.api("GET", f"/v1/admin/generations/{generation_id}", "boss").body
        return body["price_version"], body["cost"]["price"], body["cost"]["charged"], body["cost"]["refunded"]

    @pytest.mark.parametrize("credits_", [0, 1, 40])
    def test_a_price_never_changes_under_an_accepted_generation(self, world: World, credits_: int) -> None:
        done, failing, cancelled, swept = (world.create(size="1024x1792") for _ in range(4))
        price(world, "1024x1792", credits_)
        world.deliver(done)
        world.model.script = [ModelRejected("content_filter", "Content filter violation")]
        world.deliver(failing)
        world.api("POST", f"/v1/generations/{cancelled}/cancel", "alice")
        world.later(days=2)
        assert world.api("POST", "/v1/admin/sweep", "boss").body["failed"] == 1
        assert self.shown(world, done) == (1, 4, 4, 0)
        for refunded in (failing, cancelled, swept):
            assert self.shown(world, refunded) == (1, 4, 0, 4)
        assert world.user("alice").balance.current_credits == 96
        world.assert_books_balance()

    def test_what_is_ordered_afterwards_has_the_new_one(self, world: World) -> None:
        world.create(size="512x512")
        price(world, "512x512", 2)
        again = world.create(size="512x512")
        assert self.shown(world, again)[:2] == (2, 2)
        assert world.user("alice").balance.current_credits == 97
        world.assert_books_balance()

    def test_a_repeat_of_an_order_has_the_price_that_it_had(self, world: World) -> None:
        from world import ORDER

        request = {"json": ORDER, "headers": {"Idempotency-Key": "k"}}
        first = world.api("POST", "/v1/generations", "alice", **request)
        price(world, "512x512", 50)
        again = world.api("POST", "/v1/generations", "alice", **request)
        assert (again.status, again.body["id"], again.body["cost"]["price"]) == (202, first.body["id"], 1)
        assert world.user("alice").balance.current_credits == 99

    def test_where_the_size_was_withdrawn_the_whole_price_comes_back(self, world: World) -> None:
        generation_id = world.create(size="1024x1792")
        delete(world, "sizes/1024x1792")
        world.deliver(generation_id)
        assert self.shown(world, generation_id) == (1, 4, 0, 4)
        world.assert_books_balance()


class TestValidation:
    @pytest.mark.parametrize(
        ("kind", "change", "pointer"),
        [
            ("styles", {"display_name": ""}, "/display_name"),
            ("styles", {"display_name": "x" * 101}, "/display_name"),
            ("styles", {"description": "x" * 501}, "/description"),
            ("styles", {"sort_order": -1}, "/sort_order"),
            ("styles", {"sort_order": 10_001}, "/sort_order"),
            ("styles", {"is_active": "yes"}, "/is_active"),
            ("styles", {"price": 1}, "/price"),
            ("colors", {"hex_examples": []}, "/hex_examples"),
            ("colors", {"hex_examples": ["#000000"] * 11}, "/hex_examples"),
            ("colors", {"hex_examples": ["#000000", "#00000"]}, "/hex_examples/1"),
            ("colors", {"hex_examples": ["#00000g"]}, "/hex_examples/0"),
            ("colors", {"hex_examples": ["#000000\n"]}, "/hex_examples/0"),
            ("sizes", {"width": 15}, "/width"),
            ("sizes", {"height": 4097}, "/height"),
            ("sizes", {"credit_cost": -1}, "/credit_cost"),
            ("sizes", {"credit_cost": 10_001}, "/credit_cost"),
            ("sizes", {"credit_cost": 1.5}, "/credit_cost"),
            ("sizes", {"aspect_ratio": "9:16"}, "/aspect_ratio"),
            ("sizes", {"aspect_ratio": "0:1"}, "/aspect_ratio"),
            ("sizes", {"aspect_ratio": "wide"}, "/aspect_ratio"),
        ],
    )
    def test_faults_are_named(self, world: World, kind: str, change: dict[str, Any], pointer: str) -> None:
        before = world.records()
        response = put(world, f"{kind}/new_one", BODIES[kind] | change)
        assert response.status == 400
        assert [fault["pointer"] for fault in response.body["errors"]] == [pointer]
        assert world.records() == before

    @pytest.mark.parametrize(
        ("width", "height", "ratio", "status"),
        [
            (1024, 1792, "9:16", 200),
            (512, 512, "1:1", 200),
            (1344, 768, "16:9", 200),
            (2100, 2000, "1:1", 200),
            (2101, 2000, "1:1", 400),
            (2000, 2106, "1:1", 400),
        ],
    )
    def test_a_ratio_may_be_off_by_a_twentieth(
        self, world: World, width: int, height: int, ratio: str, status: int
    ) -> None:
        body = SIZE | {"width": width, "height": height, "aspect_ratio": ratio}
        assert put(world, "sizes/512x512", body).status == status

    @pytest.mark.parametrize("given", ["Anime", "a-b", "_a", "__a__", "a b", "a" * 51, "a.b", "\u0430nime"])
    @pytest.mark.parametrize("method", ["PUT", "DELETE"])
    def test_ids_are_lower_case_words(self, world: World, method: str, given: str) -> None:
        body = STYLE if method == "PUT" else None
        response = world.api(method, f"/v1/admin/catalog/styles/{given}", "boss", json=body)
        assert (response.status, response.body["errors"][0]["pointer"]) == (400, "id")

    def test_the_longest_id(self, world: World) -> None:
        assert put(world, f"styles/{'a' * 50}", STYLE).status == 201
