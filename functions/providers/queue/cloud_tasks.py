"""Writes tasks for Cloud Tasks in the form of its REST interface, which the emulator takes too."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from http import HTTPStatus
from typing import Any

from core.errors import Unavailable
from core.queues import Queue
from providers.queue.connection import CloudTasksConnection
from services.generations.ports import TaskMessage
from services.generations.task_signatures import TaskSignatures


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Says where tasks go, and who sends them.

    `service_account` calls the worker (OIDC). It is empty on the emulator, which has no accounts. `queue` is the full
    name of any of the queues, which all have the same parent. All their tasks go to one worker, at `url`.
    """

    queue: str
    url: str
    service_account: str
    deadline_of: Callable[[Queue], timedelta]
    signatures: TaskSignatures

    def tasks_of(self, queue: Queue) -> str:
        """Return the name of the collection that the tasks of this queue are in."""
        return f"{self.queue.rpartition('/')[0]}/{queue.value}/tasks"


class CloudTasksQueue:
    def __init__(self, connection: CloudTasksConnection, target: Target) -> None:
        self._connection = connection
        self._target = target

    def enqueue(self, message: TaskMessage) -> bool:
        body = {"task": self._task(message)}
        return self._call("POST", self._target.tasks_of(message.queue), body, already=HTTPStatus.CONFLICT)

    def remove(self, message: TaskMessage) -> bool:
        name = f"{self._target.tasks_of(message.queue)}/{message.name}"
        return self._call("DELETE", name, already=HTTPStatus.NOT_FOUND)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, already: HTTPStatus) -> bool:
        """Send a request, and return False if the status is `already`, so that there was nothing to do.

        Raises Unavailable.
        """
        answer = self._connection.call(method, path, body)
        if answer.status == already:
            return False
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise Unavailable(f"The task queue answers {answer.status}: {answer.data.decode(errors='replace')}")
        return True

    def _task(self, message: TaskMessage) -> dict[str, Any]:
        """Return a `google.cloud.tasks.v2.Task` in the JSON form of protocol buffers."""
        task: dict[str, Any] = {
            "name": f"{self._target.tasks_of(message.queue)}/{message.name}",
            "httpRequest": self._request(message),
            "dispatchDeadline": f"{int(self._target.deadline_of(message.queue).total_seconds())}s",
        }
        if message.not_before is not None:
            task["scheduleTime"] = message.not_before.astimezone(UTC).isoformat()
        return task

    def _request(self, message: TaskMessage) -> dict[str, Any]:
        data = {
            "generation_request_id": message.generation_id,
            "dispatch": message.dispatch,
            "request_id": message.request_id,
        }
        request: dict[str, Any] = {
            "url": self._target.url,
            "httpMethod": "POST",
            "headers": {"Content-Type": "application/json"},
            "body": base64.b64encode(json.dumps({"data": self._target.signatures.signed(data)}).encode()).decode(),
        }
        if self._target.service_account:
            signer = {"serviceAccountEmail": self._target.service_account, "audience": self._target.url}
            request["oidcToken"] = signer
        return request
