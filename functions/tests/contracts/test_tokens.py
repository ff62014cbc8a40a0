"""A token says who somebody is. It is tested in memory and by Firebase's own verifier, both signed and as the Auth
emulator issues it.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import firebase_admin
import google.oauth2.id_token
import pytest
import requests
from firebase_admin import auth
from google.auth import crypt
from google.auth.exceptions import RefreshError, TransportError
from google.oauth2 import service_account
from pytest_mock import MockerFixture

from contracts.identity_toolkit import PROJECT, IdentityToolkit
from contracts.signing import GARBAGE, Clock, FromNow, Signer, account_key, forgeries, signer, unsigned
from core.errors import Unauthenticated, Unavailable
from loopback import Loopback, loopback
from providers.identity.app import firebase_app
from providers.identity.claims import token_digest
from providers.identity.firebase import FirebaseTokens
from providers.identity.memory import MemoryTokens
from services.accounts.ports import Identity

HOUR = 3600
garbage = pytest.mark.parametrize("token", GARBAGE.values(), ids=GARBAGE)


def claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a token that Firebase issued for an hour, which began a minute ago. A change to None leaves
    the claim out.
    """
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


def alice(**changes: Any) -> Identity:
    """Return the identity in a token that has no `auth_time`."""
    return Identity("alice", **changes)


def believed(tokens: FirebaseTokens, given: Mapping[str, str]) -> list[str]:
    """Return the names of the tokens that were not refused."""
    found = []
    for what, token in given.items():
        try:
            tokens.verify(token)
        except Unauthenticated:
            continue
        found.append(what)
    return found


class TestMemory:
    @pytest.fixture
    def tokens(self) -> MemoryTokens:
        return MemoryTokens({"a": Identity("alice"), "b": Identity("bob", is_admin=True)})

    @pytest.mark.parametrize("check_revoked", [False, True])
    def test_it_knows_the_tokens_that_it_was_given(self, tokens: MemoryTokens, *, check_revoked: bool) -> None:
        assert tokens.verify("a", check_revoked=check_revoked) == Identity("alice", is_admin=False)
        assert tokens.verify("b", check_revoked=check_revoked) == Identity("bob", is_admin=True)

    @pytest.mark.parametrize("token", [*GARBAGE.values(), "A"])
    def test_it_refuses_all_others(self, tokens: MemoryTokens, token: str) -> None:
        with pytest.raises(Unauthenticated):
            tokens.verify(token)

    def test_a_revoked_one_is_refused_where_one_asks(self, tokens: MemoryTokens) -> None:
        tokens.revoked.add("a")
        assert tokens.verify("a") == Identity("alice")
        assert tokens.verify("b", check_revoked=True).user_id == "bob"
        with pytest.raises(Unauthenticated, match="revoked"):
            tokens.verify("a", check_revoked=True)


@pytest.fixture(scope="module")
def issuer() -> Signer:
    return signer("securetoken")


@pytest.fixture
def signed(
    no_app: None, issuer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mocker: MockerFixture
) -> None:
    """Use a service account that does not exist, and play Google's certificates, so that no network is needed."""
    monkeypatch.delenv("FIREBASE_AUTH_EMULATOR_HOST", raising=False)
    file = tmp_path / "account.json"
    file.write_text(json.dumps(account_key(PROJECT)))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    mocker.patch.object(google.oauth2.id_token, "_fetch_certs", return_value={issuer.key_id: issuer.certificate})


@pytest.fixture
def tokens(signed: None, clock: Clock) -> FirebaseTokens:
    return FirebaseTokens(PROJECT, clock=clock)


@pytest.fixture
def checks(mocker: MockerFixture) -> Callable[[], int]:
    """Return a function that counts the signatures that were checked since then."""
    spy = mocker.spy(crypt, "verify_signature")
    return lambda: int(spy.call_count)


