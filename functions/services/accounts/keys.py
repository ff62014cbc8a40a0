"""Owners manage their API keys here."""

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from core.clock import Clock
from core.errors import FieldError, InvalidRequest, PermissionDenied
from domain.accounts import keys
from domain.accounts.audit_log import AuditRecord
from domain.accounts.errors import KeyNotFound, TooManyKeys, UserInactive, UserNotFound
from domain.accounts.keys import ADMIN_SCOPES, KEYS_MAX, ApiKey, Budget, Scope
from domain.accounts.user_identity import with_key
from domain.credits.commits import Commit
from domain.credits.user import User
from services.accounts.access import Caller, digest_of
from services.accounts.instructions import Instruction, target_of
from services.accounts.ports import AccountCommit, Accounts, KeySecret, Users

log = logging.getLogger(__name__)

_ENDED_SHOWN = timedelta(days=30)
_ENDED_MAX = KEYS_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOrder:
    name: str
    scopes: frozenset[Scope]
    expires_at: datetime | None
    budget: Budget
    external_prefix: str = ""


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """`token` is shown only now. Nobody can find it out again, not even from the database."""

    key: ApiKey
    token: str


class KeyService:
    def __init__(self, *, users: Users, stored_accounts: Accounts, pepper: str, clock: Clock) -> None:
        self._users = users
        self._stored_accounts = stored_accounts
        self._pepper = pepper
        self._clock = clock

    def all(self, user_id: str) -> list[ApiKey]:
        """Return the user's keys, newest first. Revoked keys are among them as long as they are remembered."""
        user = self._users.get(user_id)
        if user is None:
            raise UserNotFound(user_id)
        return sorted(user.identity.keys.values(), key=lambda key: (key.created_at, key.id), reverse=True)

    def get(self, user_id: str, key_id: str) -> ApiKey:
        found = next((key for key in self.all(user_id) if key.id == key_id), None)
        if found is None:
            raise KeyNotFound(key_id)
        return found

    def create(self, caller: Caller, order: KeyOrder, request_id: str | None = None) -> IssuedKey:
        """Create a key. Raise PermissionDenied, InvalidRequest, UserInactive or TooManyKeys."""
        now = self._clock()
        _refuse_excess(caller, order, now)
        key = ApiKey(
            id=keys.new_id(),
            name=order.name,
            scopes=order.scopes,
            created_at=now,
            expires_at=order.expires_at,
            budget=order.budget,
            made_by=caller.service_key,
            external_prefix=order.external_prefix,
        )
        records = _records(key, caller.user_id, Instruction(actor=caller.actor, request_id=request_id))
        secret = keys.new_secret()
        digest = digest_of(secret, self._pepper)
        proof = KeySecret(key_id=key.id, user_id=caller.user_id, serial=key.serial, digest=digest)

        def decide(user: User) -> AccountCommit | None:
            _refuse_inactive(user)
            if key.id in user.identity.keys:
                return None
            kept = _remembered(user.identity.keys, now)
            if sum(each.is_active(now) for each in kept.values()) >= KEYS_MAX:
                raise TooManyKeys(KEYS_MAX)
            identity = replace(user.identity, keys={**kept, key.id: key})
            return Commit(user_id=user.id, at=now, identity=identity, records=(proof, *records))

        self._stored_accounts.change(caller.user_id, decide)
        log.info("key_created", extra={"user_id": caller.user_id, "key_id": key.id, "actor": caller.actor})
        return IssuedKey(key, keys.token(key.id, secret))

    def update(self, user_id: str, key_id: str, *, name: str | None, budget: Budget | None) -> ApiKey:
        """Change the name or the budget. What the key has spent already counts against a new budget."""

        def changed(key: ApiKey) -> ApiKey:
            return replace(key, name=name or key.name, budget=budget or key.budget)

        return self._change(user_id, key_id, changed)

    def revoke(self, user_id: str, key_id: str, by: Instruction | None = None) -> ApiKey:
        """Revoke the key at once, in every instance, and with it the keys that it made.

        If an operator does it, that is recorded.
        """
        now = self._clock()

        def changed(key: ApiKey) -> ApiKey:
            return replace(key, revoked_at=key.revoked_at or now)

        def records(at: datetime) -> tuple[AuditRecord, ...]:
            if by is None:
                return ()
            return (by.record(str(uuid.uuid4()), at, "key.revoke", target_of(user_id), key_id=key_id),)

        revoked = self._change(user_id, key_id, changed, records)
        log.info("key_revoked", extra={"user_id": user_id, "key_id": key_id})
        return revoked

    def rotate(self, user_id: str, key_id: str, overlap: timedelta) -> IssuedKey:
        """Give the same key, with its budget and history, a new secret.

        The old secret still works for the overlap. Without an overlap it ends at once.
        """
        now = self._clock()
        secret = keys.new_secret()
        digest = digest_of(secret, self._pepper)

        def decide(user: User) -> AccountCommit | None:
            _refuse_inactive(user)
            key = user.identity.keys.get(key_id)
            if key is None or not key.is_active(now):
                raise KeyNotFound(key_id)
            if any(known.digest == digest for known in self._stored_accounts.secrets(key_id, fresh=True)):
                return None
            rotated = replace(
                key, serial=key.serial + 1, rotated_at=now, previous_until=now + overlap if overlap else None
            )
            proof = KeySecret(key_id=key_id, user_id=user_id, serial=rotated.serial, digest=digest)
            identity = with_key(user.identity, rotated)
            return Commit(user_id=user.id, at=now, identity=identity, records=(proof,))

        user = self._stored_accounts.change(user_id, decide)
        log.info("key_rotated", extra={"user_id": user_id, "key_id": key_id})
        return IssuedKey(user.identity.keys[key_id], keys.token(key_id, secret))

    def _change(
        self,
        user_id: str,
        key_id: str,
        changed: Callable[[ApiKey], ApiKey],
        records: Callable[[datetime], tuple[AuditRecord, ...]] = lambda _: (),
    ) -> ApiKey:
        def decide(user: User) -> AccountCommit | None:
            if key_id not in user.identity.keys:
                raise KeyNotFound(key_id)
            after = changed(user.identity.keys[key_id])
            if after == user.identity.keys[key_id]:
                return None
            now = self._clock()
            identity = with_key(user.identity, after)
            return Commit(user_id=user.id, at=now, identity=identity, records=records(now))

        return self._stored_accounts.change(user_id, decide).identity.keys[key_id]


