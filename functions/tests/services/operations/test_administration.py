"""The operator's command gives and takes roles. The rest of the service is tested through HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bootstrap import Darkroom
from core.errors import Unavailable
from domain.accounts.errors import AccountClosed, AddressNotVerified, UserNotFound
from domain.accounts.keys import Scope
from people import NOW, at_once, bearer, issue, known, make_admin, refusal
from providers.identity.memory import MemoryDirectory
from services.accounts.instructions import Instruction
from services.accounts.ports import Identity
from unsteady import UnsteadyDocuments, did_not_happen, happened
from world import World

OPERATOR = Instruction(actor="operator")


@pytest.fixture
def world() -> World:
    """Alice has an account, and every request must have a credential."""
    world = World(NOW, AUTH_MODE="required")
    world.directory = world.app.made["directory"] = MemoryDirectory({"Alice@example.com": "alice", "new@x.org": "new"})
    return world


def actions(world: World) -> list[tuple[str, str, str]]:
    records = [each.fields for path, each in world.records().items() if path.startswith("audit_log/")]
    ordered = sorted(records, key=lambda record: record["at"])
    return [(record["actor"], record["action"], record["target"]) for record in ordered]


class TestGranting:
    @pytest.mark.parametrize("who", ["alice", "alice@example.com", "ALICE@Example.com"])
    def test_in_the_directory_and_in_the_books(self, world: World, who: str) -> None:
        user = world.app.administration.grant_admin(who, OPERATOR)
        assert (user.id, user.identity.is_admin) == ("alice", True)
        assert world.directory.roles == {"alice": "admin"}
        assert world.user("alice").identity.is_admin is True
        assert actions(world) == [("operator", "user.grant_admin", "users/alice")]

    def test_admin_keys_work_with_it(self, world: World) -> None:
        key = issue(world, is_admin=True, scopes=frozenset({Scope.ADMIN_READ}))
        assert world.api("GET", "/v1/admin/users", headers=bearer(key.token)).status == 403
        world.app.administration.grant_admin("alice", OPERATOR)
        assert world.api("GET", "/v1/admin/users", headers=bearer(key.token)).status == 200

    def test_twice_is_once(self, world: World) -> None:
        for _ in range(2):
            world.app.administration.grant_admin("alice", OPERATOR)
        assert len(actions(world)) == 1

    @pytest.mark.parametrize("who", ["nobody", "nobody@example.com", "bob", "new", "new@x.org"])
    def test_whoever_has_no_account_or_never_called_is_none(self, world: World, who: str) -> None:
        """Bob is in the books only, and `new` is in the directory only."""
        before = world.records()
        with pytest.raises(UserNotFound, match="User not found"):
            world.app.administration.grant_admin(who, OPERATOR)
        assert world.records() == before
        assert "new" not in world.directory.roles

    @pytest.mark.parametrize("closed", [{"deleted_at": NOW}, {"claimed_by": "bob"}])
    def test_nor_whose_account_is_closed(self, world: World, closed: dict[str, object]) -> None:
        world.overwrite("users/alice", **closed)
        with pytest.raises(AccountClosed):
            world.app.administration.grant_admin("alice", OPERATOR)
        assert not world.directory.roles

    def test_where_the_directory_does_not_answer_nothing_is_granted(self, world: World) -> None:
        world.directory.is_down = True
        with pytest.raises(Unavailable):
            world.app.administration.grant_admin("alice", OPERATOR)
        assert world.user("alice").identity.is_admin is False

    def test_the_record_comes_before_the_role(self, world: World) -> None:
        """An admin whose role nobody recorded would be in no audit. If the first try stops halfway, a repeat finishes
        it.
        """

        class Halting(MemoryDirectory):
            def set_role(self, user_id: str, role: str) -> bool:
                raise Unavailable("The directory of accounts does not answer.")

        world.app.made["directory"] = Halting({"alice@example.com": "alice"})
        with pytest.raises(Unavailable):
            world.app.administration.grant_admin("alice", OPERATOR)
        assert world.user("alice").identity.is_admin is True
        assert actions(world) == [("operator", "user.grant_admin", "users/alice")]

        world.app.made["directory"] = world.directory
        world.app.administration.grant_admin("alice", OPERATOR)
        assert world.directory.roles == {"alice": "admin"}
        assert len(actions(world)) == 1

    def test_an_address_that_nobody_verified_is_no_name(self, world: World) -> None:
        """Anybody could have signed up with the address. So the operator is told the id, and uses that."""
        world.directory.unverified.add("alice")
        with pytest.raises(AddressNotVerified, match="has the id alice;"):
            world.app.administration.grant_admin("alice@example.com", OPERATOR)
        assert (world.user("alice").identity.is_admin, world.directory.roles) == (False, {})
        world.app.administration.grant_admin("alice", OPERATOR)
        assert world.user("alice").identity.is_admin is True


class TestRevoking:
    def test_a_token_that_still_says_admin_is_dead(self, world: World) -> None:
        make_admin(world, "alice")
        known(
            world,
            old=Identity("alice", is_admin=True, signed_in_at=NOW - timedelta(hours=1)),
            new=Identity("alice", signed_in_at=NOW + timedelta(seconds=1)),
        )
        key = issue(world, is_admin=True, scopes=frozenset({Scope.ADMIN_READ}))
        assert world.api("GET", "/v1/admin/users", headers=bearer("old")).status == 200
        user = world.app.administration.revoke_admin("alice@example.com", OPERATOR)
        assert (user.id, user.identity.is_admin) == ("alice", False)
        assert world.directory.roles == {"alice": "user"}
        assert world.directory.signed_out == ["alice"]
        refused = world.api("GET", "/v1/admin/users", headers=bearer("old"))
        assert refusal(refused) == (401, "unauthenticated")
        assert world.api("GET", "/v1/admin/users", headers=bearer(key.token)).status == 403
        assert world.api("GET", "/v1/balance", headers=bearer("new")).status == 200
        assert ("operator", "user.revoke_admin", "users/alice") in actions(world)

    def test_where_the_directory_does_not_answer_the_books_refuse_already_and_a_repeat_ends_it(
        self, world: World
    ) -> None:
        make_admin(world, "alice")
        world.directory.is_down = True
        with pytest.raises(Unavailable):
            world.app.administration.revoke_admin("alice", OPERATOR)
        assert (world.user("alice").identity.is_admin, world.user("alice").identity.signed_out_at) == (False, NOW)
        world.directory.is_down = False
        world.app.administration.revoke_admin("alice", OPERATOR)
        assert world.directory.roles == {"alice": "user"}

    def test_of_nobody(self, world: World) -> None:
        with pytest.raises(UserNotFound):
            world.app.administration.revoke_admin("nobody", OPERATOR)


def test_what_happens_at_once_is_all_kept(world: World) -> None:
    """Each change is fenced by the user's version, so none is lost in another's write."""
    service = world.app.administration
    at_once(
        lambda: service.deactivate("alice", OPERATOR),
        lambda: service.grant_admin("alice", OPERATOR),
        *(lambda key=key: service.adjust("alice", 1, str(key), OPERATOR) for key in range(10)),
    )
    user = world.user("alice")
    assert (user.identity.is_active, user.identity.is_admin, user.balance.current_credits) == (False, True, 110)
    assert len(actions(world)) == 12
    world.assert_books_balance()


@pytest.mark.parametrize("script", [[happened], [did_not_happen], [did_not_happen, happened]])
@pytest.mark.parametrize(
    "deed",
    [
        lambda app: app.administration.adjust("alice", 25, "k", OPERATOR),
        lambda app: app.administration.name("customer-42", OPERATOR),
        lambda app: app.administration.deactivate("alice", OPERATOR),
        lambda app: app.administration.grant_admin("alice", OPERATOR),
        lambda app: app.erasure.delete("alice", OPERATOR),
    ],
    ids=["adjust", "name", "deactivate", "grant", "delete"],
)
def test_an_answer_that_is_lost_makes_nothing_twice(deed: Callable[[Darkroom], object], script: list[Any]) -> None:
    documents = UnsteadyDocuments()
    world = World(NOW, documents=documents)
    world.app.made["directory"] = MemoryDirectory({"alice@example.com": "alice"})
    documents.script = [*script]
    deed(world.app)
    assert not documents.script
    assert len(actions(world)) == 1
    assert world.user("alice").balance.current_credits in (100, 125)
    world.assert_books_balance()