class TestFirebase:
    def test_a_token_of_this_project_is_its_users(self, tokens: FirebaseTokens, issuer: Signer) -> None:
        assert tokens.verify(issuer.token(claims(auth_time=None))) == alice()

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
        self, tokens: FirebaseTokens, issuer: Signer, more: dict[str, Any], *, is_admin: bool
    ) -> None:
        assert tokens.verify(issuer.token(claims(**more))).is_admin is is_admin

    def test_it_says_what_the_account_says_of_itself(self, tokens: FirebaseTokens, issuer: Signer) -> None:
        sign_in = {"identities": {"email": ["Alice@Example.COM"]}, "sign_in_provider": "password"}
        given = {"email": "Alice@Example.COM", "name": "Alice A.", "auth_time": 1_700_000_000, "firebase": sign_in}
        assert tokens.verify(issuer.token(claims(**given))) == alice(
            email="alice@example.com", name="Alice A.", signed_in_at=datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
        )

    @pytest.mark.parametrize(
        ("sign_in", "is_anonymous"),
        [
            ({"identities": {}, "sign_in_provider": "anonymous"}, True),
            ({"identities": {}, "sign_in_provider": "password"}, False),
            ({}, False),
            (None, False),
            ("anonymous", False),
        ],
    )
    def test_who_signed_in_without_credentials_is_anonymous(
        self, tokens: FirebaseTokens, issuer: Signer, sign_in: object, *, is_anonymous: bool
    ) -> None:
        assert tokens.verify(issuer.token(claims(firebase=sign_in))).is_anonymous is is_anonymous

    @pytest.mark.parametrize(
        "changes",
        [
            {"exp": FromNow(-1)},
            {"iat": FromNow(HOUR)},
            {"aud": "demo-another"},
            {"aud": f"{PROJECT}-2"},
            {"iss": "https://securetoken.google.com/demo-another"},
            {"iss": f"https://accounts.google.com/{PROJECT}"},
            {"sub": ""},
            {"sub": None},
            {"sub": "x" * 129},
            {"exp": None},
            {"iat": None},
            {"exp": "tomorrow"},
            {"auth_time": "yesterday"},
        ],
        ids=str,
    )
    def test_expired_or_not_meant_for_us(self, tokens: FirebaseTokens, issuer: Signer, changes: dict[str, Any]) -> None:
        with pytest.raises(Unauthenticated):
            tokens.verify(issuer.token(claims(**changes)))

    def test_the_issuers_clock_may_be_a_little_ahead(self, tokens: FirebaseTokens, issuer: Signer) -> None:
        assert tokens.verify(issuer.token(claims(iat=int(time.time()) + 3))).user_id == "alice"

    def test_forged(self, tokens: FirebaseTokens, issuer: Signer) -> None:
        """Forged tokens are refused, also after the real one was seen."""
        forged = forgeries(issuer, claims(), {"sub": "mallory", "role": "admin"})
        assert believed(tokens, forged) == []
        tokens.verify(issuer.token(claims()))
        assert believed(tokens, forged) == []

    @garbage
    def test_garbage(self, tokens: FirebaseTokens, token: str) -> None:
        with pytest.raises(Unauthenticated):
            tokens.verify(token)

    def test_without_googles_certificates_nobody_can_be_told_from_anybody(
        self, tokens: FirebaseTokens, issuer: Signer, mocker: MockerFixture
    ) -> None:
        mocker.patch.object(google.oauth2.id_token, "_fetch_certs", side_effect=TransportError("no network"))
        with pytest.raises(Unavailable):
            tokens.verify(issuer.token(claims()))


class TestRemembered:
    def test_a_signature_is_checked_once(
        self, tokens: FirebaseTokens, issuer: Signer, checks: Callable[[], int]
    ) -> None:
        one, other = issuer.token(claims(name="Alice")), issuer.token(claims(sub="bob"))
        assert [tokens.verify(one).name for _ in range(3)] == ["Alice"] * 3
        assert checks() == 1
        assert [tokens.verify(token).user_id for token in (other, one, other)] == ["bob", "alice", "bob"]
        assert checks() == 2

    def test_until_it_expires(self, tokens: FirebaseTokens, issuer: Signer, clock: Clock) -> None:
        token = issuer.token(claims())
        tokens.verify(token)
        clock.ahead = timedelta(seconds=HOUR - 60 - 2)
        assert tokens.verify(token).user_id == "alice"
        clock.ahead = timedelta(seconds=HOUR - 60)
        with pytest.raises(Unauthenticated):
            tokens.verify(token)

    def test_a_refusal_is_not(self, tokens: FirebaseTokens, issuer: Signer) -> None:
        token = issuer.token(claims())
        keys: Any = google.oauth2.id_token._fetch_certs
        keys.return_value = {}
        with pytest.raises(Unauthenticated):
            tokens.verify(token)
        keys.return_value = {issuer.key_id: issuer.certificate}
        assert tokens.verify(token).user_id == "alice"


@pytest.fixture
def accounts() -> IdentityToolkit:
    return IdentityToolkit()


@pytest.fixture
def toolkit(socket_enabled: None, no_proxy: None, accounts: IdentityToolkit) -> Iterator[Loopback]:
    with loopback(accounts) as found:
        yield found


