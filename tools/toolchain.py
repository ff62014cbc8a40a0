"""Finds what the local stack and its tests run on: Node, Python 3.13, Java, the Firestore emulator's jar, a browser."""

from __future__ import annotations

import importlib.util
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE_AT_LEAST = {
    20: 19,
    22: 12,
}  # Vite runs on these major versions from these minor ones on, and on all newer major versions
JAVA_AT_LEAST = 21
BROWSER_FILE = ROOT / ".local/browser.json"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_CHROMIUM = "no Chromium for the browser tests: install it (Debian: apt-get install chromium) or Google Chrome."
PLAYWRIGHTS_CHROMIUM = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)
FIRESTORE_MAIN_CLASS = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
MANIFEST_LINE_BYTES = 70  # 72 with the line's end


def output_of(*command: str) -> str:
    """Return what a program prints, on either stream, or an empty text if it is absent, fails or hangs."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout + done.stderr


def what_is_missing() -> str | None:
    """
    Return a line about the first missing tool that set-up needs and cannot fetch itself, with the remedy. Return None
    if nothing is missing.
    """
    node = output_of("node", "--version").strip()
    if node_problem := node_is_missing(node):
        return node_problem
    if not shutil.which("npm"):
        return "npm is missing: install it as Node's companion (Debian, Ubuntu: apt-get install npm)."
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        return "python3 lacks its venv module: install it (Debian, Ubuntu: apt-get install python3-venv)."
    return None


def node_is_missing(version: str) -> str | None:
    number = re.match(r"v(\d+)\.(\d+)\.", version)
    if number and is_new_enough(int(number[1]), int(number[2])):
        return None
    found = f"found {version}" if version else "found none"
    wanted = " or ".join(f"{major}.{minor}" for major, minor in NODE_AT_LEAST.items())
    return f"Node {wanted} or newer is missing ({found}): install it from https://nodejs.org."


def is_new_enough(major: int, minor: int) -> bool:
    """Tell whether Vite runs on this Node. An odd version between two of the table is not maintained, so no."""
    return major > max(NODE_AT_LEAST) or minor >= NODE_AT_LEAST.get(major, minor + 1)


def python313() -> str | None:
    """Return the path of a Python 3.13 that really starts, or None. A pyenv shim on PATH may not start."""
    for candidate in python313_candidates():
        # We want the base executable, because a venv made from another venv's Python dies with that venv.
        if base := output_of(candidate, "-c", "import sys; print(sys._base_executable)").strip():
            return base
    return None


def python313_candidates() -> Iterable[str]:
    if on_path := shutil.which("python3.13"):
        yield on_path
    for pyenv in pyenv_folders():
        yield from newest_first(pyenv.glob("versions/3.13*/bin/python3.13"))
    # We also look beside the Python that runs this: pyenv and uv keep all versions in one folder, wherever HOME is.
    here = Path(sys.base_prefix).resolve()
    yield str(here / "bin/python3.13")
    yield from newest_first(here.parent.glob("*3.13*/bin/python3.13"))


def pyenv_folders() -> Iterable[Path]:
    """Return where pyenv may be: in PYENV_ROOT, or else in the user's folder, by HOME and by the system."""
    if said := os.environ.get("PYENV_ROOT"):
        return [Path(said)]
    folders = [home() / ".pyenv"]
    with suppress(KeyError):  # the system knows no such user
        folders.append(Path(pwd.getpwuid(os.getuid()).pw_dir) / ".pyenv")
    return folders


def newest_first(pythons: Iterable[Path]) -> Iterable[str]:
    return [str(python) for python in sorted(pythons, key=version_in_path, reverse=True)]


def home() -> Path:
    """Return the user's folder, or one of ours if the system knows none, as for a nameless user of a container."""
    try:
        return Path.home()
    except RuntimeError:
        return ROOT / ".local/home"


def version_in_path(python: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", python.parent.parent.name)]


def java_major(version_text: str) -> int:
    """Return 21 for `openjdk version "21.0.8"`, 1 for the old `java version "1.8.0"`, and 0 for anything else."""
    found = re.search(r'version "(\d+)', version_text)
    return int(found[1]) if found else 0


def choose_java(system: str | None, system_version: str, bundled: Path) -> str:
    """Return the system's Java if it is new enough, and else the one that came with set-up."""
    if system and java_major(system_version) >= JAVA_AT_LEAST:
        return system
    return str(bundled)


def emulator_cache() -> Path:
    """Return the folder of the emulators that firebase-tools has downloaded."""
    default = home() / ".cache" / "firebase" / "emulators"
    return Path(os.environ.get("FIREBASE_EMULATORS_PATH") or default)


def pinned_downloads() -> tuple[Path, Path]:
    """Return the paths of the Firestore jar and the Emulator UI of this firebase-tools, which may not exist yet."""
    listing = ROOT / "node_modules/firebase-tools/lib/emulator/downloadableEmulatorInfo.json"
    info = json.loads(listing.read_text())
    jar = info["firestore"]["downloadPathRelativeToCacheDir"]
    ui = info["ui"]["main"]["binaryPathRelativeToCacheDir"]
    return emulator_cache() / jar, emulator_cache() / ui


def sdk_firestore_jar(gcloud: str | None) -> Path | None:
    """Return the emulator of the Google Cloud SDK, or None. We resolve gcloud first, for on PATH it is often a link."""
    if not gcloud:
        return None
    sdk = Path(gcloud).resolve().parent.parent
    jar = sdk / "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
    return jar if jar.exists() else None


def launcher_manifest(jar: Path) -> str:
    """Return a manifest that starts the emulator from its own jar, because that jar names no main class."""
    lines = ["Manifest-Version: 1.0", f"Main-Class: {FIRESTORE_MAIN_CLASS}", f"Class-Path: {jar.as_uri()}"]
    return "".join(wrapped(line) for line in lines) + "\r\n"


def wrapped(line: str) -> str:
    """Return a manifest line in pieces; each but the first begins with a space. The text must be ASCII, as URLs are."""
    head, rest = line[:MANIFEST_LINE_BYTES], line[MANIFEST_LINE_BYTES:]
    return head + "\r\n" + (wrapped(" " + rest) if rest else "")


def write_launcher(launcher: Path, jar: Path) -> None:
    launcher.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(launcher, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", launcher_manifest(jar))


def chromium() -> str | None:
    """Return the browser that set-up found if it is still there, and else one that can be found now, or None."""
    try:
        recorded = str(json.loads(BROWSER_FILE.read_text(encoding="utf-8"))["chromium"])
    except FileNotFoundError:
        recorded = ""
    return recorded if Path(recorded).is_file() else find_chromium()


def find_chromium() -> str | None:
    """Return a Chromium that really starts. Ubuntu may have a program on PATH that only says where to get one."""
    return next((candidate for candidate in chromium_candidates() if output_of(candidate, "--version")), None)


def chromium_candidates() -> Iterable[str]:
    yield from filter(None, map(shutil.which, CHROMIUM_NAMES))
    for pattern in PLAYWRIGHTS_CHROMIUM:
        yield from (str(found) for found in sorted(playwright_cache().glob(pattern), reverse=True))


def playwright_cache() -> Path:
    """Return the folder of the browsers that Playwright has downloaded."""
    folder = "Library/Caches" if sys.platform == "darwin" else ".cache"
    return Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or home() / folder / "ms-playwright")
