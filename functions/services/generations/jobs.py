"""A model gets a job, which is made from the order and the catalog, and a folder while it works on the job."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import gettempdir
from uuid import uuid4

from domain.catalog.catalog import Catalog
from domain.catalog.models import Model
from domain.catalog.options import Option, option_kinds
from domain.generations.generation import Generation, Spec
from services.generations.model_ports import Job, ModelRejected


def job_of(generation: Generation, catalog: Catalog, timeout: timedelta, folder: Path) -> Job:
    """Return the job of the generation. Raise ModelRejected if its model or an option was withdrawn after the order."""
    spec = generation.spec
    model = catalog.known_models.get(spec.model)
    if model is None:
        raise ModelRejected("model_withdrawn", f"{spec.model} is no longer offered")
    return Job(
        generation_id=generation.id,
        kind=spec.kind,
        model=spec.model,
        provider_model=model.provider_model,
        prompt=spec.prompt,
        params=spec.params,
        options=_options(spec, model, catalog),
        seed=_seed(generation),
        timeout_seconds=timeout.total_seconds(),
        folder=folder,
    )


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield the path of a folder that nobody has made yet. When the block ends, remove what was put there.

    A deployed function keeps such files in memory. So they are removed however the block ends.
    """
    folder = Path(gettempdir()) / f"darkroom-{uuid4()}"
    try:
        yield folder
    finally:
        if folder.exists():
            shutil.rmtree(folder)


def _options(spec: Spec, model: Model, catalog: Catalog) -> Mapping[str, Option]:
    """Return the options that the parameters name, by the names of the parameters."""
    kinds = option_kinds(model.parameters)
    named = {name: (str(spec.params[name]), kind) for name, kind in kinds.items() if name in spec.params}
    withdrawn = [option for option, kind in named.values() if option not in catalog.options(kind)]
    if withdrawn:
        raise ModelRejected("option_withdrawn", f"No longer offered: {', '.join(withdrawn)}")
    return {name: catalog.options(kind)[option] for name, (option, kind) in named.items()}


def _seed(generation: Generation) -> int:
    if generation.spec.seed is not None:
        return generation.spec.seed
    return int.from_bytes(hashlib.sha256(generation.id.encode()).digest()[:4])
