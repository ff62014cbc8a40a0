"""App Check says whether a call comes from one of our apps. It is tested in memory, and through firebase-admin with
keys of our own.
"""

import json
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import firebase_admin
import pytest
from firebase_admin import app_check
from google.auth.exceptions import DefaultCredentialsError
from jwt import algorithms
from pytest_mock import MockerFixture

from contracts.identity_toolkit import PROJECT
from contracts.signing import GARBAGE, Clock, FromNow, account_key, forgeries, signer
from core.errors import Unauthenticated, Unavailable
from loopback import Loopback, loopback
from providers.identity.app_check import FirebaseAppCheck
from providers.identity.claims import token_digest
from providers.identity.firebase import FirebaseTokens
from providers.identity.memory import MemoryAppCheck
from services.accounts.ports import AppCheckVerifier

ISSUER = signer("appcheck")


def claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of an App Check token that is valid for an hour, which began a minute ago. A change to None
    leaves the claim out.
    """
    now = int(time.time())
    found = {
        "iss": "https://firebaseappcheck.googleapis.com/4711",
        "aud": ["projects/4711", f"projects/{PROJECT}"],
        "sub": "1:4711:web:abc",
        "iat": now - 60,
        "exp": now + 3540,
        **changes,
    }
    return {name: value for name, value in found.items() if value is not None}


@pytest.fixture
def google(socket_enabled: None, no_proxy: None) -> Iterator[Loopback]:
    """Start a server that gives out App Check's keys."""
    with loopback(lambda _: (200, {"keys": [ISSUER.jwk]})) as found:
        yield found


@pytest.fixture
def apps(
    no_app: None, google: Loopback, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> FirebaseAppCheck:
    file = tmp_path / "account.json"
    file.write_text(json.dumps(account_key(PROJECT)))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    monkeypatch.setattr(app_check._AppCheckService, "_JWKS_URL", f"http://{google.host}/v1/jwks")
    return FirebaseAppCheck(PROJECT, clock=clock)


@pytest.fixture(params=["memory", "signed"])
def known(request: pytest.FixtureRequest) -> tuple[AppCheckVerifier, str]:
    """Return a verifier, and a token of one of our apps."""
    if request.param == "memory":
        return MemoryAppCheck(["our-app"]), "our-app"
    return request.getfixturevalue("apps"), ISSUER.token(claims())


def is_believed(apps: AppCheckVerifier, token: str) -> bool:
    try:
        apps.verify(token)
    except Unauthenticated:
        return False
    return True


class TestContract:
    def test_one_of_our_apps(self, known: tuple[AppCheckVerifier, str]) -> None:
        apps, token = known
        for _ in range(2):
            apps.verify(token)

    @pytest.mark.parametrize("token", GARBAGE.values(), ids=GARBAGE)
    def test_garbage(self, known: tuple[AppCheckVerifier, str], token: str) -> None:
        assert not is_believed(known[0], token)


class TestSigned:
    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": f"https://securetoken.google.com/{PROJECT}"},
            {"aud": ["projects/demo-another"]},
            {"aud": f"projects/{PROJECT}"},
            {"aud": None},
            {"sub": None},
            {"exp": FromNow(-1)},
            {"exp": None},
            {"iat": FromNow(3600)},
        ],
        ids=str,
    )
    def test_one_claim_does_not_hold(self, apps: FirebaseAppCheck, changes: dict[str, Any]) -> None:
        assert not is_believed(apps, ISSUER.token(claims(**changes)))

    def test_forged(self, apps: FirebaseAppCheck) -> None:
        forged = forgeries(ISSUER, claims(), {"sub": "1:4711:web:mine"})
        assert [what for what, token in forged.items() if is_believed(apps, token)] == []
        apps.verify(ISSUER.token(claims()))
        assert [what for what, token in forged.items() if is_believed(apps, token)] == []

    def test_a_signature_is_checked_once(self, apps: FirebaseAppCheck, mocker: MockerFixture) -> None:
        checked = mocker.spy(algorithms.RSAAlgorithm, "verify")
        token = ISSUER.token(claims())
        for _ in range(3):
            apps.verify(token)
        assert checked.call_count == 1

    def test_the_token_itself_is_not_kept(self, apps: FirebaseAppCheck) -> None:
        token = ISSUER.token(claims())
        apps.verify(token)
        assert list(apps._genuine._kept._values) == [token_digest(token)]

    def test_it_expires_while_it_is_remembered(self, apps: FirebaseAppCheck, clock: Clock, google: Loopback) -> None:
        token = ISSUER.token(claims(exp=int(time.time()) + 60))
        apps.verify(token)
        google.answer = lambda _: (200, {"keys": [signer("another").jwk]})
        apps._app._services.clear()
        apps.verify(token)
        clock.ahead = timedelta(seconds=60)
        assert not is_believed(apps, token), "it is looked at anew, and the keys have changed"

    def test_the_keys_are_fetched_once(self, apps: FirebaseAppCheck, google: Loopback) -> None:
        for n in range(3):
            apps.verify(ISSUER.token(claims(sub=f"1:4711:web:{n}")))
        assert [request.path for request in google.requests] == ["/v1/jwks"]

    def test_a_forger_does_not_have_them_fetched(self, apps: FirebaseAppCheck, google: Loopback) -> None:
        apps.verify(ISSUER.token(claims()))
        for kid in ("key-7", "key-8"):
            assert not is_believed(apps, ISSUER.token(claims(), kid=kid))
        assert len(google.requests) == 1


class TestUnavailable:
    @pytest.mark.parametrize("status", [403, 500, 503])
    def test_without_keys_no_app_can_be_told_from_another(
        self, apps: FirebaseAppCheck, google: Loopback, status: int
    ) -> None:
        google.answer = lambda _: (status, "no")
        with pytest.raises(Unavailable):
            apps.verify(ISSUER.token(claims()))

    def test_nobody_there(self, apps: FirebaseAppCheck, google: Loopback) -> None:
        google.server.server_close()
        with pytest.raises(Unavailable):
            apps.verify(ISSUER.token(claims()))

    def test_the_keys_are_not_waited_for_without_end(self, apps: FirebaseAppCheck, mocker: MockerFixture) -> None:
        opened = mocker.patch.object(urllib.request.OpenerDirector, "open", side_effect=TimeoutError)
        with pytest.raises(Unavailable):
            apps.verify(ISSUER.token(claims()))
        assert opened.call_args.kwargs["timeout"] == 5

    def test_without_credentials_of_our_own(self, apps: FirebaseAppCheck, mocker: MockerFixture) -> None:
        mocker.patch.object(
            firebase_admin.credentials.ApplicationDefault, "get_credential", side_effect=DefaultCredentialsError("none")
        )
        with pytest.raises(Unavailable):
            apps.verify(ISSUER.token(claims()))


def test_it_shares_the_app_of_the_id_tokens(apps: FirebaseAppCheck) -> None:
    assert apps._app is FirebaseTokens(PROJECT)._app
