"""What `/v1` answers when all goes well: for each operation, the calls that the reference shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from unittest.mock import patch

from services.ports import ModelRejected
from tools.reference.stage import ORDER, Exchange, Stage, played

_SLOW = {"SIMULATED_LATENCY_SECONDS": "6"}
_LABELLED = {**ORDER, "seed": 7, "metadata": {"album": "coast"}}
_KEY = {"Idempotency-Key": "order-2026-03-04-0001"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    operation: str
    name: str
    summary: str
    play: Callable[[Stage], Exchange]
    environment: Mapping[str, str] = field(default_factory=dict)

    def exchange(self) -> Exchange:
        with played(f"{self.operation}/{self.name}"):
            return self.play(Stage(**self.environment))


def _queued(stage: Stage) -> Exchange:
    return stage.ask("POST", "/v1/generations", json=ORDER)


def _labelled(stage: Stage) -> Exchange:
    return stage.ask("POST", "/v1/generations", json=_LABELLED, headers=_KEY)


def _replayed(stage: Stage) -> Exchange:
    _labelled(stage)
    stage.later(seconds=30)
    return _labelled(stage)


def _awaited(stage: Stage) -> Exchange:
    def pause(seconds: float) -> None:
        stage.later(seconds=seconds)
        stage.deliver_all()

    stage.app.made["pause"] = pause
    return stage.ask("POST", "/v1/generations", json=ORDER, headers={"Prefer": "wait=20"})


def _quoted(stage: Stage) -> Exchange:
    return stage.ask("POST", "/v1/generations", json={**ORDER, "validate_only": True})


def _three(stage: Stage) -> None:
    for prompt in ("A harbour in fog", "A fox in snow", "A lighthouse at dusk"):
        stage.order(prompt=prompt, size="512x512")
        stage.later(seconds=2)
        stage.deliver_all()
        stage.later(seconds=60)


def _page(stage: Stage) -> Exchange:
    _three(stage)
    return stage.ask("GET", "/v1/generations", query={"page_size": "2"})


def _next_page(stage: Stage) -> Exchange:
    token = _page(stage).content["next_page_token"]
    return stage.ask("GET", "/v1/generations", query={"page_size": "2", "page_token": token})


def _filtered(stage: Stage) -> Exchange:
    _three(stage)
    stage.order(style="sketch")
    query = {"status": "queued", "style": "sketch", "from": "2026-03-04T12:00:00Z"}
    return stage.ask("GET", "/v1/generations", query=query)


def _waiting(stage: Stage) -> Exchange:
    stage.order(prompt="A harbour in fog")
    stage.later(seconds=1)
    return stage.ask("GET", f"/v1/generations/{stage.order()}")


def _processing(stage: Stage) -> Exchange:
    generation_id = _submitted(stage)
    return stage.ask("GET", f"/v1/generations/{generation_id}")


def _submitted(stage: Stage) -> str:
    """Two seconds after a vendor took the job, of the six that it will need."""
    generation_id = stage.order(model="Model R")
    stage.deliver(generation_id)
    stage.later(seconds=2)
    return generation_id


def _completed(stage: Stage) -> Exchange:
    generation_id = stage.order()
    stage.later(seconds=2)
    stage.deliver_all()
    return stage.ask("GET", f"/v1/generations/{generation_id}")


def _failed(stage: Stage) -> Exchange:
    generation_id = stage.order()
    stage.later(seconds=2)
    rejection = ModelRejected("content_filter", "Content filter violation")
    with patch.object(stage.app.models.named("Model A"), "generate", side_effect=rejection):
        stage.deliver_all()
    return stage.ask("GET", f"/v1/generations/{generation_id}", headers={"Prefer": "wait=20"})


def _cancelled(stage: Stage) -> Exchange:
    generation_id = stage.order()
    stage.later(seconds=1)
    return stage.ask("POST", f"/v1/generations/{generation_id}/cancel")


def _balance(stage: Stage) -> Exchange:
    _failed(stage)
    return stage.ask("GET", "/v1/balance")


def _entries(stage: Stage) -> Exchange:
    _three(stage)
    return stage.ask("GET", "/v1/ledger", query={"page_size": "2"})


def _me(stage: Stage) -> Exchange:
    _waiting(stage)
    return stage.ask("GET", "/v1/me")


def _callback(stage: Stage) -> Exchange:
    generation_id = _submitted(stage)
    job = stage.generation(generation_id).provider_job
    body = {"generation_id": generation_id, "provider_job": job}
    return stage.ask("POST", "/v1/webhooks/providers", user=None, json=body)


def _public(path: str) -> Callable[[Stage], Exchange]:
    return lambda stage: stage.ask("GET", path, user=None)


def _example(operation: str, name: str, summary: str, play: Callable[[Stage], Exchange], **environment: str) -> Example:
    return Example(operation=operation, name=name, summary=summary, play=play, environment=environment)


EXAMPLES = (
    _example("createGeneration", "queued", "Accepted; the picture will be painted.", _queued),
    _example("createGeneration", "labelled", "With a key, a seed and labels of your own.", _labelled),
    _example("createGeneration", "replayed", "The same key again: the same generation, nothing charged.", _replayed),
    _example("createGeneration", "awaited", "`Prefer: wait=20`: answered when it had ended.", _awaited),
    _example("createGeneration", "quoted", "`validate_only`: checked and priced, not created.", _quoted),
    _example("listGenerations", "first_page", "The newest two.", _page),
    _example("listGenerations", "next_page", "What comes after, by the token of the page before.", _next_page),
    _example("listGenerations", "filtered", "Sketches that wait, ordered since noon.", _filtered),
    _example("getGeneration", "queued", "Second in the queue.", _waiting),
    _example("getGeneration", "processing", "A third of the expected time is over.", _processing, **_SLOW),
    _example("getGeneration", "completed", "The picture is there, the price is charged.", _completed),
    _example("getGeneration", "failed", "The model refused; the price is given back.", _failed),
    _example("cancelGeneration", "cancelled", "Ended at once, with the refund.", _cancelled),
    _example("getMe", "me", "Three credits are held for each of two generations.", _me),
    _example("getBalance", "balance", "After a deduction and its refund.", _balance),
    _example("listEntries", "first_page", "The newest two entries.", _entries),
    _example("getCatalog", "catalog", "Everything on offer.", _public("/v1/catalog")),
    _example("getHealth", "ok", "Alive.", _public("/v1/healthz")),
    _example("getReadiness", "ok", "Ready.", _public("/v1/readyz")),
    _example(
        "receiveProviderCallback", "received", "The same answer for a known job and an unknown one.", _callback, **_SLOW
    ),
)
