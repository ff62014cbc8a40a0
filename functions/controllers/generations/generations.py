from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from controllers.generations.waiting import Waits
from controllers.http.auth import document_id
from controllers.http.headers import idempotency_key, wait_seconds
from controllers.http.paging import page_token, paged, read_page_token
from controllers.http.wire import Answer, Call, ExampleRequest, Route
from core.damage import UnreadableRecord
from core.errors import (
    FieldError,
    IdempotencyKeyReused,
    InvalidRequest,
    PayloadTooLarge,
    RateLimited,
    RefusedByDatabase,
    Unavailable,
    UnsupportedMediaType,
)
from core.records import Cursor
from domain.accounts.errors import KeyBudgetExceeded, UserInactive, UserNotFound
from domain.accounts.keys import Scope
from domain.credits.errors import AnonymousAllowanceUsed, InsufficientCredits
from domain.generations.errors import AlreadyFinal, GenerationNotFound, OutputNotFound, SettlementConflict
from domain.generations.generation import Generation
from schemas.generations.asks import ask_of
from schemas.generations.generations import (
    CreateGeneration,
    GenerationPage,
    GenerationResource,
    ListGenerations,
    QuoteResource,
    SavedOutput,
)
from services.catalog.catalog import CatalogService
from services.generations.ordering import OrderService
from services.generations.orders import Order
from services.generations.viewing import GenerationView, ViewService

if TYPE_CHECKING:
    from services.generations.cancelling import CancelService
    from services.generations.quoting import QuoteService

_CREATE_ERRORS = (
    InvalidRequest,
    InsufficientCredits,
    KeyBudgetExceeded,
    UserInactive,
    AnonymousAllowanceUsed,
    UserNotFound,
    RateLimited,
    PayloadTooLarge,
    UnsupportedMediaType,
    IdempotencyKeyReused,
    RefusedByDatabase,
    Unavailable,
)

_LIGHTHOUSE = ExampleRequest(
    body={
        "model": "Model A",
        "style": "watercolor",
        "color": "pastel",
        "size": "1024x1024",
        "prompt": "A lighthouse at dusk",
    }
)


