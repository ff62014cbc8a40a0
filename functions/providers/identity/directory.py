"""Manages the accounts of Firebase Authentication with firebase-admin, or of the Auth emulator.

The emulator is used if FIREBASE_AUTH_EMULATOR_HOST is set.
"""

from collections.abc import Callable
from typing import Any

from firebase_admin import auth
from firebase_admin.exceptions import FirebaseError
from google.auth.exceptions import GoogleAuthError

from core.clock import Clock, utc_now
from core.errors import Unavailable
from providers.identity.app import firebase_app
from services.accounts.ports import DirectoryAccount


class FirebaseDirectory:
    def __init__(self, project_id: str, *, clock: Clock = utc_now) -> None:
        self._app = firebase_app(project_id)
        self._clock = clock

    def sign_out(self, user_id: str) -> bool:
        # This does what auth.revoke_refresh_tokens does, but with our clock, which may have been set on a local stack.
        now = int(self._clock().timestamp())
        return _done(lambda: auth.update_user(user_id, valid_since=now, app=self._app))

    def set_active(self, user_id: str, *, is_active: bool) -> bool:
        return _done(lambda: auth.update_user(user_id, disabled=not is_active, app=self._app))

    def set_role(self, user_id: str, role: str) -> bool:
        def change() -> None:
            others = auth.get_user(user_id, app=self._app).custom_claims or {}
            auth.set_custom_user_claims(user_id, {**others, "role": role}, app=self._app)

        return _done(change)

    def delete(self, user_id: str) -> bool:
        return _done(lambda: auth.delete_user(user_id, app=self._app))

    def account(self, user_id: str) -> DirectoryAccount | None:
        try:
            found = _call(lambda: auth.get_user(user_id, app=self._app))
        except LookupError:
            return None
        return DirectoryAccount(str(found.uid), str(found.email or ""), bool(found.email_verified))

    def find(self, email: str) -> str | None:
        try:
            return str(_call(lambda: auth.get_user_by_email(email.lower(), app=self._app)).uid)
        except LookupError:
            return None


def _done(act: Callable[[], object]) -> bool:
    try:
        _call(act)
    except LookupError:
        return False
    return True


def _call(ask: Callable[[], Any]) -> Any:
    """Call Firebase. Raises LookupError if there is, or can be, no account with this id or address, or Unavailable."""
    try:
        return ask()
    except auth.UserNotFoundError as error:
        raise LookupError(str(error)) from error
    except (FirebaseError, GoogleAuthError) as error:
        raise Unavailable("The directory of accounts does not answer.") from error
    except ValueError as error:
        raise LookupError(str(error)) from error
