"""Service keys make keys, and some keys can do much. An operator sees both."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.accounts.keys import Scope
from people import ADMIN, ALICE, NOW, bearer, instances, issue, make_admin, refusal
from services.accounts.instructions import Instruction
from world import Response, World

OPERATOR = Instruction(actor="operator")
CUSTOMER = {"X-External-User-Id": "customer-1"}
ACTING = frozenset({Scope.USERS_ACT, Scope.KEYS_READ, Scope.KEYS_WRITE, Scope.BALANCE_READ, Scope.GENERATIONS_WRITE})
SMALL = {"name": "Of the customer", "scopes": ["balance:read", "generations:write"]}


@pytest.fixture
def two() -> list[World]:
    """Return two instances. Alice is an admin."""
    found = instances(2)
    make_admin(found[0], "alice")
    return found


def audit_log(world: World, action: str) -> list[dict[str, Any]]:
    records = [document for path, document in world.records().items() if path.startswith("audit_log/")]
    return [dict(each.fields) for each in records if each.fields["action"] == action]


class TestMade:
    @pytest.fixture
    def made(self, two: list[World]) -> tuple[str, dict[str, str]]:
        """Return the id of Alice's service key, and the key that it made for a customer."""
        service = issue(two[0], is_admin=True, scopes=ACTING)
        created = two[0].api("POST", "/v1/keys", headers={**bearer(service.token), **CUSTOMER}, json=SMALL)
        assert created.status == 201, created.body
        assert created.body["made_by"] == service.key.id
        key = bearer(created.body["key"])
        for world in two:
            assert world.api("GET", "/v1/balance", headers=key).status == 200
        return service.key.id, key

    @pytest.mark.parametrize(
        "end",
        [
            lambda world, key: world.app.keys.revoke("alice", key),
            lambda world, key: world.overwrite("users/alice", is_admin=False),
            lambda world, key: world.app.administration.deactivate("alice", OPERATOR),
            lambda world, key: world.app.erasure.delete("alice", OPERATOR),
            lambda world, key: world.overwrite("users/alice", **{f"keys.{key}.expires_at": NOW}),
            lambda world, key: world.overwrite("users/alice", keys={}),
        ],
        ids=["revoked", "demoted", "deactivated", "deleted", "expired", "forgotten"],
    )
    def test_a_key_dies_with_the_service_key_that_made_it_in_every_instance(
        self, two: list[World], made: tuple[str, dict[str, str]], end: Callable[[World, str], object]
    ) -> None:
        here, there = two
        service, key = made
        end(here, service)
        order = {"model": "Model A", "style": "realistic", "color": "vibrant", "size": "512x512", "prompt": "Rain"}
        for world in (there, here):
            assert refusal(world.api("GET", "/v1/balance", headers=key)) == (401, "unauthenticated")
            assert refusal(world.api("POST", "/v1/generations", headers=key, json=order)) == (401, "unauthenticated")

    def test_it_outlives_a_rotation_of_that_one(self, two: list[World], made: tuple[str, dict[str, str]]) -> None:
        two[0].api("POST", f"/v1/keys/{made[0]}/rotate", headers=ALICE, json={})
        assert two[1].api("GET", "/v1/balance", headers=made[1]).status == 200

    def test_its_making_is_in_the_audit_log(self, two: list[World], made: tuple[str, dict[str, str]]) -> None:
        records = [each for each in audit_log(two[0], "key.create") if each["target"] == "users/ext-customer-1"]
        assert [each["actor"] for each in records] == [f"key:{made[0]}"]
        assert records[0]["details"]["scopes"] == ["balance:read", "generations:write"]

    def test_an_admin_sees_and_revokes_it(self, two: list[World], made: tuple[str, dict[str, str]]) -> None:
        here, there = two
        service, key = made
        listed = there.api("GET", "/v1/admin/users/ext-customer-1/keys", headers=ADMIN)
        assert listed.status == 200
        (seen,) = listed.body["data"]
        assert (seen["name"], seen["made_by"], seen["is_active"]) == ("Of the customer", service, True)
        assert "key" not in seen
        path = f"/v1/admin/users/ext-customer-1/keys/{seen['id']}"
        before = len(audit_log(here, "key.revoke"))
        for _ in range(2):
            revoked = there.api("DELETE", path, headers=ADMIN, query_string={"reason": "Leaked"})
            assert (revoked.status, revoked.body["is_active"]) == (200, False)
        assert refusal(here.api("GET", "/v1/balance", headers=key)) == (401, "unauthenticated")
        records = audit_log(here, "key.revoke")
        assert len(records) - before == 1
        assert (records[-1]["actor"], records[-1]["target"]) == ("user:admin", "users/ext-customer-1")
        assert (records[-1]["reason"], records[-1]["details"]) == ("Leaked", {"key_id": seen["id"]})

    def test_one_from_before_that_names_nobody_works_on(
        self, two: list[World], made: tuple[str, dict[str, str]]
    ) -> None:
        here, _ = two
        (key_id,) = here.user("ext-customer-1").identity.keys
        fields = dict(here.records()["users/ext-customer-1"].fields["keys"][key_id])
        del fields["made_by"]
        here.overwrite("users/ext-customer-1", keys={key_id: fields})
        here.app.keys.revoke("alice", made[0])
        assert here.api("GET", "/v1/balance", headers=made[1]).status == 200


