from services.generations.model_ports import Job, Picture


def painted(job: Job) -> Picture:
    """The picture that a job asks for, the same for the same job."""
    from providers.models.simulated.painting import Scene, paint  # noqa: PLC0415 - Pillow is for workers only

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
