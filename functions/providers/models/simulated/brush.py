from domain.catalog.options import Color, Size, Style
from services.generations.media import Media
from services.generations.model_ports import Job


def painted(job: Job) -> Media:
    """Return the picture that a job asks for. The same job always gets the same picture."""
    from providers.models.simulated.painting import Scene, paint  # noqa: PLC0415 - only workers need Pillow

    style, size = job.option("style", Style), job.option("size", Size)
    scene = Scene(
        model=job.model,
        composition=job.provider_model,
        style=style.id,
        palette=job.option("color", Color).hex_examples,
        width=size.width,
        height=size.height,
        prompt=job.prompt,
        seed=job.seed,
    )
    data = paint(scene, parameters=_parameters(job))
    return Media.of_bytes(data, "image/png", width=scene.width, height=scene.height)


def _parameters(job: Job) -> dict[str, str]:
    return {
        "generation_id": job.generation_id,
        "model": job.model,
        **{name: str(value) for name, value in job.params.items()},
        "seed": str(job.seed),
        "prompt": job.prompt,
    }
