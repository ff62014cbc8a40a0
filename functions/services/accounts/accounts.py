"""The account service lets users sign in for the first time, leave anonymity, claim anonymous accounts and sign out."""

import hashlib
import hmac
import logging
from dataclasses import replace
from datetime import datetime, timedelta

from core.cache import KeptUntil
from core.clock import Clock
from core.errors import FieldError, InvalidRequest, Unauthenticated
from core.mailboxes import mailbox_of
from domain.accounts.audit_log import AuditRecord
from domain.accounts.errors import UserInactive
from domain.accounts.user_identity import UserIdentity
from domain.credits.commits import Commit
from domain.credits.spending import LONG_AGO, Spender, check_standing
from domain.credits.user import User
from services.accounts.arrivals import Welcome, admission
from services.accounts.ports import AccountCommit, Accounts, Arrival, Identity, IdentityDirectory, TokenVerifier

log = logging.getLogger(__name__)

_ASKED_AGAIN = timedelta(hours=1)
_ASKED_REMEMBERED = 2048

# A user may take over so many anonymous accounts. One query asks for all of them at once.
CLAIMED_MAX = 20


class AccountService:
    def __init__(
        self,
        *,
        stored_accounts: Accounts,
        directory: IdentityDirectory,
        tokens: TokenVerifier,
        welcome: Welcome,
        pepper: str,
        clock: Clock,
    ) -> None:
        self._stored_accounts = stored_accounts
        self._directory = directory
        self._tokens = tokens
        self._welcome = welcome
        self._pepper = pepper
        self._clock = clock
        self._asked_for_welcome: KeptUntil[str, bool] = KeptUntil(_ASKED_REMEMBERED, clock)

    def is_expected(self, user: User, identity: Identity) -> bool:
        """Say whether this sign-in may change the user: it has left anonymity, or its welcome credits may come now.

        If the network address has no share of welcomes left, the user is asked about once an hour only.
        """
        if identity.is_anonymous or user.identity.is_anonymous or not user.identity.welcome_due:
            return user.identity.is_anonymous and not identity.is_anonymous
        return self._welcome.is_open_to(identity) and not self._asked_for_welcome.get(user.id)

    def enter(self, identity: Identity, address: str) -> User:
        """Return the user of a sign-in.

        The first sign-in creates it, and the first one with a real account ends its anonymity. Any number of first
        requests may come at once. Raise RateLimited if the network address has used up its share.
        """
        now = self._clock()
        arrival = Arrival(
            user_id=identity.user_id,
            network=self._digest(address),
            mailbox=self._digest(f"welcome\0{mailbox_of(identity.email)}") if identity.email else None,
            at=now,
        )
        user = self._stored_accounts.admit(
            arrival, lambda known, past: admission(known, identity, arrival, past, self._welcome, self._clock())
        )
        if user.identity.welcome_due and self._welcome.is_open_to(identity):
            self._asked_for_welcome.put(user.id, True, now + _ASKED_AGAIN)
        return user

    def welcome_credits_due(self, user: User) -> int:
        """Return the credits that this user gets once its address is verified and its network has a share left."""
        return self._welcome.credits if user.identity.welcome_due else 0

    def enter_external(self, user_id: str, audit: AuditRecord | None = None) -> User:
        """Return the user that a service key names. It is created when first named.

        It starts with no credits, because its operator gives it what it should have.
        """
        now = self._clock()
        identity, records = UserIdentity(created_at=now), () if audit is None else (audit,)
        return self._stored_accounts.open(
            Commit(user_id=user_id, at=now, identity=identity, opens_books=True, records=records)
        )

    def sign_out(self, user_id: str) -> User:
        """Sign the user out everywhere, at once: every sign-in until now is no longer valid."""
        now = self._clock()

        def decide(user: User) -> AccountCommit:
            return Commit(user_id=user.id, at=now, identity=replace(user.identity, signed_out_at=now))

        user = self._stored_accounts.change(user_id, decide)
        self._directory.sign_out(user_id)
        log.info("signed_out_everywhere", extra={"user_id": user_id})
        return user

    def claim(self, user_id: str, anonymous_token: str) -> User:
        """Take over the generations of an anonymous account, but not its credits. The token proves who owns it.

        Raise InvalidRequest, UserNotFound or Unavailable.
        """
        try:
            identity = self._tokens.verify(anonymous_token, check_revoked=True)
        except Unauthenticated as error:
            raise _refused(error.message) from error
        if not identity.is_anonymous:
            raise _refused("the token is not an anonymous user's")

        def decide(user: User, other: User) -> tuple[AccountCommit, AccountCommit] | None:
            if not user.identity.is_active:
                raise UserInactive(user.id)
            if other.identity.claimed_by == user.id:
                return None
            now = self._clock()
            claimed = _claimed(user, other, now)
            try:
                check_standing(other.identity, Spender(signed_in_at=identity.signed_in_at or LONG_AGO), now)
            except Unauthenticated as error:
                raise _refused(error.message) from error
            return claimed

        user = self._stored_accounts.claim(user_id, identity.user_id, decide)
        log.info("account_claimed", extra={"user_id": user_id, "claimed": identity.user_id})
        return user

    def _digest(self, address: str) -> str:
        """Return a keyed hash of an address.

        Addresses are personal data, so only the hash is stored, and that of a network address for one day only.
        """
        return hmac.new(self._pepper.encode(), address.encode(), hashlib.sha256).hexdigest()[:32]


def _claimed(user: User, other: User, now: datetime) -> tuple[AccountCommit, AccountCommit]:
    if not other.identity.is_anonymous or other.id == user.id:
        raise _refused("the token is not another, anonymous user's")
    if other.identity.claimed_by is not None or not other.identity.is_active:
        raise _refused("the anonymous account belongs to somebody already, or was closed")
    if user.identity.is_anonymous:
        raise _refused("an anonymous account cannot claim another: sign in first")
    if len(user.identity.claimed) >= CLAIMED_MAX:
        raise _refused(f"you have claimed {CLAIMED_MAX} accounts, which is the most")
    richer = replace(user.identity, claimed=(*user.identity.claimed, other.id))
    closed = replace(other.identity, claimed_by=user.id, is_active=False, signed_out_at=now)
    return Commit(user_id=user.id, at=now, identity=richer), Commit(user_id=other.id, at=now, identity=closed)


def _refused(detail: str) -> InvalidRequest:
    allowed = ("the ID token of an anonymous user",)
    return InvalidRequest([FieldError(pointer="/anonymous_token", detail=detail, allowed=allowed)])
