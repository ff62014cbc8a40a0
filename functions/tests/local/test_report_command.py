"""`make report` and similar commands let an operator handle reports by hand."""

import json
import sys
from argparse import Namespace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tools import operate, stack
from weekly import Pages
from world import World


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(operate, "REPORTS", tmp_path / "report")
    return tmp_path / "report"


def wanted(*arguments: str) -> Namespace:
    return operate.parsed(["report", *arguments])


def report(world: World, *arguments: str) -> None:
    world.app.made.setdefault("pages", Pages())
    options = wanted(*arguments)
    options.run(world.app, options)


def saved(world: World) -> list[str]:
    return [path for path in world.records() if path.startswith("reports/")]


def test_the_report_is_saved_and_lies_there_as_a_page_a_picture_and_json(
    world: World, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.now -= timedelta(days=7)
    world.create()
    world.now += timedelta(days=7)
    report(world)
    assert sorted(file.name for file in folder.iterdir()) == ["2026-W09.html", "2026-W09.json", "2026-W09.png"]
    document: dict[str, Any] = json.loads((folder / "2026-W09.json").read_text())
    assert document["generation_stats"]["total_requests"] == 1
    assert (folder / "2026-W09.html").read_text().startswith("<!doctype html>")
    assert (folder / "2026-W09.png").read_bytes().startswith(b"\x89PNG")
    assert capsys.readouterr().out.splitlines() == [document["headline"], str(folder / "2026-W09.html")]
    assert saved(world) == [f"reports/{document['id']}"]


def test_a_rehearsal_leaves_files_only(world: World, folder: Path) -> None:
    report(world, "--dry-run", "--as-of", "2026-02-23T00:30:00+02:00")
    assert {file.stem for file in folder.iterdir()} == {"2026-W07"}, "in UTC it is still Sunday there"
    assert saved(world) == []


def test_with_the_demo_data_there_is_something_to_report(world: World, folder: Path) -> None:
    report(world, "--seed")
    (file,) = folder.glob("*.json")
    assert json.loads(file.read_text())["generation_stats"]["total_requests"] > 0


def test_a_time_without_a_zone_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        wanted("--as-of", "2026-02-23T00:30:00")
    assert "--as-of" in capsys.readouterr().err


def test_somebody_who_left_comes_back(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    options = operate.parsed(["resubscribe", "--email", "Ann@example.com"])
    world.app.subscriptions.unsubscribe(world.app.subscriptions.token("ann@example.com"))
    assert options.run(world.app, options) == 0
    assert world.app.subscriptions.wants("ann@example.com")
    assert options.run(world.app, options) == 1
    assert "had not unsubscribed" in capsys.readouterr().err


def test_the_webhooks_secret_is_shown_where_there_is_a_webhook(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    options = operate.parsed(["webhook-secret"])
    assert options.run(world.app, options) == 1
    assert "REPORT_WEBHOOK_URL" in capsys.readouterr().err
    with_webhook = World(world.now, REPORT_WEBHOOK_URL="https://chat.example/hook").app
    assert options.run(with_webhook, options) == 0
    assert capsys.readouterr().out.strip() == with_webhook.webhook_secret


@pytest.mark.parametrize(("is_up", "chosen"), [(True, "attach"), (False, "execute")])
def test_beside_a_stack_that_is_up_or_beside_one_of_its_own(
    monkeypatch: pytest.MonkeyPatch, is_up: bool, chosen: str
) -> None:
    called: list[tuple[str, list[str], list[str]]] = []

    def ends(how: str, command: list[str], only: list[str]) -> int:
        called.append((how, command, only))
        return 7

    monkeypatch.setattr(sys, "argv", ["stack.py", "beside", "--only", "firestore", "--", "make", "coffee"])
    monkeypatch.setattr(stack, "stop_on_signals", lambda: None)
    monkeypatch.setattr(stack, "is_up", lambda: is_up)
    monkeypatch.setattr(stack, "attach", lambda command: ends("attach", command, []))
    monkeypatch.setattr(stack, "execute", lambda command, options: ends("execute", command, options.only))
    assert stack.main() == 7
    assert called == [(chosen, ["make", "coffee"], [] if is_up else ["firestore"])]
