"""A client can look at generations, list them, wait for their end, and save their outputs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.clock import Clock
from core.records import Cursor
from domain.generations.errors import GenerationNotFound, OutputNotFound
from domain.generations.generation import Generation, Output, Status
from domain.generations.output_files import output_filename
from services.generations.model_ports import LINK_LIFE, OutputStore
from services.generations.owning import NO_ACCOUNTS, AccountIds, owned
from services.generations.places import Places
from services.generations.ports import GenerationFilter, Generations

_WAIT_STEP_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationView:
    """This is a generation as its owner sees it now.

    `links` and `previews` can be opened for some minutes, and are in the order of its outputs.
    """

    generation: Generation
    progress: float
    queue_position: int | None
    links: tuple[str, ...]
    previews: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingLink:
    output: Output
    url: str
    filename: str
    expires_at: datetime


class ViewService:
    def __init__(
        self,
        *,
        generations: Generations,
        outputs: OutputStore,
        places: Places,
        clock: Clock,
        pause: Callable[[float], None],
    ) -> None:
        self._generations = generations
        self._outputs = outputs
        self._places = places
        self._clock = clock
        self._pause = pause

    def shown(self, generation: Generation) -> GenerationView:
        """Return the generation as it is known, without its place in the queue, which would have to be asked for."""
        return self._all_shown([generation])[0]

    def get(self, user_id: str, generation_id: str, *, claimed: AccountIds = NO_ACCOUNTS) -> GenerationView:
        """Return a generation of the user, or of the accounts that it claimed.

        Another user's generation is not found, just as one that does not exist.
        """
        return self._view(owned(self._generations, user_id, generation_id, claimed).value)

    def saving_link(
        self, user_id: str, generation_id: str, number: str, *, claimed: AccountIds = NO_ACCOUNTS
    ) -> SavingLink:
        """Return a link to one output. Outputs are counted from 0.

        Raise GenerationNotFound, OutputNotFound or Unavailable.
        """
        generation = owned(self._generations, user_id, generation_id, claimed).value
        outputs = {str(index): output for index, output in enumerate(generation.outputs)}
        if number not in outputs:
            raise OutputNotFound(generation_id, number)
        output, expires_at = outputs[number], self._clock() + LINK_LIFE
        filename = output_filename(generation, number, output)
        url = self._outputs.link(output.path, save_as=filename)
        return SavingLink(output=output, url=url, filename=filename, expires_at=expires_at)

    def find(self, generation_id: str) -> GenerationView:
        """Return the generation, whoever owns it. This is for callers that may see everything."""
        found = self._generations.get(generation_id)
        if found is None:
            raise GenerationNotFound(generation_id)
        return self._view(found.value)

    def wait(
        self, user_id: str, generation_id: str, seconds: float, *, claimed: AccountIds = NO_ACCOUNTS
    ) -> GenerationView:
        """Return the generation when it has ended, or as it is when `seconds` are over."""
        until = self._clock() + timedelta(seconds=seconds)
        view = self.get(user_id, generation_id, claimed=claimed)
        while not view.generation.is_final and self._clock() < until:
            self._pause(min(_WAIT_STEP_SECONDS, seconds))
            view = self.get(user_id, generation_id, claimed=claimed)
        return view

    def page(
        self,
        user_id: str,
        wanted: GenerationFilter,
        *,
        after: Cursor | None,
        limit: int,
        claimed: AccountIds = NO_ACCOUNTS,
    ) -> list[GenerationView]:
        """Return the newest generations first.

        Their places in the queue are not counted, because that would cost a query for each row.
        """
        return self._all_shown(self._generations.page({user_id, *claimed}, wanted, after=after, limit=limit))

    def page_of_all(
        self, user_id: str | None, wanted: GenerationFilter, *, after: Cursor | None, limit: int
    ) -> list[GenerationView]:
        """Return one user's generations, or everybody's. This is for callers that may see everything."""
        owners = set() if user_id is None else {user_id}
        return self._all_shown(self._generations.page(owners, wanted, after=after, limit=limit))

    def _view(self, generation: Generation) -> GenerationView:
        (view,) = self._all_shown([generation])
        waits = generation.status is Status.QUEUED
        return replace(view, queue_position=self._places.of(generation)) if waits else view

    def _all_shown(self, generations: Sequence[Generation]) -> list[GenerationView]:
        outputs = [output for generation in generations for output in generation.outputs]
        paths = [path for output in outputs for path in (output.path, output.preview_path) if path is not None]
        links = self._outputs.links(paths) if paths else {}
        return [
            GenerationView(
                generation=generation,
                progress=generation.progress(self._clock()),
                queue_position=None,
                links=tuple(links[each.path] for each in generation.outputs),
                previews=tuple(each.preview_path and links[each.preview_path] for each in generation.outputs),
            )
            for generation in generations
        ]
