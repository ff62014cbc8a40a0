"""Set-up does everything once, and says in one line what it cannot do."""

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
    """Makes its proof, and counts."""

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
    assert setup.main() == 1
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
