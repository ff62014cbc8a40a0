"""
Fails if a deployed package has a known vulnerability. If nobody can be asked, it passes with a warning in the last
lines of `make check`.

The advisories come from pip-audit's service. A machine cannot reach it without a network, or behind a mirror that has
packages only. So we ask about one package first, and that has to be quick.
"""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "functions/requirements.txt"
PIP_AUDIT = ROOT / "functions/venv/bin/pip-audit"
QUICK_SECONDS = 8
PATIENT_SECONDS = 300


def main() -> int:
    if not can_be_asked():
        return not_audited("cannot be reached")
    answer = asked(REQUIREMENTS, "--require-hashes", seconds=PATIENT_SECONDS)
    if answer is None:
        return not_audited("stopped answering")
    vulnerable = [line for dependency in answer for line in vulnerabilities(dependency)]
    if vulnerable:
        print("\n".join(f"dependencies: {line}" for line in vulnerable), file=sys.stderr)
        return 1
    unknown = [dependency["name"] for dependency in answer if "vulns" not in dependency]
    return passed("no known vulnerability" + (f"; the service does not know {', '.join(unknown)}" if unknown else ""))


def passed(message: str) -> int:
    print(f"dependencies: {message}")
    return 0


def not_audited(why: str) -> int:
    """Warn in words that cannot be taken for a result, because nobody has looked."""
    print(
        f"WARNING: dependencies: NOT AUDITED: the advisory service {why}.\n"
        "WARNING: Nobody has looked for known vulnerabilities in what is deployed."
        " Run `make check` where the Python Package Index answers.",
        file=sys.stderr,
    )
    return 0


def can_be_asked() -> bool:
    """Tell whether the service has advisories for the first package. A mirror answers, too, but has none."""
    with TemporaryDirectory() as folder:
        one = Path(folder) / "one.txt"
        one.write_text(first_pin(REQUIREMENTS.read_text(encoding="utf-8")), encoding="utf-8")
        answer = asked(one, "--no-deps", seconds=QUICK_SECONDS)
    return answer is not None and all("vulns" in dependency for dependency in answer)


def first_pin(requirements: str) -> str:
    line = next(line for line in requirements.splitlines() if "==" in line and not line.startswith("#"))
    return line.partition(" ")[0]


def asked(requirements: Path, *options: str, seconds: float) -> list[dict[str, Any]] | None:
    """Return pip-audit's result for each dependency, or None if it gets no answer in time."""
    quiet = ("--disable-pip", "--format=json", "--progress-spinner=off", f"--timeout={QUICK_SECONDS}")
    command = (str(PIP_AUDIT), *quiet, *options, "--requirement", str(requirements))
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
        answer: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return None
    return answer


def vulnerabilities(dependency: dict[str, Any]) -> list[str]:
    return [
        f"{dependency['name']} {dependency['version']}: {found['id']}"
        f", mended in {', '.join(found['fix_versions']) or 'no version yet'}"
        for found in dependency.get("vulns", [])
    ]


if __name__ == "__main__":
    sys.exit(main())
