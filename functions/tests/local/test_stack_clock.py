"""If the stack's clock was set, every process of it is told the same. Outside of the emulator no process may
be told.
"""

import argparse
import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bootstrap import Darkroom
from core.clock import utc_now
from core.environment import ConfigurationError
from core.settings import Settings
from tools import services, stack_clock
from world import ENVIRONMENT

A_DAY = 24 * 3600


def test_a_time_is_told_as_seconds_from_now() -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert stack_clock.offset_to(tomorrow) == pytest.approx(A_DAY, abs=300)
    assert stack_clock.offset_to(yesterday) == pytest.approx(-A_DAY, abs=300)


@pytest.mark.parametrize("text", ["", "tomorrow", "2028-02-29T23:59:30", "2027-02-29T23:59:30Z", "1772323170"])
def test_what_is_no_time_or_has_no_zone_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="such as 2028-02-29T23:59:30Z"):
        stack_clock.offset_to(text)


def test_every_process_of_the_stack_is_told_and_a_stranger_s_offset_is_not_taken_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CLOCK_OFFSET_SECONDS", "7")
    assert services.environment(clock_offset=-3600)["CLOCK_OFFSET_SECONDS"] == "-3600"
    assert "CLOCK_OFFSET_SECONDS" not in services.environment()


def test_a_command_that_comes_later_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_clock, "KEPT_IN", tmp_path / "new" / "clock")
    assert stack_clock.kept() == 0
    stack_clock.keep(-A_DAY)
    assert stack_clock.kept() == -A_DAY
    stack_clock.KEPT_IN.write_text("torn")
    assert stack_clock.kept() == 0


@pytest.mark.parametrize("seconds", [0, A_DAY, -A_DAY])
def test_the_application_goes_by_it(seconds: int) -> None:
    app = Darkroom(Settings.from_environment(ENVIRONMENT | {"CLOCK_OFFSET_SECONDS": str(seconds)}))
    ahead = app.clock() - utc_now()
    assert ahead.total_seconds() == pytest.approx(seconds, abs=300)


@pytest.mark.parametrize("seconds", ["60", "-1"])
def test_off_the_emulator_no_clock_is_set(seconds: str) -> None:
    deployed = ENVIRONMENT | {"FUNCTIONS_EMULATOR": "false", "AUTH_MODE": "required"}
    with pytest.raises(ConfigurationError, match=r"CLOCK_OFFSET_SECONDS .* FUNCTIONS_EMULATOR=true; allowed here: 0"):
        Settings.from_environment(deployed | {"CLOCK_OFFSET_SECONDS": seconds})
    assert Settings.from_environment(deployed | {"CLOCK_OFFSET_SECONDS": "0"}).clock_offset == timedelta()


@pytest.mark.parametrize("text", ["soon", "1.5", "nan", str(10**12)])
def test_an_offset_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(ConfigurationError, match="CLOCK_OFFSET_SECONDS"):
        Settings.from_environment(ENVIRONMENT | {"CLOCK_OFFSET_SECONDS": text})


DATES = """
const told = new Date();
console.log(JSON.stringify({
  now: Date.now(), made: told.getTime(), text: Date.parse(Date()),
  given: new Date(5).getTime(), parts: Date.UTC(1970, 0, 2),
  isDate: told instanceof Date, isSub: new (class extends Date {})() instanceof Date,
}));
"""


@pytest.mark.parametrize("seconds", [0, 400 * A_DAY, -400 * A_DAY])
def test_the_auth_emulator_goes_by_it(seconds: int) -> None:
    assert services.MOVED_CLOCK in services.emulators(["auth"], ui=False).command
    environment = services.environment(clock_offset=seconds)
    command = ["node", "--require", services.MOVED_CLOCK, "-e", DATES]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    seen = json.loads(done.stdout)
    expected = 1000 * (utc_now().timestamp() + seconds)
    assert [seen[name] for name in ("now", "made", "text")] == pytest.approx([expected] * 3, abs=300_000)
    assert (seen["given"], seen["parts"], seen["isDate"], seen["isSub"]) == (5, 86_400_000, True, True)
