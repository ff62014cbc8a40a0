"""How a user comes, changes and goes: first sign-in, leaving anonymity, claiming, signing out."""

import hashlib
import hmac
import logging
from dataclasses import dataclass, replace
from datetime import datetime

from core.clock import Clock
from core.errors import FieldError, InvalidRequest, Unauthenticated
from domain.audit_log import AuditRecord
from domain.errors import UserInactive
from domain.ledger import Entry, EntryType, User
from domain.spending import LONG_AGO, Spender, standing
from services.ledger import LedgerService
from services.ports import AccountChange, Accounts, Identity, IdentityDirectory, Opening, TokenVerifier

log = logging.getLogger(__name__)

CLAIMED_MAX = 20
"""Anonymous accounts that one user may take over; a query asks for all of them at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """Credits for a new user, for an anonymous one, and how many anonymous ones an address gets in a day."""

    credits: int
    anonymous_credits: int
    anonymous_per_address: int


class AccountService:
    def __init__(
        self,
        *,
        accounts: Accounts,
        ledger: LedgerService,
        directory: IdentityDirectory,
        tokens: TokenVerifier,
        welcome: Welcome,
        pepper: str,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._ledger = ledger
        self._directory = directory
        self._tokens = tokens
        self._welcome = welcome
        self._pepper = pepper
        self._clock = clock

    def enter(self, identity: Identity, address: str) -> User:
        """The user of a sign-in: made on the first one, no longer anonymous on the first with a real account.

        Safe under any number of first requests at once. Raises RateLimited for an address that had its share.
        """
        now = self._clock()
        credits_ = self._welcome.anonymous_credits if identity.is_anonymous else self._welcome.credits
        user = self._accounts.open(
            Opening(
                user=_newcomer(identity, credits_, now),
                entry=_welcome_entry(identity.user_id, credits_, now, is_anonymous=identity.is_anonymous),
                address=self._digest(address) if identity.is_anonymous else None,
                address_max=self._welcome.anonymous_per_address,
            )
        )
        if user.is_anonymous and not identity.is_anonymous:
            return self._named(identity)
        return user

    def enter_external(self, user_id: str, audit: AuditRecord | None = None) -> User:
        """A user whom a service key names: made when first named, with what its operator gives it, so with nothing."""
        now = self._clock()
        user = User(id=user_id, name="", email="", current_credits=0, created_at=now, books_opened_at=now)
        return self._accounts.open(Opening(user=user, entry=None, audit=audit))

    def sign_out(self, user_id: str) -> User:
        """Everywhere, at once: every sign-in until now is worth nothing from here on."""
        now = self._clock()
        user = self._accounts.change(user_id, lambda user: AccountChange(user=replace(user, signed_out_at=now)))
        self._directory.sign_out(user_id)
        log.info("signed_out_everywhere", extra={"user_id": user_id})
        return user

    def claim(self, user_id: str, anonymous_token: str) -> User:
        """Take over what an anonymous account made; the token proves whose it is. Its credits are not taken over.

        Raises InvalidRequest, UserNotFound, Unavailable.
        """
        try:
            identity = self._tokens.verify(anonymous_token, check_revoked=True)
        except Unauthenticated as error:
            raise _refused(error.message) from error
        if not identity.is_anonymous:
            raise _refused("the token is not an anonymous user's")

        def decide(user: User, other: User) -> tuple[User, User]:
            if not user.is_active:
                raise UserInactive(user.id)
            if other.claimed_by == user.id:
                return user, other
            now = self._clock()
            claimed = _claimed(user, other, now)
            try:
                standing(other, Spender(signed_in_at=identity.signed_in_at or LONG_AGO), now)
            except Unauthenticated as error:
                raise _refused(error.message) from error
            return claimed

        user = self._accounts.claim(user_id, identity.user_id, decide)
        log.info("account_claimed", extra={"user_id": user_id, "claimed": identity.user_id})
        return user

    def _named(self, identity: Identity) -> User:
        """The welcome first, which is given once whatever happens; then the name, which ends the anonymity."""
        if self._welcome.credits:
            self._ledger.add(
                identity.user_id,
                EntryType.GRANT,
                self._welcome.credits,
                source="welcome",
                external_id=identity.user_id,
                description="Welcome",
            )

        def decide(user: User) -> AccountChange | None:
            if not user.is_anonymous:
                return None
            return AccountChange(user=replace(user, is_anonymous=False, email=identity.email, name=identity.name))

        return self._accounts.change(identity.user_id, decide)

    def _digest(self, address: str) -> str:
        """Addresses are personal: only a keyed hash is kept, and that for a day."""
        return hmac.new(self._pepper.encode(), address.encode(), hashlib.sha256).hexdigest()[:32]


def _newcomer(identity: Identity, credits_: int, now: datetime) -> User:
    return User(
        id=identity.user_id,
        name=identity.name,
        email=identity.email,
        current_credits=credits_,
        is_anonymous=identity.is_anonymous,
        created_at=now,
        updated_at=now,
        books_opened_at=now,
    )


def _welcome_entry(user_id: str, credits_: int, now: datetime, *, is_anonymous: bool) -> Entry | None:
    if not credits_:
        return None
    return Entry(
        id=f"{'trial' if is_anonymous else 'welcome'}-{user_id}",
        type=EntryType.GRANT,
        credits=credits_,
        user_id=user_id,
        description="One generation to try" if is_anonymous else "Welcome",
        timestamp=now,
    )


def _claimed(user: User, other: User, now: datetime) -> tuple[User, User]:
    if not other.is_anonymous or other.id == user.id:
        raise _refused("the token is not another, anonymous user's")
    if other.claimed_by is not None or not other.is_active:
        raise _refused("the anonymous account belongs to somebody already, or was closed")
    if user.is_anonymous:
        raise _refused("an anonymous account cannot claim another: sign in first")
    if len(user.claimed) >= CLAIMED_MAX:
        raise _refused(f"you have claimed {CLAIMED_MAX} accounts, which is the most")
    closed = replace(other, claimed_by=user.id, is_active=False, signed_out_at=now, updated_at=now)
    return replace(user, claimed=(*user.claimed, other.id), updated_at=now), closed


def _refused(detail: str) -> InvalidRequest:
    allowed = ("the ID token of an anonymous user",)
    return InvalidRequest([FieldError(pointer="/anonymous_token", detail=detail, allowed=allowed)])
