"""The Postman collection is run in the same way as its users run it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools.services import ROOT

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]

NEWMAN = ROOT / "node_modules/.bin/newman"
RUN_SECONDS = 280


@pytest.mark.timeout(300)
def test_the_collection_runs_from_top_to_bottom(tmp_path: Path) -> None:
    export = tmp_path / "run.json"
    done = subprocess.run(
        [
            *(NEWMAN, "run", ROOT / "docs/postman_collection.json"),
            *("--environment", ROOT / "docs/postman_environment_local.json"),
            *("--reporters", "json", "--reporter-json-export", export),
        ],
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    assert export.exists(), done.stdout + done.stderr
    run = json.loads(export.read_text())["run"]
    assert not [told(failure) for failure in run["failures"]]
    assert done.returncode == 0, done.stdout + done.stderr
    assert run["stats"]["requests"]["total"] >= 50
    assert run["stats"]["assertions"]["total"] > 300
    print(f"{run['stats']['requests']['total']} requests, {run['stats']['assertions']['total']} assertions")  # noqa: T201


def told(failure: dict[str, Any]) -> str:
    request, error = failure["source"].get("name", "?"), failure["error"]
    return f"{request}: {error.get('test', '')}: {error['message']}"
