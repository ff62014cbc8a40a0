"""Credits that expire are given, held, given back and expired, through Hosting and on the real emulator."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from bootstrap import Darkroom
from e2e.client import FINAL, until, v1
from repositories.store.documents import Update

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]

USER = "emma_photo"
ORDER = {"model": "Model A", "style": "sketch", "color": "neon", "size": "512x512", "prompt": "A lighthouse at dusk"}


def give(credits_: int, **terms: Any) -> Any:
    made = v1(
        "POST",
        f"/admin/users/{USER}/adjustments",
        USER,
        json={"credits": credits_, "reason": "Spring", **terms},
        headers={"Idempotency-Key": str(uuid.uuid4())},
    )
    assert made.status == 201, made.body
    return made.body


def balance() -> Any:
    return v1("GET", "/balance", USER).body


def test_credits_that_expire_are_spent_first_and_then_expire(app: Darkroom) -> None:
    before = balance()["current_credits"]
    expires_at = (app.clock() + timedelta(hours=1)).replace(microsecond=0)
    assert give(9, expires_at=expires_at.isoformat())["current_credits"] == before + 9
    created = v1("POST", "/generations", USER, json=ORDER).body
    ended = until(lambda: v1("GET", f"/generations/{created['id']}", USER).body, lambda seen: seen["status"] in FINAL)
    charged = ended["cost"]["charged"]
    (grant,) = balance()["grants"]
    assert (grant["amount"], grant["held"], grant["remaining"]) == (9, 0, 9 - charged)

    found = app.users.read(USER)
    assert found is not None
    (name,) = found.value.balance.grants
    over = app.clock() - timedelta(seconds=1)
    app.documents.commit([Update(f"users/{USER}", {f"grants.{name}.expires_at": over, "grants_due_at": over})])
    assert balance()["current_credits"] == before
    assert app.expiries.run() == 1
    after = balance()
    assert (after["current_credits"], after["grants"]) == (before, [])
    assert (after["entries"][0]["type"], after["entries"][0]["credits"]) == ("expiry", 9 - charged)
    assert app.audits.of_user(USER).differences == ()
