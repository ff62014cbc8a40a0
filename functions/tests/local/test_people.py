"""These people can sign in to the local stack. They are made in the Auth emulator, and nowhere else."""

import os
from pathlib import Path
from typing import Any

import pytest
import requests
from firebase_admin import auth
from pytest_mock import MockerFixture

from domain.operations.demo_catalog import USERS
from providers.identity.memory import MemoryDirectory
from tools import people, services, stack, welcome
from world import World


@pytest.fixture
def accounts(mocker: MockerFixture) -> dict[str, Any]:
    """Return the accounts of the Auth emulator by id, as firebase-admin makes them."""
    made: dict[str, Any] = {}

    def create_user(*, uid: str, app: object, **account: Any) -> None:
        if uid in made:
            raise auth.UidAlreadyExistsError("taken", None, None)
        made[uid] = account

    mocker.patch.object(people, "firebase_app")
    mocker.patch.object(auth, "create_user", side_effect=create_user)
    return made


@pytest.fixture
def world(world: World) -> World:
    """The directory knows the operator's account, as Firebase does when an account is made."""
    world.directory = world.app.made["directory"] = MemoryDirectory({"operator@example.com": "operator"})
    return world


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(people.EMULATOR, "127.0.0.1:9099")


@pytest.mark.usefixtures("emulator")
class TestSettle:
    def test_each_has_an_account_and_the_password_of_all(self, world: World, accounts: dict[str, Any]) -> None:
        people.settle(world.app)
        assert {uid: account["email"] for uid, account in accounts.items()} == {
            "arda": "arda@example.com",
            "havanur": "havanur@example.com",
            "operator": "operator@example.com",
        }
        assert {account["password"] for account in accounts.values()} == {"darkroom-demo"}

    def test_the_operator_is_an_admin_with_the_welcome_of_a_new_user(
        self, world: World, accounts: dict[str, Any]
    ) -> None:
        people.settle(world.app)
        assert "operator" in accounts
        operator = world.user("operator")
        assert (operator.identity.is_admin, operator.identity.email, operator.balance.current_credits) == (
            True,
            "operator@example.com",
            10,
        )
        assert world.directory.roles["operator"] == "admin"
        assert [entry.id for entry in world.entries("operator")] == ["welcome-operator"]
        world.assert_books_balance()

    @pytest.mark.usefixtures("accounts")
    def test_once_more_changes_nothing(self, world: World) -> None:
        people.settle(world.app)
        before = world.records()
        people.settle(world.app)
        assert world.records() == before


@pytest.mark.parametrize("host", [None, ""])
def test_without_the_emulator_nobody_is_made(
    world: World, accounts: dict[str, Any], monkeypatch: pytest.MonkeyPatch, host: str | None
) -> None:
    monkeypatch.delenv(people.EMULATOR, raising=False)
    if host is not None:
        monkeypatch.setenv(people.EMULATOR, host)
    before = world.records()
    with pytest.raises(people.NoEmulator):
        people.settle(world.app)
    assert (accounts, world.records()) == ({}, before)


def test_the_command_says_why_it_refuses(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv(people.EMULATOR, raising=False)
    assert people.main() == 1
    assert people.EMULATOR in capsys.readouterr().err


def test_whoever_is_no_admin_is_a_user_of_the_seed() -> None:
    seeded = {(user.id, user.name, user.email) for user in USERS}
    assert {(each.id, each.name, each.email) for each in people.everybody() if not each.is_admin} <= seeded


def test_the_welcome_of_the_stack_names_them() -> None:
    (line,) = [line for line in welcome.text(ui=False).splitlines() if line.strip().startswith("Console")]
    assert f"{services.HOSTING_URL}/app" in line
    for each in people.everybody():
        assert each.email in line
        assert each.password in line


def test_a_stack_without_its_people_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mocker: MockerFixture
) -> None:
    monkeypatch.setattr(services, "LOGS", tmp_path)
    done = mocker.patch.object(stack.subprocess, "run", autospec=True)
    done.return_value.returncode, done.return_value.stderr = 1, "no answer"
    with pytest.raises(stack.StackError, match="no answer"):
        stack.Stack(services.ALL_PARTS, ui=False).prepare("people.py")


@pytest.mark.stack
def test_they_can_sign_in_and_the_operator_s_token_says_admin() -> None:
    from bootstrap import darkroom

    people.settle(darkroom())
    people.settle(darkroom())
    session = requests.Session()
    session.trust_env = False
    address = f"http://{os.environ[people.EMULATOR]}/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword"
    for each in people.everybody():
        account = {"email": each.email, "password": each.password, "returnSecureToken": True}
        signed_in = session.post(address, params={"key": "any"}, json=account, timeout=30).json()
        assert signed_in["localId"] == each.id
        bearer = {"Authorization": f"Bearer {signed_in['idToken']}"}
        me = session.get(f"{services.HOSTING_URL}/v1/me", headers=bearer, timeout=30).json()
        assert (me["id"], me["email"], me["is_admin"]) == (each.id, each.email, each.is_admin)
        queue = session.get(f"{services.HOSTING_URL}/v1/admin/users", headers=bearer, timeout=30)
        assert queue.status_code == (200 if each.is_admin else 403)
