"""ID tokens that an attacker could make are sent to the doors of a deployed Darkroom, with real signatures and without
an emulator.
"""

import json
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import firebase_admin
import google.oauth2.id_token
import pytest
from firebase_admin import auth
from pytest_mock import MockerFixture

from contracts.identity_toolkit import PROJECT, IdentityToolkit
from contracts.signing import GARBAGE, Clock, Signer, account_key, forgeries, signer
from core.settings import AuthMode
from loopback import Loopback, loopback
from people import bearer
from providers.identity.app import firebase_app
from providers.identity.firebase import FirebaseTokens
from world import ORDER, Response, World

HOUR = 3600
# The environment does not name the mode, so it is the default.
DEPLOYED = {"GOOGLE_CLOUD_PROJECT": PROJECT, "FUNCTIONS_EMULATOR": "", "AUTH_MODE": ""}


def claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a genuine token of Alice's. A change to None leaves the claim out."""
    now = int(time.time())
    found = {
        "iss": f"https://securetoken.google.com/{PROJECT}",
        "aud": PROJECT,
        "sub": "alice",
        "user_id": "alice",
        "auth_time": now - 60,
        "iat": now - 60,
        "exp": now - 60 + HOUR,
        **changes,
    }
    return {name: value for name, value in found.items() if value is not None}


NOT_FOR_US: Mapping[str, Mapping[str, Any]] = {
    "expired": {"iat": int(time.time()) - 2 * HOUR, "exp": int(time.time()) - HOUR},
    "expired just now": {"exp": int(time.time()) - 1},
    "without an end": {"exp": None},
    "of tomorrow": {"iat": int(time.time()) + 24 * HOUR, "exp": int(time.time()) + 25 * HOUR},
    "for another project": {"aud": "demo-another"},
    "for nobody": {"aud": None},
    "from another project": {"iss": "https://securetoken.google.com/demo-another"},
    "from Google's other issuer": {"iss": f"https://accounts.google.com/{PROJECT}"},
    "a session cookie": {"iss": f"https://session.firebase.google.com/{PROJECT}"},
    "about nobody": {"sub": ""},
    "without a subject": {"sub": None},
}


@pytest.fixture(scope="module")
def issuer() -> Signer:
    return signer("securetoken")


@pytest.fixture
def accounts() -> IdentityToolkit:
    found = IdentityToolkit()
    found.add("alice")
    return found


