"""A client can create, read, list, await and cancel generations."""

import logging
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from core.clock import Clock
from core.errors import AppError, IdempotencyKeyReused, Unauthenticated
from core.records import Cursor, Stored
from domain.accounts.errors import UserNotFound
from domain.credits.commits import Commit
from domain.credits.postings import up_to_date
from domain.credits.spending import SpendingLimits, check_standing
from domain.credits.user import User
from domain.generations.errors import AlreadyFinal, GenerationNotFound, OutputNotFound
from domain.generations.generation import Generation, Output, Spec, Status, mark_of
from domain.generations.lifecycle import cancel
from domain.generations.output_files import output_filename
from domain.generations.placing import place
from services.accounts.ports import Users
from services.catalog.catalog import CatalogService
from services.generations.dispatching import Dispatcher
from services.generations.fingerprints import fingerprint_of, is_repeat
from services.generations.model_ports import LINK_LIFE, OutputStore
from services.generations.models import ModelRegistry
from services.generations.orders import Order, record_of
from services.generations.places import Places
from services.generations.ports import Created, GenerationFilter, Generations

log = logging.getLogger(__name__)

# This is the namespace of the ids that are derived from idempotency keys.
_IDS = uuid.UUID("6f7d2a52-6d0c-4b43-9a35-3d8b8f0f6b1e")

# After this time, the sweeper looks for a task that may never have been enqueued.
_FIRST_LOOK = timedelta(seconds=60)

_WAIT_STEP_SECONDS = 1.0
AccountIds = Collection[str]
NO_ACCOUNTS: AccountIds = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """This is the price of an order. All checks have passed except that of the balance, which `sufficient` tells."""

    spec: Spec
    price: int
    available: int

    @property
    def sufficient(self) -> bool:
        return self.available >= self.price


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationView:
    """This is a generation as its owner sees it now.

    `links` and `thumbnails` can be opened for some minutes, and are in the order of its outputs.
    """

    generation: Generation
    progress: float
    queue_position: int | None
    links: tuple[str, ...]
    thumbnails: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingLink:
    output: Output
    url: str
    filename: str
    expires_at: datetime


