"""axe-core in a page: which of the Web Content Accessibility Guidelines it breaks, as far as a program can tell."""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from tools.services import ROOT

SCRIPT = ROOT / "web/node_modules/axe-core/axe.min.js"
GRAVE = frozenset({"serious", "critical"})


@cache
def _source() -> str:
    return SCRIPT.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """The grave ones: the rule, where it is broken, what to do."""
    # By the debugger and not as a script of the page, which its content policy would refuse.
    page.evaluate(_source())
    found: list[Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then((all) => all.violations)")
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']}: {rule['help']}\n    {node['failureSummary']}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]


def assert_accessible(page: Page) -> None:
    found = violations(page)
    assert not found, "\n".join([f"{page.url}:", *found])
