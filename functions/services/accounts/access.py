"""The access service finds out who is calling, and what the caller may do.

It checks a sign-in or an API key anew for each request. For a request that spends, it may use the user as this instance
remembers it, because the commit checks again on the document that it changes. Any other request is checked on a fresh
read of the user; a sign-in that only reads may be checked on a read of the last few seconds.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from core.clock import Clock
from core.errors import PermissionDenied, Unauthenticated
from domain.accounts.errors import UserInactive, UserNotFound
from domain.accounts.keys import ADMIN_SCOPES, ApiKey, KeyOrigin, Scope, split
from domain.credits.spending import LONG_AGO, Spender, check_standing
from domain.credits.user import User
from services.accounts.accounts import AccountService
from services.accounts.ports import Accounts, Identity, KeySecret, Users

# The id of a user begins so if a service key made it for somebody else's id. No sign-in may have such an id.
EXTERNAL_PREFIX = "ext-"

_SIGN_IN_SEEN = timedelta(seconds=10)
_ANY_TIME = timedelta.max
_NOT_VALID = "The API key is not valid."


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A caller is whoever makes a call (`actor`), the user whose books it is about, and what it may do.

    Without scopes it may do everything. `account_ids` are the anonymous accounts that the user claimed: their
    generations are its own. `claims_admin` is what its token says, and `is_admin` says that its user document agrees.
    `acts_for_another` says that an admin named another user, whose books these are. `service_key` is the service key
    that acts, if one does, and `owner_id` is the owner of the key that calls.
    """

    user_id: str
    actor: str
    is_admin: bool = False
    claims_admin: bool = False
    scopes: frozenset[Scope] | None = None
    account_ids: frozenset[str] = frozenset()
    spender: Spender = field(default_factory=Spender)
    acts_for_another: bool = False
    service_key: KeyOrigin | None = None
    owner_id: str | None = None

    @property
    def counted(self) -> tuple[str, ...]:
        """Return the names that the call is counted under. A key's call counts for the key and for its owner."""
        return (self.actor,) if self.owner_id is None else (self.actor, f"user:{self.owner_id}")

    @property
    def is_person(self) -> bool:
        return self.scopes is None

    def refuse_own_key(self) -> None:
        """Raise PermissionDenied if the caller uses an API key of its own.

        A key cannot manage its owner's keys, because a thief of one key would then control them all.
        """
        if self.spender.key_id is not None:
            raise PermissionDenied("An API key cannot manage the keys of its owner: sign in.")

    def refuse_unless(self, scope: Scope | None, *, admin: bool) -> None:
        """Raise PermissionDenied unless the caller has the scope.

        A `scope` of None means that only people may do it.
        """
        if admin and not self.is_admin:
            raise PermissionDenied("Only an admin may do this: a user with the custom claim role=admin.")
        if self.scopes is None or scope in self.scopes:
            return
        if scope is None:
            raise PermissionDenied("An API key may not do this: sign in.")
        raise PermissionDenied(f"The API key lacks the scope {scope}. It has: {', '.join(sorted(self.scopes))}.")


