"""Counts what each operation reads and writes, on the wire, with the tests' meter, and what that costs."""

from collections.abc import Callable
from typing import Any

from architecture.test_budgets import Cost, Instance, Meter, MeteredClient
from services.generations.model_ports import ModelRejected

# These are the public prices of nam5. A single region in the United States costs half. A task is two operations: one
# enqueues it, and one delivers it.
READ_DOLLARS = 0.06 / 100_000
WRITE_DOLLARS = 0.18 / 100_000
TASK_DOLLARS = 0.40 / 1_000_000
TASKS = {"create": 1, "create_hot": 1, "success": 1, "failure": 1}


def measure() -> dict[str, dict[str, Any]]:
    meter = Meter()
    client = MeteredClient(meter)
    instance = Instance(client, meter)
    instance.world.app.catalog.current()
    found = {name: _priced(name, _spent(meter, run)) for name, run in _operations(instance).items()}
    client.close()
    return found


def _operations(instance: Instance) -> dict[str, Callable[[], Callable[[], object]]]:
    """Return a function for each operation. It makes what has to be there before, and returns the operation itself."""
    world = instance.world
    for _ in range(25):
        world.create()

    def status() -> Callable[[], object]:
        generation_id = world.create()
        world.overwrite(f"generation_requests/{generation_id}", status="processing", attempt=1)
        return lambda: world.api("GET", f"/v1/generations/{generation_id}", "alice")

    def status_queued() -> Callable[[], object]:
        generation_id = world.create()
        return lambda: world.api("GET", f"/v1/generations/{generation_id}", "alice")

    def worker(failure: Exception | None) -> Callable[[], object]:
        generation_id, other = world.create(), instance.another()
        other.world.model.script = [failure] if failure else []
        return lambda: other.world.deliver(generation_id)

    return {
        "create": lambda: world.create,
        "create_hot": lambda: world.create,
        "status": status,
        "status_queued": status_queued,
        "balance": lambda: lambda: world.api("GET", "/v1/balance", "alice"),
        "list": lambda: lambda: world.api("GET", "/v1/generations", "alice"),
        "success": lambda: worker(None),
        "failure": lambda: worker(ModelRejected("content_filter", "Content filter violation")),
    }


def _spent(meter: Meter, prepare: Callable[[], Callable[[], object]]) -> Cost:
    run = prepare()
    meter.spent = Cost()
    run()
    return meter.spent


def _priced(name: str, cost: Cost) -> dict[str, Any]:
    dollars = cost.reads * READ_DOLLARS + cost.writes * WRITE_DOLLARS + TASKS.get(name, 0) * TASK_DOLLARS
    return {
        "reads": cost.reads,
        "writes": cost.writes,
        "round_trips": cost.trips,
        "dollars_per_million": round(dollars * 1_000_000, 2),
    }
