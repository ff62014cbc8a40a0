"""Who a token belongs to: in memory, lazily, and by Firebase's own verifier, signed and as the Auth emulator has it."""

import base64
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import firebase_admin
import google.oauth2.id_token
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from google.auth.exceptions import TransportError
from pytest_mock import MockerFixture

from core.errors import Unauthenticated, Unavailable
from providers.identity.firebase import FirebaseTokens
from providers.identity.memory import MemoryTokens
from services.ports import Identity

PROJECT = "demo-tokens"
GARBAGE = ("", " ", "x", "a.b", "a.b.c", "....", "\x00", "é.😀.x", "e30.e30.", "null.null.null", "Bearer token")


def claims(**changes: Any) -> dict[str, Any]:
    """A token's, as Firebase issues it: of an hour that began a minute ago."""
    now = int(time.time())
    return {
        "iss": f"https://securetoken.google.com/{PROJECT}",
        "aud": PROJECT,
        "sub": "alice",
        "user_id": "alice",
        "auth_time": now - 60,
        "iat": now - 60,
        "exp": now + 3540,
        **changes,
    }


def unsigned(payload: Mapping[str, Any]) -> str:
    """As the Auth emulator issues it."""
    header = {"alg": "none", "typ": "JWT"}
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, payload))
    return ".".join(parts) + "."


class TestMemory:
    tokens = MemoryTokens({"a": Identity("alice"), "b": Identity("bob", is_admin=True)})

    def test_it_knows_the_tokens_that_it_was_given(self) -> None:
        assert self.tokens.verify("a") == Identity("alice", is_admin=False)
        assert self.tokens.verify("b") == Identity("bob", is_admin=True)

    @pytest.mark.parametrize("token", [*GARBAGE, "A"])
    def test_it_refuses_all_others(self, token: str) -> None:
        with pytest.raises(Unauthenticated):
            self.tokens.verify(token)


@dataclass
class Signer:
    """A key with its certificate, under the id that tokens name."""

    key: rsa.RSAPrivateKey
    certificate: str
    key_id: str = "key-1"

    def token(self, payload: Mapping[str, Any], **header: Any) -> str:
        return jwt.encode(dict(payload), self.key, algorithm="RS256", headers={"kid": self.key_id, **header})


def new_signer() -> Signer:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "securetoken.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return Signer(key, certificate.public_bytes(serialization.Encoding.PEM).decode())


@pytest.fixture(scope="module")
def signer() -> Signer:
    return new_signer()


@pytest.fixture(scope="module")
def forger() -> Signer:
    return new_signer()


@pytest.fixture
def no_app() -> Iterator[None]:
    """firebase-admin keeps its apps in the process."""
    yield
    for app in [*firebase_admin._apps.values()]:
        firebase_admin.delete_app(app)


@pytest.fixture
def tokens(
    no_app: None, signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mocker: MockerFixture
) -> FirebaseTokens:
    """With a service account of nobody's, and Google's certificates played: no network."""
    monkeypatch.delenv("FIREBASE_AUTH_EMULATOR_HOST", raising=False)
    pem = signer.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key": pem.decode(),
        "client_email": f"darkroom@{PROJECT}.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    file = tmp_path / "account.json"
    file.write_text(json.dumps(account))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    mocker.patch.object(google.oauth2.id_token, "_fetch_certs", return_value={signer.key_id: signer.certificate})
    return FirebaseTokens(PROJECT)


