"""A house has everything in it that an attacker could want, and credentials of every kind."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import weekly
from domain.accounts.keys import Scope
from domain.credits.user import User
from people import ALICE, NOW, bearer, issue, known, make_admin, order
from security.doors import Counted, ids_of
from services.accounts.ports import AccountCommit, Identity
from tools.reference.places import ANONYMOUS_TOKEN, KEY_OF_USER, PASSER_BY
from users import identity_commit
from world import World

EARLIER = NOW - timedelta(hours=1)
EVERY_SCOPE = frozenset(Scope)
CUSTOMER = "customer-1"

# These parts of a world stay when an instance of Darkroom ends.
OUTSIDE = (
    *("documents", "queue", "queue_control", "outputs", "tokens", "directory"),
    *("models", "transaction", "pause", "run_in_background"),
)

IDENTITIES = {
    ANONYMOUS_TOKEN: Identity(PASSER_BY, is_anonymous=True),
    "wanderer-token": Identity("wanderer", is_anonymous=True),
    "gone-token": Identity("gone"),
    "left-token": Identity("left", signed_in_at=EARLIER),
    "closed-token": Identity("closed"),
    "revoked-token": Identity("alice"),
}


class House:
    """Alice owns one thing of each kind, and has claimed what an anonymous user had. Mallory owns none of them."""

    def __init__(self, **environment: str) -> None:
        self.world = World(NOW, documents=Counted(), **{"AUTH_MODE": "required", **environment})
        known(self.world, **IDENTITIES)
        self.world.app.made["tokens"].revoked.add("revoked-token")
        self._move_in()
        self.keys = self._keys()
        self.things = self._things()
        weekly.keep(self.world.documents)
        self.places = ids_of(
            self.things["queued generation"], self.things["key"], done=self.things["completed generation"]
        ) | {KEY_OF_USER: issue(self.world, "bob").key.id}
        self.before = self.world.records()

    def _move_in(self) -> None:
        self.world.add_user("admin", 50)
        make_admin(self.world, "admin")
        for user_id in ("gone", "left", "closed"):
            self.world.add_user(user_id, 10)
        self.world.add_user(PASSER_BY, 4, is_anonymous=True)
        self.world.add_user("wanderer", 4, is_anonymous=True)

    def _keys(self) -> dict[str, str]:
        """Return tokens of keys, by what is special about them."""
        world = self.world
        expired = issue(world, expires_at=NOW + timedelta(minutes=1)).token
        revoked, rotated = issue(world), issue(world)
        world.app.keys.revoke("alice", revoked.key.id)
        current = world.app.keys.rotate("alice", rotated.key.id, timedelta())
        found = {
            "usual": issue(world).token,
            "revoked": revoked.token,
            "rotated": rotated.token,
            "current": current.token,
            "expired": expired,
            "of gone": issue(world, "gone").token,
            "of closed": issue(world, "closed").token,
        }
        world.later(minutes=2)
        world.app.stored_accounts.change("gone", _deleted(world))
        world.app.stored_accounts.change("closed", _closed(self.world))
        world.app.account_service.sign_out("left")
        return found

    def _things(self) -> dict[str, str]:
        """Return the ids of things that are Alice's, by what they are."""
        world = self.world
        claimed = self._ordered(bearer("wanderer-token"))
        taken = world.api("POST", "/v1/me/claim", headers=ALICE, json={"anonymous_token": "wanderer-token"})
        assert taken.status == 200, taken.body
        queued, done = self._ordered(ALICE), self._ordered(ALICE)
        world.deliver(done)
        assert world.api("GET", f"/v1/generations/{done}", headers=ALICE).body["status"] == "completed"
        return {
            "queued generation": queued,
            "completed generation": done,
            "claimed generation": claimed,
            "key": issue(world, "alice").key.id,
            "revoked key": self.keys["revoked"].split("_")[1],
        }

    def _ordered(self, headers: Mapping[str, str]) -> str:
        created = order(self.world, headers)
        assert created.status == 202, created.body
        return str(created.body["id"])

    def key(self, *scopes: Scope, owner: str = "admin") -> dict[str, str]:
        """Return the header of a new key. An admin owns it, unless another owner is named, because only an admin can
        give every scope.
        """
        return bearer(issue(self.world, owner, is_admin=owner == "admin", scopes=frozenset(scopes)).token)

    def restart(self) -> None:
        """Start another instance on the same database. It remembers nothing."""
        made = self.world.app.made
        self.world.app.made = {name: part for name, part in made.items() if name in OUTSIDE}

    def is_untouched(self) -> bool:
        return self.world.records() == self.before


def _deleted(world: World) -> Callable[[User], AccountCommit]:
    return lambda user: identity_commit(user, world.now, deleted_at=world.now, is_active=False)


def _closed(world: World) -> Callable[[User], AccountCommit]:
    return lambda user: identity_commit(user, world.now, is_active=False)
