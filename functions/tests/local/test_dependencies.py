"""A package with a known vulnerability makes the check fail. If the service cannot be asked, the check only warns."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tools import dependencies

GOOD: dict[str, Any] = {"name": "flask", "version": "3.0.0", "vulns": []}
BAD: dict[str, Any] = {**GOOD, "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.0.1"]}]}
UNKNOWN: dict[str, Any] = {"name": "flask", "skip_reason": "not found"}

FLASK = "# via nothing==1\nflask==3.0.0 \\\n    --hash=sha256:00\npillow==12.0.0 \\\n    --hash=sha256:11\n"


class PipAudit:
    """Stands in for the program. It has one answer for the first package alone, and one for all."""

    SCRIPT = """#!{python}
import json, pathlib, signal, sys
here, requirements = pathlib.Path(__file__).parent, pathlib.Path(sys.argv[-1]).read_text()
with (here / "asked").open("a") as log:
    log.write(json.dumps(requirements) + "\\n")
code, text = json.loads((here / ("all" if "pillow" in requirements else "first")).read_text())
print(text)
if code is None:
    signal.pause()
sys.exit(code)
"""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = folder / "pip-audit"
        self.program.write_text(self.SCRIPT.format(python=sys.executable), encoding="utf-8")
        self.program.chmod(0o755)

    def answer(self, of: str, *found: dict[str, Any], code: int | None = 0) -> None:
        text = json.dumps({"dependencies": found, "fixes": []}) if found else ""
        (self.folder / of).write_text(json.dumps([code, text]), encoding="utf-8")

    @property
    def asked(self) -> list[str]:
        return [json.loads(line) for line in (self.folder / "asked").read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PipAudit:
    found = PipAudit(tmp_path)
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(FLASK)
    monkeypatch.setattr(dependencies, "PIP_AUDIT", found.program)
    monkeypatch.setattr(dependencies, "REQUIREMENTS", requirements)
    return found


def test_nothing_known_passes(audit: PipAudit, capsys: pytest.CaptureFixture[str]) -> None:
    audit.answer("first", GOOD)
    audit.answer("all", GOOD)
    assert dependencies.main() == 0
    assert audit.asked == ["flask==3.0.0", FLASK]
    assert capsys.readouterr().out == "dependencies: no known vulnerability\n"


def test_a_vulnerability_fails_and_says_where_it_is_mended(audit: PipAudit, capsys: pytest.CaptureFixture[str]) -> None:
    audit.answer("first", BAD, code=1)
    audit.answer("all", BAD, code=1)
    assert dependencies.main() == 1
    assert capsys.readouterr().err == "dependencies: flask 3.0.0: PYSEC-1, mended in 3.0.1\n"


@pytest.mark.parametrize(("found", "code"), [([UNKNOWN], 0), ([], 1)])
def test_a_mirror_or_no_network_is_a_loud_warning_and_is_asked_no_further(
    audit: PipAudit, capsys: pytest.CaptureFixture[str], found: list[dict[str, Any]], code: int
) -> None:
    audit.answer("first", *found, code=code)
    assert dependencies.main() == 0
    seen = capsys.readouterr()
    assert seen.out == ""
    first, second = seen.err.splitlines()
    assert first == "WARNING: dependencies: NOT AUDITED: the advisory service cannot be reached."
    assert second.startswith("WARNING: Nobody has looked")
    assert audit.asked == ["flask==3.0.0"]


@pytest.mark.parametrize(("first", "all_of_them"), [(None, 0), (0, None)])
def test_a_network_that_swallows_everything_does_not_hold_anybody_up(
    audit: PipAudit,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    first: int | None,
    all_of_them: int | None,
) -> None:
    monkeypatch.setattr(dependencies, "QUICK_SECONDS", 1)
    monkeypatch.setattr(dependencies, "PATIENT_SECONDS", 1)
    audit.answer("first", GOOD, code=first)
    audit.answer("all", GOOD, code=all_of_them)
    assert dependencies.main() == 0
    assert "NOT AUDITED" in capsys.readouterr().err


def test_the_warning_is_among_the_last_lines_of_make_check() -> None:
    makefile = (dependencies.ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.partition("\ncheck:")[2].partition("\n\n")[0]
    assert recipe.splitlines()[-1].strip() == "@$(PYTHON) tools/dependencies.py"


def test_what_the_service_does_not_know_is_named(audit: PipAudit, capsys: pytest.CaptureFixture[str]) -> None:
    audit.answer("first", GOOD)
    audit.answer("all", {**GOOD, "name": "pillow"}, UNKNOWN)
    assert dependencies.main() == 0
    assert "does not know flask" in capsys.readouterr().out
