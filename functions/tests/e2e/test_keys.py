"""A plain HTTP client uses API keys on the whole stack."""

import json
from typing import Any

import pytest

from bootstrap import Darkroom
from e2e.client import FINAL, HOSTING, Reply, curl, first_success, until, v1
from e2e.tokens import sign_up
from world import ORDER

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]


@pytest.fixture
def owner() -> dict[str, str]:
    """Return the header with the ID token of a user who has just signed up."""
    _, token = sign_up()
    return {"Authorization": f"Bearer {token}"}


def issued(owner: dict[str, str], **wanted: Any) -> Any:
    scopes = ["generations:write", "generations:read", "balance:read"]
    reply = v1("POST", "/keys", headers=owner, json={"name": "Batch", "scopes": scopes, **wanted})
    assert reply.status == 201, reply.body
    return reply.body


def get(path: str, header: str) -> Reply:
    return curl(f"{HOSTING}/v1{path}", "-H", header)


def order(header: str, *more: str) -> Reply:
    body = ["-H", "Content-Type: application/json", "-d", json.dumps(ORDER)]
    return curl("-X", "POST", f"{HOSTING}/v1/generations", "-H", header, *body, *more)


def ended(created: Reply, header: str) -> Any:
    assert created.status == 202, created.body
    return until(lambda: get(f"/generations/{created.body['id']}", header).body, lambda seen: seen["status"] in FINAL)


@pytest.mark.parametrize("form", ["X-API-Key: {}", "Authorization: Bearer {}"])
def test_a_key_makes_a_picture_until_it_is_revoked(owner: dict[str, str], form: str) -> None:
    key = issued(owner)
    header = form.format(key["key"])
    done = first_success(lambda: ended(order(header), header), lambda seen: seen["status"] == "completed")
    assert done["outputs"]
    assert get("/balance", header).body["current_credits"] == 10 - 1
    shown = v1("GET", f"/keys/{key['id']}", headers=owner).body
    assert (shown["in_flight"], shown["spent"]["today"]) == (0, 1)

    assert v1("DELETE", f"/keys/{key['id']}", headers=owner).status == 200
    for refused in (get("/balance", header), get("/catalog", header), order(header)):
        assert (refused.status, refused.body["code"]) == (401, "unauthenticated")
    assert v1("GET", "/balance", headers=owner).body["current_credits"] == 10 - 1


def test_a_rotated_key_works_by_its_new_secret(owner: dict[str, str]) -> None:
    key = issued(owner, budget={"per_day": 1})
    old = f"X-API-Key: {key['key']}"
    created = order(old)
    rotated = v1("POST", f"/keys/{key['id']}/rotate", headers=owner, json={}).body
    new = f"X-API-Key: {rotated['key']}"
    assert [get("/balance", header).status for header in (old, new)] == [401, 200]
    assert order(old).status == 401
    if ended(created, new)["status"] == "completed":
        over = order(new)
        assert (over.status, over.body["code"]) == (402, "key_budget_exceeded")


def test_a_repeat_with_a_revoked_key_is_refused(owner: dict[str, str]) -> None:
    key = issued(owner)
    header = f"X-API-Key: {key['key']}"
    once = ("-H", f"Idempotency-Key: {key['id']}")
    created = order(header, *once)
    assert order(header, *once).body["id"] == created.body["id"]
    v1("DELETE", f"/keys/{key['id']}", headers=owner)
    assert order(header, *once).status == 401
    seen = v1("GET", f"/generations/{created.body['id']}", headers=owner)
    assert seen.status == 200
    until(
        lambda: v1("GET", f"/generations/{created.body['id']}", headers=owner).body,
        lambda body: body["status"] in FINAL,
    )


def test_what_is_written_down_opens_nothing(owner: dict[str, str], app: Darkroom) -> None:
    key = issued(owner)
    user = app.documents.get(f"users/{v1('GET', '/me', headers=owner).body['id']}")
    proof = app.documents.get(f"api_keys/{key['id']}")
    assert user is not None
    assert proof is not None
    secret = key["key"].rpartition("_")[2]
    assert key["id"] in str(user.fields)
    assert secret not in f"{user.fields} {proof.fields}"
    (digest,) = proof.fields["digests"].values()
    assert digest not in str(user.fields)
    assert get("/balance", f"X-API-Key: dk_{key['id']}_{digest[:43]}").status == 401


def test_one_user_s_key_shows_nothing_of_another_s(owner: dict[str, str]) -> None:
    key = issued(owner)
    header = f"X-API-Key: {key['key']}"
    other = get("/me?userId=new_enterprise", header)
    assert (other.status, other.body["code"]) == (404, "user_not_found")
    keys = get("/keys", header)
    assert (keys.status, keys.body["code"]) == (403, "permission_denied")
