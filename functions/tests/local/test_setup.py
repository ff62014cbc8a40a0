"""Set-up does everything once, and says in one line what it cannot do."""

import json
import stat
from pathlib import Path

import pytest

from tools import services, setup


@pytest.fixture
def stamps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(setup, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    return tmp_path / "stamps"


class Maker:
    """Makes its proof, and counts how often."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof
        self.made = 0

    def __call__(self) -> None:
        self.made += 1
        self.proof.touch()

    def once(self, *inputs: str) -> int:
        setup.once("thing", list(inputs), self.proof, self)
        return self.made


@pytest.fixture
def maker(stamps: Path, tmp_path: Path) -> Maker:
    return Maker(tmp_path / "proof")


def test_the_same_inputs_make_nothing_twice(maker: Maker) -> None:
    assert [maker.once("a", "b"), maker.once("a", "b")] == [1, 1]


def test_other_inputs_make_it_again(maker: Maker) -> None:
    assert [maker.once("a", "b"), maker.once("ab", ""), maker.once("ab", "")] == [1, 2, 2]


def test_a_lost_result_is_made_again(maker: Maker) -> None:
    maker.once("a")
    maker.proof.unlink()
    assert maker.once("a") == 2


def test_what_was_made_elsewhere_and_copied_here_is_made_again(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker.once("a")
    monkeypatch.setattr(setup, "ROOT", tmp_path / "copy")
    assert maker.once("a") == 2


def test_a_step_that_makes_nothing_is_an_error_and_leaves_no_stamp(stamps: Path, tmp_path: Path) -> None:
    with pytest.raises(setup.SetupError, match="proof is not there"):
        setup.once("thing", [], tmp_path / "proof", lambda: None)
    assert not stamps.exists()


def test_a_step_that_fails_is_tried_again(maker: Maker, stamps: Path) -> None:
    def fail() -> None:
        raise setup.SetupError("no network")

    with pytest.raises(setup.SetupError, match="no network"):
        setup.once("thing", ["a"], maker.proof, fail)
    assert maker.once("a") == 1


def test_a_missing_tool_ends_set_up_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup.toolchain, "what_is_missing", lambda: "Node is missing: install it.")
    assert setup.main([]) == 1
    assert capsys.readouterr().err == "setup: Node is missing: install it.\n"


def test_a_failing_command_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    with pytest.raises(setup.SetupError, match="false --now"):
        setup.run("false", "--now")


def test_a_named_firestore_emulator_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_BINARY_PATH", "/mine.jar")
    assert setup.find_firestore_jar() == "/mine.jar"


@pytest.fixture
def no_named_emulator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.delenv("FIRESTORE_EMULATOR_BINARY_PATH", raising=False)
    cached = tmp_path / "cached.jar"
    monkeypatch.setattr(setup.toolchain, "pinned_downloads", lambda: (cached, tmp_path / "ui"))
    return cached


def test_firebase_tools_finds_its_own_download(no_named_emulator: Path) -> None:
    no_named_emulator.touch()
    assert setup.find_firestore_jar() is None


def test_the_sdks_emulator_is_started_through_a_launcher(
    no_named_emulator: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher = tmp_path / "launcher.jar"
    monkeypatch.setattr(setup, "LAUNCHER", launcher)
    monkeypatch.setattr(setup.toolchain, "sdk_firestore_jar", lambda gcloud: Path("/sdk/emulator.jar"))
    assert setup.find_firestore_jar() == str(launcher)
    assert launcher.exists()


def test_without_any_emulator_it_is_downloaded_or_asked_for(
    no_named_emulator: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup.toolchain, "sdk_firestore_jar", lambda gcloud: None)
    monkeypatch.setattr(setup, "download", lambda emulator: True)
    assert setup.find_firestore_jar() is None
    monkeypatch.setattr(setup, "download", lambda emulator: False)
    with pytest.raises(setup.SetupError, match="FIRESTORE_EMULATOR_BINARY_PATH"):
        setup.find_firestore_jar()


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository with a few of the files that the pages are made of, and some that they are not made of."""
    for path in (
        *("web/index.html", "web/src/api/client.ts", "web/src/design/base.css", "docs/openapi.json", "docs/ledger.md"),
        *("docs/problems/not_found.md", "tools/people.json", "firebase.json", "tools/people.py", "docs/adr/0001.md"),
        *("web/node_modules/vite/index.js", "web/src/api/schema.d.ts", "public/index.html"),
    ):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("before")
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "path",
    [
        *("web/index.html", "web/src/api/client.ts", "web/src/design/base.css", "docs/openapi.json", "docs/ledger.md"),
        *("docs/problems/not_found.md", "tools/people.json", "firebase.json", "web/static/new.svg"),
    ],
)
def test_the_pages_are_built_anew_when_something_changed_that_they_are_made_of(tree: Path, path: str) -> None:
    before = setup.web_inputs()
    (tree / path).parent.mkdir(exist_ok=True)
    (tree / path).write_text("after")
    assert setup.web_inputs() != before