class TestRevoked:
    """The tokens are signed, and a server of ours says whether their sign-in is still valid."""

    @pytest.fixture
    def tokens(
        self, signed: None, clock: Clock, toolkit: Loopback, accounts: IdentityToolkit, monkeypatch: pytest.MonkeyPatch
    ) -> FirebaseTokens:
        with monkeypatch.context() as only_now:
            only_now.setenv("FIREBASE_AUTH_EMULATOR_HOST", toolkit.host)
            auth._get_client(firebase_app(PROJECT))  # the client keeps the address with which it was made
        accounts.add("alice")
        return FirebaseTokens(PROJECT, clock=clock)

    @pytest.fixture
    def token(self, issuer: Signer) -> str:
        return issuer.token(claims())

    def test_a_sign_in_that_stands(self, tokens: FirebaseTokens, token: str, toolkit: Loopback) -> None:
        assert tokens.verify(token, check_revoked=True).user_id == "alice"
        assert [request.body for request in toolkit.requests] == [{"localId": ["alice"]}]

    def test_nobody_is_asked_unless_it_matters(self, tokens: FirebaseTokens, token: str, toolkit: Loopback) -> None:
        tokens.verify(token)
        assert toolkit.requests == []

    def test_it_is_asked_once_a_minute(
        self, tokens: FirebaseTokens, token: str, toolkit: Loopback, clock: Clock
    ) -> None:
        for _ in range(3):
            tokens.verify(token, check_revoked=True)
        assert len(toolkit.requests) == 1
        clock.ahead = timedelta(seconds=61)
        for _ in range(3):
            tokens.verify(token, check_revoked=True)
        assert len(toolkit.requests) == 2

    def test_each_token_is_asked_about(self, tokens: FirebaseTokens, issuer: Signer, toolkit: Loopback) -> None:
        for name in ("one", "other"):
            tokens.verify(issuer.token(claims(name=name)), check_revoked=True)
        assert len(toolkit.requests) == 2

    @pytest.mark.parametrize(
        ("change", "reason"), [({"validSince": "4102444800"}, "revoked"), ({"disabled": True}, "disabled")]
    )
    def test_one_that_does_not(
        self, tokens: FirebaseTokens, token: str, accounts: IdentityToolkit, change: dict[str, Any], reason: str
    ) -> None:
        accounts.add("alice", **change)
        for _ in range(2):
            with pytest.raises(Unauthenticated, match=reason):
                tokens.verify(token, check_revoked=True)
        assert tokens.verify(token).user_id == "alice", "it says who is calling all the same"
        with pytest.raises(Unauthenticated, match=reason):
            tokens.verify(token, check_revoked=True)

    def test_a_deleted_account(self, tokens: FirebaseTokens, token: str, accounts: IdentityToolkit) -> None:
        accounts.accounts.clear()
        with pytest.raises(Unauthenticated, match="deleted"):
            tokens.verify(token, check_revoked=True)

    def test_a_remembered_answer_ends_with_its_minute(
        self, tokens: FirebaseTokens, token: str, accounts: IdentityToolkit, clock: Clock
    ) -> None:
        tokens.verify(token, check_revoked=True)
        accounts.add("alice", disabled=True)
        assert tokens.verify(token, check_revoked=True).user_id == "alice"
        clock.ahead = timedelta(seconds=61)
        with pytest.raises(Unauthenticated, match="disabled"):
            tokens.verify(token, check_revoked=True)

    def test_the_token_itself_is_not_kept(self, tokens: FirebaseTokens, token: str, accounts: IdentityToolkit) -> None:
        accounts.add("alice")
        tokens.verify(token, check_revoked=True)
        for remembered in (tokens._identities, tokens._standing):
            assert list(remembered._kept._values) == [token_digest(token)]

    def test_a_refusal_is_not_remembered(self, tokens: FirebaseTokens, token: str, accounts: IdentityToolkit) -> None:
        accounts.add("alice", disabled=True)
        with pytest.raises(Unauthenticated):
            tokens.verify(token, check_revoked=True)
        accounts.add("alice", disabled=False)
        assert tokens.verify(token, check_revoked=True).user_id == "alice"

    def test_a_forged_one_is_not_asked_about(self, tokens: FirebaseTokens, toolkit: Loopback) -> None:
        with pytest.raises(Unauthenticated):
            tokens.verify(signer("forger").token(claims()), check_revoked=True)
        assert toolkit.requests == []

    @pytest.mark.parametrize("status", [403, 404, 429, 502])
    def test_no_answer_is_no_yes(self, tokens: FirebaseTokens, token: str, toolkit: Loopback, status: int) -> None:
        toolkit.answer = lambda _: (status, "no")
        tokens.verify(token)
        with pytest.raises(Unavailable):
            tokens.verify(token, check_revoked=True)

    def test_nobody_there_is_no_yes(self, tokens: FirebaseTokens, token: str, toolkit: Loopback) -> None:
        toolkit.server.server_close()
        with pytest.raises(Unavailable):
            tokens.verify(token, check_revoked=True)

    def test_it_is_not_waited_for_without_end(self, tokens: FirebaseTokens, token: str, mocker: MockerFixture) -> None:
        send = mocker.patch.object(requests.adapters.HTTPAdapter, "send", side_effect=requests.ConnectTimeout)
        with pytest.raises(Unavailable):
            tokens.verify(token, check_revoked=True)
        assert send.call_args.kwargs["timeout"] == 5


