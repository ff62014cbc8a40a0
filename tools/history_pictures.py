"""
Paints the pictures of the demo's history, for the local stack only, because the seed writes documents without pictures.
Run it beside a stack: `tools/stack.py attach -- functions/venv/bin/python tools/history_pictures.py`. Pictures that are
there already are not painted again.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from itertools import batched
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "functions"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bootstrap import Darkroom, darkroom
from domain.generations.generation import Generation, Status
from domain.operations.demo_catalog import USERS
from providers.models.simulated.brush import painted
from repositories.generations.output_mapping import output_fields
from repositories.store.documents import Update
from repositories.store.paths import generation_path
from services.generations.jobs import job_of, temporary_folder
from services.generations.media import Media
from services.generations.model_ports import Job
from services.generations.ports import GenerationFilter
from tools import people

ALL = 1_000
NICENESS = 19  # people who work on the stack go first
BATCH = 8  # so many pictures are in memory at once
_NO_LIMIT = timedelta(0)  # a job's time-out is for a model that may hang

Paint = Callable[[Iterable[Job]], Iterable[Media]]


class NotLocal(Exception):
    """Raised outside the emulators. Only the demo's history is painted; a real user's picture comes from a model."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--newest", type=int, help="paint so many for each person who can sign in; else paint all, in the background"
    )
    newest: int | None = parser.parse_args().newest
    app = darkroom()
    refuse_real_projects(app)
    if newest is None:
        os.nice(NICENESS)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        develop(app, missing(app, newest), lambda jobs: pool.map(painted, jobs))
    return 0


def refuse_real_projects(app: Darkroom) -> None:
    if not (app.settings.on_emulator and os.environ.get("STORAGE_EMULATOR_HOST")):
        raise NotLocal("history_pictures: the emulators' addresses are not set; run it through tools/stack.py")


def missing(app: Darkroom, newest: int | None) -> Iterator[Generation]:
    """
    Yield completed generations without a picture, the newest first: those of people who can sign in, and then, unless
    only the `newest` are wanted, those of all others.
    """
    guests = [each.id for each in people.everybody() if not each.is_admin]
    others = [] if newest else [user.id for user in USERS if user.id not in guests]
    completed = GenerationFilter(status=Status.COMPLETED)
    for user_id in (*guests, *others):
        past = app.generations.page([user_id], completed, after=None, limit=newest or ALL)
        yield from (each for each in past if not each.outputs)


def develop(app: Darkroom, generations: Iterable[Generation], paint: Paint) -> None:
    """Paint each picture, store it with a preview, and name the files in the document, as a worker would do."""
    catalog = app.catalog.current()
    for several in batched(generations, BATCH, strict=False):
        with temporary_folder() as folder:
            pictures = paint([job_of(each, catalog, _NO_LIMIT, folder / each.id) for each in several])
            for generation, picture in zip(several, pictures, strict=True):
                outputs, address = app.output_files.put(generation, (picture,))
                stored = [output_fields(output) for output in outputs]
                fields = {"outputs": stored, "image_url": address, "outputs_gone": 0}
                app.documents.commit([Update(generation_path(generation.id), fields)])


if __name__ == "__main__":
    sys.exit(main())
