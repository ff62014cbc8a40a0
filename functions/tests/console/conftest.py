"""All tests of this folder share one browser, and each has a fresh profile. When a test fails, pictures and a trace are
kept.
"""

import os
import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bootstrap import Darkroom
from console import browsing, persons, scenery
from console.backstage import Backstage
from console.browsing import DESKTOP, Theme, Watch
from console.persons import Person
from console.scenery import Scenery
from core.settings import Settings
from e2e.client import FUNCTIONS, curl
from tools.services import LOCAL

PROOF = LOCAL / "browser"
FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


# The browser belongs to the folder and not to the session. While Playwright runs, the thread has an event loop, which
# would disturb other tests.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    try:
        with browsing.browser() as shown:
            yield shown
    except browsing.NoBrowser as missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(missing))


@pytest.fixture(scope="session")
def seeded() -> None:
    assert curl("-X", "POST", f"{FUNCTIONS}/seed_database").status == 200


@pytest.fixture(scope="session")
def app() -> Darkroom:
    """Return the application beside the stack, on the stack's own data."""
    return Darkroom(Settings.from_environment(os.environ))


@pytest.fixture
def theme() -> Theme:
    """Return the usual theme. A test that needs another one parametrizes this."""
    return "light"


@pytest.fixture
def size() -> tuple[int, int]:
    """Return the usual size. A test that needs another one parametrizes this."""
    return DESKTOP


@pytest.fixture
def traced() -> bool:
    """Say whether a failed test leaves a trace of each step. With hundreds of steps, the trace would cost more than the
    steps.
    """
    return True


@pytest.fixture
def watch() -> Watch:
    """Record what the pages of this test do wrong. It fails the test, unless the test announces it by
    `watch.expect`.
    """
    return Watch()


@pytest.fixture
def new_context(
    chromium: Browser,
    theme: Theme,
    size: tuple[int, int],
    watch: Watch,
    request: pytest.FixtureRequest,
    *,
    traced: bool,
) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that makes profiles, one for each person of a test. It takes the options of Playwright's
    `new_context`.
    """
    made: list[BrowserContext] = []

    def new(**options: Any) -> BrowserContext:
        context = browsing.context_of(chromium, theme, size, **options)
        context.set_default_timeout(browsing.READY_MS)
        if traced:
            context.tracing.start(screenshots=True, snapshots=True)
        if traced or browsing.has_a_moved_clock():
            # Both try to run a script in every frame, also in the frame of a report, where no script may run.
            watch.expect("^console: Blocked script execution in 'about:srcdoc'")
        watch.over(context)
        made.append(context)
        return context

    yield new
    faults = watch.faults()
    failed = bool(faults) or request.node.stash.get(FAILED, False)
    for number, context in enumerate(made):
        _close(context, PROOF / f"{_file_name(request.node.nodeid)}-{number}" if failed else None, traced=traced)
    assert not faults, "\n".join(["the page went wrong:", *faults])


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    return new_context()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Return a page of somebody who has never been here."""
    return context.new_page()


@pytest.fixture
def page_of(new_context: Callable[..., BrowserContext]) -> Callable[[Person], Page]:
    """Return a function that makes a page of somebody who has signed in before."""
    return lambda person: new_context(storage_state=persons.signed_in(person.email)).new_page()


@pytest.fixture(scope="session")
def operator(app: Darkroom) -> Person:
    return persons.promoted(app, persons.newcomer())


@pytest.fixture
def user() -> Person:
    return persons.newcomer()


@pytest.fixture
def backstage() -> Backstage:
    """A test calls `backstage.takes_orders_of(page.context)`, and then says how the orders end."""
    return Backstage(os.environ)


@pytest.fixture(scope="session")
def set_stage(app: Darkroom, seeded: None) -> Scenery:
    """Put something on every page. It is the same for all tests that only look."""
    return scenery.built(app, Backstage(os.environ))


def _file_name(node_id: str) -> str:
    return re.sub(r"[^\w.-]+", "-", node_id.rpartition("/")[2])


def _close(context: BrowserContext, proof: Path | None, *, traced: bool) -> None:
    """Close the context. If proof is wanted, keep pictures of its pages, and a trace for `playwright show-trace`."""
    if proof:
        for number, page in enumerate(context.pages):
            page.screenshot(path=f"{proof}-{number}.png", full_page=True)
    if proof and traced:
        context.tracing.stop(path=f"{proof}.zip")
    context.close()
