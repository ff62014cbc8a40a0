"""Text that people typed keeps its own direction, and is counted in the same way as the API counts it. Options are
shown by their names.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from console.backstage import Backstage, order
from console.persons import Person
from console.scenery import LIGHTHOUSE

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]

HEBREW = "מגדלור בשעת בין ערביים"
OPTIONS = {"style": "oil_painting", "color": "vibrant", "size": "512x512"}


@pytest.fixture
def generation_id(user: Person, backstage: Backstage) -> str:
    generation_id = order(backstage, user.token, **LIGHTHOUSE | OPTIONS | {"prompt": HEBREW})
    backstage.succeed()
    return generation_id


def runs(text: Locator) -> str:
    """Return the direction in which it is written: `rtl` or `ltr`."""
    return str(text.evaluate("(element) => element.matches(':dir(rtl)') ? 'rtl' : 'ltr'"))


@pytest.mark.usefixtures("generation_id")
def test_a_prompt_runs_from_right_to_left_in_field_card_and_tile(
    page_of: Callable[[Person], Page], user: Person
) -> None:
    page = page_of(user)
    page.goto("/app/studio")
    field = page.get_by_label("What should be in the picture?")
    field.fill("A cake")
    assert runs(field) == "ltr"
    field.fill(HEBREW)
    assert runs(field) == "rtl"
    assert runs(page.get_by_role("heading", name=HEBREW)) == "rtl"
    page.goto("/app/gallery")
    assert runs(page.locator(".gallery-prompt")) == "rtl"


def test_so_do_the_heading_and_the_quotation_of_one_picture(
    page_of: Callable[[Person], Page], user: Person, generation_id: str
) -> None:
    page = page_of(user)
    page.goto(f"/app/gallery/{generation_id}")
    assert runs(page.get_by_role("heading", level=1, name=HEBREW)) == "rtl"
    assert runs(page.locator("blockquote")) == "rtl"
    expect(page.get_by_role("main")).to_contain_text("Oil Painting")
    expect(page.get_by_text("oil_painting")).to_have_count(0)


def test_admins_see_names_and_no_ids_of_options(
    page_of: Callable[[Person], Page], operator: Person, user: Person, generation_id: str
) -> None:
    page = page_of(operator)
    page.goto(f"/app/admin/generations?user_id={user.id}")
    row = page.get_by_role("row").filter(has_text=HEBREW)
    expect(row).to_contain_text("Model A, Oil Painting")
    assert runs(row.locator(".generations-prompt")) == "rtl"
    row.get_by_role("link", name=generation_id[:8]).click()
    facts = page.get_by_role("dialog")
    for name in ("Oil Painting", "Vibrant", "Image"):
        expect(facts).to_contain_text(name)
    expect(page.get_by_text("oil_painting")).to_have_count(0)


def test_a_filter_by_a_style_that_is_gone_is_shown_by_a_name(page_of: Callable[[Person], Page], user: Person) -> None:
    page = page_of(user)
    page.goto("/app/gallery?style=old_master")
    expect(page.get_by_label("Style")).to_contain_text("Old Master")


def test_a_name_of_a_key_may_have_as_many_characters_as_the_api_counts(
    page_of: Callable[[Person], Page], user: Person
) -> None:
    page = page_of(user)
    page.goto("/app/keys")
    page.get_by_role("button", name="Create a key").first.click()
    name = page.get_by_role("dialog").get_by_label("Name")
    name.fill("🎂" * 100)
    page.get_by_role("dialog").get_by_role("button", name="Create the key").click()
    expect(page.get_by_text("🎂" * 100).first).to_be_visible()
