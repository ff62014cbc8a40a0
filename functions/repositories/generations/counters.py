"""Integers that ride in the write of a generation, so that the report can count by sums instead of reading rows."""

from datetime import UTC

from domain.generations.generation import Generation, Status
from domain.generations.latency import latency_bucket

_COUNTED = {
    "completed_count": Status.COMPLETED,
    "failed_count": Status.FAILED,
    "cancelled_count": Status.CANCELLED,
}


def counter_fields(generation: Generation) -> dict[str, int]:
    """Nobody reads them back: they follow from the rest. What took no time to tell of has no bucket."""
    fields = {name: int(generation.status is status) for name, status in _COUNTED.items()}
    fields["image_count"] = _images(generation)
    fields["marked"] = int(generation.mark is not None)
    fields["outputs_gone"] = _outputs_gone(generation)
    fields["hour"] = generation.created_at.astimezone(UTC).hour
    return fields | _latency(generation)


def _images(generation: Generation) -> int:
    """What has completed came to something, also where its outputs are not listed, or were erased."""
    return max(1, len(generation.outputs)) if generation.status is Status.COMPLETED else 0


def _outputs_gone(generation: Generation) -> int:
    """1: it has completed, and rightly lists no outputs, for it was erased, or feraset-imagen made it."""
    gone = generation.attempt == 0 or not generation.spec.prompt
    return int(generation.status is Status.COMPLETED and not generation.outputs and gone)


def _latency(generation: Generation) -> dict[str, int]:
    """The clocks of who starts and who ends may differ; nothing takes less than no time."""
    started, ended = generation.started_at, generation.completed_at
    if generation.status is not Status.COMPLETED or started is None or ended is None:
        return {}
    return {"latency_bucket": latency_bucket(max(0.0, (ended - started).total_seconds()))}