def _records(key: ApiKey, user_id: str, by: Instruction) -> tuple[AuditRecord, ...]:
    """Return the audit record of a new key, or nothing if it needs none.

    It needs one if it can do more than act for its owner, or if somebody else made it for its owner.
    """
    if key.made_by is None and key.scopes.isdisjoint(ADMIN_SCOPES):
        return ()
    details: dict[str, Any] = {"key_id": key.id, "scopes": sorted(scope.value for scope in key.scopes)}
    if key.external_prefix:
        details["external_prefix"] = key.external_prefix
    return (by.record(f"{key.id}-creation", key.created_at, "key.create", target_of(user_id), **details),)


def _refuse_inactive(user: User) -> None:
    """Raise UserInactive for a user who may not use the books. Such a user gets no new secret."""
    if not user.identity.is_active:
        raise UserInactive(user.id)


def _remembered(keys: Mapping[str, ApiKey], now: datetime) -> dict[str, ApiKey]:
    """Return the keys, without those that ended long ago or before many others.

    A key with something in flight stays, because the end of that counts down on the key.
    """
    since = now - _ENDED_SHOWN
    living = {key.id for key in keys.values() if key.in_flight or key.is_active(now)}
    ended = sorted((key for key in keys.values() if key.id not in living), key=_ended_at, reverse=True)
    kept = living | {key.id for key in ended[:_ENDED_MAX] if _ended_at(key) > since}
    return {key.id: key for key in keys.values() if key.id in kept}


def _ended_at(key: ApiKey) -> datetime:
    return min(moment for moment in (key.revoked_at, key.expires_at) if moment is not None)


def _refuse_excess(caller: Caller, order: KeyOrder, now: datetime) -> None:
    """Raise PermissionDenied for an order of more than the caller has, and InvalidRequest for other faults of it."""
    own = frozenset(Scope) if caller.is_admin else frozenset(Scope) - ADMIN_SCOPES
    allowed = own if caller.scopes is None else caller.scopes - ADMIN_SCOPES
    if not order.scopes <= allowed:
        excess = ", ".join(sorted(order.scopes - allowed))
        raise PermissionDenied(f"You cannot give the scopes {excess}; you can give: {', '.join(sorted(allowed))}.")
    if order.external_prefix and Scope.USERS_ACT not in order.scopes:
        detail = "only a key with the scope users:act acts for external users"
        raise InvalidRequest([FieldError(pointer="/external_prefix", detail=detail)])
    if order.expires_at is not None and order.expires_at <= now:
        raise InvalidRequest([FieldError(pointer="/expires_at", detail="must lie in the future")])
