"""Serves what operators do by hand to the running system."""

from collections.abc import Callable, Iterable

from controllers.http.auth import document_id
from controllers.http.wire import Access, Answer, Call, ExampleRequest, Route
from core.errors import (
    InvalidRequest,
    NotSupported,
    PayloadTooLarge,
    PermissionDenied,
    Unavailable,
    UnsupportedMediaType,
)
from domain.accounts.errors import UserNotFound
from domain.accounts.keys import Scope
from schemas.operations.operations import AuditResource, GiveReason, QueueResource, RunAudit, SweepResource
from services.accounts.instructions import Instruction
from services.operations.operations import OperationsService
from services.operations.queue_operations import QueueOperations

_WITH_BODY = (InvalidRequest, PermissionDenied, PayloadTooLarge, UnsupportedMediaType, Unavailable)


class AdminOperationsController:
    def __init__(self, queue: QueueOperations, operations: OperationsService) -> None:
        self._queue = queue
        self._operations = operations

    def routes(self) -> Iterable[Route]:
        yield Route(
            method="GET",
            path="/v1/admin/queue",
            name="adminGetQueue",
            summary="Get the state of the queue, and how many generations wait or are being worked on.",
            handle=self.queue,
            access=Access.ADMIN,
            scope=Scope.ADMIN_READ,
            answers={200: QueueResource},
            errors=(PermissionDenied, Unavailable),
        )
        yield self._switch(
            "pause", "Pause the queue. What is accepted from now on waits.", self.pause, "The vendor is down"
        )
        yield self._switch("resume", "Resume the queue.", self.resume, "The vendor is back")
        yield self._switch(
            "purge",
            "Drop every task that waits. No generation is lost: the sweeper sends them anew.",
            self.purge,
            "Tasks of the load test",
        )
        yield Route(
            method="POST",
            path="/v1/admin/sweep",
            name="adminSweep",
            summary="Sweep overdue generations now, instead of within the minute.",
            handle=self.sweep,
            access=Access.ADMIN,
            scope=Scope.ADMIN_WRITE,
            answers={200: SweepResource},
            errors=(PermissionDenied, Unavailable),
        )
        yield Route(
            method="POST",
            path="/v1/admin/audit",
            name="adminAudit",
            summary="Audit the books of one user or of everybody. Nothing is changed.",
            handle=self.audit,
            example=ExampleRequest(body={"user_id": "mallory"}),
            body=RunAudit,
            access=Access.ADMIN,
            scope=Scope.ADMIN_WRITE,
            answers={200: AuditResource},
            errors=(*_WITH_BODY, UserNotFound),
        )

    def _switch(self, verb: str, summary: str, handle: Callable[[Call], Answer], reason: str) -> Route:
        return Route(
            method="POST",
            path=f"/v1/admin/queue/{verb}",
            name=f"admin{verb.title()}Queue",
            summary=f"{summary} The answer is 501 if the queue cannot do it, as on the local stack.",
            handle=handle,
            example=ExampleRequest(body={"reason": reason}),
            body=GiveReason,
            access=Access.ADMIN,
            scope=Scope.ADMIN_WRITE,
            answers={200: QueueResource},
            errors=(*_WITH_BODY, NotSupported),
        )

    def queue(self, _: Call) -> Answer:
        return Answer(body=QueueResource.of(self._queue.overview()))

    def pause(self, call: Call) -> Answer:
        return Answer(body=QueueResource.of(self._queue.pause(_instruction(call, call.body.reason))))

    def resume(self, call: Call) -> Answer:
        return Answer(body=QueueResource.of(self._queue.resume(_instruction(call, call.body.reason))))

    def purge(self, call: Call) -> Answer:
        return Answer(body=QueueResource.of(self._queue.purge(_instruction(call, call.body.reason))))

    def sweep(self, call: Call) -> Answer:
        return Answer(body=SweepResource.of(self._operations.sweep(_instruction(call))))

    def audit(self, call: Call) -> Answer:
        body: RunAudit = call.body
        if body.user_id is None:
            return Answer(body=AuditResource.of(self._operations.audit(_instruction(call))))
        user_id = document_id("/user_id", body.user_id)
        return Answer(body=AuditResource.of(self._operations.audit_user(_instruction(call), user_id)))


def _instruction(call: Call, reason: str = "") -> Instruction:
    return Instruction(actor=call.known_caller.actor, request_id=call.request_id, reason=reason)
