"""Makes the text of docs/reliability.md from the outcomes of a run."""

import os
import platform
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from tools import services, toolchain
from tools.faults.scenarios import USERS, Outcome, Size

PATH = services.ROOT / "docs/reliability.md"

_PACKAGES = ("functions-framework", "gunicorn", "google-cloud-firestore", "grpcio", "google-cloud-tasks")

_HEAD = """\
# Reliability: faults on the real stack

Written by `make reliability` ({date}); not by hand. Servers are killed, the database is stopped, answers are lost,
tasks come twice or not at all, while clients ask for pictures. Then the faults end, the sweeper runs until every
generation is final, and the books are examined: by the product's own audit, and entry by entry.

**{verdict}**
"""

_FOOT = """
## How it is done

- Two API servers (`createGenerationRequest`, `api`) and one worker (`processImageGeneration`): functions-framework
  under gunicorn, as deployed, with the product's code. `tools/faults/served.py` puts faulty parts into it.
- The Firestore emulator in a JVM of its own. The tasks come from a loopback endpoint (`tools/faults/tasks.py`) which
  behaves as Cloud Tasks does where firebase-tools' emulator does not, and can be told to fail.
- The models are the simulated ones, which fail one time in ten, with a plain picture in place of a painting; the store
  of outputs is a folder.
- {clients} clients share {users} users with {credits} credits each, one of them a tenth, so that some are refused.
  They repeat a request under the same `Idempotency-Key` after 5xx or a lost connection, and now and then after an
  answer; they look, and cancel.
- Zero differences means: the audit finds none (I1-I5); each generation has one deduction, and one refund exactly if it
  was not delivered; credits granted = credits left + credits charged for each user, with nothing held; each picture
  paid for is there; each key has one generation if it was answered 202, and none if 402 (I6); no request is without an
  answer, and none was answered otherwise than documented; nothing is unsettled (I7).
- The sweeper does not wait for what is due later: its clock is put forward, by as much as the table says.

To repeat: `make reliability`, some {minutes} minutes. `functions/tests/e2e/test_faults.py` is a short version of it in
`make test`. Chance decides which call is hit, so figures differ from run to run; the verdict must not.
"""


def render(outcomes: Sequence[Outcome], size: Size, *, at: datetime) -> str:
    minutes = round(sum(each.seconds for each in outcomes) / 60)
    head = _HEAD.format(date=f"{at:%Y-%m-%d}", verdict=verdict(outcomes))
    foot = _FOOT.format(clients=size.clients, users=USERS, credits=f"{size.credits:,}", minutes=max(1, minutes))
    sections = [
        head,
        _summary(outcomes),
        *(_section(number, each) for number, each in enumerate(outcomes, 1)),
        foot,
        _versions(),
    ]
    return "\n".join(sections)


def verdict(outcomes: Sequence[Outcome]) -> str:
    sent = sum(each.sent for each in outcomes)
    faults = sum(each.faults.total() for each in outcomes)
    wrong = sum(len(each.differences) for each in outcomes)
    generations = sum(each.statuses.total() for each in outcomes)
    found = f"{wrong} differences" if wrong else "zero differences, every generation final"
    return f"{sent:,} requests, {generations:,} generations, {faults:,} faults: {found}."


def _summary(outcomes: Sequence[Outcome]) -> str:
    rows = [
        (
            each.scenario.title,
            f"{each.sent:,}",
            f"{each.faults.total():,}",
            f"{each.statuses.total():,}",
            f"{each.credits_before:,}",
            f"{each.charged:,}",
            f"{each.credits_after:,}",
            str(len(each.differences)),
            f"{each.seconds:.0f}",
        )
        for each in outcomes
    ]
    heads = ("scenario", "requests", "faults", "generations", "credits before", "charged", "credits after")
    return table((*heads, "differences", "seconds"), rows)


def _section(number: int, outcome: Outcome) -> str:
    ahead = f", the last {_span(outcome.ahead.total_seconds())} ahead of the time" if outcome.sweeps else ""
    rows = [
        ("requests sent", f"{outcome.sent:,}"),
        ("answers to clients", _listed(outcome.answers)),
        ("answers of the worker to tasks", _listed(outcome.deliveries)),
        ("generations", _listed(outcome.statuses)),
        (
            "credits",
            f"{outcome.credits_before:,} before = {outcome.credits_after:,} after + {outcome.charged:,} charged",
        ),
        ("sweeps to the end", f"{outcome.sweeps}{ahead}"),
        ("audit", "zero differences" if not outcome.differences else "<br>".join(outcome.differences)),
        ("seconds", f"{outcome.seconds:.0f}"),
    ]
    faults = [(kind, f"{times:,}") for kind, times in sorted(outcome.faults.items())]
    title = f"\n## {number}. {outcome.scenario.title}\n"
    return "\n".join([title, table(("", ""), rows), "", table(("fault", "times"), faults)])


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _listed(counts: Counter[str] | Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({times:,})" for name, times in sorted(counts.items())) or "none"


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"  # noqa: PLR2004 - minutes from two on


def _versions() -> str:
    found = services.found_by_setup()
    java = toolchain.output_of(found["java"], "-version").splitlines()[0]
    rows = [
        ("machine", f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"),
        ("Python", platform.python_version()),
        ("Java", java),
        ("Firestore emulator", emulator_version(found["firestore_jar"])),
        *((name, version(name)) for name in _PACKAGES),
    ]
    return "\n".join(["## Versions\n", table(("", ""), rows), ""])


def emulator_version(jar: str | None) -> str:
    """
    Return the emulator's version. It is part of the name of a jar that firebase-tools has downloaded. For the Google
    Cloud SDK's jar it is in the SDK's list of its components.
    """
    name = Path(jar or toolchain.pinned_downloads()[0]).name
    if numbered := re.search(r"-v(\d[\d.]*\d)", name):
        return numbered[1]
    gcloud = shutil.which("gcloud")
    listing = Path(gcloud or "").resolve().parent.parent / ".install/cloud-firestore-emulator.snapshot.json"
    listed = re.search(r'"version_string": "([\d.]+)"', listing.read_text()) if gcloud and listing.exists() else None
    return f"{listed[1]} (Google Cloud SDK)" if listed else "of unknown version"
