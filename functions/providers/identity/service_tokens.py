"""Checks OIDC tokens of Google's service accounts. Cloud Tasks and Cloud Scheduler call private functions with them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import requests
from google.auth import jwt

from core.clock import Clock, utc_now
from core.errors import Unauthenticated, Unavailable
from providers.identity.claims import CLOCK_SKEW_SECONDS, MALFORMED, moment

# This serves a JSON object: PEM certificates by key id.
GOOGLE_CERTIFICATES = "https://www.googleapis.com/oauth2/v1/certs"

# If Cloud Run has verified a token, it passes it on to the container with this in place of the signature.
REMOVED_SIGNATURE = "SIGNATURE_REMOVED_BY_GOOGLE"

_ISSUERS = ("https://accounts.google.com", "accounts.google.com")
_ALGORITHM = "RS256"
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
        self._certificates = _Certificates(certificates_url, clock)

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
            certificates = self._certificates.current()
            claims: Mapping[str, Any] = jwt.decode(token, certificates, clock_skew_in_seconds=CLOCK_SKEW_SECONDS)
        elif self._accepts_removed_signature:
            claims = jwt.decode(token, verify=False)
        else:
            raise ValueError("not signed")
        return claims

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


class _Certificates:
    """Keeps Google's certificates for an hour.

    google-auth would fetch them for each token. Google publishes a new one long before it signs with it.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._fetched: tuple[datetime, Mapping[str, str]] | None = None

    def current(self) -> Mapping[str, str]:
        now = self._clock()
        if self._fetched is None or now >= self._fetched[0] + _CERTIFICATES_KEPT:
            self._fetched = (now, _fetch(self._url))
        return self._fetched[1]


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
