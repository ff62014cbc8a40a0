"""
Writes the reference: docs/openapi.json, docs/postman_collection.json and its environments, and the list of problems.
With --check it writes nothing, and exits with 1 if a file differs from what the code says.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "functions"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import openapi, postman
from tools.reference import problem_pages

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, and exit with 1 if a file differs")
    wanted = documents()
    stale = [name for name, text in wanted.items() if current(name) != text]
    if parser.parse_args().check:
        for name in stale:
            print(f"{name} is not what the code says; run 'make docs'", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        (ROOT / name).parent.mkdir(exist_ok=True)
        (ROOT / name).write_text(wanted[name], encoding="utf-8")
        print(f"wrote {name}")
    return 0


def documents() -> dict[str, str]:
    """Return the text of each file of the reference, by its path from the root."""
    document = openapi.document()
    return {
        "docs/openapi.json": rendered(document),
        "docs/postman_collection.json": rendered(postman.collection(document)),
        **{
            f"docs/postman_environment_{name}.json": rendered(environment)
            for name, environment in postman.environments().items()
        },
        "docs/problems/problems.json": rendered(problem_pages.problems()),
        "docs/problems/README.md": problem_pages.table(),
    }


def rendered(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def current(name: str) -> str | None:
    path = ROOT / name
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
