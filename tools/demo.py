"""
Shows the product: it orders one generation of every model from the running stack, then prints the books and the weekly
report. Exit code 0 means that every picture arrived and that every credit is accounted for.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import services, stack_clock

USER = "arda"
OUTPUT = services.LOCAL / "demo"
PROMPT = "A darkroom at dusk, one red lamp, a photograph appearing in the tray"
TRIES = 5  # a model fails one time in twenty, so five failures in a row come once in three million runs
DEADLINE_SECONDS = 90
POLL_SECONDS = 0.3
BAR_WIDTH = 24
LEDGER_LINES = 12
OPTIONS = ("style", "color", "size")
FINAL = ("completed", "failed", "cancelled")
TTY = sys.stdout.isatty()


class DemoError(Exception):
    """Raised when something does not work as the product promises."""


def main() -> int:
    began = time.monotonic()
    try:
        tour()
    except (DemoError, ConnectionError) as error:
        print(paint("31", f"\nThe demo failed: {error}"), file=sys.stderr, flush=True)
        return 1
    print(paint("32", f"\nAll of it worked, in {time.monotonic() - began:.0f} s."), flush=True)
    return 0


def tour() -> None:
    began = stack_clock.now()
    heading("Seed")
    say(ask(f"{services.FUNCTIONS_URL}/seed_database", "POST")["message"])
    before = balance()
    say(f"{USER} has {before['current_credits']} credits")
    ordered = orders()
    heading("Generate")
    charged = sum(generate_until_delivered(order) for order in ordered)
    heading("Ledger")
    show_ledger()
    check_books(before, balance(), charged)
    heading("Weekly report")
    # The report is about the week that had just ended when we seeded, because another may have ended since then.
    show_report(ask(f"{services.FUNCTIONS_URL}/scheduleWeeklyReport", "POST", {"as_of": began.isoformat()}))


def orders() -> list[dict[str, Any]]:
    """Return one order for each model."""
    catalog = ask(f"{services.HOSTING_URL}/v1/catalog", "GET")
    if not all(catalog[f"{name}s"] for name in ("model", *OPTIONS)):
        raise DemoError("the catalog is empty")
    return [
        {"model": model["name"]} | {name: choice(catalog[f"{name}s"], place)["id"] for name in OPTIONS}
        for place, model in enumerate(catalog["models"])
    ]


def choice(choices: list[dict[str, Any]], place: int) -> dict[str, Any]:
    """Return another choice for each model, as far as there are others."""
    return choices[place % len(choices)]


def generate_until_delivered(order: Mapping[str, Any]) -> int:
    """
    Order until a picture is delivered, and return the credits that it cost. The simulated models fail on purpose, now
    and then. Raises DemoError after too many failures.
    """
    for attempt in range(1, TRIES + 1):
        generation = follow(create(order), order["model"])
        if generation["status"] == "completed":
            return collect(generation, order["model"])
        refused = generation["error"] or {}
        say(paint("33", f"{refused.get('message', generation['status'])}: refunded, try {attempt} of {TRIES}"))
        expect(generation["cost"]["charged"], 0, f"{generation['id']} failed and was charged")
    raise DemoError(f"{order['model']} failed {TRIES} times in a row")


def create(order: Mapping[str, Any]) -> dict[str, Any]:
    return api("/generations", {**order, "prompt": PROMPT})


def follow(generation: dict[str, Any], model: str) -> dict[str, Any]:
    """Poll the generation until its status is final, and show a progress bar. Raises DemoError if it takes long."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    shown = Progress(model)
    while generation["status"] not in FINAL:
        if time.monotonic() > deadline:
            raise DemoError(f"{generation['id']} is still {generation['status']} after {DEADLINE_SECONDS} s")
        shown.update(generation)
        time.sleep(POLL_SECONDS)
        generation = api(f"/generations/{generation['id']}")
    shown.update(generation)
    shown.end()
    return generation


