"""The tests of firestore.rules have to notice when the rules are changed. Each condition is taken away once, and each
permission is given or taken.
"""

import re
from collections.abc import Iterator

import pytest

from e2e.rules import RULES, Database, differences, fill
from emulator import firestore_documents, fresh_project

pytestmark = pytest.mark.emulator

STATEMENT = re.compile(r"allow ([a-z, ]+): if (.+?);", re.DOTALL)
STATEMENTS = list(STATEMENT.finditer(RULES))
WHO_MAY_MOST = "admin, of its own"


def replaced(statement: re.Match[str], text: str) -> str:
    return RULES[: statement.start()] + text + RULES[statement.end() :]


def place(statement: re.Match[str]) -> str:
    """Return the path that the statement is about, as a name for the test."""
    return str(re.findall(r"match (/\S+)", RULES[: statement.start()])[-1])


def named(statements: list[re.Match[str]]) -> list[object]:
    return [pytest.param(each, id=place(each)) for each in statements]


def noticed_by(caller: str, rules: str) -> str | None:
    """Return the first difference under these rules, or None. The rules are loaded into a database of their own."""
    database = Database(fresh_project())
    with firestore_documents(database.project) as documents:
        fill(documents)
    database.load_rules(rules)
    return next(differences(database, caller), None)


def conditions() -> Iterator[tuple[str, str, str]]:
    """Yield a text of the rules, what replaces it, and the caller who can then do too much."""
    yield "request.auth.uid == userId", "true", "stranger"
    yield "resource.data.user_id == request.auth.uid", "true", "stranger"
    yield "stands(resource.data)", "true", "signed out"
    yield "isUser(userId) && standing()", "isUser(userId)", "signed out"
    yield "request.auth.uid && standing()", "request.auth.uid", "signed out"
    yield "request.auth.token.role == 'admin'", "true", "admin by the document alone"
    yield "'admin' && isAdmin()", "'admin'", "admin no more"
    yield "return stands(user) && user", "return user", "admin no more"
    yield "user.get('is_admin', false) == true", "true", "admin by the token alone"
    yield "user.get('is_active', true) == true", "true", "admin, deactivated"
    yield "request.auth.token.get('auth_time', null) is number", "true", "owner without a time of sign-in"
    yield "user.get('deleted_at', null) == null", "true", "deleted, signed in again"
    yield "user.get('signed_out_at', null) == null", "true", "signed out"
    yield "(request.auth.token.auth_time + 1) * 1000 >", "(request.auth.token.auth_time + 2) * 1000 >", "signed out"
    yield "auth_time + 1) * 1000 >", "auth_time) * 1000 >", "signed in again in the same second"
    yield (
        "(request.auth.token.auth_time + 1) * 1000 >",
        "(request.auth.token.auth_time + 1) * 1000 <",
        "signed in again",
    )
    yield "auth_time + 1) * 1000", "auth_time + 1)", "signed in again"


def test_rules_as_they_are_differ_nowhere() -> None:
    assert noticed_by(WHO_MAY_MOST, RULES) is None


def test_every_statement_is_found() -> None:
    assert len(STATEMENTS) == len(re.findall(r"^\s*allow\b", RULES, re.MULTILINE)) == 17


@pytest.mark.parametrize("statement", named([each for each in STATEMENTS if each[2] != "true"]))
def test_a_door_left_open(statement: re.Match[str]) -> None:
    assert noticed_by("nobody", replaced(statement, f"allow {statement[1]}: if true;"))


@pytest.mark.parametrize("statement", named(STATEMENTS))
@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_an_owner_who_may_write(statement: re.Match[str], operation: str) -> None:
    mutant = replaced(statement, f"{statement[0]} allow {operation}: if request.auth != null;")
    assert noticed_by(WHO_MAY_MOST, mutant)


@pytest.mark.parametrize("statement", named([each for each in STATEMENTS if each[2] != "false"]))
def test_a_door_that_is_shut(statement: re.Match[str]) -> None:
    assert noticed_by(WHO_MAY_MOST, replaced(statement, f"allow {statement[1]}: if false;"))


@pytest.mark.parametrize(("old", "new", "caller"), list(conditions()))
def test_a_condition_that_is_missing(old: str, new: str, caller: str) -> None:
    assert RULES.count(old) == 1
    assert noticed_by(caller, RULES.replace(old, new))
