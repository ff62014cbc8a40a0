"""The console stays usable when the connection is lost, when somebody clicks by mistake, when colours are taken away,
and when a report is printed.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Request, expect

from console import persons
from console.backstage import Backstage
from console.browsing import Watch
from console.persons import Person
from console.scenery import Scenery
from tools import services

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]

LOST = r"ERR_INTERNET_DISCONNECTED|ERR_FAILED|Could not reach Cloud Firestore"


def test_a_slip_of_the_finger_orders_one_picture(
    page_of: Callable[[Person], Page], user: Person, backstage: Backstage
) -> None:
    page = page_of(user)
    backstage.takes_orders_of(page.context)
    orders: list[Request] = []
    page.on("request", lambda request: orders.append(request) if _is_order(request) else None)
    page.goto("/app/studio")
    page.get_by_label("What should be in the picture?").fill("A cake")
    page.get_by_role("button", name="Create picture").dblclick()
    expect(page.get_by_role("banner")).to_contain_text("9 credits")
    expect(page.get_by_role("main").get_by_role("article")).to_have_count(1)
    assert len(orders) == 1


def test_who_is_offline_is_told_until_it_is_over(page_of: Callable[[Person], Page], user: Person, watch: Watch) -> None:
    watch.expect(LOST, "Unable to preload|dynamically imported module")
    page = page_of(user)
    page.goto("/app/account")
    told = page.get_by_text("There is no connection.")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("link", name="Usage").click()
    expect(told).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.context.set_offline(False)
    expect(told).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Usage")


def test_the_first_picture_survives_a_lost_connection(page: Page, backstage: Backstage, watch: Watch) -> None:
    watch.expect(LOST)
    backstage.takes_orders_of(page.context)
    page.goto("/")
    page.get_by_role("button", name="Develop it").click()
    status = page.locator("#status")
    expect(status).to_have_text(re.compile("^Waiting"))
    page.context.set_offline(True)
    expect(status).to_have_text(re.compile("^The connection is lost"))
    page.context.set_offline(False)
    backstage.succeed()
    expect(page.get_by_role("link", name="Keep it")).to_be_visible()


def test_a_first_picture_that_does_not_load_waits_in_the_gallery(
    page: Page, backstage: Backstage, watch: Watch
) -> None:
    watch.expect(LOST)
    backstage.takes_orders_of(page.context)
    page.route(f"{services.STORAGE_URL}/**", lambda route: route.abort())
    page.goto("/")
    page.get_by_role("button", name="Develop it").click()
    expect(page.locator("#status")).to_have_text(re.compile("^Waiting"))
    backstage.succeed()
    expect(page.get_by_role("link", name="Open the gallery")).to_have_attribute("href", re.compile("/app/gallery/.+"))
    expect(page.locator("#status")).to_contain_text("could not be loaded")


def test_what_is_chosen_shows_without_our_colours(new_context: Callable[..., BrowserContext], user: Person) -> None:
    context = new_context(forced_colors="active", storage_state=persons.signed_in(user.email))
    page = context.new_page()
    page.goto("/app/account")
    expect(page.get_by_role("radio").first).to_be_visible()
    widths = page.locator(".choice label").evaluate_all(
        """labels => labels.map((label) =>
          [label.control.checked, getComputedStyle(label.querySelector(".tile")).borderTopWidth])"""
    )
    assert {bool(chosen): width for chosen, width in widths} == {True: "3px", False: "1px"}


def test_a_dialog_begins_at_its_first_field(page_of: Callable[[Person], Page], operator: Person, user: Person) -> None:
    page = page_of(operator)
    page.goto(f"/app/admin/users/{user.id}")
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("dialog").get_by_label("Reason")).to_be_focused()


def test_a_report_takes_as_much_paper_as_it_needs(page_of: Callable[[Person], Page], set_stage: Scenery) -> None:
    page = page_of(set_stage.operator)
    page.goto(f"/app/admin/reports/{set_stage.report}")
    frame = page.locator("iframe")
    expect(frame.content_frame.get_by_role("heading").first).to_be_visible()
    on_screen = _height(frame)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    on_paper = _height(frame)
    page.emulate_media(media="print")
    needed = frame.evaluate("(frame) => frame.contentDocument.documentElement.getBoundingClientRect().height")
    assert needed <= on_paper <= 1.02 * needed  # on the screen it has a border, and so a little less room
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert _height(frame) == on_screen


def _height(frame: Locator) -> float:
    """Return the height that the page gave to the frame, in CSS pixels."""
    return float(frame.evaluate("(frame) => parseFloat(frame.style.blockSize)"))


def _is_order(request: Request) -> bool:
    return request.method == "POST" and request.url.endswith("/v1/generations")
