"""These are people of the running stack, with an account of the Auth emulator and credits. They are signed in without a
form.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import StorageState

from bootstrap import Darkroom
from e2e import tokens
from e2e.client import HOSTING, Reply, v1
from services.accounts.instructions import OPERATOR, Instruction
from tools import stack_clock

PASSWORD = "correct horse"  # everybody whom e2e.tokens signs up has this password
_API_KEY = "fake-api-key"  # Hosting's emulator gives this key to every page, in /__/firebase/init.json


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    email: str
    token: str

    def call(self, method: str, path: str, **request: Any) -> Reply:
        """Call `/v1` as this person. `headers` are added to the credential."""
        headers = {"Authorization": f"Bearer {self.token}", **request.pop("headers", {})}
        return v1(method, path, headers=headers, **request)


def newcomer() -> Person:
    """Make somebody new with a verified address, and so with the welcome."""
    email = tokens.new_email()
    tokens.sign_up(email=email)
    return returned(email)


def returned(email: str) -> Person:
    """Sign in somebody who has an account. Whoever was no user before is one from now on."""
    user_id, token = tokens.sign_in(email)
    person = Person(user_id, email, token)
    welcomed = person.call("GET", "/me")
    assert welcomed.status == 200, welcomed.body
    return person


def promoted(app: Darkroom, person: Person) -> Person:
    """Make the person an admin, and return it after a new sign-in, because only a new token says so."""
    app.administration.grant_admin(person.id, Instruction(actor=OPERATOR, reason="Runs the shop"))
    return returned(person.email)


def give(operator: Person, user_id: str, credits_: int, reason: str = "For a test", **terms: str) -> None:
    """Make an adjustment, as the console does. A number below 0 takes credits away.

    With terms, such as `expires_at`, it is a grant.
    """
    made = operator.call(
        "POST",
        f"/admin/users/{user_id}/adjustments",
        json={"credits": credits_, "reason": reason, **terms},
        headers={"Idempotency-Key": str(uuid.uuid4())},
    )
    assert made.status == 201, made.body


def signed_in(email: str, password: str = PASSWORD) -> StorageState:
    """Return a state for a new context, with the sign-in in `localStorage`, where Firebase Auth finds it and takes it
    over.
    """
    credentials = {"email": email, "password": password, "returnSecureToken": True}
    answer = tokens._post("accounts:signInWithPassword", credentials)
    name, value = f"firebase:authUser:{_API_KEY}:[DEFAULT]", json.dumps(_user(answer))
    return {"cookies": [], "origins": [{"origin": HOSTING, "localStorage": [{"name": name, "value": value}]}]}


def _user(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields and names of the JavaScript SDK's `User.toJSON`."""
    return {
        "uid": answer["localId"],
        "email": answer["email"],
        "emailVerified": True,
        "isAnonymous": False,
        "providerData": [],
        "stsTokenManager": {
            "refreshToken": answer["refreshToken"],
            "accessToken": answer["idToken"],
            "expirationTime": int(1000 * (stack_clock.now().timestamp() + int(answer["expiresIn"]))),
        },
        "apiKey": _API_KEY,
        "appName": "[DEFAULT]",
    }
