"""An operator learns two things of a deployed project: for which addresses the schedules' tokens are meant, and which
proxies it has.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loopback import Loopback, loopback
from tools import doors
from tools.doors import FORGED, NotFoundOut, Seen, lessons, schedules_url

OURS, EDGE = "203.0.113.7", "198.51.100.20"
DIRECT = Seen(entries=(FORGED, OURS), address=OURS)


class TestSchedules:
    @pytest.fixture
    def jobs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        """Return what Cloud Scheduler would say of each job. A gcloud of our own prints it."""
        targets = {
            name: {"uri": f"https://{name.lower()}-abc123-uc.a.run.app", "oidcToken": {"serviceAccountEmail": "x"}}
            for name in ("sweep", "audit", "weeklyReport")
        }
        program = tmp_path / "gcloud"
        program.write_text(
            f"#!{sys.executable}\nimport json, pathlib, sys\n"
            f"jobs = json.loads(pathlib.Path({str(tmp_path / 'jobs')!r}).read_text())\n"
            "name = sys.argv[4].split('-')[2]\n"
            "print(json.dumps({'httpTarget': jobs[name]})) if name in jobs else sys.exit('NOT_FOUND')\n",
            encoding="utf-8",
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        self.file = tmp_path / "jobs"
        self.file.write_text(json.dumps(targets), encoding="utf-8")
        return targets

    def test_the_setting_is_read_from_the_jobs(self, jobs: dict[str, Any]) -> None:
        assert schedules_url("my-project", "us-central1") == "https://{service}-abc123-uc.a.run.app"

    def test_an_audience_that_a_job_names_counts_more_than_its_address(self, jobs: dict[str, Any]) -> None:
        for name, target in jobs.items():
            target["oidcToken"]["audience"] = f"https://{name.lower()}-123456.us-central1.run.app/"
        self.file.write_text(json.dumps(jobs), encoding="utf-8")
        assert schedules_url("my-project", "us-central1") == "https://{service}-123456.us-central1.run.app"

    @pytest.mark.parametrize(
        ("name", "target"),
        [
            ("audit", {"uri": "https://audit-other-uc.a.run.app"}),
            ("audit", {"uri": "https://evil.example/sweep"}),
            ("audit", {}),
        ],
    )
    def test_addresses_of_which_no_setting_can_be_made_are_named(
        self, jobs: dict[str, Any], name: str, target: dict[str, Any]
    ) -> None:
        self.file.write_text(json.dumps(jobs | {name: target}), encoding="utf-8")
        with pytest.raises(NotFoundOut):
            schedules_url("my-project", "us-central1")

    def test_before_the_first_deployment_it_says_which_job_is_missing(self, jobs: dict[str, Any]) -> None:
        self.file.write_text("{}", encoding="utf-8")
        with pytest.raises(NotFoundOut, match="firebase-schedule-sweep-us-central1"):
            schedules_url("my-project", "us-central1")


class TestProxies:
    def test_what_hosting_adds_is_what_has_to_be_entered(self) -> None:
        lines, is_good = lessons(DIRECT, Seen((FORGED, OURS, EDGE), EDGE))
        assert (lines[-1], is_good) == (f"TRUSTED_PROXIES={EDGE}", True)

    def test_when_it_has_been_entered_there_is_nothing_to_do(self) -> None:
        lines, is_good = lessons(DIRECT, Seen((FORGED, OURS, EDGE), OURS))
        assert is_good
        assert "Nothing to do" in lines[-1]

    def test_an_address_that_a_stranger_can_choose_is_a_danger(self) -> None:
        lines, is_good = lessons(Seen((FORGED, OURS), FORGED), Seen((FORGED, OURS, EDGE), OURS))
        assert not is_good
        assert any("DANGER" in line and FORGED in line for line in lines)

    def test_so_is_one_that_a_stranger_can_choose_through_hosting(self) -> None:
        lines, is_good = lessons(DIRECT, Seen((FORGED, OURS, EDGE), FORGED))
        assert not is_good
        assert any("DANGER" in line and "Hosting" in line for line in lines)

    @pytest.mark.parametrize("entries", [(EDGE,), (FORGED, EDGE), ()])
    def test_where_hosting_does_not_tell_its_visitors_they_share_an_address(self, entries: tuple[str, ...]) -> None:
        lines, is_good = lessons(DIRECT, Seen(entries, EDGE))
        assert is_good
        assert "share an address" in lines[-1]

    def test_where_hosting_adds_nothing_nothing_is_needed(self) -> None:
        assert "not needed" in lessons(DIRECT, Seen((OURS,), OURS))[0][-1]

    def test_without_a_front_end_nothing_can_be_believed(self) -> None:
        assert not lessons(Seen((), "10.0.0.1"), Seen((OURS, EDGE), EDGE))[1]

    def test_an_address_of_ipv6_is_counted_by_its_network(self) -> None:
        ours = "2001:db8:1:2:3:4:5:6"
        lines, is_good = lessons(Seen((ours,), "2001:db8:1:2::/64"), Seen((ours, EDGE), "2001:db8:1:2::/64"))
        assert is_good
        assert "Nothing to do" in lines[-1]
        assert not lessons(Seen((ours,), "2001:db8:1:9::/64"), Seen((ours, EDGE), "2001:db8:1:2::/64"))[1]


class TestAsking:
    @pytest.fixture
    def door(self, socket_enabled: None) -> Iterator[Loopback]:
        with loopback(lambda _: (200, {"forwarded_for": [FORGED, OURS], "address": OURS})) as found:
            yield found

    def test_it_says_that_it_comes_from_elsewhere_and_who_asks(self, door: Loopback) -> None:
        assert doors.look(f"http://{door.host}", "dk_key") == DIRECT
        (asked,) = door.requests
        assert (asked.method, asked.path) == ("GET", "/v1/admin/connection")
        assert asked.headers["X-Forwarded-For"] == FORGED
        assert asked.headers["Authorization"] == "Bearer dk_key"

    @pytest.mark.parametrize("answer", [(401, {"code": "unauthenticated"}), (200, []), (500, {})])
    def test_a_refusal_teaches_nothing(self, door: Loopback, answer: tuple[int, Any]) -> None:
        door.answer = lambda _: answer
        with pytest.raises(NotFoundOut):
            doors.look(f"http://{door.host}", "dk_key")

    def test_without_a_key_it_says_what_to_set(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.delenv("DARKROOM_KEY", raising=False)
        assert doors.main(["--project", "my-project"]) == 1
        said = capsys.readouterr().err
        assert "gcloud cannot be run" in said
        assert "DARKROOM_KEY" in said
