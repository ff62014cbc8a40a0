"""These folders of the Postman collection are about API keys and accounts."""

from typing import Any

from tools.reference.components import Object
from tools.reference.postman_items import Operations
from tools.reference.scripts import answers, expects, has, keeps, refuses

_USER = {"userId": "{{default_user_id}}"}
_ONE = {"id": "{{key_id}}"}
_BY_KEY = {"X-API-Key": "{{new_key}}"}
_BY_ROTATED_KEY = {"X-API-Key": "{{rotated_key}}"}
_ORDER = {"model": "Model R", "style": "watercolor", "color": "pastel", "size": "512x512", "prompt": "A lighthouse"}
_NEW = {"name": "Nightly batch", "scopes": ["generations:write", "generations:read"], "budget": {"per_day": 1}}


def keys(operations: Operations) -> list[Object]:
    """Return requests about keys. They are for people, because a key cannot manage keys."""

    def about(operation: str, name: str, tests: list[str], **more: Any) -> Object:
        return operations.request(operation, name, tests=tests, query=_USER, for_people=True, **more)

    created = answers(201) + has(is_active=True, name="Nightly batch", spent__today_remaining=1)
    created += expects("shows the key this once", "(body.key).to.match(/^dk_[a-z][a-z0-9]{11}_[A-Za-z0-9]{43}$/)")
    created += keeps("key_id", "body.id") + keeps("new_key", "body.key")
    listed = answers(200) + expects(
        "holds it, without the key",
        "(body.data.map((k) => k.id)).to.include(pm.variables.get('key_id'))",
        "(body.data.every((k) => k.key === undefined)).to.be.true",
    )
    spent = answers(200) + has(spent__today=1, spent__today_remaining=0, in_flight=1)
    renamed = answers(200) + has(name="Weekly batch", budget={"per_day": 7, "per_month": None})
    rotated = answers(200) + expects("is the same key", "(body.id).to.eql(pm.variables.get('key_id'))")
    rotated += expects("has another secret", "(body.key).to.not.eql(pm.variables.get('new_key'))")
    rotated += keeps("rotated_key", "body.key")
    change = {"name": "Weekly batch", "budget": {"per_day": 7}}
    return [
        about("createKey", "Create a key", created, body=_NEW, shows="created"),
        about("listKeys", "List keys", listed, shows="keys"),
        *_spending(operations),
        about("getKey", "Get a key, after it has spent", spent, path=_ONE),
        *_beyond(operations),
        about("updateKey", "Rename a key and change its budget", renamed, body=change, path=_ONE, shows="updated"),
        about("rotateKey", "Rotate a key", rotated, body={}, path=_ONE),
        *_rotated(operations),
        about("revokeKey", "Revoke a key", answers(200) + has(is_active=False), path=_ONE, shows="revoked"),
        _refused(operations, "List by a revoked key", "listGenerations", _BY_ROTATED_KEY, 401, "unauthenticated"),
        about("getKey", "No such key", refuses(404, "key_not_found"), path={"id": "k0000000000x"}),
    ]


def account(operations: Operations) -> list[Object]:
    """Return requests about the account. Signing out comes last, because it ends the sign-in of `id_token`, too."""
    me = answers(200) + has(is_active=True) + expects("holds credits", "(body.held_credits).to.be.at.least(0)")
    nobodys = refuses(400, "invalid_request", "/anonymous_token")
    body = {"anonymous_token": "of-nobody"}
    signed_out = answers(200) + has(status="signed_out")
    note = "With the ID token of an anonymous user, its generations become yours."
    return [
        operations.request("getMe", "Me", tests=me, query=_USER, shows="me"),
        operations.request(
            "claimAnonymous",
            "Claim with a token of nobody",
            tests=nobodys,
            query=_USER,
            body=body,
            for_people=True,
            note=note,
        ),
        operations.request(
            "signOutEverywhere",
            "Sign out everywhere",
            tests=signed_out,
            query=_USER,
            shows="signed_out",
            for_people=True,
            local_only=True,
        ),
    ]


def _spending(operations: Operations) -> list[Object]:
    by_key = answers(202) + has(status="queued", cost__held=1)
    return [
        operations.request(
            "createGeneration", "Create by key", tests=by_key, headers=_BY_KEY, body=_ORDER, for_people=True
        )
    ]


def _beyond(operations: Operations) -> list[Object]:
    return [
        operations.request(
            "createGeneration",
            "Create beyond the budget of a key",
            tests=refuses(402, "key_budget_exceeded") + has(required=1, available=0),
            headers=_BY_KEY,
            body=_ORDER,
            for_people=True,
        ),
        _refused(operations, "Balance by a key without the scope", "getBalance", _BY_KEY, 403, "permission_denied"),
    ]


def _rotated(operations: Operations) -> list[Object]:
    return [
        _refused(operations, "List by the secret before", "listGenerations", _BY_KEY, 401, "unauthenticated"),
        operations.request(
            "listGenerations", "List by the new secret", tests=answers(200), headers=_BY_ROTATED_KEY, for_people=True
        ),
    ]


def _refused(
    operations: Operations, name: str, operation: str, headers: dict[str, str], status: int, code: str
) -> Object:
    return operations.request(operation, name, tests=refuses(status, code), headers=headers, for_people=True)
