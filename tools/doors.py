"""
Finds out how a deployed project sees its callers, so that two settings need not be guessed.

    doors.py --project my-project

First it finds out for whom Cloud Scheduler's tokens are meant, and prints the line SCHEDULES_URL for
functions/.env.<project>. Then it finds out which addresses a request has when it comes through Hosting, and when it
comes to the function's own URL, and prints the line TRUSTED_PROXIES. For that, DARKROOM_KEY has to hold an admin's API
key with the scope admin:read, or an ID token of an admin. Each request pretends to come from 192.0.2.66, which belongs
to nobody, to show whether such a pretence is believed. The exit code is 1 if something could not be found out, or if a
stranger could choose the address that it is counted by.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import requests

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "functions"))

from core.deployment import SCHEDULES_ACCOUNT
from tools.roles import CALLERS, REGION

FORGED = "192.0.2.66"
SCHEDULES = [function for function, account in CALLERS.items() if account == SCHEDULES_ACCOUNT]
_PATH = "/v1/admin/connection"
_TIMEOUT_SECONDS = 30


class NotFoundOut(Exception):
    """Raised when something could not be found out. The message says what it is, and what to do about it."""


@dataclass(frozen=True)
class Seen:
    """One request as a function saw it: the entries of X-Forwarded-For, and the address that it counts by."""

    entries: tuple[str, ...]
    address: str


def schedules_url(project: str, region: str) -> str:
    """Return the value of SCHEDULES_URL, from the jobs that firebase-tools has made. Raises NotFoundOut."""
    found = {_template(name, _job(name, project, region)) for name in SCHEDULES}
    if len(found) != 1:
        raise NotFoundOut(f"The schedules have addresses that do not look alike: {', '.join(sorted(found))}")
    return found.pop()


def _job(name: str, project: str, region: str) -> dict[str, Any]:
    job = f"firebase-schedule-{name}-{region}"
    command = ("gcloud", "scheduler", "jobs", "describe", job, f"--location={region}", f"--project={project}")
    try:
        done = subprocess.run(
            (*command, "--format=json"), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
    except OSError as error:
        raise NotFoundOut(f"gcloud cannot be run: {error.strerror}") from error
    if done.returncode:
        raise NotFoundOut(f"There is no job {job} that can be looked at. {done.stderr.strip()}")
    target: dict[str, Any] = json.loads(done.stdout).get("httpTarget", {})
    return target


def _template(name: str, target: dict[str, Any]) -> str:
    """
    Return the address of a job's function with a placeholder for its name. A token is meant for the audience that the
    job names, or else for the address that it calls. Raises NotFoundOut if neither begins with the function's name.
    """
    audience = str(target.get("oidcToken", {}).get("audience") or target.get("uri", "")).rstrip("/")
    beginning = f"https://{name.lower()}"
    if not audience.startswith(beginning):
        raise NotFoundOut(f"The tokens for {name} are meant for {audience!r}, which does not begin with {beginning}")
    return "https://{service}" + audience.removeprefix(beginning)


def look(door: str, credential: str) -> Seen:
    """Ask a door what it sees of us. Raises NotFoundOut."""
    headers = {"Authorization": f"Bearer {credential}", "X-Forwarded-For": FORGED}
    try:
        answer = requests.get(door + _PATH, headers=headers, timeout=_TIMEOUT_SECONDS)
        body = answer.json()
        return Seen(entries=tuple(body["forwarded_for"]), address=body["address"])
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        raise NotFoundOut(f"{door}{_PATH} does not say what it sees: {error!r}") from error


def lessons(direct: Seen, hosted: Seen) -> tuple[list[str], bool]:
    """Return the lines that say what both doors have shown, and whether all of it is as it must be."""
    if not direct.entries:
        return ["Nothing wrote X-Forwarded-For at the function's own URL: no address can be believed."], False
    ours = direct.entries[-1]
    lines = [f"your address, as Google's front end wrote it: {ours}"]
    is_good = _is_of(ours, direct.address) and hosted.address != FORGED
    if not is_good:
        counted = f"{direct.address} at the function's own URL and as {hosted.address} through Hosting"
        lines.append(f"DANGER: you are counted as {counted}. Shorten TRUSTED_PROXIES.")
    if ours not in hosted.entries:
        lines.append(f"Hosting does not pass it on ({', '.join(hosted.entries)}): all its visitors share an address.")
        return lines, is_good
    place = len(hosted.entries) - 1 - hosted.entries[::-1].index(ours)
    proxies = hosted.entries[place + 1 :]
    if not proxies:
        lines.append("Hosting adds no address of its own: TRUSTED_PROXIES is not needed.")
    elif _is_of(ours, hosted.address):
        lines.append(f"Through Hosting you are counted by your own address, past {', '.join(proxies)}. Nothing to do.")
    else:
        lines.append(f"Through Hosting you are counted as {hosted.address}. Hosting's own: {', '.join(proxies)}")
        lines.append("Look from several places, then enter the networks of these, as narrow as they can be:")
        lines.append(f"TRUSTED_PROXIES={','.join(proxies)}")
    return lines, is_good


def _is_of(ours: str, counted: str) -> bool:
    """Tell whether we were counted by our own address. An address of IPv6 is counted by its network."""
    try:
        return ip_address(ours) in ip_network(counted)
    except ValueError:
        return False


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--project", required=True)
    parser.add_argument("--region", default=REGION)
    parser.add_argument("--hosting", help="the address of Hosting (default: https://<project>.web.app)")
    parser.add_argument(
        "--function", help="the address of the function (default: https://<region>-<project>.cloudfunctions.net/api)"
    )
    options = parser.parse_args(arguments)
    hosting = options.hosting or f"https://{options.project}.web.app"
    function = options.function or f"https://{options.region}-{options.project}.cloudfunctions.net/api"
    is_good = _tell(lambda: ([f"SCHEDULES_URL={schedules_url(options.project, options.region)}"], True))
    return 0 if _tell(lambda: _proxies(function, hosting)) and is_good else 1


def _proxies(function: str, hosting: str) -> tuple[list[str], bool]:
    credential = os.environ.get("DARKROOM_KEY", "")
    if not credential:
        raise NotFoundOut("Set DARKROOM_KEY to an admin's API key with the scope admin:read, to look at the proxies.")
    return lessons(look(function, credential), look(hosting, credential))


def _tell(find_out: Any) -> bool:
    try:
        lines, is_good = find_out()
    except NotFoundOut as error:
        lines, is_good = [str(error)], False
    for line in lines:
        print(f"doors: {line}", file=sys.stdout if is_good else sys.stderr)
    return bool(is_good)


if __name__ == "__main__":
    sys.exit(main())