class TestFirebase:
    def test_a_token_of_this_project_is_its_users(self, tokens: FirebaseTokens, signer: Signer) -> None:
        assert tokens.verify(signer.token(claims())) == Identity("alice", is_admin=False)

    @pytest.mark.parametrize(
        ("more", "is_admin"),
        [
            ({"role": "admin"}, True),
            ({"role": "user"}, False),
            ({"role": "ADMIN"}, False),
            ({"role": ["admin"]}, False),
            ({"admin": True}, False),
        ],
    )
    def test_the_role_claim_makes_an_admin(
        self, tokens: FirebaseTokens, signer: Signer, more: dict[str, Any], *, is_admin: bool
    ) -> None:
        assert tokens.verify(signer.token(claims(**more))) == Identity("alice", is_admin=is_admin)

    @pytest.mark.parametrize(
        "changes",
        [
            {"exp": int(time.time()) - 1},
            {"iat": int(time.time()) + 3600},
            {"aud": "demo-another"},
            {"aud": f"{PROJECT}-2"},
            {"iss": "https://securetoken.google.com/demo-another"},
            {"iss": f"https://accounts.google.com/{PROJECT}"},
            {"sub": ""},
            {"sub": None},
            {"sub": "x" * 129},
        ],
        ids=str,
    )
    def test_expired_or_not_meant_for_us(self, tokens: FirebaseTokens, signer: Signer, changes: dict[str, Any]) -> None:
        payload = {name: value for name, value in claims(**changes).items() if value is not None}
        with pytest.raises(Unauthenticated):
            tokens.verify(signer.token(payload))

    def test_signed_by_somebody_else(self, tokens: FirebaseTokens, forger: Signer) -> None:
        with pytest.raises(Unauthenticated):
            tokens.verify(forger.token(claims()))

    def test_signed_with_an_unknown_key(self, tokens: FirebaseTokens, signer: Signer) -> None:
        with pytest.raises(Unauthenticated):
            tokens.verify(signer.token(claims(), kid="key-2"))

    def test_altered_after_it_was_signed(self, tokens: FirebaseTokens, signer: Signer) -> None:
        header, _, signature = signer.token(claims()).split(".")
        _, payload, _ = signer.token(claims(sub="mallory", role="admin")).split(".")
        with pytest.raises(Unauthenticated):
            tokens.verify(f"{header}.{payload}.{signature}")

    def test_not_signed_at_all(self, tokens: FirebaseTokens) -> None:
        """What the emulator accepts is worth nothing here."""
        with pytest.raises(Unauthenticated):
            tokens.verify(unsigned(claims()))

    def test_signed_with_a_shared_secret(self, tokens: FirebaseTokens, signer: Signer) -> None:
        secret = "x" * 32
        token = jwt.encode(claims(), secret, algorithm="HS256", headers={"kid": signer.key_id})
        with pytest.raises(Unauthenticated):
            tokens.verify(token)

    @pytest.mark.parametrize("token", GARBAGE)
    def test_garbage(self, tokens: FirebaseTokens, token: str) -> None:
        with pytest.raises(Unauthenticated):
            tokens.verify(token)

    def test_without_googles_certificates_nobody_can_be_told_from_anybody(
        self, tokens: FirebaseTokens, signer: Signer, mocker: MockerFixture
    ) -> None:
        mocker.patch.object(google.oauth2.id_token, "_fetch_certs", side_effect=TransportError("no network"))
        with pytest.raises(Unavailable):
            tokens.verify(signer.token(claims()))


class TestEmulated:
    """The Auth emulator signs nothing and has nobody look at the time; firebase-admin needs no network for that."""

    @pytest.fixture
    def tokens(self, no_app: None, monkeypatch: pytest.MonkeyPatch) -> FirebaseTokens:
        monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099")
        return FirebaseTokens(PROJECT)

    def test_an_unsigned_token_is_its_users(self, tokens: FirebaseTokens) -> None:
        assert tokens.verify(unsigned(claims())) == Identity("alice", is_admin=False)
        assert tokens.verify(unsigned(claims(sub="root", role="admin"))) == Identity("root", is_admin=True)

    @pytest.mark.parametrize(
        "changes", [{"aud": "demo-another"}, {"iss": "https://securetoken.google.com/x"}, {"sub": ""}], ids=str
    )
    def test_not_meant_for_us(self, tokens: FirebaseTokens, changes: dict[str, Any]) -> None:
        with pytest.raises(Unauthenticated):
            tokens.verify(unsigned(claims(**changes)))

    @pytest.mark.parametrize("token", GARBAGE)
    def test_garbage(self, tokens: FirebaseTokens, token: str) -> None:
        with pytest.raises(Unauthenticated):
            tokens.verify(token)
