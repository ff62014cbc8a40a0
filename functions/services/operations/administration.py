"""An operator can change users. Each change is one commit with its record in the audit log."""

import hashlib
import logging
import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from core.clock import Clock
from core.errors import FieldError, IdempotencyKeyReused, InvalidRequest
from domain.accounts.audit_log import AuditRecord
from domain.accounts.errors import AccountClosed, AddressNotVerified, UserNotFound
from domain.accounts.user_identity import UserIdentity
from domain.credits.commits import Commit, Subject
from domain.credits.grants import GrantTerms
from domain.credits.ledger import Entry, EntryType
from domain.credits.postings import post, post_grant, up_to_date
from domain.credits.user import User
from services.accounts.access import EXTERNAL_PREFIX
from services.accounts.accounts import AccountService
from services.accounts.instructions import Instruction, target_of
from services.accounts.ports import AccountCommit, Accounts, IdentityDirectory, UserPlace, Users
from services.credits.ports import Ledger

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """`user` has the balance as it is now.

    `replayed` says that the entry is that of an earlier request with the same idempotency key.
    """

    entry: Entry
    user: User
    replayed: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A user has an operator's own id. `is_new` says that this request created the user."""

    user: User
    is_new: bool


class AdministrationService:
    def __init__(
        self,
        *,
        users: Users,
        stored_accounts: Accounts,
        account_service: AccountService,
        ledger: Ledger,
        directory: IdentityDirectory,
        clock: Clock,
    ) -> None:
        self._users = users
        self._stored_accounts = stored_accounts
        self._account_service = account_service
        self._ledger = ledger
        self._directory = directory
        self._clock = clock

    def page(self, email_prefix: str | None, *, after: UserPlace | None, limit: int) -> list[User]:
        """Return all users by id, or those whose e-mail address begins so, by that address.

        The case of the prefix does not matter.
        """
        prefix = None if email_prefix is None else email_prefix.lower()
        return self._users.search(prefix, after=after, limit=limit)

    def get(self, user_id: str) -> User:
        found = self._users.get(user_id)
        if found is None:
            raise UserNotFound(user_id)
        return found

    def name(self, external_id: str, by: Instruction) -> Named:
        """Return the user with a service key's external id. A new user has no credits."""
        user_id = EXTERNAL_PREFIX + external_id
        known = self._users.get(user_id)
        if known is not None:
            return Named(known, is_new=False)
        record = _record(by, "user.create", user_id, self._clock())
        return Named(self._account_service.enter_external(user_id, record), is_new=True)

    def adjust(
        self, user_id: str, credits_: int, key: str, by: Instruction, terms: GrantTerms | None = None
    ) -> Adjustment:
        """Adjust the balance once for each user and idempotency key. With `terms`, the credits are a grant.

        Raise InvalidRequest, UserNotFound, InsufficientCredits, TooManyGrants or IdempotencyKeyReused.
        """
        now = self._clock()
        if terms is not None:
            _check_terms(credits_, terms, now)
        entry = Entry(
            id=f"adjustment-{hashlib.sha256(f'{user_id}\0{key}'.encode()).hexdigest()[:32]}",
            type=EntryType.ADJUSTMENT if terms is None else EntryType.GRANT,
            credits=credits_,
            user_id=user_id,
            description=f"Adjustment: {by.reason}" if terms is None else _in_words(credits_, terms, by.reason),
            timestamp=now,
        )
        # The id of the record is derived too, so a repeat writes no second record.
        record = by.record(entry.id, entry.timestamp, "user.adjust", target_of(user_id), credits=credits_)

        def decide(user: User) -> Commit[Subject]:
            commit = post(user.balance, entry) if terms is None else post_grant(user.balance, entry, "operator", terms)
            return replace(commit, records=(record,))

        posted = self._ledger.post(user_id, entry.id, decide)
        found = posted.entry
        # The entry of a grant that begins later has 0 credits, and its description tells them.
        if found.description != entry.description or (terms is None and found.credits != credits_):
            raise IdempotencyKeyReused
        log.info("balance_adjusted", extra={"user_id": user_id, "entry_id": entry.id, "actor": by.actor})
        return Adjustment(entry=found, user=up_to_date(self.get(user_id), self._clock()), replayed=posted.replayed)

    def deactivate(self, user_id: str, by: Instruction) -> User:
        """Deactivate the user. None of its sign-ins and keys is valid from now on.

        The database is changed first, so calls are refused at once. If the directory does not answer then, repeating
        this completes it.
        """

        def decide(user: User) -> AccountCommit | None:
            if not user.identity.is_active:
                return None
            now = self._clock()
            off = replace(user.identity, is_active=False, signed_out_at=now)
            return _recorded(user.id, off, now, by, "user.deactivate")

        user = self._stored_accounts.change(user_id, decide)
        self._directory.set_active(user_id, is_active=False)
        self._directory.sign_out(user_id)
        return user

    def activate(self, user_id: str, by: Instruction) -> User:
        """Activate the user. Earlier sign-ins stay invalid, and keys work again. Raise AccountClosed."""

        def decide(user: User) -> AccountCommit | None:
            _refuse_closed(user)
            if user.identity.is_active:
                return None
            now = self._clock()
            on = replace(user.identity, is_active=True)
            return _recorded(user.id, on, now, by, "user.activate")

        user = self._stored_accounts.change(user_id, decide)
        self._directory.set_active(user_id, is_active=True)
        return user

    def grant_admin(self, id_or_email: str, by: Instruction) -> User:
        """Make a user an admin. It is recorded and stored in our database before the account's tokens get the role.

        If the directory does not answer then, repeating this completes it. Raise UserNotFound for somebody who has no
        account, or who has never called. Raise AddressNotVerified, AccountClosed or Unavailable.
        """
        user_id = self._account(id_or_email)
        account = self._directory.account(user_id)
        if account is None:
            raise UserNotFound(user_id)
        if user_id != id_or_email and not account.is_verified:
            raise AddressNotVerified(id_or_email, user_id)

        def decide(user: User) -> AccountCommit | None:
            _refuse_closed(user)
            if user.identity.is_admin:
                return None
            admin = replace(user.identity, is_admin=True)
            return _recorded(user.id, admin, self._clock(), by, "user.grant_admin")

        user = self._stored_accounts.change(user_id, decide)
        self._directory.set_role(user_id, "admin")
        return user

    def revoke_admin(self, id_or_email: str, by: Instruction) -> User:
        """End the role. The user is signed out everywhere, so ID tokens that still say `admin` are no longer valid."""
        user_id = self._account(id_or_email)

        def decide(user: User) -> AccountCommit | None:
            now = self._clock()
            plain = replace(user.identity, is_admin=False, signed_out_at=now)
            return _recorded(user.id, plain, now, by, "user.revoke_admin")

        user = self._stored_accounts.change(user_id, decide)
        self._directory.set_role(user_id, "user")
        self._directory.sign_out(user_id)
        return user

    def _account(self, id_or_email: str) -> str:
        """Return the user id.

        An e-mail address is recognized by its @, because ids of Firebase are letters and digits.
        """
        if "@" not in id_or_email:
            return id_or_email
        found = self._directory.find(id_or_email)
        if found is None:
            raise UserNotFound(id_or_email)
        return found


