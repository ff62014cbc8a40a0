from services.generations.model_ports import Job, Picture


def painted(job: Job) -> Picture:
    """Return the picture that a job asks for. The same job always gets the same picture."""
    from providers.models.simulated.painting import Scene, paint  # noqa: PLC0415 - only workers need Pillow

    scene = Scene(
        model=job.model,
        style=job.style,
        palette=job.color.hex_examples,
        width=job.size.width,
        height=job.size.height,
        prompt=job.prompt,
        seed=job.seed,
    )
    return Picture(
        data=paint(scene, parameters=_parameters(job)),
        content_type="image/png",
        width=scene.width,
        height=scene.height,
    )


def _parameters(job: Job) -> dict[str, str]:
    return {
        "generation_id": job.generation_id,
        "model": job.model,
        "style": job.style,
        "color": job.color.id,
        "size": job.size.id,
        "seed": str(job.seed),
        "prompt": job.prompt,
    }
