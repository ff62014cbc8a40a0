"""The reference shows these calls about generations. Each is played on a stage of its own."""

from unittest.mock import patch

from services.generations.model_ports import ModelRejected
from tools.reference.stage import ORDER, Exchange, Stage

_LABELLED = {**ORDER, "seed": 7, "metadata": {"album": "coast"}}
_KEY = {"Idempotency-Key": "order-2026-03-04-0001"}


def queued(stage: Stage) -> Exchange:
    return stage.ask("POST", "/v1/generations", json=ORDER)


def labelled(stage: Stage) -> Exchange:
    return stage.ask("POST", "/v1/generations", json=_LABELLED, headers=_KEY)


def replayed(stage: Stage) -> Exchange:
    labelled(stage)
    stage.later(seconds=30)
    return labelled(stage)


def awaited(stage: Stage) -> Exchange:
    def pause(seconds: float) -> None:
        stage.later(seconds=seconds)
        stage.deliver_all()

    stage.app.made["pause"] = pause
    return stage.ask("POST", "/v1/generations", json=ORDER, headers={"Prefer": "wait=20"})


def quoted(stage: Stage) -> Exchange:
    return stage.ask("POST", "/v1/generations", json={**ORDER, "validate_only": True})


def three(stage: Stage) -> None:
    for prompt in ("A harbour in fog", "A fox in snow", "A lighthouse at dusk"):
        stage.order(prompt=prompt, size="512x512")
        stage.later(seconds=2)
        stage.deliver_all()
        stage.later(seconds=60)


def page(stage: Stage) -> Exchange:
    three(stage)
    return stage.ask("GET", "/v1/generations", query={"page_size": "2"})


def next_page(stage: Stage) -> Exchange:
    token = page(stage).content["next_page_token"]
    return stage.ask("GET", "/v1/generations", query={"page_size": "2", "page_token": token})


def filtered(stage: Stage) -> Exchange:
    three(stage)
    stage.order(style="sketch")
    query = {"status": "queued", "style": "sketch", "credits": "3", "from": "2026-03-04T12:00:00Z"}
    return stage.ask("GET", "/v1/generations", query=query)


def waiting(stage: Stage) -> Exchange:
    stage.order(prompt="A harbour in fog")
    stage.later(seconds=1)
    generation_id = stage.order()
    stage.ask("GET", f"/v1/generations/{generation_id}")
    stage.run_asides()
    return stage.ask("GET", f"/v1/generations/{generation_id}")


def processing(stage: Stage) -> Exchange:
    generation_id = submitted(stage)
    return stage.ask("GET", f"/v1/generations/{generation_id}")


def submitted(stage: Stage) -> str:
    """Return a generation two seconds after a vendor took its job, which will need six."""
    generation_id = stage.order(model="Model R")
    stage.deliver(generation_id)
    stage.later(seconds=2)
    return generation_id


def completed(stage: Stage) -> Exchange:
    generation_id = stage.order()
    stage.later(seconds=2)
    stage.deliver_all()
    return stage.ask("GET", f"/v1/generations/{generation_id}")


def failed(stage: Stage) -> Exchange:
    generation_id = stage.order()
    stage.later(seconds=2)
    rejection = ModelRejected("content_filter", "Content filter violation")
    with patch.object(stage.app.models.named("Model A"), "generate", side_effect=rejection):
        stage.deliver_all()
    return stage.ask("GET", f"/v1/generations/{generation_id}", headers={"Prefer": "wait=20"})


def cancelled(stage: Stage) -> Exchange:
    generation_id = stage.order()
    stage.later(seconds=1)
    return stage.ask("POST", f"/v1/generations/{generation_id}/cancel")