@pytest.mark.parametrize(
    "path",
    [
        *("web/node_modules/vite/index.js", "web/src/api/schema.d.ts", "public/index.html", "web/node_modules/new.js"),
        *("tools/people.py", "docs/adr/0001.md"),
    ],
)
def test_what_the_build_makes_or_never_reads_does_not_build_them_anew(tree: Path, path: str) -> None:
    before = setup.web_inputs()
    (tree / path).write_text("after")
    assert setup.web_inputs() == before


class Machine:
    """Stands in for a machine without a browser, on which some programs work."""

    def __init__(self, *working: str) -> None:
        self.working = working
        self.ran: list[str] = []

    def succeeds(self, command: list[str]) -> bool:
        self.ran.append(Path(command[0]).name + " " + command[1])
        return self.works(command[0])

    def works(self, program: str) -> bool:
        return Path(program).name in self.working

    def find_chromium(self) -> str | None:
        return "/usr/bin/chromium" if any(self.works(each.split()[0]) for each in self.ran) else None


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Machine:
    machine = Machine(*request.param)
    monkeypatch.setattr(setup, "succeeds", machine.succeeds)
    monkeypatch.setattr(setup.toolchain, "find_chromium", machine.find_chromium)
    monkeypatch.setattr(setup.toolchain, "BROWSER_FILE", tmp_path / "browser.json")
    monkeypatch.setattr(setup.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(setup.os, "geteuid", lambda: 0)
    return machine


@pytest.mark.parametrize(
    ("machine", "ran"),
    [
        (["apt-get"], ["apt-get update", "apt-get install"]),
        (["playwright"], ["apt-get update", "playwright install"]),
    ],
    indirect=["machine"],
)
def test_a_browser_for_the_tests_is_debians_or_playwrights(machine: Machine, ran: list[str]) -> None:
    setup.provide_browser()
    assert machine.ran == ran
    assert setup.toolchain.chromium() is not None
    assert json.loads(setup.toolchain.BROWSER_FILE.read_text()) == {"chromium": "/usr/bin/chromium"}


@pytest.mark.parametrize("machine", [["apt-get"]], indirect=True)
def test_only_root_installs_what_belongs_to_the_machine(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup.os, "geteuid", lambda: 1000)
    setup.provide_browser()
    assert machine.ran == ["playwright install"]


@pytest.mark.parametrize("machine", [[]], indirect=True)
def test_without_any_browser_set_up_says_so_in_one_line_and_goes_on(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    setup.provide_browser()
    (line,) = capsys.readouterr().err.splitlines()
    assert "install" in line
    assert not setup.toolchain.BROWSER_FILE.exists()


def test_nobody_but_the_tests_needs_a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(setup.toolchain, "what_is_missing", lambda: None)
    monkeypatch.setattr(setup, "set_up", lambda: done.append("set up"))
    monkeypatch.setattr(setup, "provide_browser", lambda: done.append("browser"))
    assert [setup.main([]), setup.main(["--with-browser"])] == [0, 0]
    assert done == ["set up", "set up", "browser"]


def test_no_lock_file_names_the_registry_that_it_was_made_with() -> None:
    for path in ("package-lock.json", "web/package-lock.json"):
        packages = json.loads((setup.ROOT / path).read_text(encoding="utf-8"))["packages"]
        assert [name for name, package in packages.items() if "resolved" in package] == []


def test_the_lock_file_of_the_web_is_whole() -> None:
    """The lock file gets holes if the registry lacks a package of another platform, and npm then refuses the whole
    file.
    """
    packages = json.loads((setup.ROOT / "web/package-lock.json").read_text(encoding="utf-8"))["packages"]
    wanted = {name for package in packages.values() for name in package.get("optionalDependencies", {})}
    assert {name for name in wanted if f"node_modules/{name}" not in packages} == set()


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    return tmp_path / ".secret.local"


def test_a_pepper_is_made_for_this_machine_that_only_its_owner_can_read(secrets: Path, tmp_path: Path) -> None:
    setup.make_secrets(secrets)
    other = tmp_path / "other"
    setup.make_secrets(other)
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    name, _, value = secrets.read_text().strip().partition("=")
    assert name == "API_KEY_PEPPER"
    assert len(value) >= 32
    assert secrets.read_text() != other.read_text()


def test_a_pepper_that_is_there_stays(secrets: Path) -> None:
    secrets.write_text("# mine\nAPI_KEY_PEPPER=mine\n")
    setup.make_secrets(secrets)
    assert secrets.read_text() == "# mine\nAPI_KEY_PEPPER=mine\n"


def test_a_file_of_secrets_without_the_pepper_is_its_owners_to_complete(secrets: Path) -> None:
    secrets.write_text("OTHER=1\n")
    with pytest.raises(setup.SetupError, match=r"\.secret\.local .* API_KEY_PEPPER="):
        setup.make_secrets(secrets)
    assert secrets.read_text() == "OTHER=1\n"


def test_the_pepper_is_written_where_firebase_looks_and_git_does_not() -> None:
    assert setup.SECRETS_FILE == services.SECRETS_FILE == setup.ROOT / "functions/.secret.local"
    assert setup.SECRETS_FILE.name in (setup.ROOT / ".gitignore").read_text().splitlines()