def collect(generation: Mapping[str, Any], model: str) -> int:
    url = generation["outputs"][0]["url"]
    file = OUTPUT / f"{model.replace(' ', '-').replace('/', '-').lower()}{Path(urlsplit(url).path).suffix}"
    size = download(url, file)
    charged = int(generation["cost"]["charged"])
    expect(charged, generation["cost"]["price"], f"{generation['id']} was delivered, so its charge")
    say(f"{file.relative_to(services.ROOT)}  {size / 1000:.0f} kB  charged {charged}")
    return charged


def download(url: str, target: Path) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    absolute = f"{services.HOSTING_URL}{url}" if url.startswith("/") else url
    try:
        with build_opener(ProxyHandler({})).open(absolute, timeout=30) as response:
            content: bytes = response.read()
    except OSError as error:
        raise DemoError(f"the output at {absolute} cannot be fetched: {error}") from error
    if not content:
        raise DemoError(f"the output at {absolute} is empty")
    return target.write_bytes(content)


def show_ledger() -> None:
    for entry in api("/ledger")["data"][:LEDGER_LINES]:
        when = str(entry["timestamp"])[:19].replace("T", " ")
        say(f"{when}  {entry['type']:<11}{entry['signed_credits']:>+6}  {entry['description']}"[:100])


def check_books(before: Mapping[str, Any], after: Mapping[str, Any], charged: int) -> None:
    spent = before["current_credits"] - after["current_credits"]
    expect(spent, charged, "credits spent")
    expect(after["held_credits"], before["held_credits"], "credits held")
    say(f"{before['current_credits']} - {charged} = {after['current_credits']} credits: the books agree")


def show_report(answer: Mapping[str, Any]) -> None:
    expect(answer["reportStatus"], "success", "the report's status")
    facts = {**answer["summary"], **answer["anomaly_summary"]}
    for name, value in facts.items():
        if isinstance(value, (str, int, float)) and not name.endswith("timestamp"):
            say(f"{name.replace('_', ' '):<26}{value}")


def balance() -> dict[str, Any]:
    return api("/balance")


def api(path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Call /v1 through Hosting in the name of the demo's user: by POST where there is a body, else by GET."""
    url = f"{services.HOSTING_URL}/v1{path}?userId={USER}"
    return ask(url, "POST" if body is not None else "GET", body)


def ask(url: str, method: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    status, answer = services.call(url, method=method, body=body, seconds=60)
    if status not in (HTTPStatus.OK, HTTPStatus.ACCEPTED) or not isinstance(answer, dict):
        raise DemoError(f"{method} {url} answered {status}: {json.dumps(answer)}")
    return answer


def expect(actual: object, expected: object, what: str) -> None:
    if actual != expected:
        raise DemoError(f"{what}: expected {expected}, found {actual}")


class Progress:
    """Shows a bar on a terminal. Elsewhere it prints one line for each new status."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._status = ""
        self._began = time.monotonic()
        self._draw: Callable[[str, float], None] = self._bar if TTY else self._line

    def update(self, generation: Mapping[str, Any]) -> None:
        self._draw(generation["status"], 1.0 if generation["status"] in FINAL else fraction(generation))

    def end(self) -> None:
        if TTY:
            print()

    def _bar(self, status: str, done: float) -> None:
        full = round(BAR_WIDTH * done)
        bar = paint("36", "█" * full) + "░" * (BAR_WIDTH - full)
        print(f"\r  {self._model:<18}{bar}  {self._seconds()}  {status:<11}", end="", flush=True)

    def _line(self, status: str, done: float) -> None:
        if status != self._status:
            self._status = status
            print(f"  {self._model:<18}{done:>5.0%}  {self._seconds()}  {status}", flush=True)

    def _seconds(self) -> str:
        return f"{time.monotonic() - self._began:5.1f} s"


def fraction(generation: Mapping[str, Any]) -> float:
    """Return the progress as a part of one. The API may count to a hundred."""
    progress = float(generation.get("progress") or 0)
    return min(1.0, progress / 100 if progress > 1 else progress)


def heading(text: str) -> None:
    print(paint("1", f"\n{text}"), flush=True)


def say(text: str) -> None:
    print(f"  {text}", flush=True)


def paint(code: str, text: str) -> str:
    return f"\033[{code}m{text}\033[0m" if TTY else text


if __name__ == "__main__":
    sys.exit(main())
