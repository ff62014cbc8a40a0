"""Serves the function URLs of feraset-imagen, with the same fields, status codes and error bodies."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from flask import Request, Response

from controllers.compatibility.function_url_errors import (
    Missing,
    create_error,
    credits_error,
    report_error,
    short_error,
    status_error,
    validate_error,
)
from controllers.http.auth import Authenticator, document_id
from controllers.http.body import MalformedJson, json_object, optional_object
from controllers.http.boundary import HttpBoundary
from controllers.http.headers import idempotency_key
from controllers.http.paging import page_token, paged, read_page_token
from controllers.http.wire import Answer
from core.errors import (
    AppError,
    FieldError,
    InvalidRequest,
    MethodNotAllowed,
    Unauthenticated,
)
from core.records import Cursor
from domain.accounts.keys import Scope
from domain.generations.generation import Spec
from schemas.base import parse
from schemas.compatibility.function_urls import (
    CreateGenerationRequest,
    GenerationCreated,
    GenerationStatus,
    ScheduleWeeklyReport,
    UserCredits,
    UserData,
    UserExists,
)
from services.accounts.access import Caller
from services.accounts.instructions import OPERATOR, Instruction
from services.catalog.catalog import CatalogService
from services.credits.ledger import LedgerService
from services.generations.generations import GenerationService
from services.generations.orders import Order
from services.operations.operations import OperationsService
from services.operations.seeding import SeedService

_TRANSACTIONS_MAX = 100
# Clients of feraset-imagen call functions that write with these methods. Its Postman collection may send PUT.
_WRITING_METHODS = ("GET", "POST", "PUT")

Render = Callable[[AppError, str], Answer]


class FunctionUrls:
    def __init__(
        self,
        *,
        generations: GenerationService,
        catalog: CatalogService,
        ledger: LedgerService,
        seeding: SeedService,
        operations: OperationsService,
        authenticator: Authenticator,
        boundary: HttpBoundary,
    ) -> None:
        self._generations = generations
        self._catalog = catalog
        self._ledger = ledger
        self._seeding = seeding
        self._operations = operations
        self._authenticator = authenticator
        self._boundary = boundary

    def create_generation_request(self, request: Request) -> Response:
        return self._boundary.serve(request, self._create, create_error)

    def get_generation_status(self, request: Request) -> Response:
        return self._boundary.serve(request, self._status, status_error)

    def get_user_credits(self, request: Request) -> Response:
        return self._boundary.serve(request, self._credits, credits_error)

    def validate_user(self, request: Request) -> Response:
        return self._boundary.serve(request, self._validate, validate_error)

    def seed_database(self, request: Request) -> Response:
        return self._boundary.serve(request, self._seed, short_error)

    def schedule_weekly_report(self, request: Request) -> Response:
        return self._boundary.serve(request, self._report, report_error)

    def _create(self, request: Request, request_id: str) -> Answer:
        if request.method != "POST":
            raise MethodNotAllowed(request.method, ["POST"])
        data = json_object(request)
        if not data:
            raise MalformedJson("must not be empty")
        if not self._authenticator.is_open:
            caller = self._caller(request, data.get("userId"), Scope.GENERATIONS_WRITE, changes=True)
        body = parse(CreateGenerationRequest, data, self._catalog.current().problems(data))
        if self._authenticator.is_open:
            caller = self._caller(request, body.userId, Scope.GENERATIONS_WRITE, changes=True)
        order = Order(
            user_id=caller.user_id,
            spec=Spec(model=body.model, style=body.style, color=body.color, size=body.size, prompt=body.prompt),
            idempotency_key=idempotency_key(_headers(request)),
            request_id=request_id,
            spender=caller.spender,
            ordered_by=Instruction(actor=caller.actor, request_id=request_id) if caller.acts_for_another else None,
        )
        generation = self._generations.create(order).generation
        created = GenerationCreated(
            generation_request_id=generation.id,
            status=generation.status.value,
            deducted_credits=generation.price,
            queue_position=None,
        )
        return Answer(status=202, body=created)

    def _status(self, request: Request, _: str) -> Answer:
        generation_id = _parameter(request, "generationRequestId")
        caller = self._authenticator.caller(_headers(request), request.remote_addr or "")
        if caller is None and not self._authenticator.is_open:
            raise Unauthenticated("Send Authorization: Bearer <Firebase ID token or API key>.")
        if caller is None or (caller.is_admin and caller.is_person):
            view = self._generations.find(generation_id)
        else:
            caller.refuse_unless(Scope.GENERATIONS_READ, admin=False)
            view = self._generations.get(caller.user_id, generation_id, claimed=caller.account_ids)
        return Answer(body=GenerationStatus.of(view))

    def _credits(self, request: Request, _: str) -> Answer:
        user_id = self._named_user(request)
        after = read_page_token(_optional_parameter(request, "pageToken"), "transactions", name="pageToken")
        statement = self._ledger.statement(user_id, entries=_TRANSACTIONS_MAX + 1, after=after)
        shown, token = paged(
            statement.entries,
            _TRANSACTIONS_MAX,
            lambda last: page_token(Cursor(last.timestamp, last.id), "transactions"),
        )
        return Answer(body=UserCredits.of(replace(statement, entries=tuple(shown)), token))

    def _validate(self, request: Request, _: str) -> Answer:
        user = self._ledger.user(self._named_user(request))
        identity, current = user.identity, user.balance.current_credits
        data = UserData(name=identity.name, email=identity.email, current_credits=current)
        return Answer(body=UserExists(user_data=data))

    def _seed(self, request: Request, _: str) -> Answer:
        _refuse_other_methods(request)
        self._authenticator.caller(_headers(request), request.remote_addr or "")
        return Answer(body=self._seeding.seed())

    def _report(self, request: Request, request_id: str) -> Answer:
        _refuse_other_methods(request)
        instruction = Instruction(actor=self._operator(request), request_id=request_id)
        wanted = parse(ScheduleWeeklyReport, {**request.args, **optional_object(request)}, prefix="")
        return Answer(body=self._operations.report(instruction, wanted.as_of, dry_run=wanted.dry_run))

    def _operator(self, request: Request) -> str:
        """Return the name of the admin who calls. In open mode, a caller without a credential may do what an admin may.

        Raises Unauthenticated or PermissionDenied.
        """
        caller = self._authenticator.caller(_headers(request), request.remote_addr or "", changes=True)
        if caller is not None:
            caller.refuse_unless(Scope.ADMIN_WRITE, admin=True)
            return caller.actor
        if not self._authenticator.is_open:
            raise Unauthenticated("Send Authorization: Bearer <Firebase ID token of an admin>.")
        return OPERATOR

    def _named_user(self, request: Request) -> str:
        named = _optional_parameter(request, "userId")
        if named is None and self._authenticator.is_open and not _has_credential(request):
            raise Missing("userId")
        return self._caller(request, named, Scope.BALANCE_READ).user_id

    def _caller(self, request: Request, named: object, scope: Scope, *, changes: bool = False) -> Caller:
        """Return the caller, who must have `scope`.

        Here, every request that changes something is a creation, and its commit checks the caller's standing again.
        """
        if isinstance(named, str):
            document_id("userId", named)
        caller = self._authenticator.known_caller(
            _headers(request),
            request.remote_addr or "",
            named=named if isinstance(named, str) else None,
            is_fenced=changes,
            changes=changes,
        )
        caller.refuse_unless(scope, admin=False)
        return caller


def _parameter(request: Request, name: str) -> str:
    value = _optional_parameter(request, name)
    if value is None:
        raise Missing(name)
    return document_id(name, value)


def _optional_parameter(request: Request, name: str) -> str | None:
    """Return a parameter from the query, or from the JSON body of a POST. Raises MethodNotAllowed or InvalidRequest."""
    if request.method not in ("GET", "HEAD", "POST"):
        raise MethodNotAllowed(request.method, ["GET", "POST"])
    value = request.args.get(name)
    if value is None and request.method == "POST":
        value = json_object(request).get(name) if request.is_json else None
    if value is not None and not isinstance(value, str):
        raise InvalidRequest([FieldError(pointer=name, detail="must be text")])
    return value or None


def _refuse_other_methods(request: Request) -> None:
    """Raise MethodNotAllowed unless clients of feraset-imagen call functions that write with this method."""
    if request.method not in _WRITING_METHODS:
        raise MethodNotAllowed(request.method, _WRITING_METHODS)


def _has_credential(request: Request) -> bool:
    return "Authorization" in request.headers or "X-API-Key" in request.headers


def _headers(request: Request) -> Mapping[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}
