"""Cloud Tasks through its own client. On the emulator it is the same client, with one path prefix less.

The client knows the address, signs in and keeps the connections. The one request that we make of it is written by hand:
`create_task` spends as much on building, checking and converting messages as on sending them.
"""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError
from google.cloud import tasks_v2
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksRestTransport
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException

from core.errors import Unavailable
from core.queues import Queue
from services.ports import TaskMessage

_TIMEOUT_SECONDS = 5.0
_CONNECTIONS_KEPT = 32
"""More than an instance has threads: past its pool of ten, requests would open a connection for each task."""


_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where tasks go. `service_account` signs them (OIDC); empty on the emulator, which signs nothing.

    `queue` is the whole name of any of the queues, which lie beside each other. All their tasks go to one worker.
    """

    queue: str
    url: str
    service_account: str
    dispatch_deadline: timedelta

    def tasks_of(self, queue: Queue) -> str:
        """Return the name of the collection that the tasks of this queue are in."""
        return f"{self.queue.rpartition('/')[0]}/{queue.value}/tasks"


class CloudTasksQueue:
    def __init__(self, client: tasks_v2.CloudTasksClient, target: Target) -> None:
        self._session = client.transport._session  # noqa: SLF001 - the transport signs in through it
        self._api = f"{client.transport._host}/v2"  # noqa: SLF001
        self._target = target

    def enqueue(self, message: TaskMessage) -> bool:
        content = json.dumps({"task": self._task(message)})
        # Nothing here repeats it: the name makes a repeat harmless, and the sweeper makes it.
        return self._asked("POST", self._target.tasks_of(message.queue), HTTPStatus.CONFLICT, content)

    def remove(self, message: TaskMessage) -> bool:
        name = f"{self._target.tasks_of(message.queue)}/{message.name}"
        return self._asked("DELETE", name, HTTPStatus.NOT_FOUND)

    def _asked(self, method: str, path: str, in_vain: HTTPStatus, content: str | None = None) -> bool:
        """Return False where the answer is `in_vain`. Raise Unavailable for any other that is no success."""
        try:
            response = self._session.request(
                method, f"{self._api}/{path}", data=content, headers=_JSON, timeout=_TIMEOUT_SECONDS
            )
        except (GoogleAuthError, RequestException) as error:
            raise Unavailable(f"The task queue does not answer: {error}") from error
        if not response.ok and response.status_code != in_vain:
            raise Unavailable(f"The task queue answers {response.status_code}: {response.text}")
        return bool(response.ok)

    def _task(self, message: TaskMessage) -> dict[str, Any]:
        """A `google.cloud.tasks.v2.Task` in protocol buffers' JSON."""
        task: dict[str, Any] = {
            "name": f"{self._target.tasks_of(message.queue)}/{message.name}",
            "httpRequest": self._request(message),
            "dispatchDeadline": f"{int(self._target.dispatch_deadline.total_seconds())}s",
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
            "headers": _JSON,
            "body": base64.b64encode(json.dumps({"data": data}).encode()).decode(),
        }
        if self._target.service_account:
            signer = {"serviceAccountEmail": self._target.service_account, "audience": self._target.url}
            request["oidcToken"] = signer
        return request


def production_client() -> tasks_v2.CloudTasksClient:
    client = tasks_v2.CloudTasksClient(transport="rest")
    client.transport._session.mount("https://", HTTPAdapter(pool_maxsize=_CONNECTIONS_KEPT))  # noqa: SLF001
    return client


def emulator_client(host: str) -> tasks_v2.CloudTasksClient:
    """`host` is `address:port`, as in CLOUD_TASKS_EMULATOR_HOST."""
    transport = CloudTasksRestTransport(host=host, credentials=AnonymousCredentials(), url_scheme="http")
    adapter = _WithoutVersionPrefix(pool_maxsize=_CONNECTIONS_KEPT)
    transport._session.mount("http://", adapter)  # noqa: SLF001 - the transport offers no hook
    return tasks_v2.CloudTasksClient(transport=transport)


class _WithoutVersionPrefix(HTTPAdapter):
    """The emulator serves `/projects/…` where Cloud Tasks serves `/v2/projects/…`."""

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        parts = urlsplit(request.url or "")
        request.url = urlunsplit(parts._replace(path=parts.path.removeprefix("/v2")))
        return super().send(request, *args, **options)
