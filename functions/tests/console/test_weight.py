"""A first visit may load only so much of scripts. They are compressed as well as a server could do it."""

import gzip
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Response

from console import browsing
from console.persons import Person

pytestmark = pytest.mark.stack

# This is in bytes.
BUDGET = 200 * 1024


def scripts_of_first_load(page: Page, path: str) -> dict[str, int]:
    """Return the compressed size of each script in bytes, by address."""
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer) if is_script(answer) else None)
    page.goto(path)
    browsing.ready(page)
    browsing.quiet(page)
    return {answer.url: len(gzip.compress(answer.body(), 9)) for answer in answers}


def is_script(answer: Response) -> bool:
    return answer.request.resource_type == "script" or "javascript" in answer.headers.get("content-type", "")


def told(scripts: dict[str, int]) -> str:
    lines = [f"{size / 1024:8.1f} KB  {url}" for url, size in sorted(scripts.items(), key=lambda each: -each[1])]
    return "\n".join([f"{sum(scripts.values()) / 1024:8.1f} KB of script, compressed", *lines])


@pytest.mark.parametrize("path", ["/", "/app/sign-in", "/app", "/docs/guide", "/docs/problems"])
def test_a_first_visit_is_light(page: Page, path: str) -> None:
    scripts = scripts_of_first_load(page, path)
    assert sum(scripts.values()) < BUDGET, told(scripts)
    if path.startswith("/app"):
        assert scripts


def test_the_studio_is_light(page_of: Callable[[Person], Page], user: Person) -> None:
    scripts = scripts_of_first_load(page_of(user), "/app/studio")
    assert 0 < sum(scripts.values()) < BUDGET, told(scripts)


def test_the_references_viewer_may_be_heavy(page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    scripts = scripts_of_first_load(page, "/docs")
    with capsys.disabled():
        sys.stdout.write(f"\n/docs: {told(scripts)}\n")
    assert scripts
