"""The gallery shows small pictures in the list, so that a phone loads little, and the full picture when it is
opened.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, Response, Route, expect

from console import browsing
from console.backstage import Backstage, order
from console.persons import Person
from console.scenery import LIGHTHOUSE
from domain.generations.generation import Output
from repositories.store.documents import Update

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]

PROMPT = str(LIGHTHOUSE["prompt"])
FULL, SMALL = re.compile(r"/0\.png"), re.compile(r"/0-thumbnail\.webp")
BYTES_MAX = 100_000


@pytest.fixture
def generation_id(user: Person, backstage: Backstage) -> str:
    """Return the id of a picture that is larger than its thumbnail."""
    generation_id = order(backstage, user.token, **LIGHTHOUSE | {"size": "1024x1024"})
    backstage.succeed()
    return generation_id


@pytest.fixture
def page(page_of: Callable[[Person], Page], user: Person) -> Page:
    return page_of(user)


def loaded(page: Page) -> list[Response]:
    """Return a list that grows as pictures arrive."""
    found: list[Response] = []
    page.on("response", lambda answer: found.append(answer) if answer.request.resource_type == "image" else None)
    return found


def stored(backstage: Backstage, generation_id: str) -> Output:
    found = backstage.app.generations.get(generation_id)
    assert found is not None
    return found.value.outputs[0]


@pytest.mark.usefixtures("generation_id")
def test_the_list_loads_thumbnails_and_no_full_picture(page: Page) -> None:
    pictures = loaded(page)
    page.goto("/app/gallery")
    expect(page.get_by_alt_text(PROMPT)).to_have_js_property("naturalWidth", 640)
    browsing.quiet(page)
    assert pictures
    assert [answer.url for answer in pictures if not SMALL.search(answer.url)] == []
    assert max(len(answer.body()) for answer in pictures) < BYTES_MAX


@pytest.mark.usefixtures("generation_id")
def test_so_does_the_studio(page: Page) -> None:
    page.goto("/app/studio")
    expect(page.get_by_role("img", name=PROMPT)).to_have_js_property("naturalWidth", 640)


@pytest.mark.usefixtures("generation_id")
def test_who_opens_one_sees_the_full_picture(page: Page) -> None:
    page.goto("/app/gallery")
    page.get_by_role("main").get_by_role("link").filter(has_text=PROMPT).click()
    picture = page.get_by_role("img", name=PROMPT)
    expect(picture).to_have_attribute("src", FULL)
    expect(picture).to_have_js_property("naturalWidth", 1024)


def test_a_thumbnail_that_is_gone_is_replaced_by_the_full_picture(
    page: Page, generation_id: str, backstage: Backstage, watch: browsing.Watch
) -> None:
    watch.expect("404.*-thumbnail")
    backstage.app.outputs.delete(str(stored(backstage, generation_id).preview_path))
    page.goto("/app/gallery")
    expect(page.get_by_alt_text(PROMPT)).to_have_js_property("naturalWidth", 1024)


def test_a_link_that_has_died_is_tried_again_with_a_new_one(
    page: Page, generation_id: str, watch: browsing.Watch
) -> None:
    """No link works before the new links are there, and it is still the thumbnail that is wanted."""
    watch.expect("403")
    asked: list[str] = []

    def answer(route: Route) -> None:
        route.fallback() if asked else route.fulfill(status=403)

    def noted(request: Request) -> None:
        if request.url.endswith(f"/v1/generations/{generation_id}"):
            asked.append(request.url)

    page.on("requestfinished", noted)
    page.route(SMALL, answer)
    page.goto("/app/gallery")
    expect(page.get_by_alt_text(PROMPT)).to_have_js_property("naturalWidth", 640)
    assert len(asked) == 1


def test_what_is_older_than_thumbnails_is_shown_all_the_same(
    page: Page, generation_id: str, backstage: Backstage
) -> None:
    output = stored(backstage, generation_id)
    names = ("path", "content_type", "width", "height", "bytes")
    older = {name: getattr(output, name) for name in names}
    backstage.app.documents.commit([Update(f"generation_requests/{generation_id}", {"outputs": [older]})])
    page.goto("/app/gallery")
    expect(page.get_by_alt_text(PROMPT)).to_have_js_property("naturalWidth", 1024)
