"""The reference at /docs really sends requests, in the name of the person who is signed in to the console."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from console.browsing import READY_MS
from console.persons import Person

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]


def tried(page: Page, operation: str) -> Locator:
    """Send an operation without parameters from its form, and return the answer."""
    page.goto("/docs")
    place = page.locator(f"#operations-{operation}")
    place.locator(".opblock-summary-control").click()
    place.get_by_role("button", name="Execute").click()
    return place.locator(".live-responses-table")


def test_on_the_local_stack_a_request_works_at_once(page: Page) -> None:
    answer = tried(page, "Credits-getBalance")
    expect(page.get_by_role("status")).to_contain_text("requests are sent as arda")
    expect(answer).to_contain_text("200")
    expect(answer).to_contain_text("current_credits")


def test_who_is_signed_in_to_the_console_is_who_calls(page_of: Callable[[Person], Page], user: Person) -> None:
    page = page_of(user)
    page.goto("/docs")
    # The viewer shows the caller after it has drawn all operations, which takes long on a busy machine.
    expect(page.get_by_role("status")).to_contain_text(user.email, timeout=READY_MS)
    answer = tried(page, "Account-getMe")
    expect(answer).to_contain_text(user.email)


def test_an_operation_has_examples_to_copy(page: Page) -> None:
    page.goto("/docs")
    operation = page.locator("#operations-Generations-createGeneration")
    operation.locator(".opblock-summary-control").click()
    for language in ("curl", "Python", "JavaScript"):
        operation.get_by_text(language, exact=True).first.click()
        expect(operation.locator(".samples details[open] pre")).to_contain_text("/v1/generations")
