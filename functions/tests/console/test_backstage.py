"""A browser sees the end that a test decides backstage, and the books agree."""

from typing import Any

import pytest
from playwright.sync_api import Page

from console.backstage import Backstage
from console.persons import Person
from console.scenery import LIGHTHOUSE

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]

POST = """([token, body]) => fetch("/v1/generations", {
  method: "POST",
  headers: { "Authorization": `Bearer ${token}`, "Content-Type": "application/json" },
  body: JSON.stringify(body),
}).then(async (answer) => [answer.status, await answer.json()])"""


def ordered(page: Page, user: Person, backstage: Backstage, **changes: Any) -> tuple[int, Any]:
    backstage.takes_orders_of(page.context)
    page.goto("/")
    status, body = page.evaluate(POST, [user.token, LIGHTHOUSE | changes])
    return status, body


def seen(user: Person, generation_id: str) -> Any:
    """Return the generation from the stack's own API."""
    return user.call("GET", f"/generations/{generation_id}").body


def test_an_order_waits_is_worked_on_and_comes_out(page: Page, user: Person, backstage: Backstage) -> None:
    status, order = ordered(page, user, backstage)
    assert (status, order["status"]) == (202, "queued")
    assert seen(user, order["id"])["status"] == "queued"
    with backstage.working():
        backstage.wait_until_begun()
        assert seen(user, order["id"])["status"] == "processing"
    done = seen(user, order["id"])
    assert (done["status"], done["cost"]["charged"]) == ("completed", 1)
    assert user.call("GET", "/balance").body["current_credits"] == 9


def test_an_order_fails_and_is_refunded(page: Page, user: Person, backstage: Backstage) -> None:
    _, order = ordered(page, user, backstage, model="Model R")
    backstage.fail()
    failed = seen(user, order["id"])
    assert (failed["status"], failed["error"]["code"]) == ("failed", "content_filter")
    assert user.call("GET", "/balance").body["current_credits"] == 10


def test_what_waits_can_be_cancelled(page: Page, user: Person, backstage: Backstage) -> None:
    _, order = ordered(page, user, backstage)
    assert user.call("POST", f"/generations/{order['id']}/cancel").body["status"] == "cancelled"
    backstage.succeed()
    assert seen(user, order["id"])["status"] == "cancelled"
    assert user.call("GET", "/balance").body["current_credits"] == 10
