"""People come, link their accounts, claim what they made before, and leave: on the whole stack, with tokens of the Auth
emulator.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bootstrap import Darkroom
from e2e.client import FINAL, Reply, first_success, until, v1
from e2e.tokens import link_email, new_email, sign_in, sign_up, sign_up_anonymously
from world import ORDER

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]

# A sign-out is seen everywhere within 10 s. The rest is for slow machines.
SEEN_SECONDS = 20


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def me(token: str) -> Reply:
    return v1("GET", "/me", headers=bearer(token))


def order(token: str) -> Reply:
    return v1("POST", "/generations", headers=bearer(token), json=ORDER)


def ended(token: str) -> Any:
    created = order(token)
    assert created.status == 202, created.body
    path = f"/generations/{created.body['id']}"
    return until(lambda: v1("GET", path, headers=bearer(token)).body, lambda seen: seen["status"] in FINAL)


def completed(token: str) -> str:
    """Return the id of a generation that has succeeded."""
    done = first_success(lambda: ended(token), lambda seen: seen["status"] == "completed")
    return str(done["id"])


def history(token: str) -> list[str]:
    return [each["id"] for each in v1("GET", "/generations", headers=bearer(token)).body["data"]]


def test_who_signs_up_is_welcomed_once_however_many_calls_come_first(app: Darkroom) -> None:
    email = new_email()
    user_id, token = sign_up(email=email)
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: me(token), range(4)))
    assert {(reply.status, reply.body["id"], reply.body["current_credits"]) for reply in replies} == {
        (200, user_id, 10)
    }
    assert replies[0].body["email"] == email
    entries = app.entries.page(user_id, after=None, limit=10)
    assert [(entry.id, entry.credits) for entry in entries] == [(f"welcome-{user_id}", 10)]


def test_an_e_mail_address_is_the_same_in_any_case() -> None:
    email = new_email()
    user_id, _ = sign_up(email=email.title())
    again, token = sign_in(email.upper())
    assert again == user_id
    assert me(token).body["email"] == email


def test_what_an_anonymous_user_made_stays_when_the_account_becomes_real(app: Darkroom) -> None:
    user_id, token = sign_up_anonymously()
    assert me(token).body["is_anonymous"] is True
    generation_id = completed(token)
    refused = order(token)
    assert (refused.status, refused.body["code"]) == (403, "anonymous_allowance_used")

    email = new_email()
    linked = link_email(token, email)
    seen = me(linked).body
    assert (seen["id"], seen["is_anonymous"], seen["email"]) == (user_id, False, email)
    assert seen["current_credits"] == 4 - 1 + 10
    assert generation_id in history(linked)
    outputs = v1("GET", f"/generations/{generation_id}", headers=bearer(linked)).body["outputs"]
    assert outputs
    completed(linked)
    welcomes = [entry.id for entry in app.entries.page(user_id, after=None, limit=50) if "welcome" in entry.id]
    assert welcomes == [f"welcome-{user_id}"]


def test_what_an_anonymous_user_made_can_be_claimed_by_an_account_that_existed() -> None:
    _, anonymous = sign_up_anonymously()
    generation_id = completed(anonymous)
    _, token = sign_up()
    own = completed(token)
    claimed = v1("POST", "/me/claim", headers=bearer(token), json={"anonymous_token": anonymous})
    assert claimed.status == 200, claimed.body
    seen = until(lambda: history(token), lambda ids: generation_id in ids, SEEN_SECONDS)
    assert seen.index(own) < seen.index(generation_id)
    assert order(anonymous).status == 401
    _, stranger = sign_up()
    refused = v1("POST", "/me/claim", headers=bearer(stranger), json={"anonymous_token": anonymous})
    assert refused.status == 400
    assert generation_id not in history(stranger)


def test_signing_out_everywhere_ends_every_session_but_the_next() -> None:
    email = new_email()
    user_id, token = sign_up(email=email)
    assert me(token).status == 200
    # A token says only to the second when its owner signed in. If that is the second of the sign-out, the token stays
    # valid.
    signed_in = int(time.time())
    until(lambda: int(time.time()), lambda second: second > signed_in)
    done = v1("POST", "/me/sign-out", headers=bearer(token))
    assert (done.status, done.body) == (200, {"status": "signed_out"})
    refused = order(token)
    assert (refused.status, refused.body["code"]) == (401, "unauthenticated")
    until(lambda: me(token).status, lambda status: status == 401, SEEN_SECONDS)
    again = me(sign_in(email)[1])
    assert (again.status, again.body["id"]) == (200, user_id)
