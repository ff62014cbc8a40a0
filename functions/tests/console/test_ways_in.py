"""A project can turn on sign-in with Google and Apple, and App Check, in console.json."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from console.browsing import Watch
from tools import services

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]

API = f"{services.HOSTING_URL}/v1/"
SLOW_MS = 30_000
STUDIO = re.compile("/app/studio$")


def turn_on(context: BrowserContext, **configuration: Any) -> None:
    body = json.dumps(configuration)
    context.route("**/console.json", lambda route: route.fulfill(body=body, content_type="application/json"))


def calls_of(page: Page) -> list[Request]:
    """Return a list of requests to the API, which grows as they are made."""
    made: list[Request] = []
    page.on("request", lambda request: made.append(request) if request.url.startswith(API) else None)
    return made


def proofs(calls: list[Request]) -> set[str | None]:
    return {call.headers.get("x-firebase-appcheck") for call in calls}


def test_nothing_is_turned_on_by_itself(page: Page) -> None:
    calls = calls_of(page)
    page.goto("/app/sign-in")
    expect(page.get_by_label("E-mail address")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Google|Apple"))).to_have_count(0)
    page.get_by_role("button", name="Try without an account").click()
    expect(page).to_have_url(STUDIO)
    assert calls
    assert proofs(calls) == {None}


@pytest.mark.parametrize("vendor", ["Google", "Apple"])
def test_who_has_an_account_of_a_vendor_signs_in_with_one_press(page: Page, vendor: str) -> None:
    turn_on(page.context, sign_in_with=["google", "apple"])
    page.goto("/app/sign-in")
    page.get_by_role("button", name=f"Continue with {vendor}").click()
    expect(page).to_have_url(STUDIO)
    page.goto("/app/account")
    expect(page.get_by_text(f"{vendor.lower()}@example.com")).to_be_visible()


def test_only_what_is_turned_on_is_offered(page: Page) -> None:
    turn_on(page.context, sign_in_with=["apple"])
    page.goto("/app/sign-in")
    expect(page.get_by_role("button", name="Continue with Apple")).to_be_visible()
    expect(page.get_by_role("button", name="Continue with Google")).to_have_count(0)


def test_who_tried_it_anonymously_comes_along_to_a_vendors_account(page: Page, watch: Watch) -> None:
    watch.expect("400.*accounts:signInWithIdp")  # that account may exist already
    turn_on(page.context, sign_in_with=["google"])
    page.goto("/app/sign-in")
    page.get_by_role("button", name="Try without an account").click()
    expect(page).to_have_url(STUDIO)
    page.goto("/app/sign-in?keep")
    page.get_by_role("button", name="Continue with Google").click()
    expect(page).to_have_url(STUDIO)
    page.goto("/app/account")
    expect(page.get_by_text("google@example.com")).to_be_visible()


@pytest.mark.parametrize("path", ["/app/sign-in", "/"])
def test_every_call_of_the_api_carries_the_proof_where_app_check_is_on(
    new_context: Callable[..., BrowserContext], path: str
) -> None:
    context = new_context()
    turn_on(context, app_check_site_key="6Lc-of-a-project")
    page = context.new_page()
    calls = calls_of(page)
    page.goto(path)
    if path == "/":
        page.get_by_role("button", name="Develop it").click()
        expect(page.locator("#status")).to_have_text(re.compile("^(Waiting|Developing)"), timeout=SLOW_MS)
    else:
        page.get_by_role("button", name="Try without an account").click()
        expect(page).to_have_url(STUDIO)
    assert calls
    assert proofs(calls) == {"local-stack-without-app-check"}
