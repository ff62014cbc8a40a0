"""A generator of clients makes a whole Python package from the reference, and that package can be imported."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
GENERATOR = Path(sys.executable).with_name("openapi-python-client")
IMPORT_ALL = """
import importlib, pkgutil, darkroom_client
for module in pkgutil.walk_packages(darkroom_client.__path__, "darkroom_client."):
    print(importlib.import_module(module.name).__name__)
"""


def run(*command: str | Path, folder: Path) -> str:
    done = subprocess.run([*map(str, command)], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the package. It is not formatted, because that would only help people. Any warning ends the
    generator.
    """
    folder = tmp_path_factory.mktemp("client")
    (folder / "config.yaml").write_text("post_hooks: []\n", encoding="utf-8")
    options = ("--meta", "none", "--config", "config.yaml", "--fail-on-warning")
    document = ROOT / "docs/openapi.json"
    run(GENERATOR, "generate", "--path", document, "--output-path", "darkroom_client", *options, folder=folder)
    return folder


def test_every_file_compiles(folder: Path) -> None:
    run(sys.executable, "-m", "compileall", "-q", "darkroom_client", folder=folder)


def test_every_module_can_be_imported(folder: Path) -> None:
    imported = run(sys.executable, "-c", IMPORT_ALL, folder=folder).split()
    assert "darkroom_client.api.generations.create_generation" in imported
    assert "darkroom_client.api.function_ur_ls.schedule_weekly_report" in imported
    assert "darkroom_client.models.function_refusal" in imported
