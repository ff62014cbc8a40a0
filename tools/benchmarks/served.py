"""Serves functions/main.py with a model that does not paint, because a measured worker must not include its model."""

import main as product
from core.queues import Queue
from domain.catalog.options import Size
from providers.models.simulated import direct as simulated
from services.generations.media import Media
from services.generations.model_ports import Job

_PICTURE = bytes(100_000)


def _blank(job: Job) -> Media:
    size = job.option("size", Size)
    return Media.of_bytes(_PICTURE, "image/png", width=size.width, height=size.height)


setattr(simulated, "painted", _blank)  # noqa: B010 - the application has no place to put another painter in
processImageGeneration = vars(product)[Queue.GENERATIONS]  # noqa: N816 - the deployed name
