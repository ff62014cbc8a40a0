"""Every refusal leads to a page: each code has one, no page is about a code that does not exist, and `type` is the
page's address.
"""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
import requests

from e2e.client import FUNCTIONS, HOSTING, download, v1
from reference.test_samples import DOCUMENT
from tools import services
from tools.reference.problem_pages import problems

PAGES = services.ROOT / "docs/problems"
LISTED: list[dict[str, Any]] = json.loads((PAGES / "problems.json").read_text(encoding="utf-8"))
ORDER = {"model": "Model A", "style": "sketch", "color": "neon", "size": "512x512", "prompt": "A pear"}
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def codes_in(value: Any) -> set[str]:
    """Return the codes of all problems inside an example or a document."""
    if isinstance(value, list):
        return set().union(*map(codes_in, value))
    if not isinstance(value, dict):
        return set()
    own = {value["code"]} if isinstance(value.get("code"), str) and "charged" in value else set()
    return own.union(*map(codes_in, value.values()))


def pages() -> set[str]:
    return {page.stem for page in PAGES.glob("*.md")} - {"README"}


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert pages() == {each["code"] for each in problems()}


def test_every_code_that_the_reference_shows_is_among_them() -> None:
    shown = codes_in(DOCUMENT)
    assert len(shown) > 20
    assert shown <= pages()


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_a_page_says_what_to_do(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert page.stem == "README" or "**What to do.**" in text
    assert all(len(line) <= 130 for line in text.splitlines() if not line.startswith(("|", "  -d")))


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_a_page_links_only_to_what_the_site_serves(page: Path) -> None:
    """The build of the site fails at any other link, and every `make` fails with it."""
    links = set(re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")))
    assert links <= {"../openapi.json", "../guide.md", *(f"{code}.md" for code in pages())}


@pytest.mark.stack
@pytest.mark.parametrize("problem", LISTED, ids=lambda problem: problem["code"])
def test_each_page_is_served_with_the_title_that_the_code_has(problem: dict[str, Any]) -> None:
    page = download(f"{HOSTING}/docs/problems/{problem['code']}")
    assert (page.status_code, page.headers["Content-Type"].partition(";")[0]) == (200, "text/html")
    assert f"<h1>{html.escape(problem['title'])}</h1>" in page.text
    assert f"<dd>{problem['status']}</dd>" in page.text


REFUSED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "invalid_request": ("GET", "/generations?colour=red", {}),
    "malformed_json": ("POST", "/generations", {"data": "{", "headers": {"Content-Type": "application/json"}}),
    "unsupported_media_type": ("POST", "/generations", {"data": "prompt=pear"}),
    "payload_too_large": ("POST", "/generations", {"json": {**ORDER, "prompt": "x" * 70_000}}),
    "generation_not_found": ("GET", f"/generations/{UNKNOWN}", {}),
    "key_not_found": ("GET", f"/keys/{UNKNOWN[:12]}", {}),
    "user_not_found": ("GET", "/admin/users/nobody-at-all", {}),
    "route_not_found": ("GET", "/pictures", {}),
    "method_not_allowed": ("DELETE", "/generations", {}),
    "unauthenticated": ("GET", "/me", {"headers": {"Authorization": "Bearer forged"}}),
    "not_oneself": ("POST", "/admin/users/arda/deactivate", {"json": {"reason": "To see what is said"}}),
    "not_supported": ("POST", "/admin/queue/pause", {"json": {"reason": "To see what is said"}}),
}


@pytest.mark.stack
@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("code", REFUSED)
def test_the_type_of_a_real_refusal_is_the_address_of_its_page(code: str) -> None:
    method, path, request = REFUSED[code]
    problem = v1(method, path, "arda", **request).body
    assert problem["code"] == code
    page = download(problem["type"])
    assert page.status_code == 200
    assert f"<h1>{html.escape(problem['title'])}</h1>" in page.text


@pytest.mark.stack
def test_who_calls_the_function_itself_is_led_there_too() -> None:
    session = requests.Session()
    session.trust_env = False
    problem = session.get(f"{FUNCTIONS}/api/v1/pictures", timeout=60).json()
    assert download(problem["type"]).status_code == 200
