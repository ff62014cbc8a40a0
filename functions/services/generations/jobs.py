"""A model gets a job, which is made from the order and the catalog."""

import hashlib
from datetime import timedelta

from domain.catalog.options import Catalog
from domain.generations.generation import Generation
from services.generations.model_ports import Job, ModelRejected


def job_of(generation: Generation, catalog: Catalog, timeout: timedelta) -> Job:
    """Return the job of the generation. Raise ModelRejected if an option was withdrawn after the order."""
    spec = generation.spec
    color, size = catalog.colors.get(spec.color), catalog.sizes.get(spec.size)
    if color is None or size is None:
        raise ModelRejected("option_withdrawn", f"{spec.color} or {spec.size} is no longer offered")
    return Job(
        generation_id=generation.id,
        model=spec.model,
        style=spec.style,
        prompt=spec.prompt,
        color=color,
        size=size,
        seed=_seed(generation),
        timeout_seconds=timeout.total_seconds(),
    )


def _seed(generation: Generation) -> int:
    if generation.spec.seed is not None:
        return generation.spec.seed
    return int.from_bytes(hashlib.sha256(generation.id.encode()).digest()[:4])
