"""A browser without a network interface says `navigator.onLine === false`, although its own machine can answer it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from console import browsing, forms, places
from console.backstage import Backstage
from console.browsing import Watch
from console.persons import Person
from console.places import Visitor
from console.scenery import Scenery
from e2e.tokens import new_email

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]

NO_NETWORK = "Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false })"
NO_CONNECTION = re.compile("There is no connection|The connection is lost|There is no answer from the server")
PLACES = [place for place in places.ALL if place.complaint is None]
GONE = "dispatchEvent(new Event('offline'))"


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    return without_a_network(new_context())


def without_a_network(context: BrowserContext) -> BrowserContext:
    context.add_init_script(NO_NETWORK)
    return context


def assert_no_lost_connection(page: Page) -> None:
    browsing.ready(page)
    assert page.evaluate("navigator.onLine") is False
    expect(page.get_by_text(NO_CONNECTION)).to_have_count(0)


@pytest.mark.parametrize("visitor", Visitor)
def test_no_page_speaks_of_a_lost_connection(
    new_context: Callable[..., BrowserContext], set_stage: Scenery, visitor: Visitor
) -> None:
    theirs = [place for place in PLACES if place.visitor is visitor]
    page = without_a_network(new_context(storage_state=set_stage.state(theirs[0]))).new_page()
    for place in theirs:
        page.goto(set_stage.address(place))
        assert_no_lost_connection(page)


def test_a_first_picture_a_new_account_and_an_order(page: Page, backstage: Backstage) -> None:
    backstage.takes_orders_of(page.context)
    page.goto("/")
    page.get_by_role("button", name="Develop it").click()
    expect(page.locator("#status")).to_have_text(re.compile("^Waiting"))
    backstage.succeed()
    page.get_by_role("link", name="Keep it").click()
    forms.fill_in(page, new_email(), button="Create account")
    expect(page).to_have_url(re.compile("/app/gallery/.+"))
    assert_no_lost_connection(page)
    page.get_by_role("link", name="Studio").click()
    page.get_by_label("What should be in the picture?").fill("A cake")
    page.get_by_role("button", name="Create picture").click()
    card = page.get_by_role("main").get_by_role("article").filter(has_text="A cake")
    expect(card).to_contain_text("In the queue")
    backstage.succeed()
    expect(card).to_contain_text("Done")
    assert_no_lost_connection(page)


def test_pages_still_ask_after_the_browser_lost_its_interface(page: Page, user: Person) -> None:
    forms.sign_in(page, user.email)
    browsing.ready(page)
    page.evaluate(GONE)
    page.get_by_role("link", name="Keys").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("API keys")
    assert_no_lost_connection(page)


def test_the_notice_comes_with_a_request_that_failed_and_goes_with_one_that_did_not(
    page: Page, user: Person, watch: Watch
) -> None:
    watch.expect("ERR_FAILED")
    forms.sign_in(page, user.email)
    browsing.ready(page)
    told = page.get_by_text("There is no connection.")
    refused = re.compile(r"/v1/keys|/__/firebase/init\.json")
    page.route(refused, lambda route: route.abort())
    page.get_by_role("link", name="Keys").click()
    expect(told).to_be_visible()
    page.unroute(refused)
    expect(told).to_have_count(0)


def test_a_console_that_could_not_start_starts_as_soon_as_somebody_answers(page: Page, watch: Watch) -> None:
    watch.expect("ERR_FAILED")
    first = re.compile(r"/__/firebase/init\.json")
    page.route(first, lambda route: route.abort(), times=1)
    page.goto("/app/sign-in")
    expect(page.get_by_label("E-mail address")).to_be_visible()
