"""A model is a document, and a provider is a folder and a line, as CONTRIBUTING.md says.

Each is added here and used through the API: listed, ordered, made, paid for, and counted in the report.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bootstrap.provider_table import PROVIDERS
from repositories.store.documents import Create
from tools.reference.world import MemoryWorld

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
INK = {
    "kind": "text_to_image",
    "provider": "simulated",
    "provider_model": "tabletops",
    "description": "Ink on paper",
    "parameters": {
        "type": "object",
        "properties": {
            "style": {"type": "string", "x-catalog": "styles", "default": "sketch"},
            "color": {"type": "string", "x-catalog": "colors", "default": "monochrome"},
            "size": {"type": "string", "x-catalog": "sizes"},
        },
        "required": ["size"],
        "additionalProperties": False,
    },
    "prompt_max": 80,
    "price_rules": [{"id": "ink", "credits": 2, "conditions": {}, "unit": "request", "version": 1}],
    "sort_order": 9,
}

PRESS = '''
"""Prints the prompt. It stands for the folder of a vendor."""

from services.generations.model_ports import Media


class Press:
    def expected_seconds(self):
        return 3.0

    def generate(self, job):
        return (Media.of_bytes(job.prompt.encode(), "image/png", width=8, height=8),)


def make(settings, clock):
    return Press()
'''


@pytest.fixture
def press(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make a folder with a provider, and add its line to the table."""
    (tmp_path / "press").mkdir()
    (tmp_path / "press" / "__init__.py").write_text(PRESS, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(PROVIDERS, "press", "press:make")
    yield
    sys.modules.pop("press", None)


def generation_of(world: MemoryWorld, **order: str) -> dict[str, object]:
    created = world.api("POST", "/v1/generations", "alice", json=order)
    assert created.status == 202, created.body
    world.deliver_all()
    found: dict[str, object] = world.api("GET", f"/v1/generations/{created.body['id']}", "alice").body
    return found


def test_a_model_is_a_document() -> None:
    world = MemoryWorld(NOW)
    world.documents.commit([Create("models/ink", INK)])
    assert "ink" in [model["id"] for model in world.api("GET", "/v1/models").body["data"]]

    made = generation_of(world, model="ink", prompt="A crane", size="512x512")
    assert (made["status"], made["kind"]) == ("completed", "text_to_image")
    assert made["params"] == {"seed": None, "style": "sketch", "color": "monochrome", "size": "512x512"}
    assert made["cost"] == {"price": 2, "held": 0, "charged": 2, "refunded": 0}
    refused = world.api("POST", "/v1/generations", "alice", json={"model": "ink", "prompt": "x" * 81, "size": "2x2"})
    assert [fault["pointer"] for fault in refused.body["errors"]] == ["/prompt", "/size"]

    world.later(days=7)
    report = world.app.reporting.run(dry_run=True)["report_data"]
    assert report["model_performance"]["ink"]["completed"] == 1


@pytest.mark.usefixtures("press")
def test_a_provider_is_a_folder_and_a_line() -> None:
    world = MemoryWorld(NOW)
    world.documents.commit([Create("models/ink", {**INK, "provider": "press"})])
    made = generation_of(world, model="ink", prompt="A crane", size="1024x1024")
    assert made["status"] == "completed"
    (path,) = [path for path in world.outputs.files if path.endswith("/0.png")]
    assert world.outputs.files[path] == b"A crane"

    world.later(days=7)
    report = world.app.reporting.run(dry_run=True)["report_data"]
    assert report["generation_stats"]["provider_breakdown"] == {"press": 1}
