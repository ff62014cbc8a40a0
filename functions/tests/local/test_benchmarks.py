"""The benchmark's own tools count and draw the right things. Nothing is timed here."""

import json
import subprocess
import sys
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from loopback import Answer, Loopback, Request, loopback
from tools.benchmarks import chart, report, results
from tools.benchmarks.servers import HERE


def measured(per_second: float, **statuses: int) -> dict[str, Any]:
    times = dict.fromkeys(("p50_ms", "p95_ms", "p99_ms", "cpu_ms"), 1.5)
    return {"count": 9, "per_second": per_second, **times, "statuses": {**(statuses or {"200": 9})}}


def row(per_second: float, *, floor: float = 200.0, exact: bool = True, **statuses: int) -> dict[str, Any]:
    return {
        "operation": "create",
        "title": "create",
        "clients": 8,
        "rate": None,
        "served": measured(per_second, **statuses),
        "floors": {"create": measured(floor), "and_enqueue": measured(floor / 2), "batch": measured(floor)},
        "books_are_exact": exact,
    }


def test_the_run_in_the_middle_is_shown() -> None:
    found = results.middle([row(90), row(50, floor=100), row(100, floor=300)])
    assert found["served"]["per_second"] == 90
    assert found["ratios"] == {"create": 0.45, "and_enqueue": 0.9, "batch": 0.45}


def test_no_error_and_no_wrong_book_of_any_run_is_hidden() -> None:
    answers: dict[str, Any] = {"200": 5, "503": 2, "TimeoutError": 1}
    found = results.middle([row(1), row(2, **answers), row(3, exact=False)])
    assert (found["errors"], found["books_are_exact"]) == (3, False)


@pytest.fixture
def everything() -> dict[str, Any]:
    cold = {"ping_ms": 1.0, "read_ms": 2.0, "read_ms_least": 1.5, "cpu_ms": 1.0, "pss_mib": 3.0, "modules": 9}
    return {
        "machine": {"cpu": "<a> & b", "cores": 2, "memory_gib": 1, "system": "x", "python": "3"},
        "busy": 0.5,
        "runs": 1,
        "minutes": 1,
        "steady": [results.middle([row(90)]), {**results.middle([row(10)]), "rate": 10, "floors": {}}],
        "costs": {"create": {"reads": 0, "writes": 3, "round_trips": 2, "dollars_per_million": 5.8}},
        "cold": [{"title": "empty & app", "ratio": 1.0, "cpu_ratio": 1.0, **cold}],
    }


def test_the_chart_is_a_picture(everything: dict[str, Any]) -> None:
    picture = ET.fromstring(chart.svg(everything))
    words = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert "create (8)" in words
    assert "empty & app" in words


def test_every_line_of_a_table_has_all_of_its_cells(everything: dict[str, Any]) -> None:
    tables = [table for table in report.markdown(everything).split("\n\n") if table.startswith("|")]
    assert len(tables) == 4
    for table in tables:
        assert len({line.count("|") for line in table.strip().splitlines()}) == 1


class TestLoad:
    @pytest.fixture
    def server(self, socket_enabled: None) -> Any:
        with loopback(lambda _: (202, {"a": 1})) as found:
            yield found

    def send(self, server: Loopback, **plan: Any) -> Any:
        defaults = {"pids": [], "clients": 2, "rate": None, "warm_seconds": 0, "seconds": 20, "cycle": False}
        plan = {"port": int(server.host.rpartition(":")[2]), **defaults, **plan}
        done = subprocess.run(
            [sys.executable, str(HERE / "load.py")],
            input=json.dumps(plan),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return json.loads(done.stdout)

    def test_each_request_goes_once_and_the_first_one_does_not_count(self, server: Loopback) -> None:
        requests = [{"method": "POST", "path": f"/{number}", "body": {"n": number}} for number in range(9)]
        found = self.send(server, requests=requests)
        assert (found["count"], found["statuses"]) == (8, {"202": 8})
        assert sorted(request.body["n"] for request in server.requests) == list(range(9))

    def test_what_goes_wrong_is_counted(self, server: Loopback) -> None:
        def answer(request: Request) -> Answer:
            return (503, {}) if request.path == "/2" else (200, "text")

        server.answer = answer
        requests = [{"method": "GET", "path": f"/{number}"} for number in range(4)]
        assert self.send(server, requests=requests)["statuses"] == {"200": 2, "503": 1}
