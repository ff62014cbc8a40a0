"""The directory has the accounts that people sign in with. It is tested in memory, through firebase-admin on a server
of ours, and on the Auth emulator.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from google.auth.exceptions import RefreshError
from google.oauth2 import service_account
from pytest_mock import MockerFixture

from contracts.identity_toolkit import PROJECT, IdentityToolkit
from contracts.signing import account_key
from core.errors import Unauthenticated, Unavailable
from e2e import tokens as emulator
from e2e.client import until
from loopback import Loopback, loopback
from providers.identity.directory import FirebaseDirectory
from providers.identity.firebase import FirebaseTokens
from providers.identity.memory import MemoryDirectory
from services.accounts.ports import Identity, IdentityDirectory
from tools import stack_clock

EMULATED_PROJECT = "demo-darkroom"
NOBODY = "nobody-of-this-name"


@pytest.fixture
def accounts() -> IdentityToolkit:
    return IdentityToolkit()


@pytest.fixture
def toolkit(socket_enabled: None, no_proxy: None, accounts: IdentityToolkit) -> Iterator[Loopback]:
    with loopback(accounts) as found:
        yield found


@pytest.fixture
def firebase(no_app: None, toolkit: Loopback, monkeypatch: pytest.MonkeyPatch) -> FirebaseDirectory:
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", toolkit.host)
    return FirebaseDirectory(PROJECT)


@dataclass(frozen=True)
class Known:
    """A directory with one account in it."""

    directory: IdentityDirectory
    user_id: str
    email: str


@pytest.fixture(params=["memory", "loopback", pytest.param("emulator", marks=pytest.mark.stack)])
def known(request: pytest.FixtureRequest) -> Known:
    email = emulator.new_email()
    if request.param == "memory":
        return Known(MemoryDirectory({email: "alice"}), "alice", email)
    if request.param == "loopback":
        directory = request.getfixturevalue("firebase")
        request.getfixturevalue("accounts").add("alice", email=email)
        return Known(directory, "alice", email)
    request.getfixturevalue("no_app")
    user_id, _ = emulator.sign_up(email=email)
    return Known(FirebaseDirectory(EMULATED_PROJECT, clock=stack_clock.now), user_id, email)


class TestContract:
    def test_an_account_is_found_by_its_address_in_any_case(self, known: Known) -> None:
        assert known.directory.find(known.email) == known.user_id
        assert known.directory.find(known.email.upper()) == known.user_id

    @pytest.mark.parametrize("email", ["nobody@example.com", "", "no address", "@", "a@b@c"])
    def test_nobody_is_found_by_another(self, known: Known, email: str) -> None:
        assert known.directory.find(email) is None

    def test_it_does_what_it_is_told(self, known: Known) -> None:
        directory, user_id = known.directory, known.user_id
        assert directory.sign_out(user_id) is True
        assert directory.set_active(user_id, is_active=False) is True
        assert directory.set_active(user_id, is_active=True) is True
        assert directory.set_role(user_id, "admin") is True
        assert directory.find(known.email) == user_id

    @pytest.mark.parametrize("user_id", [NOBODY, "", "x" * 129])
    def test_of_an_account_that_it_does_not_know_it_says_so(self, known: Known, user_id: str) -> None:
        directory = known.directory
        assert directory.sign_out(user_id) is False
        assert directory.set_active(user_id, is_active=False) is False
        assert directory.set_role(user_id, "admin") is False
        assert directory.delete(user_id) is False
        assert directory.find(known.email) == known.user_id

    def test_a_deleted_account_is_not_there_any_more(self, known: Known) -> None:
        assert known.directory.delete(known.user_id) is True
        assert known.directory.find(known.email) is None
        assert known.directory.delete(known.user_id) is False
        assert known.directory.sign_out(known.user_id) is False


class TestMemory:
    def test_it_remembers_what_it_was_told(self) -> None:
        directory = MemoryDirectory({"Alice@example.com": "alice", "bob@example.com": "bob"})
        directory.sign_out("alice")
        directory.set_active("alice", is_active=False)
        directory.set_active("bob", is_active=False)
        directory.set_active("bob", is_active=True)
        directory.set_role("bob", "admin")
        directory.delete("alice")
        assert directory.signed_out == ["alice"]
        assert directory.inactive == {"alice"}
        assert directory.roles == {"bob": "admin"}
        assert directory.deleted == ["alice"]

    def test_while_it_is_down_it_is_told_nothing(self) -> None:
        directory = MemoryDirectory({"alice@example.com": "alice"})
        directory.is_down = True
        for act in (
            lambda: directory.sign_out("alice"),
            lambda: directory.set_active("alice", is_active=False),
            lambda: directory.set_role("alice", "admin"),
            lambda: directory.delete("alice"),
            lambda: directory.find("alice@example.com"),
        ):
            with pytest.raises(Unavailable):
                act()
        assert (directory.signed_out, directory.inactive, directory.roles, directory.deleted) == ([], set(), {}, [])


class TestFirebase:
    def test_other_claims_stay(self, firebase: FirebaseDirectory, accounts: IdentityToolkit) -> None:
        accounts.add("alice", customAttributes='{"tenant": "north", "role": "user"}')
        firebase.set_role("alice", "admin")
        assert json.loads(accounts.accounts["alice"]["customAttributes"]) == {"tenant": "north", "role": "admin"}

    def test_signing_out_moves_the_time_from_which_sign_ins_stand(
        self, firebase: FirebaseDirectory, accounts: IdentityToolkit
    ) -> None:
        accounts.add("alice")
        leap_day = datetime(2028, 2, 29, 23, 59, 30, tzinfo=UTC)
        FirebaseDirectory(PROJECT, clock=lambda: leap_day).sign_out("alice")
        assert accounts.accounts["alice"]["validSince"] in ("1835481570", 1835481570)
        assert not accounts.accounts["alice"].get("disabled")

    @pytest.mark.parametrize("is_active", [True, False])
    def test_an_inactive_account_is_a_disabled_one(
        self, firebase: FirebaseDirectory, accounts: IdentityToolkit, *, is_active: bool
    ) -> None:
        accounts.add("alice", disabled=is_active)
        firebase.set_active("alice", is_active=is_active)
        assert accounts.accounts["alice"]["disabled"] is not is_active

    @pytest.mark.parametrize("status", [401, 403, 404, 429, 502])
    def test_no_answer(self, firebase: FirebaseDirectory, toolkit: Loopback, status: int) -> None:
        toolkit.answer = lambda _: (status, "no")
        self._expect_unavailable(firebase)

    def test_nobody_there(self, firebase: FirebaseDirectory, toolkit: Loopback) -> None:
        toolkit.server.server_close()
        self._expect_unavailable(firebase)

    def test_it_is_not_waited_for_without_end(self, firebase: FirebaseDirectory, mocker: MockerFixture) -> None:
        send = mocker.patch.object(requests.adapters.HTTPAdapter, "send", side_effect=requests.ReadTimeout)
        self._expect_unavailable(firebase)
        assert {call.kwargs["timeout"] for call in send.call_args_list} == {5}

    def test_without_credentials_of_our_own(
        self, no_app: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mocker: MockerFixture
    ) -> None:
        monkeypatch.delenv("FIREBASE_AUTH_EMULATOR_HOST", raising=False)
        file = tmp_path / "account.json"
        file.write_text(json.dumps(account_key(PROJECT)))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
        mocker.patch.object(service_account.Credentials, "refresh", side_effect=RefreshError("deleted"))
        self._expect_unavailable(FirebaseDirectory(PROJECT))

    def _expect_unavailable(self, directory: FirebaseDirectory) -> None:
        for act in (
            lambda: directory.sign_out("alice"),
            lambda: directory.set_active("alice", is_active=True),
            lambda: directory.set_role("alice", "user"),
            lambda: directory.delete("alice"),
            lambda: directory.find("alice@example.com"),
        ):
            with pytest.raises(Unavailable):
                act()


@pytest.mark.stack
class TestEmulator:
    """The ID tokens of the Auth emulator show what the directory has done."""

    @pytest.fixture
    def directory(self, no_app: None) -> FirebaseDirectory:
        return FirebaseDirectory(EMULATED_PROJECT, clock=stack_clock.now)

    @pytest.fixture
    def email(self) -> str:
        return emulator.new_email()

    def _verified(self, token: str, *, check_revoked: bool = True) -> Identity:
        """Verify the token by a verifier that remembers nothing."""
        return FirebaseTokens(EMULATED_PROJECT, clock=stack_clock.now).verify(token, check_revoked=check_revoked)

    def _is_revoked(self, token: str) -> bool:
        try:
            self._verified(token)
        except Unauthenticated as refusal:
            return "revoked" in refusal.message
        return False

    def test_a_sign_in_says_who_it_is(self, directory: FirebaseDirectory, email: str) -> None:
        user_id, _ = emulator.sign_up(email=email)
        signed_in, token = emulator.sign_in(email.upper())
        identity = self._verified(token)
        assert signed_in == identity.user_id == user_id
        assert (identity.email, identity.is_admin, identity.is_anonymous) == (email, False, False)
        assert identity.signed_in_at is not None

    def test_a_sign_in_does_not_outlive_signing_out(self, directory: FirebaseDirectory, email: str) -> None:
        user_id, token = emulator.sign_up(email=email)
        assert self._verified(token).user_id == user_id

        def signed_out() -> bool:
            """Sign the user out until the token is revoked. A token that was issued within the same second counts as
            newer.
            """
            assert directory.sign_out(user_id)
            return self._is_revoked(token)

        assert until(signed_out, bool, seconds=5)
        assert self._verified(token, check_revoked=False).user_id == user_id

    def test_a_disabled_account_is_refused_until_it_is_active_again(
        self, directory: FirebaseDirectory, email: str
    ) -> None:
        user_id, token = emulator.sign_up(email=email)
        directory.set_active(user_id, is_active=False)
        with pytest.raises(Unauthenticated, match="disabled"):
            self._verified(token)
        directory.set_active(user_id, is_active=True)
        assert self._verified(token).user_id == user_id

    def test_a_role_is_in_the_next_token(self, directory: FirebaseDirectory, email: str) -> None:
        user_id, token = emulator.sign_up(email=email)
        directory.set_role(user_id, "admin")
        assert not self._verified(token).is_admin
        assert self._verified(emulator.sign_in(email)[1]).is_admin
        directory.set_role(user_id, "user")
        assert not self._verified(emulator.sign_in(email)[1]).is_admin

    def test_who_came_without_a_name_may_give_one_later(self, directory: FirebaseDirectory, email: str) -> None:
        user_id, token = emulator.sign_up_anonymously()
        anonymous = self._verified(token)
        assert (anonymous.user_id, anonymous.is_anonymous, anonymous.email) == (user_id, True, "")
        linked = self._verified(emulator.link_email(token, email))
        assert (linked.user_id, linked.is_anonymous, linked.email) == (user_id, False, email)
        assert emulator.sign_in(email)[0] == user_id
        assert directory.find(email) == user_id

    def test_a_deleted_account_is_refused(self, directory: FirebaseDirectory, email: str) -> None:
        user_id, token = emulator.sign_up(email=email)
        directory.delete(user_id)
        with pytest.raises(Unauthenticated, match="deleted"):
            self._verified(token)

    @pytest.mark.parametrize("what", ["expired", "another project's", "another issuer's", "nobody's", "torn"])
    def test_forged(self, no_app: None, what: str) -> None:
        with pytest.raises(Unauthenticated):
            FirebaseTokens(EMULATED_PROJECT, clock=stack_clock.now).verify(emulator.forgeries()[what])
