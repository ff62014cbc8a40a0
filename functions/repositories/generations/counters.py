"""Makes the integers that are written with a generation, so that the report can add them up instead of reading rows."""

from datetime import UTC

from domain.generations.generation import Generation, Status
from domain.generations.latency import latency_bucket

_COUNTED = {
    "completed_count": Status.COMPLETED,
    "failed_count": Status.FAILED,
    "cancelled_count": Status.CANCELLED,
}


def counter_fields(generation: Generation) -> dict[str, int]:
    """Return the counters of a generation. They follow from its other fields, so they are never read back.

    A generation of which no duration is known has no latency bucket.
    """
    fields = {name: int(generation.status is status) for name, status in _COUNTED.items()}
    fields["image_count"] = _images(generation)
    fields["marked"] = int(generation.mark is not None)
    fields["outputs_gone"] = _outputs_gone(generation)
    fields["hour"] = generation.created_at.astimezone(UTC).hour
    return fields | _latency(generation)


def _images(generation: Generation) -> int:
    """Return how many images there are. A completed generation counts at least one, even if its outputs were erased."""
    return max(1, len(generation.outputs)) if generation.status is Status.COMPLETED else 0


def _outputs_gone(generation: Generation) -> int:
    """Return 1 if the generation completed and rightly lists no outputs, and 0 otherwise.

    That is so if the outputs were erased, or if feraset-imagen made the generation.
    """
    gone = generation.attempt == 0 or not generation.spec.prompt
    return int(generation.status is Status.COMPLETED and not generation.outputs and gone)


def _latency(generation: Generation) -> dict[str, int]:
    """Return the latency bucket, if both times are known.

    Different machines write the two times, and their clocks may differ, so a negative duration counts as 0.
    """
    started, ended = generation.started_at, generation.completed_at
    if generation.status is not Status.COMPLETED or started is None or ended is None:
        return {}
    return {"latency_bucket": latency_bucket(max(0.0, (ended - started).total_seconds()))}
