"""The watch over the pages sees each kind of fault. Each is made on purpose on a page of the product."""

import re

import pytest
from playwright.sync_api import Page

from console import axe, browsing, keyboard
from console.browsing import Watch

pytestmark = pytest.mark.stack

FAULTS = {
    "an error on the console": ("console.error('broken')", "console: broken"),
    "an exception": ("queueMicrotask(() => { throw new Error('broken'); })", "error: .*broken"),
    "an answer that is a refusal": ("fetch('/v1/no-such-thing')", "console: .*404.*/v1/no-such-thing"),
    "a host that does not answer": ("fetch('http://127.0.0.1:9/')", "failed: GET http://127.0.0.1:9/|violates"),
    "another machine": ("new Image().src = 'https://example.com/a.png'", "left this machine: https://example.com"),
    "a script that the content policy refuses": (
        "document.body.append(Object.assign(document.createElement('script'), {src: 'data:text/javascript,1'}))",
        "violates the following Content Security Policy",
    ),
}


@pytest.mark.parametrize(("script", "seen"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_seen_until_it_is_announced(page: Page, watch: Watch, script: str, seen: str) -> None:
    page.goto("/")
    with page.expect_event("console", lambda message: message.text == "done"):
        page.evaluate(f"{{{script}}}; setTimeout(() => console.log('done'), 500); 0")
    assert [each for each in watch.faults() if re.search(seen, each)]
    watch.expect(".")
    assert watch.faults() == []


def test_a_page_in_order_has_no_faults(page: Page, watch: Watch) -> None:
    page.goto("/")
    browsing.ready(page)
    browsing.quiet(page)
    assert watch.faults() == []


def test_a_picture_without_words_and_pale_text_are_no_help(page: Page) -> None:
    page.set_content("<html lang=en><title>A</title><main><h1>A</h1><img src='data:,'><p style='color:#ddd'>pale</p>")
    found = "\n".join(axe.violations(page))
    assert "image-alt (critical)" in found
    assert "color-contrast (serious)" in found


def test_what_the_tab_key_misses_and_what_hides_the_focus_is_found(page: Page) -> None:
    page.set_content(
        "<style>#hidden:focus { outline: none }</style><a href='#'>one</a>"
        "<button id=hidden>two</button><button onfocus='this.blur()' id=missed>three</button><button>four</button>"
    )
    found = keyboard.faults(page)
    assert [each.partition(":")[0] for each in found] == ["does not show the focus", "not reached"]
    assert "two" in found[0]
    assert "three" in found[1]
