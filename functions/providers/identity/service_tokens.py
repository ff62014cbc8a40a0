"""Checks OIDC tokens of Google's service accounts. Cloud Tasks and Cloud Scheduler call private functions with them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import requests
from google.auth import jwt

from core.cache import KeptUntil
from core.clock import Clock, utc_now
from core.errors import Unauthenticated, Unavailable
from providers.identity.claims import CLOCK_SKEW_SECONDS, MALFORMED, moment

# This serves a JSON object: PEM certificates by key id.
GOOGLE_CERTIFICATES = "https://www.googleapis.com/oauth2/v1/certs"

# If Cloud Run has verified a token, it passes it on to the container with this in place of the signature.
REMOVED_SIGNATURE = "SIGNATURE_REMOVED_BY_GOOGLE"

_ISSUERS = ("https://accounts.google.com", "accounts.google.com")
_ALGORITHM = "RS256"
# google-auth would fetch the certificates for each token. Google publishes a new one long before it signs with it.
_CERTIFICATES_KEPT = timedelta(hours=1)
_TIMEOUT_SECONDS = 5


class GoogleServiceTokens:
    """Checks the tokens of service accounts.

    `accepts_removed_signature` is safe only behind IAM, because a caller who can bypass IAM can write such a token.
    """

    def __init__(
        self, *, accepts_removed_signature: bool, clock: Clock = utc_now, certificates_url: str = GOOGLE_CERTIFICATES
    ) -> None:
        self._accepts_removed_signature = accepts_removed_signature
        self._clock = clock
        self._certificates_url = certificates_url
        self._certificates: KeptUntil[str, Mapping[str, str]] = KeptUntil(1, clock)

    def verify(self, token: str, *, audience: str, email: str) -> None:
        try:
            claims = self._claims(token)
            wrong = self._wrong(claims, audience, email)
        except MALFORMED as error:
            raise Unauthenticated(
                "The service token is not valid: expired, forged, or no such token at all."
            ) from error
        if wrong:
            raise Unauthenticated(f"The service token is not valid here, by its {', '.join(wrong)}.")

    def _claims(self, token: str) -> Mapping[str, Any]:
        """Return the claims.

        Raises ValueError unless Google signed them, or Cloud Run removed the signature, if that is accepted.
        """
        if jwt.decode_header(token).get("alg") != _ALGORITHM:
            raise ValueError(f"not signed with {_ALGORITHM}")
        if token.rpartition(".")[2] != REMOVED_SIGNATURE:
            claims: Mapping[str, Any] = jwt.decode(
                token, self._current_certificates(), clock_skew_in_seconds=CLOCK_SKEW_SECONDS
            )
        elif self._accepts_removed_signature:
            claims = jwt.decode(token, verify=False)
        else:
            raise ValueError("not signed")
        return claims

    def _current_certificates(self) -> Mapping[str, str]:
        """Return Google's certificates, which are kept for an hour. Raises Unavailable."""
        kept = self._certificates.get(self._certificates_url)
        if kept is None:
            now, kept = self._clock(), _fetch(self._certificates_url)
            self._certificates.put(self._certificates_url, kept, now + _CERTIFICATES_KEPT)
        return kept

    def _wrong(self, claims: Mapping[str, Any], audience: str, email: str) -> list[str]:
        """Return the names of the claims that are not as expected."""
        now = self._clock()
        holds = {
            "iss": claims.get("iss") in _ISSUERS,
            "aud": str(claims.get("aud")).rstrip("/") == audience.rstrip("/"),
            "email": claims.get("email") == email,
            "email_verified": claims.get("email_verified") is True,
            "iat": moment(claims, "iat") <= now + timedelta(seconds=CLOCK_SKEW_SECONDS),
            "exp": now < moment(claims, "exp"),
        }
        return [name for name, does_hold in holds.items() if not does_hold]


def _fetch(url: str) -> Mapping[str, str]:
    try:
        answer = requests.get(url, timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
        certificates = answer.json()
    except requests.RequestException as error:
        raise Unavailable("Google's certificates cannot be had at the moment.") from error
    if not isinstance(certificates, dict):
        raise Unavailable("Google's certificates are not what they are documented to be.")
    return certificates
