"""A service token says who calls a private function. It is tested in memory, and with Google's certificates, which a
server of ours gives out.
"""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from google.auth import jwt as google_jwt
from pytest_mock import MockerFixture

from contracts.signing import GARBAGE, Clock, FromNow, Signer, assembled, forgeries, signer, unsigned
from core.errors import Unauthenticated, Unavailable
from loopback import Loopback, loopback
from providers.identity.memory import MemoryServiceTokens
from providers.identity.service_tokens import REMOVED_SIGNATURE, GoogleServiceTokens
from services.accounts.ports import ServiceTokenVerifier

AUDIENCE = "https://us-central1-demo-tokens.cloudfunctions.net/sweep"
EMAIL = "darkroom-scheduler@demo-tokens.iam.gserviceaccount.com"
HEADER = {"alg": "RS256", "kid": "key-1", "typ": "JWT"}
GOOGLE = signer("accounts.google.com")


def claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a token that Google issued for an hour, which began a minute ago. A change to None leaves
    the claim out.
    """
    now = int(time.time())
    found = {
        "iss": "https://accounts.google.com",
        "aud": AUDIENCE,
        "azp": "117",
        "sub": "117",
        "email": EMAIL,
        "email_verified": True,
        "iat": now - 60,
        "exp": now + 3540,
        **changes,
    }
    return {name: value for name, value in found.items() if value is not None}


def without_signature(payload: dict[str, Any]) -> str:
    return assembled(HEADER, payload, REMOVED_SIGNATURE)


WRONG: list[dict[str, Any]] = [
    {"iss": "https://securetoken.google.com/demo-tokens"},
    {"iss": "https://accounts.google.com.example.com"},
    {"iss": "http://accounts.google.com"},
    {"iss": None},
    {"aud": AUDIENCE + "/x"},
    {"aud": "https://us-central1-demo-tokens.cloudfunctions.net/audit"},
    {"aud": [AUDIENCE]},
    {"aud": None},
    {"email": "darkroom-scheduler@demo-another.iam.gserviceaccount.com"},
    {"email": EMAIL.upper()},
    {"email": None},
    {"email_verified": False},
    {"email_verified": "false"},
    {"email_verified": "true"},
    {"email_verified": None},
    {"exp": FromNow(-1)},
    {"exp": "tomorrow"},
    {"exp": float("nan")},
    {"exp": None},
    {"iat": FromNow(3600)},
    {"iat": None},
]


@pytest.fixture
def google(socket_enabled: None, no_proxy: None) -> Iterator[Loopback]:
    """Start a server that gives out Google's certificates, and an older one."""
    certificates = {GOOGLE.key_id: GOOGLE.certificate, "key-0": signer("an older one").certificate}
    with loopback(lambda _: (200, certificates)) as found:
        yield found


def verifier(google: Loopback, clock: Clock, *, behind_iam: bool) -> GoogleServiceTokens:
    address = f"http://{google.host}/oauth2/v1/certs"
    return GoogleServiceTokens(accepts_removed_signature=behind_iam, clock=clock, certificates_url=address)


@pytest.fixture
def tokens(google: Loopback, clock: Clock) -> GoogleServiceTokens:
    return verifier(google, clock, behind_iam=False)


@pytest.fixture
def behind_iam(google: Loopback, clock: Clock) -> GoogleServiceTokens:
    return verifier(google, clock, behind_iam=True)


@pytest.fixture(params=["tokens", "behind_iam"])
def either(request: pytest.FixtureRequest) -> GoogleServiceTokens:
    found: GoogleServiceTokens = request.getfixturevalue(request.param)
    return found


def is_believed(tokens: ServiceTokenVerifier, token: str, *, audience: str = AUDIENCE, email: str = EMAIL) -> bool:
    try:
        tokens.verify(token, audience=audience, email=email)
    except Unauthenticated:
        return False
    return True


