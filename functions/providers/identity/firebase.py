"""Checks Firebase ID tokens with firebase-admin, or those of the Auth emulator (FIREBASE_AUTH_EMULATOR_HOST)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from firebase_admin import auth
from firebase_admin.exceptions import FirebaseError
from google.auth.exceptions import GoogleAuthError

from core.cache import KeptUntil
from core.clock import Clock, utc_now
from core.errors import Unauthenticated, Unavailable
from providers.identity.app import firebase_app
from providers.identity.claims import CLOCK_SKEW_SECONDS, MALFORMED, moment, text, token_digest
from services.accounts.ports import Identity

_TOKENS_REMEMBERED = 4096
_SIGN_IN_TRUSTED_FOR = timedelta(minutes=1)
_INVALID = "The ID token is not valid: expired, forged, or of another project."


class FirebaseTokens:
    """Checks ID tokens.

    A verified token is remembered until it expires, because checking a signature costs the most.
    """

    def __init__(self, project_id: str, *, clock: Clock = utc_now) -> None:
        self._app = firebase_app(project_id)
        self._clock = clock
        self._identities: KeptUntil[bytes, Identity] = KeptUntil(_TOKENS_REMEMBERED, clock)
        self._standing: KeptUntil[bytes, bool] = KeptUntil(_TOKENS_REMEMBERED, clock)

    def verify(self, token: str, *, check_revoked: bool = False) -> Identity:
        digest = token_digest(token)
        known = self._identities.get(digest)
        if known is not None and (not check_revoked or self._standing.get(digest)):
            return known
        asked_at = self._clock()
        claims = self._claims(token, check_revoked=check_revoked)
        try:
            identity, expires_at = _identity(claims), moment(claims, "exp")
        except ValueError as error:
            raise Unauthenticated(_INVALID) from error
        if self._clock() >= expires_at:  # firebase-admin does not check this for tokens of the Auth emulator
            raise Unauthenticated(_INVALID)
        self._identities.put(digest, identity, expires_at)
        if check_revoked:
            self._standing.put(digest, True, asked_at + _SIGN_IN_TRUSTED_FOR)
        return identity

    def _claims(self, token: str, *, check_revoked: bool) -> Mapping[str, Any]:
        try:
            claims: Mapping[str, Any] = auth.verify_id_token(
                token, app=self._app, check_revoked=check_revoked, clock_skew_seconds=CLOCK_SKEW_SECONDS
            )
        except auth.RevokedIdTokenError as error:
            raise Unauthenticated("The sign-in of this ID token was revoked. Sign in again.") from error
        except auth.UserDisabledError as error:
            raise Unauthenticated("The account of this ID token is disabled.") from error
        except auth.UserNotFoundError as error:
            raise Unauthenticated("The account of this ID token was deleted.") from error
        except (auth.InvalidIdTokenError, *MALFORMED) as error:
            raise Unauthenticated(_INVALID) from error
        except (FirebaseError, GoogleAuthError) as error:
            raise Unavailable("The ID token cannot be checked at the moment.") from error
        return claims


def _identity(claims: Mapping[str, Any]) -> Identity:
    sign_in = claims.get("firebase")
    return Identity(
        user_id=claims["sub"],
        is_admin=claims.get("role") == "admin",
        is_anonymous=isinstance(sign_in, dict) and sign_in.get("sign_in_provider") == "anonymous",
        email=text(claims, "email").lower(),
        name=text(claims, "name"),
        email_verified=bool(text(claims, "email")) and claims.get("email_verified") is True,
        signed_in_at=moment(claims, "auth_time") if "auth_time" in claims else None,
    )
