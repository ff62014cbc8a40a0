"""Finds out who is calling. A credential that was sent is always verified, in both modes and on every route."""

import re
from collections.abc import Mapping

from controllers.http.addresses import AddressReader
from controllers.http.counting import RequestCounter
from controllers.http.throttle import Throttle
from core.errors import FieldError, InvalidRequest, Unauthenticated
from core.settings import AuthMode
from domain.accounts.errors import UserNotFound
from domain.accounts.keys import PREFIX
from services.accounts.access import AccessService, Caller
from services.accounts.ports import AppCheckVerifier, TokenVerifier

_USER_ID_MAX = 128
# Bytes in a URL that are not UTF-8 are decoded to this character, so that two different ids would become one.
_NOT_DECODED = "\ufffd"
# The name of a document in Firestore must not be longer.
_NAME_BYTES_MAX = 1500
_EXTERNAL_ID_MAX = 100
_EXTERNAL_ID = re.compile(rf"[!-.0-~]{{1,{_EXTERNAL_ID_MAX}}}")
_CREDENTIALS = "Authorization: Bearer <Firebase ID token or API key>"


class Authenticator:
    """Finds the caller of a request. `app_check` is None if calls need not come from one of our apps."""

    def __init__(
        self,
        *,
        mode: AuthMode,
        tokens: TokenVerifier,
        access: AccessService,
        app_check: AppCheckVerifier | None,
        throttle: Throttle,
        addresses: AddressReader,
    ) -> None:
        self._mode = mode
        self._tokens = tokens
        self._access = access
        self._app_check = app_check
        self._counter = RequestCounter(throttle)
        self._addresses = addresses

    @property
    def is_open(self) -> bool:
        return self._mode is AuthMode.OPEN

    def caller(
        self,
        headers: Mapping[str, str],
        remote: str,
        *,
        named: str | None = None,
        is_fenced: bool = False,
        changes: bool = False,
    ) -> Caller | None:
        """Return the caller that the credential, or in open mode the name, stands for, or None if there is neither.

        `changes` says that the call is about to change something. Then the sign-in must not have been revoked. The
        request is counted before anything is read or checked for it. If this instance knows the credential, it counts
        for the caller, and otherwise for the address. Raises Unauthenticated, PermissionDenied, RateLimited,
        UserInactive.
        """
        address = self._addresses.address_of(headers, remote)
        counted = self._counter.count(headers, address)
        try:
            caller = self._presented(headers, address, is_fenced=is_fenced, changes=changes)
        except Unauthenticated:
            self._counter.reject(headers, address, counted)
            raise
        if caller is not None:
            self._counter.accept(headers, address, counted, caller)
            return caller
        if not self.is_open or named is None:
            return None
        self._refuse_foreign_app(headers)
        return self._access.named(document_id("userId", named))

    def known_caller(
        self,
        headers: Mapping[str, str],
        remote: str,
        *,
        named: str | None = None,
        is_fenced: bool = False,
        changes: bool = False,
    ) -> Caller:
        """Return the caller, as `caller` does.

        If there is none, raises Unauthenticated, or InvalidRequest in open mode.
        """
        caller = self.caller(headers, remote, named=named, is_fenced=is_fenced, changes=changes)
        if caller is not None:
            return self._acting_for(caller, named)
        if not self.is_open:
            raise Unauthenticated(f"Send {_CREDENTIALS}.")
        raise InvalidRequest([FieldError(pointer="userId", detail="required while AUTH_MODE=open")])

    def _acting_for(self, caller: Caller, named: str | None) -> Caller:
        """Return the caller, acting for the named user if it is another one, which only an admin may.

        For all others, another user's id raises UserNotFound, as if that user did not exist.
        """
        if named is None or named == caller.user_id:
            return caller
        if not caller.is_person:
            raise UserNotFound(named)
        return self._access.acting_for(caller, document_id("userId", named))

    def _presented(self, headers: Mapping[str, str], address: str, *, is_fenced: bool, changes: bool) -> Caller | None:
        credential = _credential(headers)
        acts_for = _external_id(headers)
        if credential is not None and credential.startswith(f"{PREFIX}_"):
            return self._access.of_key(credential, is_fenced=is_fenced, acts_for=acts_for)
        if acts_for is not None:
            raise Unauthenticated("X-External-User-Id works with a service key only: an API key with users:act.")
        if credential is None:
            return None
        self._refuse_foreign_app(headers)
        identity = self._tokens.verify(credential, check_revoked=changes)
        document_id("sub", identity.user_id)  # in a custom token, the id can be any text
        return self._access.of_person(identity, is_fenced=is_fenced, changes=changes, address=address)

    def _refuse_foreign_app(self, headers: Mapping[str, str]) -> None:
        """Raise Unauthenticated if the call must come from one of our apps and does not.

        An API key is enough by itself, so it does not need this. The same is true of calls that name no user, such as
        callbacks of vendors and health checks of monitors.
        """
        if self._app_check is None:
            return
        token = headers.get("x-firebase-appcheck")
        if token is None:
            raise Unauthenticated("Send X-Firebase-AppCheck: the token of Firebase App Check.")
        self._app_check.verify(token)


def _credential(headers: Mapping[str, str]) -> str | None:
    given, key = headers.get("authorization"), headers.get("x-api-key")
    if given is None:
        if key is not None and not key.startswith(f"{PREFIX}_"):
            raise Unauthenticated("The API key is not valid.")
        return key
    if key is not None:
        raise Unauthenticated(f"Send one credential: {_CREDENTIALS}, or X-API-Key.")
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(f"The credential must be {_CREDENTIALS}.")
    return token.strip()


def _external_id(headers: Mapping[str, str]) -> str | None:
    given = headers.get("x-external-user-id")
    return None if given is None else external_id("X-External-User-Id", given)


def external_id(name: str, value: str) -> str:
    """Return the id that another system gave to its user, as it came in a header or a body. Raises InvalidRequest.

    Only visible ASCII characters are allowed. Headers have no encoding of their own, so that other characters could
    mean a second user of the same name.
    """
    if not _EXTERNAL_ID.fullmatch(value):
        allowed = (f"1-{_EXTERNAL_ID_MAX} visible ASCII characters without /",)
        raise InvalidRequest([FieldError(pointer=name, detail="not usable as an id", allowed=allowed)])
    return document_id(name, value)


def document_id(name: str, value: str, *, longest: int = _USER_ID_MAX) -> str:
    """Return the text if it can name a document. Raises InvalidRequest."""
    usable = (
        0 < len(value) <= longest
        and len(value.encode(errors="replace")) <= _NAME_BYTES_MAX
        and value not in (".", "..")
        and not (value.startswith("__") and value.endswith("__"))
        and _NOT_DECODED not in value
        and all(character.isprintable() and character != "/" for character in value)
    )
    if not usable:
        allowed = (f"1-{longest} printable characters without /",)
        raise InvalidRequest([FieldError(pointer=name, detail="not usable as an id", allowed=allowed)])
    return value
