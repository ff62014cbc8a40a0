"""A test has a browser, and a watch over its pages. A page must never cause an error unless the test announces it."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    WebError,
    expect,
    sync_playwright,
)
from playwright.sync_api import TimeoutError as TookTooLong

from tools import services, stack_clock, toolchain

# These are width and height, in CSS pixels.
PHONE, DESKTOP = (390, 844), (1440, 900)

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
HOSTS = {services.HOST, "localhost"}

READY_MS = 15_000
QUIET_MS = 5_000


class NoBrowser(Exception):
    """This machine has no browser. The message says what to do."""


@contextmanager
def browser() -> Iterator[Browser]:
    """Start a browser. Raises NoBrowser."""
    executable = toolchain.chromium()
    if executable is None:
        raise NoBrowser(toolchain.NO_CHROMIUM)
    with sync_playwright() as playwright:
        # Chromium has no sandbox when it runs as root. All pages shown here are our own.
        shown = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield shown
        shown.close()


def context_of(shown: Browser, theme: Theme = "light", size: tuple[int, int] = DESKTOP, **more: Any) -> BrowserContext:
    """Return a fresh profile. Nothing moves in it, because otherwise a test could see a colour while it changes."""
    width, height = size
    usual: dict[str, Any] = {"locale": "en", "base_url": services.HOSTING_URL, "reduced_motion": "reduce"}
    view: Any = {"width": width, "height": height}
    context = shown.new_context(viewport=view, color_scheme=theme, **{**usual, **more})
    if has_a_moved_clock():
        context.clock.set_system_time(stack_clock.now())
    return context


def has_a_moved_clock() -> bool:
    """Say whether pages need the stack's clock, which Playwright gives them by a script in every frame."""
    return bool(os.environ.get("CLOCK_OFFSET_SECONDS"))


@dataclass
class Watch:
    """Records what goes wrong in a context: errors on the console (such as a violation of the content policy), requests
    that fail, and requests that leave this machine.

    A browser also writes each answer with a status from 400 on to the console. A test that causes one announces it.
    """

    seen: list[str] = field(default_factory=list)
    announced: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._leaving)
        context.on("requestfailed", self._failed)

    def expect(self, *patterns: str) -> None:
        """Announce errors by regular expressions. In this test they are no faults."""
        self.announced.extend(patterns)

    def faults(self) -> list[str]:
        return [each for each in self.seen if not any(re.search(pattern, each) for pattern in self.announced)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.seen.append(f"console: {message.text} ({message.location['url']})")

    def _error(self, error: WebError) -> None:
        self.seen.append(f"error: {error.error}")

    def _leaving(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname not in HOSTS:
            self.seen.append(f"left this machine: {request.url}")

    def _failed(self, request: Request) -> None:
        # When somebody leaves a page, the browser breaks off its open requests.
        if request.failure != "net::ERR_ABORTED":
            self.seen.append(f"failed: {request.method} {request.url}: {request.failure}")


def ready(page: Page) -> None:
    """Wait until a page has its heading and nothing on it says that it is still loading."""
    page.locator("h1").first.wait_for(timeout=READY_MS)
    # wait_for_function cannot be used: it evaluates text in the page, and the content policy is right to refuse that.
    expect(page.locator("main :is([aria-busy=true], .skeleton)")).to_have_count(0, timeout=READY_MS)
    page.evaluate("document.fonts.ready.then(() => true)")


def dressed(page: Page, theme: Theme) -> None:
    """Change the theme, and wait until every colour has changed, because some take their time."""
    page.emulate_media(color_scheme=theme)
    page.evaluate("""async () => {
      const frame = () => new Promise(requestAnimationFrame);
      await frame();
      await frame();
      const running = () =>
        document.getAnimations().filter((each) => each.effect.getComputedTiming().endTime !== Infinity);
      // What inherits a colour that takes its time may begin only when that has arrived.
      for (let tries = 0; running().length > 0 && tries < 20; tries += 1) {
        await Promise.allSettled(running().map((each) => each.finished));
        await frame();
      }
    }""")


def developed(page: Page) -> None:
    """Wait until every picture is loaded, also those below the fold, and until those that cannot be loaded are given
    up.
    """
    page.evaluate("""async () => {
      const pictures = [...document.images];
      for (const picture of pictures) picture.loading = "eager";
      await Promise.allSettled(pictures.map((picture) => picture.decode()));
    }""")


def quiet(page: Page) -> None:
    """Wait until a page makes no more requests. A listener of Firestore never ends, so then wait for the longest
    allowed time.
    """
    with suppress(TookTooLong):
        page.wait_for_load_state("networkidle", timeout=QUIET_MS)