def _recorded(user_id: str, identity: UserIdentity, at: datetime, by: Instruction, action: str) -> AccountCommit:
    """Return the commit of a user's new identity, with its record in the audit log."""
    return Commit(user_id=user_id, at=at, identity=identity, records=(_record(by, action, user_id, at),))


def _record(by: Instruction, action: str, user_id: str, at: datetime) -> AuditRecord:
    return by.record(str(uuid.uuid4()), at, action, target_of(user_id))


def _check_terms(credits_: int, terms: GrantTerms, now: datetime) -> None:
    if credits_ < 0:
        detail = "must be above 0 where the credits have a start, an expiry or a priority"
        raise InvalidRequest([FieldError(pointer="/credits", detail=detail)])
    begins = max(now, terms.effective_at or now)
    if terms.expires_at is not None and terms.expires_at <= begins:
        detail = f"must be after {begins:%Y-%m-%dT%H:%M:%SZ}, when the credits can first be spent"
        raise InvalidRequest([FieldError(pointer="/expires_at", detail=detail)])


def _in_words(credits_: int, terms: GrantTerms, reason: str) -> str:
    times = {"from": terms.effective_at, "until": terms.expires_at}
    told = "".join(f" {word} {at:%Y-%m-%dT%H:%M:%SZ}" for word, at in times.items() if at is not None)
    return f"Grant of {credits_}{told}: {reason}"


def _refuse_closed(user: User) -> None:
    if user.identity.deleted_at is not None:
        raise AccountClosed(user.id, "was deleted")
    if user.identity.claimed_by is not None:
        raise AccountClosed(user.id, f"was claimed by {user.identity.claimed_by}")
