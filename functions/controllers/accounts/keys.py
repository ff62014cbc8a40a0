from collections.abc import Iterable
from datetime import timedelta

from controllers.http.auth import document_id
from controllers.http.wire import Answer, Call, ExampleRequest, Route
from core.clock import Clock
from core.errors import InvalidRequest, PayloadTooLarge, PermissionDenied, Unavailable, UnsupportedMediaType
from domain.accounts.errors import KeyNotFound, TooManyKeys, UserInactive, UserNotFound
from domain.accounts.keys import Scope
from schemas.accounts.keys import CreateKey, IssuedKeyResource, KeyList, KeyResource, RotateKey, UpdateKey
from services.accounts.keys import KeyOrder, KeyService

_WITH_BODY = (InvalidRequest, PermissionDenied, PayloadTooLarge, UnsupportedMediaType, Unavailable)

_NIGHTLY = ExampleRequest(
    body={
        "name": "Nightly batch",
        "scopes": ["generations:write", "generations:read"],
        "expires_at": "2026-06-01T00:00:00Z",
        "budget": {"per_day": 10, "per_month": None},
    }
)


class KeyController:
    """Serves the keys of the caller.

    A key can manage the keys of the users that it acts for, but never those of its owner.
    """

    def __init__(self, keys: KeyService, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    def routes(self) -> Iterable[Route]:
        yield from self._looking()
        yield from self._changing()

    def _looking(self) -> Iterable[Route]:
        yield Route(
            method="GET",
            path="/v1/keys",
            name="listKeys",
            summary="List your API keys, with what they have spent.",
            handle=self.all,
            scope=Scope.KEYS_READ,
            answers={200: KeyList},
            errors=(PermissionDenied, UserNotFound),
        )
        yield Route(
            method="GET",
            path="/v1/keys/{id}",
            name="getKey",
            summary="Get one API key.",
            handle=self.get,
            scope=Scope.KEYS_READ,
            answers={200: KeyResource},
            errors=(InvalidRequest, PermissionDenied, UserNotFound, KeyNotFound),
        )

    def _changing(self) -> Iterable[Route]:
        yield Route(
            method="POST",
            path="/v1/keys",
            name="createKey",
            summary="Create an API key. The key itself is shown in this answer, and never again.",
            handle=self.create,
            example=_NIGHTLY,
            body=CreateKey,
            scope=Scope.KEYS_WRITE,
            answers={201: IssuedKeyResource},
            errors=(*_WITH_BODY, UserNotFound, UserInactive, TooManyKeys),
        )
        yield Route(
            method="PATCH",
            path="/v1/keys/{id}",
            name="updateKey",
            summary="Rename an API key, or give it another budget.",
            handle=self.update,
            example=ExampleRequest(body={"name": "Weekly batch", "budget": {"per_day": 7}}),
            body=UpdateKey,
            scope=Scope.KEYS_WRITE,
            answers={200: KeyResource},
            errors=(*_WITH_BODY, UserNotFound, KeyNotFound),
        )
        yield Route(
            method="POST",
            path="/v1/keys/{id}/rotate",
            name="rotateKey",
            summary="Give an API key a new secret. Its budget and its history stay.",
            handle=self.rotate,
            example=ExampleRequest(body={"overlap_seconds": 3600}),
            body=RotateKey,
            scope=Scope.KEYS_WRITE,
            answers={200: IssuedKeyResource},
            errors=(*_WITH_BODY, UserNotFound, UserInactive, KeyNotFound),
        )
        yield Route(
            method="DELETE",
            path="/v1/keys/{id}",
            name="revokeKey",
            summary="Revoke an API key. It stops working at once.",
            handle=self.revoke,
            scope=Scope.KEYS_WRITE,
            answers={200: KeyResource},
            errors=(InvalidRequest, PermissionDenied, UserNotFound, KeyNotFound, Unavailable),
        )

    def create(self, call: Call) -> Answer:
        call.known_caller.refuse_own_key()
        body: CreateKey = call.body
        order = KeyOrder(
            name=body.name,
            scopes=frozenset(body.scopes),
            expires_at=body.expires_at,
            budget=body.budget.budget(),
            external_prefix=body.external_prefix or "",
        )
        issued = self._keys.create(call.known_caller, order, call.request_id)
        headers = {"Location": f"/v1/keys/{issued.key.id}"}
        return Answer(status=201, body=IssuedKeyResource.issued(issued, self._clock()), headers=headers)

    def all(self, call: Call) -> Answer:
        call.known_caller.refuse_own_key()
        now = self._clock()
        return Answer(body=KeyList(data=[KeyResource.of(key, now) for key in self._keys.all(call.user_id)]))

    def get(self, call: Call) -> Answer:
        call.known_caller.refuse_own_key()
        return Answer(body=KeyResource.of(self._keys.get(call.user_id, _key_id(call)), self._clock()))

    def update(self, call: Call) -> Answer:
        call.known_caller.refuse_own_key()
        body: UpdateKey = call.body
        budget = None if body.budget is None else body.budget.budget()
        key = self._keys.update(call.user_id, _key_id(call), name=body.name, budget=budget)
        return Answer(body=KeyResource.of(key, self._clock()))

    def rotate(self, call: Call) -> Answer:
        call.known_caller.refuse_own_key()
        body: RotateKey = call.body
        issued = self._keys.rotate(call.user_id, _key_id(call), timedelta(seconds=body.overlap_seconds))
        return Answer(body=IssuedKeyResource.issued(issued, self._clock()))

    def revoke(self, call: Call) -> Answer:
        call.known_caller.refuse_own_key()
        return Answer(body=KeyResource.of(self._keys.revoke(call.user_id, _key_id(call)), self._clock()))


def _key_id(call: Call) -> str:
    return document_id("id", call.path["id"])
