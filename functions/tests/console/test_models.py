"""The studio's form is made from the schema of the chosen model, also of one that came as a document just now."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from bootstrap import Darkroom
from console import axe
from console.backstage import Backstage
from console.browsing import Watch
from console.persons import Person
from repositories.store.documents import Create, Delete

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]

PATH = "models/Poster"
POSTER = {
    "kind": "text_to_image",
    "provider": "simulated",
    "provider_model": "tabletops",
    "description": "Prints posters",
    "parameters": {
        "type": "object",
        "properties": {
            "style": {"type": "string", "x-catalog": "styles", "default": "sketch"},
            "color": {"type": "string", "x-catalog": "colors", "default": "monochrome"},
            "size": {"type": "string", "x-catalog": "sizes"},
            "resolution": {"type": "string", "enum": ["draft", "print"], "default": "draft", "title": "Quality"},
            "num_images": {"type": "integer", "minimum": 1, "maximum": 4, "default": 1},
            "paper": {"type": "string", "enum": ["a", "b", "c", "d", "e", "f", "g"], "description": "What it is on."},
            "frame": {"type": "boolean", "title": "With a frame"},
            "initials": {"type": "string", "pattern": "^[A-Z]{2}$", "title": "Initials"},
        },
        "required": ["size"],
        "additionalProperties": False,
    },
    "prompt_max": 80,
    "price_rules": [
        {"id": "draft", "credits": 1, "conditions": {"resolution": "draft"}, "unit": "output", "version": 1},
        {"id": "print", "credits": 3, "conditions": {"resolution": "print"}, "unit": "output", "version": 1},
    ],
    "sort_order": 9,
}


@pytest.fixture
def poster(app: Darkroom) -> Iterator[None]:
    app.documents.commit([Create(PATH, POSTER)])
    yield
    app.documents.commit([Delete(PATH)])


@pytest.fixture
def studio(poster: None, page_of: Callable[[Person], Page], user: Person, backstage: Backstage) -> Page:
    """The user's, with the poster's form filled in."""
    page = page_of(user)
    backstage.takes_orders_of(page.context)
    backstage.shows_models_to(page.context)
    page.goto("/app/studio")
    form = page.get_by_role("form", name="New picture")
    form.get_by_role("group", name="Style").get_by_label("Anime").check()
    form.get_by_role("group", name="Model").get_by_label("Poster").check()
    form.get_by_label("What should be in the picture?").fill("A crane in the reeds")
    return page


def test_a_picture_is_ordered_from_a_model_with_its_own_parameters(
    studio: Page, backstage: Backstage, user: Person
) -> None:
    form = studio.get_by_role("form", name="New picture")
    expect(form).to_contain_text("Prints posters")
    expect(form).to_contain_text("20 of 80 characters")
    expect(form.get_by_role("group", name="Style").get_by_label("Anime")).to_be_checked()
    expect(form.get_by_role("status")).to_have_text("Costs 1 credit; you will have 9 left.")

    form.get_by_role("group", name="Quality").get_by_label("Print").check()
    form.get_by_label("Number of pictures").fill("2")
    form.get_by_label("Paper").select_option("b")
    form.get_by_role("switch", name="With a frame").check()
    expect(form.get_by_role("status")).to_have_text("Costs 6 credits; you will have 4 left.")
    form.get_by_role("button", name="Create picture").click()
    expect(studio.get_by_role("main").get_by_role("article", name="A crane in the reeds")).to_contain_text("Waiting")

    (made,) = user.call("GET", "/generations").body["data"]
    own = {"resolution": "print", "num_images": 2, "paper": "b", "frame": True}
    options = {"style": "anime", "color": "vibrant", "size": "512x512"}
    assert made["model"] == "Poster"
    assert made["params"] == {"seed": None, **options, **own}
    assert made["cost"]["price"] == 6
    backstage.succeed()
    card = studio.get_by_role("main").get_by_role("article", name="A crane in the reeds")
    expect(card).to_contain_text("Done")
    card.get_by_role("link", name="Open in gallery").click()
    for words in ("Number of pictures", "Frame", "Paper"):
        expect(studio.get_by_role("term").filter(has_text=words)).to_be_visible()


def test_what_is_wrong_with_a_parameter_stands_at_its_field(studio: Page, watch: Watch) -> None:
    form = studio.get_by_role("form", name="New picture")
    create = form.get_by_role("button", name="Create picture")
    number, initials = form.get_by_label("Number of pictures"), form.get_by_label("Initials")
    number.fill("9")
    create.click()
    expect(number).to_be_focused()
    axe.assert_accessible(studio)
    expect(number).to_have_accessible_description(re.compile(r"^A whole number from 1 to 4\.$"))

    watch.expect(r"400 \(Bad Request\).*/v1/generations")
    number.fill("1")
    initials.fill("x")
    create.click()  # only the API knows the pattern
    expect(initials).to_be_focused()
    expect(initials).to_have_accessible_description(re.compile("x"))
    expect(studio.get_by_role("main").get_by_role("article")).to_have_count(0)

    form.get_by_role("group", name="Model").get_by_label("Model B").check()
    expect(initials).to_have_count(0)
    create.click()
    expect(studio.get_by_role("main").get_by_role("article")).to_have_count(1)
