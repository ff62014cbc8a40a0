"""Tokens are made as their issuers make them, signed with keys of our own. There are also tokens that nobody should
believe.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Self

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


class FromNow(int):
    """A time that is so many seconds from now. It is shown as this number, so that a test has the same name in each
    run.
    """

    seconds: int

    def __new__(cls, seconds: int) -> Self:
        moment = super().__new__(cls, int(time.time()) + seconds)
        moment.seconds = seconds
        return moment

    def __repr__(self) -> str:
        return f"now{self.seconds:+}"


def packed(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def assembled(header: object, payload: object, signature: str = "e30") -> str:
    return ".".join([*(packed(json.dumps(part).encode()) for part in (header, payload)), signature])


def unsigned(payload: Mapping[str, Any]) -> str:
    """Return the token without a signature, as the Auth emulator issues it."""
    return assembled({"alg": "none", "typ": "JWT"}, payload, "")


# This is nested more deeply than Python's JSON parser can go.
NESTED = f"{packed(b'{"alg": "RS256", "kid": "key-1"}')}.{packed(b'[' * 200_000)}.e30"

GARBAGE = {
    "empty": "",
    "blank": " ",
    "short": "x",
    "two parts": "a.b",
    "three letters": "a.b.c",
    "dots": "....",
    "a zero": "\x00",
    "no ASCII": "é.😀.x",
    "half a character": "\ud800.a.b",
    "empty objects": "e30.e30.",
    "null": "null.null.null",
    "two words": "Bearer token",
    "no objects": assembled([], []),
    "lists for claims": assembled({"alg": ["RS256"], "kid": ["key-1"]}, {"aud": [], "iss": {}, "sub": 1}),
    "an old custom token's shape": assembled({"alg": "HS256"}, {"v": 0, "d": 5}),
    "nested": NESTED,
}


class Clock:
    """This is the machine's clock, until a test sets it ahead."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True)
class Signer:
    """A key with its certificate, under the id that tokens name."""

    key: rsa.RSAPrivateKey
    certificate: str
    key_id: str = "key-1"

    def token(self, payload: Mapping[str, Any], **header: Any) -> str:
        return jwt.encode(dict(payload), self.key, algorithm="RS256", headers={"kid": self.key_id, **header})

    @property
    def pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @property
    def jwk(self) -> dict[str, Any]:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {**public, "kid": self.key_id, "use": "sig", "alg": "RS256"}


@cache
def signer(name: str) -> Signer:
    """Return the same signer for the same name, because making a key takes long."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name}.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return Signer(key, certificate.public_bytes(serialization.Encoding.PEM).decode())


def account_key(project: str) -> dict[str, str]:
    """Return the content of a service account's key file. The account does not exist."""
    return {
        "type": "service_account",
        "project_id": project,
        "private_key": signer("service account").pem,
        "client_email": f"darkroom@{project}.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    }


def forgeries(genuine: Signer, claims: Mapping[str, Any], grab: Mapping[str, Any]) -> dict[str, str]:
    """Return tokens whose claims are allowed, but which the issuer has not signed. `grab` has the claims that an
    attacker wants.
    """
    header, payload, signature = genuine.token(claims).split(".")
    _, other_payload, _ = genuine.token({**claims, **grab}).split(".")
    secret = jwt.encode(dict(claims), "x" * 32, algorithm="HS256", headers={"kid": genuine.key_id})
    return {
        "somebody else's": signer("forger").token(claims),
        "of an unknown key": genuine.token(claims, kid="key-2"),
        "altered": f"{header}.{other_payload}.{signature}",
        "signature of another": f"{header}.{payload}.{signer('forger').token(claims).rpartition('.')[2]}",
        "no signature": f"{header}.{payload}.",
        "alg none": unsigned(claims),
        "alg none with a key": assembled({"alg": "none", "kid": genuine.key_id}, claims, ""),
        "alg None": assembled({"alg": "None", "kid": genuine.key_id}, claims, signature),
        "shared secret": secret,
        "certificate as a shared secret": _by_certificate(genuine, claims),
    }


def _by_certificate(genuine: Signer, claims: Mapping[str, Any]) -> str:
    """Return a token that uses the certificate as a shared secret. A verifier that lets the token choose the algorithm
    would accept it.
    """
    body = assembled({"alg": "HS256", "kid": genuine.key_id}, claims).rpartition(".")[0]
    return f"{body}.{packed(hmac.digest(genuine.certificate.encode(), body.encode(), hashlib.sha256))}"
