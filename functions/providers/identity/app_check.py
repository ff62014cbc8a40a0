"""Checks Firebase App Check tokens with firebase-admin. There is no emulator: the keys always come from Google."""

from collections.abc import Mapping
from typing import Any

from firebase_admin import app_check
from google.auth.exceptions import GoogleAuthError
from jwt.exceptions import PyJWKClientConnectionError, PyJWKClientError

from core.cache import KeptUntil
from core.clock import Clock, utc_now
from core.errors import Unauthenticated, Unavailable
from providers.identity.app import TIMEOUT_SECONDS, firebase_app
from providers.identity.claims import MALFORMED, moment, token_digest

_TOKENS_REMEMBERED = 4096


class FirebaseAppCheck:
    """Checks App Check tokens. A token that was verified is remembered until it expires."""

    def __init__(self, project_id: str, *, clock: Clock = utc_now) -> None:
        self._app = firebase_app(project_id)
        self._genuine: KeptUntil[bytes, bool] = KeptUntil(_TOKENS_REMEMBERED, clock)

    def verify(self, token: str) -> None:
        digest = token_digest(token)
        if self._genuine.get(digest):
            return
        try:
            self._genuine.put(digest, True, moment(self._claims(token), "exp"))
        except (PyJWKClientConnectionError, GoogleAuthError, OSError) as error:
            raise Unavailable("The App Check token cannot be checked at the moment.") from error
        except (PyJWKClientError, *MALFORMED) as error:
            raise Unauthenticated(
                "The App Check token is not valid: expired, forged, or of another project."
            ) from error

    def _claims(self, token: str) -> Mapping[str, Any]:
        keys = app_check._get_app_check_service(self._app)._jwks_client  # noqa: SLF001 - httpTimeout has no effect here
        keys.timeout = TIMEOUT_SECONDS
        claims: Mapping[str, Any] = app_check.verify_token(token, app=self._app)
        return claims
