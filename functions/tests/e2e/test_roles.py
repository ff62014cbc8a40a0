"""An operator makes somebody an admin, and takes it back, with the documented commands on the real emulators."""

import subprocess
import sys

import pytest

from e2e.client import v1
from e2e.tokens import new_email, sign_in, sign_up
from tools.services import ROOT

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]


def operate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools/operate.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def status(path: str, token: str) -> int:
    return v1("GET", path, headers={"Authorization": f"Bearer {token}"}).status


def test_an_admin_is_made_and_unmade() -> None:
    email = new_email()
    user_id, token = sign_up(email=email)
    assert status("/me", token) == 200
    assert status("/admin/users", token) == 403

    granted = operate("grant-admin", "--user", email.upper())
    assert granted.returncode == 0, granted.stderr
    assert user_id in granted.stdout
    _, admin_token = sign_in(email)
    assert status("/admin/users", admin_token) == 200
    assert status(f"/admin/users/{user_id}", admin_token) == 200

    revoked = operate("revoke-admin", "--user", user_id)
    assert revoked.returncode == 0, revoked.stderr
    _, new_token = sign_in(email)
    assert status("/admin/users", new_token) in (401, 403)  # it is 401 for a token of the same second as the revocation


def test_nobody_is_made_up() -> None:
    email = new_email()
    unknown = operate("grant-admin", "--user", email)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert f"User not found: {email}" in unknown.stderr
    assert "Traceback" not in unknown.stderr

    user_id, _ = sign_up(email=email)
    never_called = operate("grant-admin", "--user", email)
    assert never_called.returncode == 1
    assert user_id in never_called.stderr
