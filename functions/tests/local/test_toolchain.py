"""Set-up chooses the right programs also on machines that are not like this one."""

import io
import json
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools import toolchain

BUNDLED = Path("/bundled/bin/java")


@pytest.mark.parametrize("version", ["v20.19.0", "v20.20.2", "v22.12.0", "v23.0.0", "v24.1.0", "v100.0.0"])
def test_a_new_node_is_taken(version: str) -> None:
    assert toolchain.node_is_missing(version) is None


@pytest.mark.parametrize(
    ("version", "found"),
    [
        *((version, f"found {version}") for version in ("v18.20.4", "v20.18.3", "v21.7.3", "v22.11.0")),
        ("", "found none"),
        ("?", "found ?"),
    ],
)
def test_an_old_node_is_refused_in_one_line_with_the_remedy(version: str, found: str) -> None:
    line = toolchain.node_is_missing(version)
    assert line == f"Node 20.19 or 22.12 or newer is missing ({found}): install it from https://nodejs.org."


def test_a_missing_npm_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "output_of", lambda *command: "v22.20.0\n")
    monkeypatch.setattr(toolchain.shutil, "which", lambda name: None)
    line = toolchain.what_is_missing()
    assert line is not None
    assert line.startswith("npm is missing: ")
    assert "\n" not in line


def test_a_python_without_venv_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "output_of", lambda *command: "v22.20.0\n")
    monkeypatch.setattr(toolchain.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(toolchain.importlib.util, "find_spec", lambda name: None)
    line = toolchain.what_is_missing()
    assert line is not None
    assert "python3-venv" in line


@pytest.mark.parametrize(
    ("text", "major"),
    [
        ('openjdk version "21.0.8" 2025-07-15', 21),
        ('Picked up JAVA_TOOL_OPTIONS: -Xmx2g\nopenjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_401"', 1),
        ('openjdk version "25" 2025-09-16', 25),
        ("Unable to locate a Java Runtime.", 0),
        ("", 0),
    ],
)
def test_the_major_version_of_java(text: str, major: int) -> None:
    assert toolchain.java_major(text) == major


@pytest.mark.parametrize(
    ("system", "version", "chosen"),
    [
        ("/usr/bin/java", 'openjdk version "21.0.8"', "/usr/bin/java"),
        ("/usr/bin/java", 'openjdk version "25"', "/usr/bin/java"),
        ("/usr/bin/java", 'openjdk version "17.0.15"', str(BUNDLED)),
        ("/usr/bin/java", "", str(BUNDLED)),
        (None, "", str(BUNDLED)),
    ],
)
def test_the_systems_java_is_used_only_where_it_is_new_enough(system: str | None, version: str, chosen: str) -> None:
    assert toolchain.choose_java(system, version, BUNDLED) == chosen


def test_the_newest_pyenv_python_comes_first_and_by_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("3.13.2", "3.13.10", "3.13.9", "3.12.1"):
        python = tmp_path / "versions" / version / "bin" / "python3.13"
        python.parent.mkdir(parents=True)
        python.touch()
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setattr(toolchain.shutil, "which", lambda name: "/shims/python3.13")
    found = list(toolchain.python313_candidates())
    assert found[0] == "/shims/python3.13"
    assert [Path(path).parts[-3] for path in found[1:4]] == ["3.13.10", "3.13.9", "3.13.2"]


@pytest.mark.parametrize(
    ("running", "others", "expected"),
    [
        ("3.9.25", ["3.13.0", "3.13.4", "3.12.1"], ["3.9.25", "3.13.4", "3.13.0"]),
        ("3.13.4", ["3.13.0"], ["3.13.4", "3.13.4", "3.13.0"]),
        ("cpython-3.12.1-linux", ["cpython-3.13.2-linux"], ["cpython-3.12.1-linux", "cpython-3.13.2-linux"]),
    ],
)
def test_a_python_beside_the_one_that_runs_set_up_is_found_whatever_home_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: str, others: list[str], expected: list[str]
) -> None:
    for version in (running, *others):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin/python3.13").touch()
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "empty"))
    lives_in(tmp_path / "nowhere", monkeypatch)
    monkeypatch.setattr(toolchain.shutil, "which", lambda name: None)
    monkeypatch.setattr(toolchain.sys, "base_prefix", str(tmp_path / running))
    assert [Path(path).parts[-3] for path in toolchain.python313_candidates()] == expected


def test_the_pyenv_of_the_user_is_found_where_home_points_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "real/.pyenv/versions/3.13.0/bin/python3.13"
    python.parent.mkdir(parents=True)
    python.touch()
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "empty"))
    lives_in(tmp_path / "real", monkeypatch)
    assert str(python) in [str(found) for found in toolchain.python313_candidates()]


