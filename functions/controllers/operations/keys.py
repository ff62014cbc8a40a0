"""Lets operators see and revoke the API keys of any user, also those that a service key made."""

from collections.abc import Iterable

from controllers.http.auth import document_id
from controllers.http.wire import Access, Answer, Call, ExampleRequest, Route
from core.clock import Clock
from core.errors import InvalidRequest, PermissionDenied, Unavailable
from domain.accounts.errors import KeyNotFound, UserNotFound
from domain.accounts.keys import Scope
from schemas.accounts.keys import KeyList, KeyResource
from schemas.operations.users import WithReasonQuery
from services.accounts.instructions import Instruction
from services.accounts.keys import KeyService


class AdminKeyController:
    def __init__(self, keys: KeyService, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    def routes(self) -> Iterable[Route]:
        yield Route(
            method="GET",
            path="/v1/admin/users/{id}/keys",
            name="adminListKeys",
            summary="List the API keys of a user, also those that a service key made for it.",
            handle=self.all,
            access=Access.ADMIN,
            scope=Scope.ADMIN_READ,
            answers={200: KeyList},
            errors=(InvalidRequest, PermissionDenied, UserNotFound),
        )
        yield Route(
            method="DELETE",
            path="/v1/admin/users/{id}/keys/{key}",
            name="adminRevokeKey",
            summary="Revoke an API key of a user. It and the keys that it made stop working at once.",
            handle=self.revoke,
            example=ExampleRequest(query={"reason": "Found in a public repository"}),
            query=WithReasonQuery,
            access=Access.ADMIN,
            scope=Scope.ADMIN_WRITE,
            answers={200: KeyResource},
            errors=(InvalidRequest, PermissionDenied, UserNotFound, KeyNotFound, Unavailable),
        )

    def all(self, call: Call) -> Answer:
        now = self._clock()
        found = self._keys.all(document_id("id", call.path["id"]))
        return Answer(body=KeyList(data=[KeyResource.of(key, now) for key in found]))

    def revoke(self, call: Call) -> Answer:
        wanted: WithReasonQuery = call.query
        by = Instruction(actor=call.known_caller.actor, request_id=call.request_id, reason=wanted.reason)
        user_id, key_id = document_id("id", call.path["id"]), document_id("key", call.path["key"])
        return Answer(body=KeyResource.of(self._keys.revoke(user_id, key_id, by), self._clock()))
