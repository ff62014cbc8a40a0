"""The queue page shows each queue, and what a sweep found. The API's answers are made up here."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from console.persons import Person

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]

NOT_TOLD = {"oldest_at": None, "purged_at": None, "max_attempts": None}
LIMITS_NOT_TOLD = {"max_concurrent_dispatches": None, "max_dispatches_per_second": None}
FOUND = ("resent", "dispatched_again", "failed", "settled_meanwhile", "unavailable", "unreadable", "disputed")


def queue(**fields: Any) -> dict[str, Any]:
    return {**NOT_TOLD, **LIMITS_NOT_TOLD, **fields}


@pytest.fixture
def page(page_of: Callable[[Person], Page], operator: Person) -> Page:
    return page_of(operator)


def test_each_queue_is_told_by_its_name(page: Page) -> None:
    parts = [queue(name="first", state="running", depth=3), queue(name="second", state="paused", depth=None)]
    together = queue(state="unknown", depth=None, queued=0, processing=0, queues=parts)
    page.route("**/v1/admin/queue", lambda route: route.fulfill(json=together))
    page.goto("/app/admin/queue")
    expect(page.get_by_role("main")).to_contain_text("The queues are not all in the same state.")
    expect(page.get_by_role("main")).to_contain_text("firstRunning; about 3 tasks wait")
    expect(page.get_by_role("main")).to_contain_text("secondPaused; how many tasks wait is not told")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"unreadable": 2}, "2 cannot be read; the server\N{RIGHT SINGLE QUOTATION MARK}s log names them"),
        ({"disputed": 1, "resent": 1}, "1 cannot be settled, for the ledger has an entry of theirs already"),
        ({}, "Nothing was overdue."),
    ],
)
def test_a_sweep_tells_what_became_of_everything_that_was_overdue(
    page: Page, found: dict[str, int], words: str
) -> None:
    answer = {**dict.fromkeys(FOUND, 0), **found}
    page.route("**/v1/admin/sweep", lambda route: route.fulfill(json=answer))
    page.goto("/app/admin/queue")
    page.get_by_role("button", name="Sweep now").click()
    told = page.get_by_role("status").filter(has_text=words)
    expect(told).to_be_visible()
    if found:
        expect(told).to_contain_text(f"{sum(found.values())} generation")