def lives_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the home folder that the system knows, whatever HOME says."""
    monkeypatch.setattr(toolchain.pwd, "getpwuid", lambda _: SimpleNamespace(pw_dir=str(folder)))


def test_a_user_without_a_folder_gets_one_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(toolchain.Path, "home", unknown)
    monkeypatch.delenv("FIREBASE_EMULATORS_PATH", raising=False)
    assert toolchain.emulator_cache() == toolchain.ROOT / ".local/home/.cache/firebase/emulators"
    assert list(toolchain.python313_candidates())


def test_a_shim_that_does_not_start_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "python313_candidates", lambda: ["/shim", "/real"])
    answers = {"/shim": "", "/real": "/real/base\n"}
    monkeypatch.setattr(toolchain, "output_of", lambda *command: answers[command[0]])
    assert toolchain.python313() == "/real/base"


def test_a_program_that_is_absent_or_fails_says_nothing() -> None:
    assert toolchain.output_of("no-such-program-anywhere") == ""
    assert toolchain.output_of("sh", "-c", "echo words; exit 3") == ""


def test_the_sdks_jar_is_found_through_a_link_to_gcloud(tmp_path: Path) -> None:
    jar = tmp_path / "sdk/platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
    gcloud = tmp_path / "sdk/bin/gcloud"
    link = tmp_path / "bin/gcloud"
    for file in (jar, gcloud):
        file.parent.mkdir(parents=True)
        file.touch()
    link.parent.mkdir()
    link.symlink_to(gcloud)
    assert toolchain.sdk_firestore_jar(str(link)) == jar
    jar.unlink()
    assert toolchain.sdk_firestore_jar(str(link)) is None
    assert toolchain.sdk_firestore_jar(None) is None


@pytest.mark.parametrize("folder", ["/a", "/" + "long" * 13, "/" + "very-long" * 40, "/with space/and ü"])
def test_no_manifest_line_is_longer_than_72_bytes_and_nothing_is_lost(folder: str) -> None:
    jar = Path(folder) / "cloud-firestore-emulator.jar"
    manifest = toolchain.launcher_manifest(jar)
    assert max(len(line.encode()) for line in manifest.splitlines(keepends=True)) <= 72
    unfolded = manifest.replace("\r\n ", "")
    assert unfolded.splitlines() == [
        "Manifest-Version: 1.0",
        f"Main-Class: {toolchain.FIRESTORE_MAIN_CLASS}",
        f"Class-Path: {jar.as_uri()}",
        "",
    ]


def test_the_launcher_is_a_jar_with_only_a_manifest(tmp_path: Path) -> None:
    launcher = tmp_path / "deep/launcher.jar"
    toolchain.write_launcher(launcher, Path("/sdk/emulator.jar"))
    with zipfile.ZipFile(io.BytesIO(launcher.read_bytes())) as archive:
        assert archive.namelist() == ["META-INF/MANIFEST.MF"]
        assert b"file:///sdk/emulator.jar" in archive.read("META-INF/MANIFEST.MF")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty machine: bin/ is on its PATH, where the tests put programs, and cache/ is Playwright's."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "cache"))
    monkeypatch.setattr(toolchain, "BROWSER_FILE", tmp_path / "browser.json")
    return tmp_path


def a_program(path: Path, does: str = "echo Chromium 140.0") -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)
    return str(path)


def test_debians_chromium_comes_before_chrome_and_before_playwrights(machine: Path) -> None:
    assert toolchain.chromium() is None
    downloaded = a_program(machine / "cache/chromium-1255/chrome-linux64/chrome")
    assert toolchain.chromium() == downloaded
    chrome = a_program(machine / "bin/google-chrome")
    assert toolchain.chromium() == chrome
    debians = a_program(machine / "bin/chromium")
    assert toolchain.chromium() == debians


def test_a_browser_that_does_not_start_is_passed_over(machine: Path) -> None:
    a_program(machine / "bin/chromium-browser", "echo 'requires the chromium snap' >&2; exit 10")
    assert toolchain.chromium() is None
    chrome = a_program(machine / "bin/google-chrome-stable")
    assert toolchain.chromium() == chrome


def test_the_browser_of_set_up_is_the_browser_of_the_tests_while_it_is_there(machine: Path) -> None:
    a_program(machine / "bin/chromium")
    chosen = a_program(machine / "elsewhere/chrome")
    toolchain.BROWSER_FILE.write_text(json.dumps({"chromium": chosen}))
    assert toolchain.chromium() == chosen
    Path(chosen).unlink()
    assert toolchain.chromium() == str(machine / "bin/chromium")
