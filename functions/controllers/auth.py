"""Who is calling. A credential that is presented is always verified, in either mode."""

from collections.abc import Mapping

from core.config import AuthMode
from core.errors import FieldError, InvalidRequest, PermissionDenied, Unauthenticated
from domain.errors import UserNotFound
from services.ports import Identity, TokenVerifier

_USER_ID_MAX = 128


class Authenticator:
    def __init__(self, mode: AuthMode, verifier: TokenVerifier) -> None:
        self._mode = mode
        self._verifier = verifier

    @property
    def is_open(self) -> bool:
        return self._mode is AuthMode.OPEN

    def identity(self, headers: Mapping[str, str]) -> Identity | None:
        """Of the credential; None where there is none. Raises Unauthenticated."""
        given = headers.get("authorization")
        if given is None:
            return None
        scheme, _, token = given.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated("The Authorization header must be: Bearer <Firebase ID token>.")
        return self._verifier.verify(token.strip())

    def user_id(self, headers: Mapping[str, str], named: str | None) -> str:
        """Whose books the call is about: the caller's own, an admin's choice, or, in open mode, whoever is named.

        Another user is not found, as one that does not exist. Raises Unauthenticated, UserNotFound, InvalidRequest.
        """
        identity = self.identity(headers)
        if identity is not None:
            if named is not None and named != identity.user_id and not identity.is_admin:
                raise UserNotFound(named)
            return document_id("userId", named or identity.user_id)
        if not self.is_open:
            raise Unauthenticated("Send Authorization: Bearer <Firebase ID token>.")
        if named is None:
            raise InvalidRequest([FieldError(pointer="userId", detail="required while AUTH_MODE=open")])
        return document_id("userId", named)

    def require_admin(self, headers: Mapping[str, str]) -> None:
        """In open mode, a caller without a credential may do what an admin may. Raises PermissionDenied."""
        identity = self.identity(headers)
        if identity is None and not self.is_open:
            raise Unauthenticated("Send Authorization: Bearer <Firebase ID token of an admin>.")
        if identity is not None and not identity.is_admin:
            raise PermissionDenied("Only an admin may do this: a user with the custom claim role=admin.")


def document_id(name: str, value: str, *, longest: int = _USER_ID_MAX) -> str:
    """A text that can name a document. Raises InvalidRequest."""
    usable = (
        0 < len(value) <= longest
        and value not in (".", "..")
        and not (value.startswith("__") and value.endswith("__"))
        and all(character.isprintable() and character != "/" for character in value)
    )
    if not usable:
        allowed = (f"1-{longest} printable characters without /",)
        raise InvalidRequest([FieldError(pointer=name, detail="not usable as an id", allowed=allowed)])
    return value