class GenerationController:
    def __init__(
        self,
        *,
        ordering: OrderService,
        quoting: "QuoteService",
        viewing: ViewService,
        cancelling: "CancelService",
        catalog: CatalogService,
        waits: Waits,
    ) -> None:
        self._ordering = ordering
        self._quoting = quoting
        self._viewing = viewing
        self._cancelling = cancelling
        self._catalog = catalog
        self._waits = waits

    def routes(self) -> Iterable[Route]:
        yield Route(
            method="POST",
            path="/v1/generations",
            name="createGeneration",
            summary="Create a generation. Its price is deducted now, and given back unless it completes.",
            handle=self.create,
            example=_LIGHTHOUSE,
            body=CreateGeneration,
            checks=self._faults,
            headers=("Idempotency-Key", "Prefer"),
            scope=Scope.GENERATIONS_WRITE,
            is_fenced=True,
            answers={202: GenerationResource, 200: QuoteResource},
            errors=_CREATE_ERRORS,
        )
        yield Route(
            method="GET",
            path="/v1/generations",
            name="listGenerations",
            summary="List your generations, newest first.",
            handle=self.page,
            query=ListGenerations,
            scope=Scope.GENERATIONS_READ,
            answers={200: GenerationPage},
            errors=(InvalidRequest,),
        )
        yield from self._routes_of_one()

    def _routes_of_one(self) -> Iterable[Route]:
        yield Route(
            method="GET",
            path="/v1/generations/{id}",
            name="getGeneration",
            summary="Get one generation: how far it is, what came out, what it cost.",
            handle=self.get,
            headers=("Prefer",),
            scope=Scope.GENERATIONS_READ,
            answers={200: GenerationResource},
            errors=(InvalidRequest, GenerationNotFound, UnreadableRecord),
        )
        yield Route(
            method="GET",
            path="/v1/generations/{id}/outputs/{number}",
            name="getOutput",
            summary="Get a fresh link that saves one output as a file. Outputs are counted from 0.",
            handle=self.output,
            scope=Scope.GENERATIONS_READ,
            answers={200: SavedOutput},
            errors=(InvalidRequest, GenerationNotFound, OutputNotFound),
        )
        yield Route(
            method="POST",
            path="/v1/generations/{id}/cancel",
            name="cancelGeneration",
            summary="Cancel a generation that has not ended. Its price is given back at once.",
            handle=self.cancel,
            scope=Scope.GENERATIONS_WRITE,
            answers={200: GenerationResource},
            errors=(InvalidRequest, GenerationNotFound, AlreadyFinal, SettlementConflict, Unavailable),
        )

    def create(self, call: Call) -> Answer:
        order = _order(call)
        if call.body.validate_only:
            return Answer(body=QuoteResource.of(self._quoting.quote(order)))
        seconds = wait_seconds(call.headers)
        created = self._ordering.create(order)
        headers = {"Location": f"/v1/generations/{created.generation.id}"}
        if created.replayed:
            headers["Idempotent-Replayed"] = "true"
        with self._place(call, seconds) as granted:
            view = self._after(created.generation, granted)
        return Answer(status=202, body=GenerationResource.of(view), headers=headers | _applied(granted))

    def _after(self, generation: Generation, seconds: int | None) -> GenerationView:
        if not seconds:
            return self._viewing.shown(generation)
        return self._viewing.wait(generation.user_id, generation.id, seconds)

    @contextmanager
    def _place(self, call: Call, seconds: int | None) -> Iterator[int | None]:
        """Yield the seconds that the caller may wait, or None if it does not want to wait."""
        if seconds is None:
            yield None
            return
        with self._waits.place(seconds, call.user_id, call.known_caller.actor) as granted:
            yield granted

    def get(self, call: Call) -> Answer:
        generation_id = document_id("id", call.path["id"])
        seconds = wait_seconds(call.headers)
        with self._place(call, seconds) as granted:
            view = self._viewing.wait(call.user_id, generation_id, granted or 0, claimed=call.known_caller.account_ids)
        return Answer(body=GenerationResource.of(view), headers=_applied(granted))

    def page(self, call: Call) -> Answer:
        wanted: ListGenerations = call.query
        filters = wanted.filter()
        after = read_page_token(wanted.page_token, filters)
        found = self._viewing.page(
            call.user_id,
            filters,
            after=after,
            limit=wanted.page_size + 1,
            claimed=call.known_caller.account_ids,
        )
        shown, token = paged(found, wanted.page_size, lambda last: page_token(_cursor(last), filters))
        return Answer(body=GenerationPage(data=[*map(GenerationResource.of, shown)], next_page_token=token))

    def output(self, call: Call) -> Answer:
        generation_id = document_id("id", call.path["id"])
        link = self._viewing.saving_link(
            call.user_id, generation_id, call.path["number"], claimed=call.known_caller.account_ids
        )
        return Answer(body=SavedOutput.of(link))

    def cancel(self, call: Call) -> Answer:
        generation_id = document_id("id", call.path["id"])
        cancelled = self._cancelling.cancel(call.user_id, generation_id, claimed=call.known_caller.account_ids)
        return Answer(body=GenerationResource.of(self._viewing.shown(cancelled)))

    def _faults(self, body: Mapping[str, Any]) -> Iterator[FieldError]:
        """Yield what the catalog finds wrong. It is only asked for a body that has other faults, too."""
        yield from self._catalog.faults(ask_of(body))


def _order(call: Call) -> Order:
    body: CreateGeneration = call.body
    return Order(
        user_id=call.user_id,
        ask=ask_of(body.model_dump()),
        metadata=body.metadata,
        idempotency_key=idempotency_key(call.headers),
        request_id=call.request_id,
        spender=call.known_caller.spender,
    )


def _cursor(view: GenerationView) -> Cursor:
    return Cursor(view.generation.created_at, view.generation.id)


def _applied(seconds: int | None) -> dict[str, str]:
    return {} if seconds is None else {"Preference-Applied": f"wait={seconds}"}
