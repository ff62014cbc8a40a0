"""
Lints docs/openapi.json by the rules of Redocly (redocly.yaml) and of Spectral (.spectral.yaml), side by side.

Both work without a network and send nothing to anybody. Their output is shown only if they find something.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs/openapi.json"
LINTS: dict[str, tuple[str, ...]] = {
    "redocly": ("lint", "--config", "redocly.yaml", "--format", "stylish"),
    "spectral": ("lint", "--ruleset", ".spectral.yaml", "--fail-severity", "hint"),
}
_QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}


def main(document: Path = DOCUMENT) -> int:
    """Lint the document. Return 1 if a lint finds something, even if it is only a hint, and else 0."""
    started = {name: start(name, document) for name in LINTS}
    said = {name: process.communicate()[0] for name, process in started.items()}
    failed = [name for name, process in started.items() if process.returncode != 0]
    for name in failed:
        print(f"{name} finds fault with {document}:\n{said[name]}", file=sys.stderr)
    if failed:
        return 1
    print(f"reference: {' and '.join(LINTS)} find no fault with {document.name}")
    return 0


def start(name: str, document: Path) -> subprocess.Popen[str]:
    command = [str(ROOT / "node_modules/.bin" / name), *LINTS[name], str(document)]
    return subprocess.Popen(
        command, cwd=ROOT, env=os.environ | _QUIET, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


if __name__ == "__main__":
    sys.exit(main())
