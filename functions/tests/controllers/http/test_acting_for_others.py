"""An admin may use the books of others. The admin is judged by the present state, in every instance, and each use is
recorded.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from people import ADMIN, NOW, bearer, instances, known
from services.accounts.instructions import Instruction
from services.accounts.ports import Identity
from services.generations.ports import GenerationFilter
from world import ORDER, Response, World

_ANY = GenerationFilter()
OPERATOR = Instruction(actor="operator")
SIGNED_IN = Identity("admin", is_admin=True, signed_in_at=NOW - timedelta(hours=1))

ENDS: dict[str, Callable[[World], object]] = {
    "demoted": lambda world: world.app.administration.revoke_admin("admin", OPERATOR),
    "deactivated": lambda world: world.app.administration.deactivate("admin", OPERATOR),
    "signed out": lambda world: world.app.account_service.sign_out("admin"),
    "deleted": lambda world: world.app.erasure.delete("admin", OPERATOR),
    "demoted by hand": lambda world: world.overwrite("users/admin", is_admin=False),
    "deactivated by hand": lambda world: world.overwrite("users/admin", is_active=False),
}

ended = pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())


@pytest.fixture
def two() -> list[World]:
    """Return two instances, both of which have just seen the admin."""
    found = instances(2)
    known(*found, **{"admin-token": SIGNED_IN})
    for world in found:
        assert world.api("GET", "/v1/me", headers=ADMIN).status == 200
        assert spend(world, "mallory").status == 202
    return found


def spend(world: World, user_id: str, **request: Any) -> Response:
    return world.call("create_generation_request", headers=ADMIN, json={**ORDER, "userId": user_id}, **request)


@ended
def test_whoever_was_an_admin_spends_nothing_of_others_in_any_instance(
    two: list[World], end: Callable[[World], object]
) -> None:
    here, there = two
    end(here)
    assert spend(there, "alice").status in (401, 404)
    assert spend(here, "alice").status in (401, 404)
    assert here.user("alice").balance.current_credits == 100


@ended
def test_nor_sees_it(two: list[World], end: Callable[[World], object]) -> None:
    here, there = two
    generation_id = there.app.generations.page({"mallory"}, _ANY, after=None, limit=1)[0].id
    end(here)
    for world in two:
        query: dict[str, Any] = {"query_string": {"userId": "alice"}}
        assert world.call("get_user_credits", "GET", headers=ADMIN, **query).status in (401, 404)
        assert world.call("validate_user", "GET", headers=ADMIN, **query).status in (401, 404)
        query = {"query_string": {"generationRequestId": generation_id}}
        assert world.call("get_generation_status", "GET", headers=ADMIN, **query).status in (401, 404)
        for path in ("/v1/admin/users/alice", "/v1/admin/ledger", "/v1/reports"):
            assert world.api("GET", path, headers=ADMIN).status in (401, 403), path


def test_what_an_admin_spends_in_somebody_s_name_is_in_the_audit_log_by_the_same_commit(two: list[World]) -> None:
    here, _ = two
    before = set(here.records())
    created = spend(here, "alice")
    generation_id = created.body["generationRequestId"]
    path = f"audit_log/{generation_id}-creation"
    assert path in set(here.records()) - before
    found = here.records()
    assert found[path].version == found[f"generation_requests/{generation_id}"].version
    fields = found[path].fields
    assert (fields["actor"], fields["action"], fields["target"]) == ("user:admin", "user.spend", "users/alice")
    assert fields["details"] == {"generation_id": generation_id, "credits": 1}
    assert fields["request_id"] is not None
    listed = here.api("GET", "/v1/admin/audit-log", headers=ADMIN, query_string={"action": "user.spend"})
    assert sorted(each["target"] for each in listed.body["data"]) == ["users/alice", "users/mallory", "users/mallory"]
    here.assert_books_balance()


def test_a_repeat_is_recorded_once(two: list[World]) -> None:
    here, there = two
    headers = {**ADMIN, "Idempotency-Key": "once"}
    for world in (here, there, here):
        answer = world.call("create_generation_request", headers=headers, json={**ORDER, "userId": "alice"})
        assert answer.status == 202
    spends = [path for path in here.records() if path.startswith("audit_log/")]
    assert len(spends) == 3, "two for Mallory at first, and one for Alice"


def test_what_an_admin_spends_of_its_own_is_nobody_s_business(two: list[World]) -> None:
    here, _ = two
    here.app.administration.adjust("admin", 5, "own", OPERATOR)
    before = {path for path in here.records() if path.startswith("audit_log/")}
    assert spend(here, "admin").status == 202
    assert {path for path in here.records() if path.startswith("audit_log/")} == before


def test_a_new_admin_s_word_counts_at_once_where_the_old_standing_is_remembered(two: list[World]) -> None:
    here, there = two
    known(there, **{"bob-token": Identity("bob", is_admin=True, signed_in_at=NOW)})
    headers = bearer("bob-token")
    refused = there.call("create_generation_request", headers=headers, json={**ORDER, "userId": "alice"})
    assert refused.status == 404
    here.overwrite("users/bob", is_admin=True)
    taken = there.call("create_generation_request", headers=headers, json={**ORDER, "userId": "alice"})
    assert taken.status == 202


class TestClaimAndDocument:
    """Claim and document must both say that somebody is an admin, because tokens live for an hour, and the directory
    may not know yet.
    """

    @pytest.mark.parametrize("fields", [{"is_admin": False}, {"is_active": False}])
    def test_the_claim_alone_opens_nothing(self, fields: dict[str, Any]) -> None:
        world = World(NOW, AUTH_MODE="required")
        world.overwrite("users/admin", **fields)
        assert world.api("GET", "/v1/admin/users", headers=ADMIN).status == 403
        assert world.api("GET", "/v1/reports", headers=ADMIN).status == 403
        assert world.api("POST", "/v1/reports", headers=ADMIN, json={}).status == 403
        assert world.call("schedule_weekly_report", headers=ADMIN, json={}).status == 403
        assert world.api("POST", "/v1/admin/sweep", headers=ADMIN).status == 403
        assert not any(path.startswith("reports/") for path in world.records())

    def test_the_document_alone_opens_nothing(self) -> None:
        world = World(NOW, AUTH_MODE="required")
        known(world, **{"admin-token": Identity("admin")})
        assert world.api("GET", "/v1/admin/users", headers=ADMIN).status == 403
        assert world.call("schedule_weekly_report", headers=ADMIN, json={}).status == 403

    @pytest.mark.parametrize("end", [ENDS["demoted"], ENDS["deactivated"]], ids=["demoted", "deactivated"])
    def test_the_next_token_opens_nothing_where_the_directory_was_down(self, end: Callable[[World], object]) -> None:
        """The directory did not hear of the end, so it writes the claim into the next token, too."""
        world = World(NOW, AUTH_MODE="required")
        world.directory.is_down = True
        with pytest.raises(Exception, match="does not answer"):
            end(world)
        known(world, **{"admin-token": Identity("admin", is_admin=True, signed_in_at=NOW + timedelta(minutes=1))})
        world.later(minutes=2)
        assert world.api("GET", "/v1/admin/users", headers=ADMIN).status == 403
        assert world.call("schedule_weekly_report", headers=ADMIN, json={}).status == 403
        assert spend(world, "alice").status in (403, 404)


class TestInactive:
    @pytest.fixture
    def closed(self) -> World:
        """Alice is inactive, and signed in after that, because the directory did not know."""
        world = World(NOW, AUTH_MODE="required")
        world.overwrite("users/alice", is_active=False)
        return world

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/v1/keys", {"name": "Batch", "scopes": ["generations:write"]}),
            ("/v1/me/claim", {"anonymous_token": "passer-by"}),
            ("/v1/generations", ORDER),
            ("/v1/me/sign-out", None),
        ],
    )
    def test_an_inactive_user_changes_nothing(self, closed: World, path: str, body: Any) -> None:
        before = closed.records()
        answer = closed.api("POST", path, headers=bearer("alice-token"), json=body)
        assert (answer.status, answer.body["code"]) == (403, "user_inactive")
        assert closed.records() == before

    def test_it_still_sees_what_is_its_own(self, closed: World) -> None:
        assert closed.api("GET", "/v1/balance", headers=bearer("alice-token")).status == 200
