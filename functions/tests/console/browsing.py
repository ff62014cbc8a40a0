"""A browser, and what a page that it shows must never do unless a test says so beforehand."""

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

PHONE, DESKTOP = (390, 844), (1440, 900)
"""Width and height, in CSS pixels."""

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
HOSTS = {services.HOST, "localhost"}

READY_MS = 15_000
QUIET_MS = 5_000


class NoBrowser(Exception):
    """This machine has none; the message says what to do."""


@contextmanager
def browser() -> Iterator[Browser]:
    """Raises NoBrowser."""
    executable = toolchain.chromium()
    if executable is None:
        raise NoBrowser(toolchain.NO_CHROMIUM)
    with sync_playwright() as playwright:
        # As root Chromium has no sandbox, and what is shown here is ours.
        shown = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield shown
        shown.close()


def context_of(shown: Browser, theme: Theme = "light", size: tuple[int, int] = DESKTOP, **more: Any) -> BrowserContext:
    """As somebody's fresh profile; without movement, so that no look catches a colour on its way to another."""
    width, height = size
    usual: dict[str, Any] = {"locale": "en", "base_url": services.HOSTING_URL, "reduced_motion": "reduce"}
    view: Any = {"width": width, "height": height}
    context = shown.new_context(viewport=view, color_scheme=theme, **{**usual, **more})
    if has_a_moved_clock():
        context.clock.set_system_time(stack_clock.now())
    return context


def has_a_moved_clock() -> bool:
    """Say whether pages are to have the stack's clock, which Playwright gives them by a script in every frame."""
    return bool(os.environ.get("CLOCK_OFFSET_SECONDS"))


@dataclass
class Watch:
    """What goes wrong in a context: errors on the console (a broken content policy is one), requests that fail or leave
    this machine.

    A browser also writes each answer from 400 on to the console; a test that provokes one announces it.
    """

    seen: list[str] = field(default_factory=list)
    announced: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._leaving)
        context.on("requestfailed", self._failed)

    def expect(self, *patterns: str) -> None:
        """What these regular expressions find is no fault in this test."""
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
        # Whoever leaves a page breaks off what it was still asking for.
        if request.failure != "net::ERR_ABORTED":
            self.seen.append(f"failed: {request.method} {request.url}: {request.failure}")


def ready(page: Page) -> None:
    """Waits until a page has its heading and nothing on it says that it is still loading."""
    page.locator("h1").first.wait_for(timeout=READY_MS)
    # Not wait_for_function, which evaluates text in the page, and the content policy is right to refuse that.
    expect(page.locator("main :is([aria-busy=true], .skeleton)")).to_have_count(0, timeout=READY_MS)
    page.evaluate("document.fonts.ready.then(() => true)")


def dressed(page: Page, theme: Theme) -> None:
    """Changes the theme, and waits until every colour has arrived: some take their time."""
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
    """Waits until every picture is there, also those below the fold, and those that could not be had are given up."""
    page.evaluate("""async () => {
      const pictures = [...document.images];
      for (const picture of pictures) picture.loading = "eager";
      await Promise.allSettled(pictures.map((picture) => picture.decode()));
    }""")


def quiet(page: Page) -> None:
    """Waits until a page asks for nothing more. A listener of Firestore asks for ever; then, for as long as it may."""
    with suppress(TookTooLong):
        page.wait_for_load_state("networkidle", timeout=QUIET_MS)
