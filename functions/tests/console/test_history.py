"""The first thing that somebody sees on the local stack is the demo's history, with its pictures."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bootstrap import Darkroom
from console import browsing, persons
from console.persons import Person
from providers.models.simulated.brush import painted
from tools import history_pictures, people

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]


@pytest.fixture(scope="module")
def arda(app: Darkroom) -> Person:
    people.settle(app)
    history_pictures.develop(app, list(history_pictures.missing(app, 8)), lambda jobs: map(painted, jobs))
    found = next(each for each in people.everybody() if each.id == "arda")
    return Person(found.id, found.email, "")


@pytest.fixture
def page(new_context: Callable[..., BrowserContext], arda: Person) -> Page:
    state = persons.signed_in(arda.email, people.everybody()[0].password)
    return new_context(storage_state=state).new_page()


def test_the_studio_of_a_newcomer_shows_pictures(page: Page) -> None:
    page.goto("/app/studio")
    browsing.ready(page)
    browsing.developed(page)
    expect(page.get_by_role("main").get_by_role("article").first.get_by_role("img")).to_be_visible()
    expect(page.get_by_text("There is no file")).to_have_count(0)


def test_so_does_the_beginning_of_the_gallery(page: Page) -> None:
    page.goto("/app/gallery")
    browsing.ready(page)
    browsing.developed(page)
    widths = page.locator(".gallery-frame img").evaluate_all("pictures => pictures.map((each) => each.naturalWidth)")
    assert len(widths) >= 8
    assert all(width > 0 for width in widths)