class GenerationService:
    def __init__(
        self,
        *,
        generations: Generations,
        users: Users,
        catalog: CatalogService,
        dispatcher: Dispatcher,
        outputs: OutputStore,
        models: ModelRegistry,
        limits: SpendingLimits,
        zone: tzinfo,
        clock: Clock,
        pause: Callable[[float], None],
        places: Places,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self._generations = generations
        self._users = users
        self._catalog = catalog
        self._dispatcher = dispatcher
        self._outputs = outputs
        self._models = models
        self._limits = limits
        self._zone = zone
        self._clock = clock
        self._pause = pause
        self._places = places
        self._new_id = new_id

    def quote(self, order: Order) -> Quote:
        spec, size = self._catalog.checked(order.spec)
        user = self._users.get(order.user_id)
        if user is None:
            raise UserNotFound(order.user_id)
        now = self._clock()
        check_standing(user.identity, order.spender, now)
        return Quote(spec=spec, price=size.credit_cost, available=up_to_date(user, now).balance.current_credits)

    def create(self, order: Order) -> Created:
        """Create a generation, and enqueue its task. On a warm instance that is two round trips: one commit, one task.

        Raise InvalidRequest, UserNotFound, IdempotencyKeyReused, Unavailable, and what `spend` raises.
        """
        generation_id, fingerprint = self._id_of(order), fingerprint_of(order)
        try:
            created = self._accept(generation_id, order, fingerprint)
        except Unauthenticated:
            raise
        except AppError:
            existing = self._generations.get(generation_id) if order.idempotency_key else None
            if existing is None:
                raise
            created = Created(existing.value, replayed=True)
        found = created.generation.fingerprint
        if found != fingerprint and not is_repeat(order, found):
            raise IdempotencyKeyReused
        if not created.replayed:
            self._send(created.generation)
        return created

    def shown(self, generation: Generation) -> GenerationView:
        """Return the generation as it is known, without its place in the queue, which would have to be asked for."""
        return self._all_shown([generation])[0]

    def get(self, user_id: str, generation_id: str, *, claimed: AccountIds = NO_ACCOUNTS) -> GenerationView:
        """Return a generation of the user, or of the accounts that it claimed.

        Another user's generation is not found, just as one that does not exist.
        """
        return self._view(self._owned(user_id, generation_id, claimed).value)

    def saving_link(
        self, user_id: str, generation_id: str, number: str, *, claimed: AccountIds = NO_ACCOUNTS
    ) -> SavingLink:
        """Return a link to one output. Outputs are counted from 0.

        Raise GenerationNotFound, OutputNotFound or Unavailable.
        """
        generation = self._owned(user_id, generation_id, claimed).value
        outputs = {str(index): output for index, output in enumerate(generation.outputs)}
        if number not in outputs:
            raise OutputNotFound(generation_id, number)
        output, filename, expires_at = outputs[number], output_filename(generation, number), self._clock() + LINK_LIFE
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

    def cancel(self, user_id: str, generation_id: str, *, claimed: AccountIds = NO_ACCOUNTS) -> GenerationView:
        """Settle the generation at once, with the refund, and take its task out of the queue. Raise AlreadyFinal.

        A result that comes later is dropped.
        """
        found = self._owned(user_id, generation_id, claimed)

        def decide(generation: Generation) -> Commit[Generation] | None:
            if generation.status is Status.CANCELLED:
                return None
            if generation.is_final:
                raise AlreadyFinal(generation.id, generation.status)
            return cancel(generation, now=self._clock())

        settled = self._generations.change(found, decide).value
        self._dispatcher.withdraw(settled)
        if settled.provider_job is not None:
            self._models.cancel_job(settled.spec.model, settled.provider_job)
        log.info("generation_cancelled", extra={"generation_id": generation_id})
        return self._view(settled)

    def _id_of(self, order: Order) -> str:
        if order.idempotency_key is None:
            return self._new_id()
        return str(uuid.uuid5(_IDS, f"{order.user_id}\0{order.idempotency_key}"))

    def _accept(self, generation_id: str, order: Order, fingerprint: str) -> Created:
        spec, size = self._catalog.checked(order.spec)
        now = self._clock()
        generation = Generation(
            id=generation_id,
            user_id=order.user_id,
            spec=spec,
            status=Status.QUEUED,
            price=size.credit_cost,
            price_version=size.version,
            held=size.credit_cost,
            metadata=order.metadata,
            created_at=now,
            updated_at=now,
            due_at=now + _FIRST_LOOK,
            fingerprint=fingerprint,
            request_id=order.request_id,
            in_flight=True,
            api_key_id=order.spender.key_id,
            mark=mark_of(generation_id),
        )

        def decide(user: User) -> Commit[Generation]:
            commit = place(user, generation, order.spender, self._limits, self._zone)
            if order.ordered_by is None:
                return commit
            return replace(commit, records=(record_of(order.ordered_by, generation),))

        return self._generations.create(
            generation_id, order.user_id, decide, may_exist=order.idempotency_key is not None
        )

    def _send(self, generation: Generation) -> None:
        if self._dispatcher.send(generation) is not None:
            log.info("generation_queued", extra={"generation_id": generation.id, "price": generation.price})

    def _owned(self, user_id: str, generation_id: str, claimed: AccountIds) -> Stored[Generation]:
        found = self._generations.owned(generation_id, {user_id, *claimed})
        if found is None:
            raise GenerationNotFound(generation_id)
        return found

    def _view(self, generation: Generation) -> GenerationView:
        (view,) = self._all_shown([generation])
        waits = generation.status is Status.QUEUED
        return replace(view, queue_position=self._places.of(generation)) if waits else view

    def _all_shown(self, generations: Sequence[Generation]) -> list[GenerationView]:
        outputs = [output for generation in generations for output in generation.outputs]
        paths = [path for output in outputs for path in (output.path, output.thumbnail_path) if path is not None]
        links = self._outputs.links(paths) if paths else {}
        return [
            GenerationView(
                generation=generation,
                progress=generation.progress(self._clock()),
                queue_position=None,
                links=tuple(links[each.path] for each in generation.outputs),
                thumbnails=tuple(each.thumbnail_path and links[each.thumbnail_path] for each in generation.outputs),
            )
            for generation in generations
        ]