def created_by_alice(world: World, *scopes: str, **wanted: Any) -> Response:
    return world.api("POST", "/v1/keys", headers=ALICE, json={"name": "Batch", "scopes": [*scopes], **wanted})


@pytest.fixture
def admins(two: list[World]) -> World:
    from people import known
    from services.accounts.ports import Identity

    known(two[0], **{"alice-token": Identity("alice", is_admin=True)})
    return two[0]


class TestPowerful:
    @pytest.mark.parametrize("scope", ["users:act", "admin:read", "admin:write", "keys:write", "keys:read"])
    def test_the_making_of_a_key_that_can_do_much_is_recorded_in_the_same_commit(
        self, admins: World, scope: str
    ) -> None:
        key = created_by_alice(admins, scope, "balance:read").body
        found = admins.records()[f"audit_log/{key['id']}-creation"]
        assert found.version == admins.records()[f"api_keys/{key['id']}"].version
        assert (found.fields["actor"], found.fields["target"]) == ("user:alice", "users/alice")
        assert found.fields["details"] == {"key_id": key["id"], "scopes": sorted(["balance:read", scope])}
        assert found.fields["request_id"] is not None

    def test_that_of_an_ordinary_one_is_its_owner_s_own_business(self, admins: World) -> None:
        before = len(audit_log(admins, "key.create"))
        assert created_by_alice(admins, "balance:read").status == 201
        assert len(audit_log(admins, "key.create")) == before


class TestSpaces:
    """Service keys share the external users of a project, unless they are bound to a prefix of their ids."""

    def test_two_admins_reach_the_same_customers(self, two: list[World]) -> None:
        for world, owner in zip(two, ("alice", "admin"), strict=True):
            key = issue(two[0], owner, is_admin=True, scopes=ACTING).token
            seen = world.api("GET", "/v1/me", headers={**bearer(key), **CUSTOMER})
            assert (seen.status, seen.body["id"]) == (200, "ext-customer-1")

    def test_a_key_that_is_bound_reaches_no_other(self, admins: World) -> None:
        created = created_by_alice(admins, "users:act", "balance:read", external_prefix="shop-")
        assert (created.status, created.body["external_prefix"]) == (201, "shop-")
        key = bearer(created.body["key"])
        inside = admins.api("GET", "/v1/me", headers={**key, "X-External-User-Id": "shop-7"})
        assert (inside.status, inside.body["id"]) == (200, "ext-shop-7")
        for other in ("customer-1", "Shop-7", "sho"):
            outside = admins.api("GET", "/v1/me", headers={**key, "X-External-User-Id": other})
            assert refusal(outside) == (403, "permission_denied")
            assert f"users/ext-{other}" not in admins.records()
        details = admins.records()[f"audit_log/{created.body['id']}-creation"].fields["details"]
        assert details["external_prefix"] == "shop-"

    def test_only_a_service_key_can_be_bound(self, admins: World) -> None:
        refused = created_by_alice(admins, "balance:read", external_prefix="shop-")
        assert refusal(refused) == (400, "invalid_request")
        assert refused.body["errors"][0]["pointer"] == "/external_prefix"

    @pytest.mark.parametrize("prefix", ["a/b", "x" * 51, "sp ace", "é"])
    def test_a_beginning_that_no_id_can_have_is_refused(self, admins: World, prefix: str) -> None:
        refused = created_by_alice(admins, "users:act", external_prefix=prefix)
        assert refusal(refused) == (400, "invalid_request")
