"""docs/firestore-export is what the README says: the seeded database, ready for `firebase emulators:start --import`."""

import json
import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tools import services

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_export_loads_and_its_books_are_exact(tmp_path: Path) -> None:
    ports = {name: {"host": "127.0.0.1", "port": free_port()} for name in ("firestore", "hub", "logging")}
    ports["firestore"]["websocketPort"] = free_port()
    config = tmp_path / "firebase.json"
    config.write_text(json.dumps({"emulators": {**ports, "ui": {"enabled": False}}}))
    firebase = str(services.ROOT / "node_modules/firebase-tools/lib/bin/firebase.js")
    audit = shlex.join([sys.executable, str(services.ROOT / "tools/operate.py"), "audit"])
    command = ["node", firebase, "emulators:exec", "--config", str(config), "--project", services.PROJECT]
    command += ["--only", "firestore", "--import", str(services.ROOT / "docs/firestore-export"), audit]
    environment = {name: value for name, value in os.environ.items() if name != "FIRESTORE_EMULATOR_HOST"}
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=services.firebase_environment(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout[done.stdout.index("{") : done.stdout.rindex("}") + 1])
    assert (found["users_checked"], found["differences"], found["different"], found["unopened"]) == (13, [], [], [])
