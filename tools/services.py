"""Describes the local stack: its parts, ports, commands and environment. The ports come from firebase.json."""

import json
import os
import re
import socket
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
LOGS = LOCAL / "logs"
HOST = "127.0.0.1"
PROJECT = "demo-darkroom"
REGION = "us-central1"
BUCKET = f"{PROJECT}.appspot.com"
STORAGE_PORT = 9199
SECRETS_FILE = ROOT / "functions/.secret.local"
SWEEP_SECONDS = 60
EMULATED = ("functions", "firestore", "auth", "tasks", "hosting")
ALL_PARTS = (*EMULATED, "storage")
NO_KEEP_ALIVE = str(ROOT / "tools/preloaded/no_keep_alive.cjs")
MOVED_CLOCK = str(ROOT / "tools/preloaded/moved_clock.cjs")
STURDY_HOSTING = str(ROOT / "tools/preloaded/sturdy_hosting.cjs")
KEPT_OUT = re.compile(
    r"https?_proxy|all_proxy|google_application_credentials|\w+_emulator_host|darkroom_stack|clock_offset_seconds",
    re.IGNORECASE,
)

FIREBASE: dict[str, Any] = json.loads((ROOT / "firebase.json").read_text(encoding="utf-8"))
PEOPLE: dict[str, Any] = json.loads((ROOT / "tools/people.json").read_text(encoding="utf-8"))
FUNCTIONS_URL = f"http://{HOST}:{FIREBASE['emulators']['functions']['port']}/{PROJECT}/{REGION}"
HOSTING_URL = f"http://{HOST}:{FIREBASE['emulators']['hosting']['port']}"
STORAGE_URL = f"http://{HOST}:{STORAGE_PORT}"


@dataclass(frozen=True)
class Service:
    """
    One program of the stack. If an essential one ends, the stack cannot go on. One that `ends` is done when it exits
    with 0.
    """

    name: str
    command: tuple[str, ...]
    essential: bool = True
    ends: bool = False

    @property
    def log(self) -> Path:
        return LOGS / f"{self.name}.log"


def found_by_setup() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((LOCAL / "stack.json").read_text(encoding="utf-8"))
    return found


def services(parts: Iterable[str], *, ui: bool) -> list[Service]:
    """Return the programs that start first. The sweeper needs all of them, so it starts later."""
    wanted = set(parts)
    emulated = [part for part in EMULATED if part in wanted]
    found = [emulators(emulated, ui=ui)] if emulated else []
    return [*found, storage()] if "storage" in wanted else found


def emulators(parts: list[str], *, ui: bool) -> Service:
    """
    Return the program that runs the emulators. It uses `emulators:exec` and not `emulators:start`, because only that
    lets the command line decide on the UI. The script that it runs reads a pipe of ours, so it ends when we do.
    """
    firebase = str(ROOT / "node_modules/firebase-tools/lib/bin/firebase.js")
    options = ["--config", str(ROOT / "firebase.json"), "--project", PROJECT, "--only", ",".join(parts)]
    options += ["--ui"] if ui else []
    preloaded = [word for file in (NO_KEEP_ALIVE, MOVED_CLOCK, STURDY_HOSTING) for word in ("--require", file)]
    return Service("emulators", ("node", *preloaded, firebase, "emulators:exec", *options, "cat"))


def storage() -> Service:
    emulator = str(LOCAL / "tools/bin/gcp-storage-emulator")
    options = ("--host", HOST, "--port", str(STORAGE_PORT), "--in-memory", "--default-bucket", BUCKET)
    return Service("storage", (emulator, "start", *options))


def sweeper() -> Service:
    """Return the stand-in for Cloud Scheduler. It is needed because scheduled functions do not fire in the emulator."""
    python = str(ROOT / "functions/venv/bin/python")
    operate = str(ROOT / "tools/operate.py")
    return Service("sweeper", (python, operate, "sweep", "--every", str(SWEEP_SECONDS)), essential=False)


def painter() -> Service:
    """Return the program that paints the pictures of the demo's history, except for the newest, and then ends."""
    tool = str(ROOT / "tools/history_pictures.py")
    return Service("painter", (str(ROOT / "functions/venv/bin/python"), tool), essential=False, ends=True)


def ports(parts: Iterable[str], *, ui: bool) -> dict[int, str]:
    """Return every port that these parts listen on, and what listens there."""
    configured = FIREBASE["emulators"]
    names = [part for part in ALL_PARTS if part in set(parts)]
    extra = {"functions": ["eventarc"]}  # firebase-tools starts it together with the functions
    emulated = [*(name for name in names if name != "storage")]
    emulated += [more for name in names for more in extra.get(name, [])]
    emulated += ["hub"] if emulated else []
    emulated += ["ui", "logging"] if ui else []
    found = {int(configured[name]["port"]): name for name in emulated}
    if "firestore" in names:
        found[int(configured["firestore"]["websocketPort"])] = "firestore websocket"
    if "storage" in names:
        found[STORAGE_PORT] = "storage"
    return found


