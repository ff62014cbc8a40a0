"""Every page is checked in both themes, on a phone and on a desktop: for people who cannot see it, and for people who
have no mouse.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from console import axe, browsing, keyboard, places
from console.browsing import DESKTOP, PHONE, THEMES, Watch
from console.places import Place
from console.scenery import Scenery
from tools.services import ROOT

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]

ROUTES = ROOT / "web/src/app/routes.ts"


@pytest.fixture
def traced() -> bool:
    return False


@pytest.fixture
def shown(new_context: Callable[..., BrowserContext], set_stage: Scenery, watch: Watch) -> Callable[[Place], Page]:
    def show(place: Place) -> Page:
        if place.complaint:
            watch.expect(place.complaint)
        page = new_context(storage_state=set_stage.state(place)).new_page()
        page.goto(set_stage.address(place))
        browsing.ready(page)
        return page

    return show


def each_place(test: Callable[..., None]) -> Callable[..., None]:
    marked: Callable[..., None] = pytest.mark.parametrize("place", places.ALL, ids=lambda place: place.name)(test)
    return marked


@each_place
def test_no_serious_fault_and_nothing_wider_than_a_phone(shown: Callable[[Place], Page], place: Place) -> None:
    page = shown(place)
    found: list[str] = []
    for width, height in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        for theme in THEMES:
            browsing.dressed(page, theme)
            found += [f"{width} px, {theme}: {each}" for each in axe.violations(page)]
        whole = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{width} px: the page is {whole} px wide"] if whole > width else []
    assert not found, "\n".join(found)


@each_place
def test_the_tab_key_leads_everywhere_and_shows_where_it_is(shown: Callable[[Place], Page], place: Place) -> None:
    assert keyboard.faults(shown(place)) == []


def test_every_page_of_the_console_is_looked_at() -> None:
    found = re.findall(r'\bpage\(\s*"(/app[^"]*)",\s*"(\w+)"', ROUTES.read_text(encoding="utf-8"))
    assert found
    assert set(found) == {(re.sub(r"{\w+}", ":id", place.path), place.visitor) for place in places.CONSOLE}
