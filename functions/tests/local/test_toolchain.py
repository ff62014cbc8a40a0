"""What set-up chooses on machines that are not like this one."""

import io
import zipfile
from pathlib import Path

import pytest

from tools import toolchain

BUNDLED = Path("/bundled/bin/java")


@pytest.mark.parametrize("version", ["v20.0.0", "v20.20.2", "v24.1.0", "v100.0.0"])
def test_a_new_node_is_taken(version: str) -> None:
    assert toolchain.node_is_missing(version) is None


@pytest.mark.parametrize(("version", "found"), [("v18.20.4", "found v18.20.4"), ("", "found none"), ("?", "found ?")])
def test_an_old_node_is_refused_in_one_line_with_the_remedy(version: str, found: str) -> None:
    line = toolchain.node_is_missing(version)
    assert line == f"Node 20 or newer is missing ({found}): install it from https://nodejs.org."


def test_a_missing_npm_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "output_of", lambda *command: "v22.0.0\n")
    monkeypatch.setattr(toolchain.shutil, "which", lambda name: None)
    line = toolchain.what_is_missing()
    assert line is not None
    assert line.startswith("npm is missing: ")
    assert "\n" not in line


def test_a_python_without_venv_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "output_of", lambda *command: "v22.0.0\n")
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
    assert [Path(path).parts[-3] for path in found[1:]] == ["3.13.10", "3.13.9", "3.13.2"]


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
