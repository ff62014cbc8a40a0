"""ID tokens from the Auth emulator, by its REST interface, and such as it never gave out."""

import base64
import json
import os
import subprocess
import sys
import uuid
from typing import Any

import requests

from tools.services import HOSTING_URL, ROOT

_ACCOUNTS = "http://{host}/identitytoolkit.googleapis.com/v1"
_PROJECT = "demo-darkroom"
_SECONDS = 30


def new_email() -> str:
    return f"{uuid.uuid4()}@example.com"


def sign_up(role: str | None = None, *, email: str | None = None) -> tuple[str, str]:
    """A new user's id and ID token."""
    account = _credentials(email or new_email())
    user_id = _post("accounts:signUp", account)["localId"]
    if role is not None:
        claims = {"localId": user_id, "customAttributes": json.dumps({"role": role})}
        _post(f"projects/{_PROJECT}/accounts:update", claims)
    return user_id, _post("accounts:signInWithPassword", account)["idToken"]


def sign_up_admin() -> tuple[str, str]:
    """An admin's id and ID token, as the operator's command makes one: it has called once before."""
    email = new_email()
    user_id, token = sign_up(email=email)
    requests.get(
        f"{HOSTING_URL}/v1/me", headers={"Authorization": f"Bearer {token}"}, timeout=_SECONDS
    ).raise_for_status()
    grant = [sys.executable, str(ROOT / "tools/operate.py"), "grant-admin", "--user", user_id]
    subprocess.run(grant, capture_output=True, timeout=60, check=True)
    return sign_in(email)


def sign_up_anonymously() -> tuple[str, str]:
    """A new user's id and ID token, without an e-mail address or a password."""
    answer = _post("accounts:signUp", {"returnSecureToken": True})
    return answer["localId"], answer["idToken"]


def link_email(token: str, email: str) -> str:
    """The account of this ID token has an e-mail address and a password from now on: its new ID token."""
    new_token: str = _post("accounts:update", {"idToken": token, **_credentials(email)})["idToken"]
    return new_token


def sign_in(email: str) -> tuple[str, str]:
    """The user's id and a new ID token."""
    answer = _post("accounts:signInWithPassword", _credentials(email))
    return answer["localId"], answer["idToken"]


def forgeries() -> dict[str, str]:
    """Tokens that are wrong in one thing each."""
    _, token = sign_up()
    head, claims, signature = token.split(".")
    content = json.loads(base64.urlsafe_b64decode(claims + "=="))
    wrong = {
        "another project's": {"aud": "another-project"},
        "another issuer's": {"iss": "https://securetoken.google.com/another-project"},
        "nobody's": {"sub": ""},
        "expired": {"exp": content["iat"] - 1},
    }
    changed = {what: f"{head}.{_packed(content | change)}.{signature}" for what, change in wrong.items()}
    return changed | {"no token": "forged", "torn": f"{head}.{claims}"}


def _credentials(email: str) -> dict[str, Any]:
    return {"email": email, "password": "correct horse", "returnSecureToken": True}


def _packed(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


def _post(what: str, body: dict[str, Any]) -> Any:
    session = requests.Session()
    session.trust_env = False  # no proxy between us and this machine
    address = f"{_ACCOUNTS.format(host=os.environ['FIREBASE_AUTH_EMULATOR_HOST'])}/{what}"
    owner = {"Authorization": "Bearer owner"} if "projects/" in what else {}
    answer = session.post(address, params={"key": "any"}, json=body, headers=owner, timeout=_SECONDS)
    assert answer.ok, answer.text
    return answer.json()
