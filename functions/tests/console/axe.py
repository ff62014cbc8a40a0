"""axe-core runs in a page and finds those of the Web Content Accessibility Guidelines that the page breaks, as far as a
program can tell.
"""

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
    """Return the serious violations, each with the rule, the place, and what to do."""
    # The debugger runs the script, because the page's content policy would refuse it as a script of the page.
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
