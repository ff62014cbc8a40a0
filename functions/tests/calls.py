"""A call of each route that is in order: whoever tests all routes, or documents them, spoils or plays these."""

from typing import Any

ANONYMOUS_TOKEN = "passer-by-token"
PASSER_BY = "passer-by"

_REASON = {"reason": "Chargeback under review"}
_STYLE = {"display_name": "Woodcut", "description": "Cut in wood, printed in black", "sort_order": 7}
_SIZE = {"width": 1024, "height": 576, "aspect_ratio": "16:9", "credit_cost": 2}

BODIES: dict[str, dict[str, Any]] = {
    "adminActivateUser": {"reason": "Review is over"},
    "adminAdjustBalance": {"credits": 25, "reason": "Apology for last week"},
    "adminAudit": {"user_id": "mallory"},
    "adminCreateUser": {"external_user_id": "customer-42"},
    "adminDeactivateUser": _REASON,
    "adminPauseQueue": {"reason": "The vendor is down"},
    "adminPurgeQueue": {"reason": "Tasks of the load test"},
    "adminPutColor": {**_STYLE, "display_name": "Ink", "hex_examples": ["#101820", "#FEE715"], "is_active": True},
    "adminPutSize": {**_STYLE, "display_name": "Wide", "description": "For headers", **_SIZE},
    "adminPutStyle": _STYLE,
    "adminResumeQueue": {"reason": "The vendor is back"},
    "claimAnonymous": {"anonymous_token": ANONYMOUS_TOKEN},
    "createGeneration": {
        "model": "Model A",
        "style": "watercolor",
        "color": "pastel",
        "size": "1024x1024",
        "prompt": "A lighthouse at dusk",
    },
    "createKey": {
        "name": "Nightly batch",
        "scopes": ["generations:write", "generations:read"],
        "expires_at": "2026-06-01T00:00:00Z",
        "budget": {"per_day": 10, "per_month": None},
    },
    "receiveProviderCallback": {
        "generation_id": "3f1c0f5e-7c39-4f0e-9a53-0f5c2d9b8a10",
        "provider_job": "sim-1-5-0",
    },
    "rotateKey": {"overlap_seconds": 3600},
    "runReport": {"as_of": "2026-03-02T20:25:00Z", "dry_run": False},
    "updateKey": {"name": "Weekly batch", "budget": {"per_day": 7}},
}
"""For each route that takes a body."""

HEADERS: dict[str, dict[str, str]] = {"adminAdjustBalance": {"Idempotency-Key": "ticket-4711"}}
"""What a route cannot be called without."""

READER = {"token": "YW5uQGV4YW1wbGUuY29t.uGrUw4W9jv3TzPzIhVLeiuuaE2VBUQYH2JJ0Hqvz3Yo"}
"""Of ann@example.com's, with the pepper of the tests."""

QUERIES: dict[str, dict[str, str]] = {
    "adminRevokeKey": {"reason": "Found in a public repository"},
    "adminDeleteUser": {"reason": "Asked for by the user"},
    "askToUnsubscribe": READER,
    "unsubscribe": READER,
}
"""The same, of parameters."""


OUTPUT = "/outputs/{number}"
"""How the address of an output ends."""


KEY_OF_USER = "{key}"
"""What stands for a key in an operator's address, behind its user."""


def places(world: Any, user_id: str) -> dict[str, str]:
    """What the `{id}` in an address leads to, by the address up to there. The user gets a generation and a key.

    In open mode, where everybody may have a report made.
    """
    key, another = (
        world.api("POST", "/v1/keys", owner, json=BODIES["createKey"]).body for owner in (user_id, "mallory")
    )
    done, generation_id = (
        str(world.api("POST", "/v1/generations", user_id, json=BODIES["createGeneration"]).body["id"]) for _ in range(2)
    )
    world.queue.waiting.popleft()
    world.deliver(done)
    return {
        OUTPUT: done,
        "/v1/generations/": generation_id,
        "/v1/keys/": key["id"],
        "/v1/admin/users/": "mallory",
        KEY_OF_USER: another["id"],
        "/v1/admin/generations/": generation_id,
        "/v1/admin/catalog/styles/": "realistic",
        "/v1/admin/catalog/colors/": "vibrant",
        "/v1/admin/catalog/sizes/": "512x512",
        "/v1/reports/": str(world.api("POST", "/v1/reports", user_id, json={}).body["id"]),
    }


def path_of(template: str, places: dict[str, str]) -> str:
    """An address of something that there is; an output is the first one of what has completed."""
    before, found, after = template.partition("{id}")
    if after == OUTPUT:
        return before + places[OUTPUT] + "/outputs/0"
    return before + places[before] + after.replace(KEY_OF_USER, places.get(KEY_OF_USER, "")) if found else before