def test_without_credentials_of_our_own_it_cannot_be_asked(
    tokens: FirebaseTokens, issuer: Signer, mocker: MockerFixture
) -> None:
    mocker.patch.object(service_account.Credentials, "refresh", side_effect=RefreshError("the account was deleted"))
    assert tokens.verify(issuer.token(claims())).user_id == "alice"
    with pytest.raises(Unavailable):
        tokens.verify(issuer.token(claims()), check_revoked=True)


class TestApp:
    def test_there_is_one_for_a_project_however_many_ask_at_once(self, no_app: None, mocker: MockerFixture) -> None:
        together = threading.Barrier(2)
        get_app = firebase_admin.get_app

        def both_look_before_either_makes_one(name: str) -> object:
            try:
                return get_app(name)
            except ValueError:
                with suppress(threading.BrokenBarrierError):  # the barrier breaks when one has to wait for the other
                    together.wait(0.2)
                raise

        mocker.patch.object(firebase_admin, "get_app", both_look_before_either_makes_one)
        with ThreadPoolExecutor(2) as pool:
            assert len({id(app) for app in pool.map(firebase_app, [PROJECT] * 2)}) == 1

    def test_another_project_has_its_own(self, no_app: None) -> None:
        assert [firebase_app(name).project_id for name in ("demo-a", "demo-b")] == ["demo-a", "demo-b"]


class TestEmulated:
    """The Auth emulator signs nothing and does not check the time. firebase-admin needs no network for its tokens."""

    @pytest.fixture
    def tokens(self, no_app: None, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> FirebaseTokens:
        monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099")
        return FirebaseTokens(PROJECT, clock=clock)

    def test_an_unsigned_token_is_its_users(self, tokens: FirebaseTokens) -> None:
        assert tokens.verify(unsigned(claims(auth_time=None))) == alice()
        assert tokens.verify(unsigned(claims(sub="root", role="admin"))).is_admin

    @pytest.mark.parametrize(
        "changes", [{"aud": "demo-another"}, {"iss": "https://securetoken.google.com/x"}, {"sub": ""}], ids=str
    )
    def test_not_meant_for_us(self, tokens: FirebaseTokens, changes: dict[str, Any]) -> None:
        with pytest.raises(Unauthenticated):
            tokens.verify(unsigned(claims(**changes)))

    @pytest.mark.parametrize(
        "changes",
        [
            {"exp": FromNow(-1)},
            {"exp": None},
            {"exp": "tomorrow"},
            {"exp": float("nan")},
            {"exp": float("inf")},
            {"exp": [2_000_000_000]},
            {"auth_time": {}},
        ],
        ids=str,
    )
    def test_expired_or_of_no_time_at_all(self, tokens: FirebaseTokens, changes: dict[str, Any]) -> None:
        with pytest.raises(Unauthenticated):
            tokens.verify(unsigned(claims(**changes)))

    def test_it_expires_while_it_is_remembered(self, tokens: FirebaseTokens, clock: Clock) -> None:
        token = unsigned(claims())
        tokens.verify(token)
        clock.ahead = timedelta(hours=1)
        with pytest.raises(Unauthenticated):
            tokens.verify(token)

    def test_one_without_a_time_of_issue_cannot_be_asked_about(
        self, socket_enabled: None, toolkit: Loopback, accounts: IdentityToolkit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", toolkit.host)
        accounts.add("alice")
        with pytest.raises(Unauthenticated):
            FirebaseTokens(PROJECT).verify(unsigned(claims(iat=None)), check_revoked=True)

    @pytest.mark.parametrize("more", [{"email": 1}, {"name": ["x"]}, {"firebase": 1}, {"firebase": None}], ids=str)
    def test_other_claims_may_be_anything(self, tokens: FirebaseTokens, more: dict[str, Any]) -> None:
        assert tokens.verify(unsigned(claims(auth_time=None) | more)) == alice()

    @garbage
    def test_garbage(self, tokens: FirebaseTokens, token: str) -> None:
        with pytest.raises(Unauthenticated):
            tokens.verify(token)