@pytest.fixture
def toolkit(socket_enabled: None, accounts: IdentityToolkit, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with loopback(accounts) as found:
        yield found


@pytest.fixture
def deployed(
    issuer: Signer, toolkit: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mocker: MockerFixture
) -> Iterator[World]:
    """Return a world with Firebase's own verifier. Google's certificates are replaced by ours, and a server of ours
    says whether a sign-in is still valid.
    """
    file = tmp_path / "account.json"
    file.write_text(json.dumps(account_key(PROJECT)))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    mocker.patch.object(google.oauth2.id_token, "_fetch_certs", return_value={issuer.key_id: issuer.certificate})
    with monkeypatch.context() as only_now:
        only_now.setenv("FIREBASE_AUTH_EMULATOR_HOST", toolkit.host)
        auth._get_client(firebase_app(PROJECT))  # the client keeps the address with which it was made
    monkeypatch.delenv("FIREBASE_AUTH_EMULATOR_HOST", raising=False)
    clock = Clock()
    world = World(clock(), **DEPLOYED)
    world.app.made["tokens"] = FirebaseTokens(PROJECT, clock=clock)
    yield world
    for app in [*firebase_admin._apps.values()]:
        firebase_admin.delete_app(app)


def at_each_door(world: World, token: str) -> dict[str, Response]:
    headers = bearer(token)
    return {
        "GET /v1/me": world.api("GET", "/v1/me", headers=headers),
        "POST /v1/generations": world.api("POST", "/v1/generations", headers=headers, json=ORDER),
        "createGenerationRequest": world.call("create_generation_request", headers=headers, json=ORDER),
        "createGenerationRequest, by name": world.call(
            "create_generation_request", headers=headers, json={**ORDER, "userId": "alice"}
        ),
    }


def assert_closed(world: World, token: str) -> None:
    before, waiting = world.records(), len(world.queue.waiting)
    for door, response in at_each_door(world, token).items():
        assert response.status == 401, (door, response.body)
        assert response.headers["WWW-Authenticate"] == "Bearer"
    assert world.records() == before
    assert len(world.queue.waiting) == waiting


def test_this_is_no_emulator_and_nobody_is_whoever_they_name(deployed: World) -> None:
    settings = deployed.app.settings
    assert (settings.on_emulator, settings.auth_mode) == (False, AuthMode.REQUIRED)
    assert deployed.api("GET", "/v1/me", "alice").status == 401
    by_name = deployed.call("create_generation_request", json={**ORDER, "userId": "alice"})
    assert by_name.status == 401
    assert deployed.user("alice").balance.current_credits == 100


def test_a_genuine_token_opens_each_of_them(deployed: World, issuer: Signer) -> None:
    answers = at_each_door(deployed, issuer.token(claims()))
    assert [response.status for response in answers.values()] == [200, 202, 202, 202]
    assert deployed.user("alice").balance.current_credits == 97


@pytest.mark.parametrize("what", NOT_FOR_US)
def test_one_that_is_not_meant_for_us_or_not_for_now(deployed: World, issuer: Signer, what: str) -> None:
    assert_closed(deployed, issuer.token(claims(**NOT_FOR_US[what])))


@pytest.mark.parametrize("what", forgeries(signer("securetoken"), claims(), {"sub": "mallory", "role": "admin"}))
def test_a_forged_one_also_after_the_real_one_was_seen(deployed: World, issuer: Signer, what: str) -> None:
    forged = forgeries(issuer, claims(), {"sub": "mallory", "role": "admin"})[what]
    assert_closed(deployed, forged)
    assert deployed.api("GET", "/v1/me", headers=bearer(issuer.token(claims()))).status == 200
    assert_closed(deployed, forged)


SENDABLE = {what: token for what, token in GARBAGE.items() if token.isascii() and token.isprintable() and token.strip()}


@pytest.mark.parametrize("what", [what for what, token in SENDABLE.items() if len(token) < 16 * 1024])
def test_garbage(deployed: World, what: str) -> None:
    assert_closed(deployed, SENDABLE[what])


def test_a_very_long_one_is_refused_unread(deployed: World) -> None:
    before = deployed.records()
    for door, response in at_each_door(deployed, SENDABLE["nested"]).items():
        assert response.status == 431, door
    assert deployed.records() == before


@pytest.mark.parametrize("change", [{"validSince": "4102444800"}, {"disabled": True}], ids=str)
def test_a_revoked_one_spends_nothing_and_reads_until_it_expires(
    deployed: World, issuer: Signer, accounts: IdentityToolkit, change: dict[str, Any]
) -> None:
    """Reading is judged by the user's own document, as docs/adr/0009 explains."""
    accounts.add("alice", **change)
    before = deployed.records()
    answers = at_each_door(deployed, issuer.token(claims()))
    assert [response.status for response in answers.values()] == [200, 401, 401, 401]
    assert deployed.records() == before


def test_where_nobody_can_say_whether_it_was_revoked_it_spends_nothing(
    deployed: World, issuer: Signer, toolkit: Loopback
) -> None:
    toolkit.answer = lambda _: (403, "no")
    before = deployed.records()
    answers = at_each_door(deployed, issuer.token(claims()))
    assert [response.status for response in answers.values()] == [200, 503, 503, 503]
    assert deployed.records() == before


def test_after_a_sign_out_an_older_one_opens_nothing_and_the_next_one_everything(
    deployed: World, issuer: Signer
) -> None:
    old = issuer.token(claims())
    assert deployed.api("POST", "/v1/me/sign-out", headers=bearer(old)).status == 200
    assert_closed(deployed, old)
    deployed.later(seconds=1)
    later = int(time.time()) + 2
    fresh = issuer.token(claims(auth_time=later, iat=later))
    assert deployed.api("GET", "/v1/me", headers=bearer(fresh)).status == 200


def test_the_role_is_believed_only_when_it_is_signed(deployed: World, issuer: Signer) -> None:
    admins_only = "/v1/admin/users"
    deployed.overwrite("users/alice", is_admin=True)
    assert deployed.api("GET", admins_only, headers=bearer(issuer.token(claims(role="admin")))).status == 200
    assert deployed.api("GET", admins_only, headers=bearer(issuer.token(claims()))).status == 403
    assert deployed.api("GET", admins_only, headers=bearer(issuer.token(claims(admin=True)))).status == 403
    for forged in forgeries(issuer, claims(role="admin"), {"sub": "mallory"}).values():
        assert deployed.api("GET", admins_only, headers=bearer(forged)).status == 401


def test_it_expires_while_it_is_remembered(deployed: World, issuer: Signer) -> None:
    clock = Clock()
    deployed.app.made["tokens"] = FirebaseTokens(PROJECT, clock=clock)
    token = issuer.token(claims())
    assert deployed.api("GET", "/v1/me", headers=bearer(token)).status == 200
    clock.ahead = timedelta(seconds=HOUR)
    assert deployed.api("GET", "/v1/me", headers=bearer(token)).status == 401
