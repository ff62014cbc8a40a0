"""Our code alone answers each path that functions-framework serves. An answer that a page is missing is not cached for
long.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from architecture.test_manifest import PEPPER, PRIVATE, run

FIREBASE = json.loads((Path(__file__).resolve().parents[3] / "firebase.json").read_text(encoding="utf-8"))
HEADERS = ("X-Content-Type-Options", "Strict-Transport-Security", "X-Request-Id", "Cache-Control")

ASK = """
import json
from functions_framework import create_app
client = create_app(TARGET, "main.py", "http").test_client()
for method, path in ASKED:
    answer = client.open(path, method=method)
    print("\\nANSWER" + json.dumps([path, answer.status_code, dict(answer.headers)]))
"""

PATHS = ("/robots.txt", "/favicon.ico", "/v1/%0d", "/%0a", "/v1/%0d%0aX: y", "//", "/v1/%00", "/v1/nothing")


# No request here gets as far as a database.
LOCAL = {
    "FUNCTIONS_EMULATOR": "true",
    "GOOGLE_CLOUD_PROJECT": "demo-paths",
    "API_KEY_PEPPER": PEPPER,
    "FIRESTORE_EMULATOR_HOST": "127.0.0.1:9",
}


def asked(target: str, *paths: str, method: str = "GET") -> dict[str, tuple[int, dict[str, str]]]:
    code = ASK.replace("TARGET", repr(target)).replace("ASKED", repr([(method, path) for path in paths]))
    found = run(code, **(LOCAL if target in ("api", "getUserCredits") else {**PRIVATE, "K_SERVICE": "sweep"}))
    assert found.returncode == 0, found.stderr
    answers = [
        json.loads(line.removeprefix("ANSWER")) for line in found.stdout.splitlines() if line.startswith("ANSWER")
    ]
    assert len(answers) == len(paths)
    return {path: (status, headers) for path, status, headers in answers}


def test_what_the_framework_would_answer_by_itself_is_answered_by_the_api() -> None:
    for path, (status, headers) in asked("api", *PATHS).items():
        assert (status, headers["Content-Type"]) == (404, "application/problem+json"), path
        assert {*HEADERS} <= set(headers), path


def test_other_methods_get_there_too() -> None:
    ((status, headers),) = asked("api", "/robots.txt", method="DELETE").values()
    assert (status, headers["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("target", "method", "status"),
    [("getUserCredits", "GET", 401), ("processImageGeneration", "POST", 401), ("sweep", "POST", 401)],
)
def test_every_other_function_answers_its_own_way_as_well(target: str, method: str, status: int) -> None:
    for path, (found, headers) in asked(target, "/robots.txt", "/%0d", "/", method=method).items():
        assert found == status, path
        assert {*HEADERS} <= set(headers), path


def rules() -> list[tuple[str, str]]:
    return [
        (rule["source"], header["value"])
        for rule in FIREBASE["hosting"]["headers"]
        for header in rule["headers"]
        if header["key"] == "Cache-Control"
    ]


def test_a_missing_file_of_hosting_is_not_kept_for_long() -> None:
    """A rule is for addresses, whether there is a file or not, so a rule for an asset also holds when it is missing."""
    values: Any = dict(rules())
    assert "/assets/**" in values
    for source, value in values.items():
        assert "immutable" not in value, source
        ages = [int(age) for age in re.findall(r"max-age=(\d+)", value)]
        assert all(age <= 300 for age in ages), source
