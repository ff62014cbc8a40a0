"""Serves generations at function URLs of feraset-imagen, with the same fields, status codes and error bodies."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from flask import Request, Response

from controllers.compatibility.function_url_errors import create_error, status_error
from controllers.compatibility.requests import Callers, headers, parameter
from controllers.http.body import MalformedJson, json_object
from controllers.http.boundary import HttpBoundary
from controllers.http.headers import idempotency_key
from controllers.http.wire import Answer
from core.errors import FieldError, MethodNotAllowed, Unauthenticated
from domain.accounts.keys import Scope
from domain.catalog.models import Ask
from schemas.base import parse
from schemas.compatibility.function_urls import CreateGenerationRequest, GenerationCreated, GenerationStatus
from schemas.generations.asks import ask_of
from services.accounts.instructions import Instruction
from services.catalog.catalog import CatalogService
from services.generations.orders import Order

if TYPE_CHECKING:
    from services.generations.ordering import OrderService
    from services.generations.viewing import ViewService


class GenerationUrls:
    def __init__(
        self,
        *,
        ordering: "OrderService",
        viewing: "ViewService",
        catalog: CatalogService,
        callers: Callers,
        boundary: HttpBoundary,
    ) -> None:
        self._ordering = ordering
        self._viewing = viewing
        self._catalog = catalog
        self._callers = callers
        self._boundary = boundary

    def create_generation_request(self, request: Request) -> Response:
        return self._boundary.serve(request, self._create, create_error)

    def get_generation_status(self, request: Request) -> Response:
        return self._boundary.serve(request, self._status, status_error)

    def _create(self, request: Request, request_id: str) -> Answer:
        if request.method != "POST":
            raise MethodNotAllowed(request.method, ["POST"])
        data = json_object(request)
        if not data:
            raise MalformedJson("must not be empty")
        if not self._callers.is_open:
            caller = self._callers.caller(request, data.get("userId"), Scope.GENERATIONS_WRITE, changes=True)
        body = parse(CreateGenerationRequest, data, self._faults(data))
        if self._callers.is_open:
            caller = self._callers.caller(request, body.userId, Scope.GENERATIONS_WRITE, changes=True)
        order = Order(
            user_id=caller.user_id,
            ask=_asked(body.model_dump()),
            idempotency_key=idempotency_key(headers(request)),
            request_id=request_id,
            spender=caller.spender,
            ordered_by=Instruction(actor=caller.actor, request_id=request_id) if caller.acts_for_another else None,
        )
        generation = self._ordering.create(order).generation
        created = GenerationCreated(
            generation_request_id=generation.id,
            status=generation.status.value,
            deducted_credits=generation.price,
            queue_position=None,
        )
        return Answer(status=202, body=created)

    def _faults(self, data: Mapping[str, Any]) -> Iterator[FieldError]:
        """Yield what the catalog finds wrong. It is only asked for a body that has other faults, too."""
        yield from self._catalog.faults(_asked(data))

    def _status(self, request: Request, _: str) -> Answer:
        generation_id = parameter(request, "generationRequestId")
        caller = self._callers.anybody(request)
        if caller is None and not self._callers.is_open:
            raise Unauthenticated("Send Authorization: Bearer <Firebase ID token or API key>.")
        if caller is None or (caller.is_admin and caller.is_person):
            view = self._viewing.find(generation_id)
        else:
            caller.refuse_unless(Scope.GENERATIONS_READ, admin=False)
            view = self._viewing.get(caller.user_id, generation_id, claimed=caller.account_ids)
        return Answer(body=GenerationStatus.of(view))


def _asked(data: Mapping[str, Any]) -> Ask:
    """Return what is asked for by the fields that this door has. Unknown fields are ignored, as feraset-imagen did."""
    return ask_of({name: data.get(name) for name in ("model", "style", "color", "size", "prompt")})
