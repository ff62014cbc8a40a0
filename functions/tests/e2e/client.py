"""The tests of the stack call it in two ways: by curl for the function URLs, as the users of these do, and with JSON
for `/v1`.
"""

import json
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from tools import services

FUNCTIONS = services.FUNCTIONS_URL
HOSTING = services.HOSTING_URL
# Each function URL is found in two places: at the function itself, and through Hosting.
BASES = (FUNCTIONS, f"{HOSTING}/api")

FINAL = frozenset({"completed", "failed", "cancelled"})
DEADLINE_SECONDS = 60
_LOOK_EVERY_SECONDS = 0.1
_REQUEST_SECONDS = 60
# About one generation in a hundred fails for good, because the models have a failure rate.
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Reply:
    """The headers have lower-case names. If the body is not JSON, it is None."""

    status: int
    body: Any
    headers: Mapping[str, str]


def curl(*arguments: str) -> Reply:
    command = ["curl", "--silent", "--show-error", "--noproxy", "*", "--dump-header", "-", *arguments]
    done = subprocess.run(command, capture_output=True, check=True, timeout=_REQUEST_SECONDS)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    while head.split()[1].startswith(b"1"):  # 100 Continue comes before the answer
        head, _, body = body.partition(b"\r\n\r\n")
    status_line, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Reply(int(status_line.split()[1]), _json(body), headers)


def curl_json(url: str, body: object) -> Reply:
    """Send a POST as the README of feraset-imagen does."""
    return curl("-X", "POST", url, "-H", "Content-Type: application/json", "-d", json.dumps(body))


def v1(
    method: str, path: str, user: str | None = None, *, query: Mapping[str, Any] | None = None, **request: Any
) -> Reply:
    """Call `/v1` through Hosting. `user` is named in the query, as in open mode."""
    named = {"userId": user} if user else {}
    answer = _session().request(
        method, f"{HOSTING}/v1{path}", params={**(query or {}), **named}, timeout=_REQUEST_SECONDS, **request
    )
    return Reply(
        answer.status_code, _json(answer.content), {name.lower(): each for name, each in answer.headers.items()}
    )


def download(url: str) -> requests.Response:
    return _session().get(url, timeout=_REQUEST_SECONDS)


def until[T](look: Callable[[], T], is_it: Callable[[T], bool], seconds: float = DEADLINE_SECONDS) -> T:
    """Call `look` until it sees what is waited for, and return that. When the time is over, fail with what was seen
    last.
    """
    deadline = time.monotonic() + seconds
    while not is_it(seen := look()):
        assert time.monotonic() < deadline, f"not in {seconds} s: {seen}"
        time.sleep(_LOOK_EVERY_SECONDS)
    return seen


def first_success[T](attempt: Callable[[], T], succeeded: Callable[[T], bool]) -> T:
    """Try until it succeeds, because the models fail now and then on purpose."""
    results = []
    for _ in range(_TRIES):
        results.append(attempt())
        if succeeded(results[-1]):
            return results[-1]
    raise AssertionError(f"{_TRIES} times without success: {results}")


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy between us and this machine
    return session


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
