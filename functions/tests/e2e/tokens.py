"""ID tokens come from the Auth emulator, through its REST interface. There are also tokens that it never issued."""

import base64
import json
import os
import subprocess
import sys
import uuid
from typing import Any

import requests

from tools.services import HOSTING_URL, ROOT

_PROJECT = "demo-darkroom"
_SECONDS = 30


def new_email() -> str:
    return f"{uuid.uuid4()}@example.com"


def sign_up(role: str | None = None, *, email: str | None = None, is_verified: bool = True) -> tuple[str, str]:
    """Make a new user, and return its id and ID token. A user with a verified address gets its welcome."""
    account = _credentials(email or new_email())
    user_id = _post("accounts:signUp", account)["localId"]
    if is_verified:
        verify(user_id)
    if role is not None:
        _change(user_id, customAttributes=json.dumps({"role": role}))
    return user_id, _post("accounts:signInWithPassword", account)["idToken"]


def verify(user_id: str) -> None:
    """Verify this user's address, as if the link in the mail was opened. Only a new ID token says so."""
    _change(user_id, emailVerified=True)


def mailed_links(email: str) -> list[str]:
    """Return the links for the verification of this address that were sent so far, the newest last."""
    sent = _request("GET", f"emulator/v1/projects/{_PROJECT}/oobCodes")["oobCodes"]
    return [each["oobLink"] for each in sent if (each["email"], each["requestType"]) == (email, "VERIFY_EMAIL")]


def open_link(link: str) -> None:
    """Open a link of a mail, as if the mail was read in another browser."""
    with _session() as session:
        answer = session.get(link, timeout=_SECONDS)
    assert answer.ok, answer.text


def sign_up_admin() -> tuple[str, str]:
    """Return an admin's id and ID token. The admin has called the API once, and then the operator's command
    was used.
    """
    email = new_email()
    user_id, token = sign_up(email=email)
    requests.get(
        f"{HOSTING_URL}/v1/me", headers={"Authorization": f"Bearer {token}"}, timeout=_SECONDS
    ).raise_for_status()
    grant = [sys.executable, str(ROOT / "tools/operate.py"), "grant-admin", "--user", user_id]
    subprocess.run(grant, capture_output=True, timeout=60, check=True)
    return sign_in(email)


def sign_up_anonymously() -> tuple[str, str]:
    """Return a new user's id and ID token. This user has no e-mail address and no password."""
    answer = _post("accounts:signUp", {"returnSecureToken": True})
    return answer["localId"], answer["idToken"]


def link_email(token: str, email: str) -> str:
    """Give the account of this ID token a verified e-mail address and a password, and return its new ID token."""
    verify(_post("accounts:update", {"idToken": token, **_credentials(email)})["localId"])
    return sign_in(email)[1]


def sign_in(email: str) -> tuple[str, str]:
    """Return the user's id and a new ID token."""
    answer = _post("accounts:signInWithPassword", _credentials(email))
    return answer["localId"], answer["idToken"]


def forgeries() -> dict[str, str]:
    """Return tokens each of which is wrong in one thing."""
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


def _change(user_id: str, **fields: Any) -> None:
    _post(f"projects/{_PROJECT}/accounts:update", {"localId": user_id, **fields})


def _credentials(email: str) -> dict[str, Any]:
    return {"email": email, "password": "correct horse", "returnSecureToken": True}


def _packed(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


def _post(what: str, body: dict[str, Any]) -> Any:
    return _request("POST", f"identitytoolkit.googleapis.com/v1/{what}", params={"key": "any"}, json=body)


def _request(method: str, path: str, **options: Any) -> Any:
    address = f"http://{os.environ['FIREBASE_AUTH_EMULATOR_HOST']}/{path}"
    owner = {"Authorization": "Bearer owner"} if "projects/" in path else {}
    with _session() as session:
        answer = session.request(method, address, headers=owner, timeout=_SECONDS, **options)
    assert answer.ok, answer.text
    return answer.json()


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy between us and this machine
    return session