@pytest.fixture(params=["memory", "signed", "signature removed"])
def known(request: pytest.FixtureRequest) -> tuple[ServiceTokenVerifier, str]:
    """Return a verifier, and a token with which the scheduler calls the sweep."""
    if request.param == "memory":
        return MemoryServiceTokens({"scheduler": (AUDIENCE, EMAIL)}), "scheduler"
    if request.param == "signed":
        return request.getfixturevalue("tokens"), GOOGLE.token(claims())
    return request.getfixturevalue("behind_iam"), without_signature(claims())


class TestContract:
    def test_the_caller_that_it_is_about(self, known: tuple[ServiceTokenVerifier, str]) -> None:
        tokens, token = known
        tokens.verify(token, audience=AUDIENCE, email=EMAIL)

    @pytest.mark.parametrize(
        "expected",
        [
            {"audience": "https://us-central1-demo-tokens.cloudfunctions.net/audit"},
            {"audience": ""},
            {"email": "darkroom-tasks@demo-tokens.iam.gserviceaccount.com"},
            {"email": ""},
        ],
        ids=str,
    )
    def test_another_caller_or_another_place(
        self, known: tuple[ServiceTokenVerifier, str], expected: dict[str, Any]
    ) -> None:
        assert not is_believed(*known, **expected)

    @pytest.mark.parametrize("token", GARBAGE.values(), ids=GARBAGE)
    def test_garbage(self, known: tuple[ServiceTokenVerifier, str], token: str) -> None:
        assert not is_believed(known[0], token)


class TestSigned:
    def test_a_slash_at_the_end_of_the_audience_makes_no_difference(self, tokens: GoogleServiceTokens) -> None:
        """A scheduler signs for the address that it calls, and this is sometimes written with a slash at the end."""
        assert is_believed(tokens, GOOGLE.token(claims(aud=AUDIENCE + "/")))
        assert is_believed(tokens, GOOGLE.token(claims()), audience=AUDIENCE + "/")

    def test_google_has_signed_it(self, either: GoogleServiceTokens) -> None:
        assert is_believed(either, GOOGLE.token(claims()))

    def test_either_of_googles_names_will_do(self, either: GoogleServiceTokens) -> None:
        assert is_believed(either, GOOGLE.token(claims(iss="accounts.google.com")))

    def test_googles_clock_may_be_a_little_ahead(self, either: GoogleServiceTokens) -> None:
        assert is_believed(either, GOOGLE.token(claims(iat=int(time.time()) + 3)))

    @pytest.mark.parametrize("changes", WRONG, ids=str)
    def test_one_claim_does_not_hold(self, either: GoogleServiceTokens, changes: dict[str, Any]) -> None:
        assert not is_believed(either, GOOGLE.token(claims(**changes)))

    def test_forged(self, either: GoogleServiceTokens) -> None:
        forged = forgeries(GOOGLE, claims(), {"email_verified": True, "azp": "1"})
        assert [what for what, token in forged.items() if is_believed(either, token)] == []

    def test_a_refusal_says_which_claim_it_is_about(self, tokens: GoogleServiceTokens) -> None:
        with pytest.raises(Unauthenticated, match="by its aud, email"):
            tokens.verify(GOOGLE.token(claims()), audience="x", email="y")


class TestRemovedSignature:
    def test_behind_iam_its_claims_are_google_s_word(self, behind_iam: GoogleServiceTokens, google: Loopback) -> None:
        assert is_believed(behind_iam, without_signature(claims()))
        assert google.requests == []

    def test_anywhere_else_it_is_a_forgery(self, tokens: GoogleServiceTokens) -> None:
        assert not is_believed(tokens, without_signature(claims()))

    @pytest.mark.parametrize("changes", WRONG, ids=str)
    def test_one_claim_does_not_hold(self, behind_iam: GoogleServiceTokens, changes: dict[str, Any]) -> None:
        assert not is_believed(behind_iam, without_signature(claims(**changes)))

    @pytest.mark.parametrize(
        "signature",
        [
            "",
            REMOVED_SIGNATURE.lower(),
            f"{REMOVED_SIGNATURE} ",
            f" {REMOVED_SIGNATURE}",
            f"{REMOVED_SIGNATURE}=",
            f"{REMOVED_SIGNATURE}.",
            f".{REMOVED_SIGNATURE}",
            REMOVED_SIGNATURE[:-1],
            "e30",
        ],
    )
    def test_no_other_text_stands_for_it(self, behind_iam: GoogleServiceTokens, signature: str) -> None:
        assert not is_believed(behind_iam, assembled(HEADER, claims(), signature))

    @pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "ES256", "", None, ["RS256"]])
    def test_it_must_have_been_googles(self, behind_iam: GoogleServiceTokens, algorithm: object) -> None:
        token = assembled({**HEADER, "alg": algorithm}, claims(), REMOVED_SIGNATURE)
        assert not is_believed(behind_iam, token)

    def test_it_expires(self, behind_iam: GoogleServiceTokens, clock: Clock) -> None:
        token = without_signature(claims())
        clock.ahead = timedelta(seconds=3538)
        assert is_believed(behind_iam, token)
        clock.ahead = timedelta(seconds=3540)
        assert not is_believed(behind_iam, token)


