from collections.abc import Iterable

from controllers.http.auth import document_id, external_id
from controllers.http.headers import idempotency_key
from controllers.http.paging import paged, read_user_token, user_token
from controllers.http.wire import Access, Answer, Call, ExampleRequest, Route
from core.errors import (
    FieldError,
    IdempotencyKeyReused,
    InvalidRequest,
    PayloadTooLarge,
    PermissionDenied,
    Unavailable,
    UnsupportedMediaType,
)
from domain.accounts.errors import AccountClosed, NotOneself, UserNotFound
from domain.accounts.keys import Scope
from domain.credits.errors import InsufficientCredits, TooManyGrants
from schemas.operations.users import (
    Adjust,
    AdjustmentResource,
    AdminUserResource,
    DeleteUser,
    ErasureResource,
    ListedUserResource,
    ListUsers,
    NameUser,
    UserPage,
    WithReason,
)
from services.accounts.instructions import Instruction
from services.accounts.ports import UserPlace
from services.operations.administration import AdministrationService
from services.operations.erasure import ErasureService

_LOOKING = (InvalidRequest, PermissionDenied)
_WITH_BODY = (InvalidRequest, PermissionDenied, PayloadTooLarge, UnsupportedMediaType, Unavailable)


class AdminUserController:
    def __init__(self, administration: AdministrationService, erasure: ErasureService) -> None:
        self._administration = administration
        self._erasure = erasure

    def routes(self) -> Iterable[Route]:
        yield from self._looking()
        yield from self._changing()
        yield from self._closing()

    def _looking(self) -> Iterable[Route]:
        yield Route(
            method="GET",
            path="/v1/admin/users",
            name="adminListUsers",
            summary="List the users by id, or find them by the beginning of their e-mail address.",
            handle=self.page,
            query=ListUsers,
            access=Access.ADMIN,
            scope=Scope.ADMIN_READ,
            answers={200: UserPage},
            errors=_LOOKING,
        )
        yield Route(
            method="GET",
            path="/v1/admin/users/{id}",
            name="adminGetUser",
            summary="Get one user, with its balance.",
            handle=self.get,
            access=Access.ADMIN,
            scope=Scope.ADMIN_READ,
            answers={200: AdminUserResource},
            errors=(*_LOOKING, UserNotFound),
        )

    def _changing(self) -> Iterable[Route]:
        yield Route(
            method="POST",
            path="/v1/admin/users",
            name="adminCreateUser",
            summary="Create a user for an id of your own, without credits, before a service key first names it.",
            handle=self.create,
            example=ExampleRequest(body={"external_user_id": "customer-42"}),
            body=NameUser,
            access=Access.ADMIN,
            scope=Scope.ADMIN_WRITE,
            answers={201: AdminUserResource, 200: AdminUserResource},
            errors=_WITH_BODY,
        )
        yield Route(
            method="POST",
            path="/v1/admin/users/{id}/adjustments",
            name="adminAdjustBalance",
            summary="Give a user credits, or take some away, by an entry of its ledger. Needs an Idempotency-Key.",
            handle=self.adjust,
            example=ExampleRequest(
                body={"credits": 25, "reason": "Apology for last week"}, headers={"Idempotency-Key": "ticket-4711"}
            ),
            body=Adjust,
            headers=("Idempotency-Key",),
            access=Access.ADMIN,
            scope=Scope.ADMIN_WRITE,
            answers={201: AdjustmentResource, 200: AdjustmentResource},
            errors=(*_WITH_BODY, UserNotFound, InsufficientCredits, IdempotencyKeyReused, TooManyGrants),
        )

    def _closing(self) -> Iterable[Route]:
        yield Route(
            method="POST",
            path="/v1/admin/users/{id}/deactivate",
            name="adminDeactivateUser",
            summary="Deactivate a user. Its sign-ins and keys stop working at once.",
            handle=self.deactivate,
            example=ExampleRequest(body={"reason": "Chargeback under review"}),
            body=WithReason,
            access=Access.ADMIN,
            scope=Scope.ADMIN_WRITE,
            answers={200: AdminUserResource},
            errors=(*_WITH_BODY, UserNotFound, NotOneself),
        )
        yield Route(
            method="POST",
            path="/v1/admin/users/{id}/activate",
            name="adminActivateUser",
            summary="Activate a user again. It signs in anew; its keys work as before.",
            handle=self.activate,
            example=ExampleRequest(body={"reason": "Review is over"}),
            body=WithReason,
            access=Access.ADMIN,
            scope=Scope.ADMIN_WRITE,
            answers={200: AdminUserResource},
            errors=(*_WITH_BODY, UserNotFound, NotOneself, AccountClosed),
        )
        yield Route(
            method="DELETE",
            path="/v1/admin/users/{id}",
            name="adminDeleteUser",
            summary="Delete a user: its personal data and all that it made are erased, its ledger stays.",
            handle=self.delete,
            example=ExampleRequest(query={"reason": "Asked for by the user"}),
            query=DeleteUser,
            access=Access.ADMIN,
            scope=Scope.ADMIN_WRITE,
            answers={202: ErasureResource},
            errors=(*_LOOKING, UserNotFound, NotOneself, Unavailable),
        )

    def page(self, call: Call) -> Answer:
        wanted: ListUsers = call.query
        filters = ("users", wanted.email)
        after = read_user_token(wanted.page_token, filters)
        found = self._administration.page(wanted.email, after=after, limit=wanted.page_size + 1)
        shown, token = paged(
            found, wanted.page_size, lambda last: user_token(UserPlace(last.identity.email, last.id), filters)
        )
        return Answer(body=UserPage(data=[*map(ListedUserResource.of, shown)], next_page_token=token))

    def get(self, call: Call) -> Answer:
        return Answer(body=AdminUserResource.of(self._administration.get(_user_id(call))))

    def create(self, call: Call) -> Answer:
        body: NameUser = call.body
        wanted = external_id("/external_user_id", body.external_user_id)
        named = self._administration.name(wanted, _instruction(call))
        headers = {"Location": f"/v1/admin/users/{named.user.id}"}
        return Answer(status=201 if named.is_new else 200, body=AdminUserResource.of(named.user), headers=headers)

    def adjust(self, call: Call) -> Answer:
        body: Adjust = call.body
        key = idempotency_key(call.headers)
        if key is None:
            raise InvalidRequest([FieldError(pointer="Idempotency-Key", detail="required")])
        instruction = _instruction(call, body.reason)
        made = self._administration.adjust(_user_id(call), body.credits, key, instruction, body.terms)
        headers = {"Idempotent-Replayed": "true"} if made.replayed else {}
        return Answer(status=200 if made.replayed else 201, body=AdjustmentResource.of(made), headers=headers)

    def deactivate(self, call: Call) -> Answer:
        body: WithReason = call.body
        user_id = _other_id(call, "deactivate")
        user = self._administration.deactivate(user_id, _instruction(call, body.reason))
        return Answer(body=AdminUserResource.of(user))

    def activate(self, call: Call) -> Answer:
        body: WithReason = call.body
        user_id = _other_id(call, "activate")
        user = self._administration.activate(user_id, _instruction(call, body.reason))
        return Answer(body=AdminUserResource.of(user))

    def delete(self, call: Call) -> Answer:
        wanted: DeleteUser = call.query
        is_erased = self._erasure.delete(_other_id(call, "delete"), _instruction(call, wanted.reason))
        return Answer(status=202, body=ErasureResource(status="erased" if is_erased else "erasing"))


def _user_id(call: Call) -> str:
    return document_id("id", call.path["id"])


def _other_id(call: Call, deed: str) -> str:
    """Return the id of the user in the path.

    Raises NotOneself if it is the caller, or the owner of the caller's key.
    """
    user_id = _user_id(call)
    if user_id == call.user_id:
        raise NotOneself(deed)
    return user_id


def _instruction(call: Call, reason: str = "") -> Instruction:
    return Instruction(actor=call.known_caller.actor, request_id=call.request_id, reason=reason)