class AccessService:
    def __init__(
        self, *, users: Users, stored_accounts: Accounts, account_service: AccountService, pepper: str, clock: Clock
    ) -> None:
        self._users = users
        self._stored_accounts = stored_accounts
        self._account_service = account_service
        self._pepper = pepper
        self._clock = clock

    def of_person(self, identity: Identity, *, is_fenced: bool, changes: bool, address: str) -> Caller:
        """Return the caller for a sign-in. The first sign-in creates the user.

        An admin can reach the books of others, so a sign-in that claims to be an admin's is checked on a fresh read,
        unless the commit of the call checks it again. Raise Unauthenticated, RateLimited or UserInactive.
        """
        if identity.user_id.startswith(EXTERNAL_PREFIX):
            raise Unauthenticated("This user is a service key's: nobody signs in as it.")
        spender = Spender(signed_in_at=identity.signed_in_at or LONG_AGO)
        looks = timedelta() if changes or identity.is_admin else _SIGN_IN_SEEN
        user = self._users.get(identity.user_id, within=_ANY_TIME if is_fenced else looks)
        if user is None or self._account_service.is_expected(user, identity):
            user = self._account_service.enter(identity, address)
        check_standing(user.identity, spender, self._clock())
        if changes and not is_fenced and not user.identity.is_active:
            raise UserInactive(user.id)
        return Caller(
            user_id=user.id,
            actor=f"user:{user.id}",
            is_admin=identity.is_admin and _is_admin(user),
            claims_admin=identity.is_admin,
            account_ids=frozenset(user.identity.claimed),
            spender=spender,
        )

    def of_key(self, text: str, *, is_fenced: bool, acts_for: str | None) -> Caller:
        """Return the caller for an API key, acting for another user if `acts_for` names one.

        Raise Unauthenticated, PermissionDenied or UserInactive.
        """
        secret = self._proved(text)
        spender = Spender(key_id=secret.key_id, key_serial=secret.serial)
        owner, key = self._owner(secret.user_id, spender, is_fenced=is_fenced and acts_for is None)
        if key.made_by is not None:
            self._refuse_orphan(key.made_by)
        caller = Caller(
            user_id=owner.id,
            actor=f"key:{key.id}",
            owner_id=owner.id,
            is_admin=owner.identity.is_admin and not key.scopes.isdisjoint({Scope.ADMIN_READ, Scope.ADMIN_WRITE}),
            scopes=key.scopes if owner.identity.is_admin else key.scopes - ADMIN_SCOPES,
            account_ids=frozenset(owner.identity.claimed),
            spender=spender,
        )
        return caller if acts_for is None else self._acting(caller, key, acts_for)

    def named(self, user_id: str) -> Caller:
        """Return a caller for this user without any proof.

        Calls reach it only in open mode, on the emulator, or through an admin.
        """
        user = self._users.get(user_id, within=_ANY_TIME)
        claimed = frozenset(user.identity.claimed) if user else frozenset()
        return Caller(user_id=user_id, actor=f"user:{user_id}", is_admin=True, account_ids=claimed)

    def acting_for(self, caller: Caller, user_id: str) -> Caller:
        """Return the caller for an admin who signed in, with the books of another user.

        The commit that follows is fenced by the other user's document, so the admin is checked here on a fresh read.
        Raise Unauthenticated. Raise UserNotFound if the caller is no admin now: to such a caller, no other user exists.
        """
        admin = self._users.get(caller.user_id) if caller.claims_admin else None
        if admin is None:
            raise UserNotFound(user_id)
        check_standing(admin.identity, caller.spender, self._clock())
        if not _is_admin(admin):
            raise UserNotFound(user_id)
        return replace(self.named(user_id), actor=caller.actor, acts_for_another=True)

    def _owner(self, user_id: str, spender: Spender, *, is_fenced: bool) -> tuple[User, ApiKey]:
        """Return the owner of a key, and the key.

        A key is refused only after a fresh read, because the remembered user may not have the key yet.
        """
        user = self._users.get(user_id, within=_ANY_TIME if is_fenced else timedelta())
        if user is None:
            raise Unauthenticated(_NOT_VALID)
        try:
            return user, self._good_key(user, spender)
        except (Unauthenticated, UserInactive):
            if not is_fenced:
                raise
            return self._owner(user_id, spender, is_fenced=False)

    def _good_key(self, user: User, spender: Spender) -> ApiKey:
        key = check_standing(user.identity, spender, self._clock())
        assert key is not None, "a spender with a key has one"  # noqa: S101 - a bug, not a refusal
        if not user.identity.is_active:
            raise UserInactive(user.id)
        return key

    def _acting(self, caller: Caller, key: ApiKey, external_id: str) -> Caller:
        """Return the caller for a service key that acts for one of its owner's users.

        That user is created when first named.
        """
        caller.refuse_unless(Scope.USERS_ACT, admin=False)
        if not external_id.startswith(key.external_prefix):
            raise PermissionDenied(f"This service key acts only for ids that begin with {key.external_prefix}.")
        user = self._account_service.enter_external(EXTERNAL_PREFIX + external_id)
        check_standing(user.identity, Spender(), self._clock())
        return replace(
            caller,
            user_id=user.id,
            is_admin=False,
            account_ids=frozenset(),
            spender=Spender(),
            service_key=KeyOrigin(user_id=caller.user_id, key_id=key.id),
        )

    def _refuse_orphan(self, origin: KeyOrigin) -> None:
        """Raise Unauthenticated if the service key that made a key cannot act any more.

        That service key is in the document of another user. No commit of the key's own user looks there, so it is read
        each time.
        """
        maker = self._users.get(origin.user_id)
        made_by = None if maker is None else maker.identity.keys.get(origin.key_id)
        acts = made_by is not None and made_by.is_active(self._clock()) and Scope.USERS_ACT in made_by.scopes
        if maker is None or not acts or not _is_admin(maker):
            raise Unauthenticated("The service key that made this API key has ended, and the API key with it.")

    def _proved(self, text: str) -> KeySecret:
        """Return the secret of a key that this text proves. Raise Unauthenticated if there is none."""
        parts = split(text)
        if parts is None:
            raise Unauthenticated(_NOT_VALID)
        key_id, secret = parts
        digest = digest_of(secret, self._pepper)
        known = self._stored_accounts.secrets(key_id, fresh=False)
        found = _match(known, digest)
        if found is None and known:  # this instance may have seen the key before its last rotation
            found = _match(self._stored_accounts.secrets(key_id, fresh=True), digest)
        if found is None:
            raise Unauthenticated(_NOT_VALID)
        return found


def _is_admin(user: User) -> bool:
    return user.identity.is_admin and user.identity.is_active


def _match(known: Sequence[KeySecret], digest: str) -> KeySecret | None:
    return next((secret for secret in known if hmac.compare_digest(secret.digest, digest)), None)


def digest_of(text: str, pepper: str) -> str:
    """Return the HMAC-SHA256 of the text under the pepper. Nobody can use a digest that leaks from the database."""
    return hmac.new(pepper.encode(), text.encode(), hashlib.sha256).hexdigest()
