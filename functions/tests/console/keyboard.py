"""These functions go through a page with the Tab key alone."""

from collections.abc import Iterator

from playwright.sync_api import Page

_MARK = """() => {
  const look = (element) => {
    if (!element) return "";
    const { outline, boxShadow, borderColor, backgroundColor, textDecoration, clipPath, insetBlockStart } =
      getComputedStyle(element);
    return [outline, boxShadow, borderColor, backgroundColor, textDecoration, clipPath, insetBlockStart].join();
  };
  // What is drawn for it may be drawn around it, or beside it where it is itself out of sight.
  const lookAt = (element) =>
    [element, element.closest("label"), element.parentElement, element.nextElementSibling].map(look).join("|");
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  const groups = new Set();
  const wanted = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
    .filter((element) => element.tabIndex >= 0 && !element.disabled && shown(element) && !element.closest("[inert]"))
    .filter((element) => {
      if (element.type !== "radio") return true;
      const isFirst = !groups.has(element.name);  // the arrow keys lead on from the one of them
      groups.add(element.name);
      return isFirst;
    });
  window.tabStop = (element) => (element.type === "radio" ? element.name : element.dataset.tabStop);
  window.plainLook = (element) => plain.get(element) === lookAt(element);
  wanted.forEach((element, place) => { element.dataset.tabStop = place; });
  const plain = new Map(wanted.map((element) => [element, lookAt(element)]));
  return wanted.map((element) => [window.tabStop(element), element.outerHTML.slice(0, 120)]);
}"""

_STEP = """() => {
  const now = document.activeElement;
  if (!now || now === document.body) return { at: null, isPlain: false };
  return { at: window.tabStop(now) ?? null, isPlain: window.plainLook(now) };
}"""

# No page has more stops. A field for a date alone has four, and counts as one.
_STOPS_MAX = 500


def faults(page: Page) -> list[str]:
    """Return the elements that the Tab key does not reach, and those that do not show that they have the focus."""
    wanted: dict[str, str] = dict(page.evaluate(_MARK))
    reached: dict[str, bool] = {}
    for stop, is_plain in _round(page):
        reached.setdefault(stop, is_plain)
    return [
        *(f"does not show the focus: {wanted.get(stop)}" for stop, is_plain in reached.items() if is_plain),
        *(f"not reached: {text}" for stop, text in wanted.items() if stop not in reached),
    ]


def _round(page: Page) -> Iterator[tuple[str, bool]]:
    """Yield each stop, and whether it looks the same as without the focus. End when the first stop comes again."""
    first = before = None
    for _ in range(_STOPS_MAX):
        page.keyboard.press("Tab")
        step = page.evaluate(_STEP)
        now = step["at"]
        if now is not None:
            if now == first != before:
                return
            first = first or now
            yield now, step["isPlain"]
        before = now