class TestCertificates:
    def test_they_are_fetched_once_an_hour(self, tokens: GoogleServiceTokens, google: Loopback, clock: Clock) -> None:
        for _ in range(3):
            tokens.verify(GOOGLE.token(claims()), audience=AUDIENCE, email=EMAIL)
        assert [request.path for request in google.requests] == ["/oauth2/v1/certs"]
        later = GOOGLE.token(claims(exp=int(time.time()) + 7200))
        clock.ahead = timedelta(minutes=59)
        assert is_believed(tokens, later)
        assert len(google.requests) == 1
        clock.ahead = timedelta(minutes=60)
        assert is_believed(tokens, later)
        assert len(google.requests) == 2

    def test_a_forger_does_not_have_them_fetched(self, tokens: GoogleServiceTokens, google: Loopback) -> None:
        for kid in ("key-7", "key-8", "key-9"):
            assert not is_believed(tokens, GOOGLE.token(claims(), kid=kid))
        assert not is_believed(tokens, unsigned(claims()))
        assert len(google.requests) == 1

    def test_a_new_key_signs_after_the_next_fetch(
        self, tokens: GoogleServiceTokens, google: Loopback, clock: Clock
    ) -> None:
        tokens.verify(GOOGLE.token(claims()), audience=AUDIENCE, email=EMAIL)
        new = Signer(signer("a new one").key, signer("a new one").certificate, "key-2")
        google.answer = lambda _: (200, {new.key_id: new.certificate})
        clock.ahead = timedelta(hours=1)
        later = claims(exp=int(time.time()) + 7200)
        assert is_believed(tokens, new.token(later))
        assert not is_believed(tokens, GOOGLE.token(later))

    @pytest.mark.parametrize("answer", [(500, "oops"), (404, {}), (200, "<html>"), (200, ["x"])], ids=str)
    def test_without_them_nobody_can_be_told_from_anybody(
        self, tokens: GoogleServiceTokens, google: Loopback, answer: tuple[int, Any]
    ) -> None:
        works, google.answer = google.answer, lambda _: answer
        with pytest.raises(Unavailable):
            tokens.verify(GOOGLE.token(claims()), audience=AUDIENCE, email=EMAIL)
        google.answer = works
        assert is_believed(tokens, GOOGLE.token(claims())), "a failure is not remembered"

    def test_they_are_not_waited_for_without_end(self, tokens: GoogleServiceTokens, mocker: MockerFixture) -> None:
        send = mocker.patch.object(requests.adapters.HTTPAdapter, "send", side_effect=requests.ReadTimeout)
        with pytest.raises(Unavailable):
            tokens.verify(GOOGLE.token(claims()), audience=AUDIENCE, email=EMAIL)
        assert send.call_args.kwargs["timeout"] == 5


def test_the_tokens_here_are_what_google_s_own_library_accepts() -> None:
    """If Google's library refused these tokens, the refusals above would prove nothing."""
    content = google_jwt.decode(GOOGLE.token(claims()), {GOOGLE.key_id: GOOGLE.certificate}, audience=AUDIENCE)
    assert json.loads(json.dumps(content)) == claims()