def in_use(port: int) -> bool:
    """Tell whether somebody listens. We connect and do not bind, for a port just closed cannot be bound at once."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def who_listens(port: int) -> str:
    """Return the command that shows who listens on the port, on this system."""
    if sys.platform == "darwin":
        return f"lsof -nP -iTCP:{port} -sTCP:LISTEN"
    return f"ss -ltnp 'sport = :{port}'"


def ports_taken(wanted: Mapping[int, str]) -> list[str]:
    """Return one line for each port that is not free."""
    return [
        f"port {port}, for {part}, is in use; see by whom: {who_listens(port)}"
        for port, part in sorted(wanted.items())
        if in_use(port)
    ]


def expected_functions() -> set[str]:
    """Return the functions that Hosting hands requests to. If one of them is missing, the stack is not up."""
    rewrites = FIREBASE["hosting"]["rewrites"]
    return {rewrite["function"]["functionId"] for rewrite in rewrites if "function" in rewrite}


def environment(parts: Iterable[str] = ALL_PARTS, *, clock_offset: int = 0) -> dict[str, str]:
    """
    Return the environment of every process of the stack and of every command beside it. Proxies are left out, because
    firebase-tools would send even its calls to this machine through them. Credentials are left out, so that nothing can
    reach a real project. The addresses of any other stack are left out, and how far its clock is ahead.
    """
    inherited = {name: value for name, value in os.environ.items() if not KEPT_OUT.fullmatch(name)}
    moved = {"CLOCK_OFFSET_SECONDS": str(clock_offset)} if clock_offset else {}
    return inherited | local_values() | emulator_hosts(set(parts)) | moved


def local_values() -> dict[str, str]:
    """Return the values and secrets that firebase-tools gives to the functions, for the commands beside them."""
    return values_in(ROOT / f"functions/.env.{PROJECT}") | values_in(SECRETS_FILE)


def values_in(file: Path) -> dict[str, str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def emulator_hosts(parts: set[str]) -> dict[str, str]:
    configured = FIREBASE["emulators"]
    variables = {
        "FIRESTORE_EMULATOR_HOST": "firestore",
        "FIREBASE_AUTH_EMULATOR_HOST": "auth",
        "CLOUD_TASKS_EMULATOR_HOST": "tasks",
    }
    hosts = {name: f"{HOST}:{configured[part]['port']}" for name, part in variables.items() if part in parts}
    if "storage" in parts:
        hosts["STORAGE_EMULATOR_HOST"] = STORAGE_URL
    if parts.issuperset(ALL_PARTS):
        hosts["DARKROOM_STACK"] = HOSTING_URL  # tells the tests of the whole stack that they can run
    return hosts | {
        "GOOGLE_CLOUD_PROJECT": PROJECT,
        "GCLOUD_PROJECT": PROJECT,
        "FUNCTIONS_EMULATOR": "true",  # AUTH_MODE=open is refused without it
        "NO_GCE_CHECK": "true",  # no waiting for a metadata server that is not there
    }


def firebase_environment(base: Mapping[str, str]) -> dict[str, str]:
    """Return `base` with what firebase-tools needs: the Java and the emulator of set-up, and no update check."""
    found = found_by_setup()
    path = os.pathsep.join([str(Path(found["java"]).parent), base.get("PATH", "")])
    jar = {"FIRESTORE_EMULATOR_BINARY_PATH": found["firestore_jar"]} if found["firestore_jar"] else {}
    quiet = {"CI": "true", "NO_UPDATE_NOTIFIER": "1", "METADATA_SERVER_DETECTION": "none"}
    return {**base, **jar, **quiet, "PATH": path}


def without_secrets(base: Mapping[str, str]) -> dict[str, str]:
    """
    Return the environment without secrets, for the functions emulator: each function is to get the secrets that are
    declared for it, and no others.
    """
    secrets = values_in(SECRETS_FILE)
    return {name: value for name, value in base.items() if name not in secrets}


def sign_in_hint() -> str:
    *others, last = (person["email"] for person in PEOPLE["people"])
    return f"sign in as {', '.join(others)} or {last}, password {PEOPLE['password']}"


def has_bucket() -> bool:
    return call(f"{STORAGE_URL}/storage/v1/b/{BUCKET}")[0] == HTTPStatus.OK


def listed_functions() -> set[str]:
    port = FIREBASE["emulators"]["functions"]["port"]
    _, listing = call(f"http://{HOST}:{port}/backends")
    return {trigger["name"] for backend in listing["backends"] for trigger in backend["functionTriggers"]}


def call(url: str, *, method: str = "GET", body: Any = None, seconds: float = 5) -> tuple[int, Any]:
    """
    Make one HTTP exchange in JSON. Return the status, and the body, or None if that is no JSON. Raises ConnectionError
    if nobody answers.
    """
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310  our own URLs
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=seconds) as response:
            return response.status, as_json(response.read())
    except HTTPError as refusal:
        return refusal.code, as_json(refusal.read())
    except (OSError, HTTPException) as error:
        raise ConnectionError(f"no answer from {url}: {error}") from error


def as_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
