"""Cloud Tasks through its own client. On the emulator it is the same client, with one path prefix less."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from google.api_core import exceptions as google_errors
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError
from google.cloud import tasks_v2
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksRestTransport
from google.protobuf import duration_pb2, timestamp_pb2
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException

from core.errors import Unavailable
from services.ports import TaskMessage

_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where tasks go. `service_account` signs them (OIDC); empty on the emulator, which signs nothing."""

    queue: str
    url: str
    service_account: str
    dispatch_deadline: timedelta


class CloudTasksQueue:
    def __init__(self, client: tasks_v2.CloudTasksClient, target: Target) -> None:
        self._client = client
        self._target = target

    def enqueue(self, message: TaskMessage) -> bool:
        try:
            # No retry by the client: the name makes a repeat harmless, and the sweeper makes it.
            self._client.create_task(
                parent=self._target.queue, task=self._task(message), retry=None, timeout=_TIMEOUT_SECONDS
            )
        except google_errors.Conflict:
            return False  # over REST, ALREADY_EXISTS comes as the class of its HTTP status
        except (google_errors.GoogleAPICallError, GoogleAuthError, RequestException) as error:
            raise Unavailable(f"The task queue does not answer: {error}") from error
        return True

    def _task(self, message: TaskMessage) -> tasks_v2.Task:
        return tasks_v2.Task(
            name=f"{self._target.queue}/tasks/{message.name}",
            http_request=self._request(message),
            schedule_time=None if message.not_before is None else _timestamp(message.not_before),
            dispatch_deadline=duration_pb2.Duration(seconds=int(self._target.dispatch_deadline.total_seconds())),
        )

    def _request(self, message: TaskMessage) -> tasks_v2.HttpRequest:
        data = {
            "generation_request_id": message.generation_id,
            "dispatch": message.dispatch,
            "request_id": message.request_id,
        }
        token = None
        if self._target.service_account:
            token = tasks_v2.OidcToken(service_account_email=self._target.service_account, audience=self._target.url)
        return tasks_v2.HttpRequest(
            url=self._target.url,
            http_method=tasks_v2.HttpMethod.POST,
            headers={"Content-Type": "application/json"},
            body=json.dumps({"data": data}).encode(),
            oidc_token=token,
        )


def production_client() -> tasks_v2.CloudTasksClient:
    return tasks_v2.CloudTasksClient(transport="rest")


def emulator_client(host: str) -> tasks_v2.CloudTasksClient:
    """`host` is `address:port`, as in CLOUD_TASKS_EMULATOR_HOST."""
    transport = CloudTasksRestTransport(host=host, credentials=AnonymousCredentials(), url_scheme="http")
    transport._session.mount("http://", _WithoutVersionPrefix())  # noqa: SLF001 - the transport offers no hook
    return tasks_v2.CloudTasksClient(transport=transport)


class _WithoutVersionPrefix(HTTPAdapter):
    """The emulator serves `/projects/…` where Cloud Tasks serves `/v2/projects/…`."""

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        parts = urlsplit(request.url or "")
        request.url = urlunsplit(parts._replace(path=parts.path.removeprefix("/v2")))
        return super().send(request, *args, **options)


def _timestamp(moment: datetime) -> timestamp_pb2.Timestamp:
    stamp = timestamp_pb2.Timestamp()
    stamp.FromDatetime(moment)
    return stamp
