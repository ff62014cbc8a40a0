"""Controls a queue through Cloud Tasks' client. The emulator can only tell a few figures of a queue.

The client is `v2beta3` and not `v2`, because only that one tells how many tasks a queue has.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NoReturn

import requests
from google.api_core import exceptions as google_errors
from google.auth.exceptions import GoogleAuthError
from google.cloud import tasks_v2beta3
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.json_format import ParseError
from requests.exceptions import RequestException

from core.errors import NotSupported, Unavailable
from services.operations.ports import QueueState, QueueStatus

_TIMEOUT_SECONDS = 5.0
# The statistics of a queue are only in the answer if they are asked for by name.
_FIELDS_READ = FieldMask(paths=["name", "state", "purge_time", "rate_limits", "retry_config", "stats"])

_STATES = {
    tasks_v2beta3.Queue.State.RUNNING: QueueState.RUNNING,
    tasks_v2beta3.Queue.State.PAUSED: QueueState.PAUSED,
}


class CloudTasksControl:
    """Controls one queue. `queue_name` is its full name: `projects/…/locations/…/queues/…`."""

    def __init__(self, client: tasks_v2beta3.CloudTasksClient, queue_name: str) -> None:
        self._client = client
        self._name = queue_name

    def status(self) -> QueueStatus:
        return self._call(self._client.get_queue, read_mask=_FIELDS_READ)

    def pause(self) -> QueueStatus:
        return self._call(self._client.pause_queue)

    def resume(self) -> QueueStatus:
        return self._call(self._client.resume_queue)

    def purge(self) -> QueueStatus:
        return self._call(self._client.purge_queue)

    def _call(self, method: Callable[..., tasks_v2beta3.Queue], **options: Any) -> QueueStatus:
        """Send a request once, without repeats, because somebody is waiting and can ask again. Return the status."""
        with _answering():
            return _status_of(method({"name": self._name, **options}, retry=None, timeout=_TIMEOUT_SECONDS))


class EmulatorControl:
    """Asks the emulator about one queue. `host` is `address:port`, as in CLOUD_TASKS_EMULATOR_HOST."""

    def __init__(self, host: str, queue_name: str) -> None:
        _, project, _, location, _, queue = queue_name.split("/")
        self._url = f"http://{host}/queueStats"
        self._key = f"queue:{project}-{location}-{queue}"

    def status(self) -> QueueStatus:
        try:
            answer = requests.get(self._url, timeout=_TIMEOUT_SECONDS)
            answer.raise_for_status()
            told: Mapping[str, Any] | None = answer.json().get(self._key)
        except RequestException as error:
            raise Unavailable(f"The Tasks emulator does not answer: {error}") from error
        if told is None:
            raise Unavailable(f"The Tasks emulator has no {self._key}")
        return QueueStatus(
            state=QueueState.UNKNOWN,
            depth=told["numberOfTasks"],
            oldest_at=None,
            purged_at=None,
            max_attempts=None,
            max_concurrent_dispatches=told["maxConcurrent"],
            max_dispatches_per_second=told["maxRate"],
        )

    def pause(self) -> NoReturn:
        raise NotSupported("The Tasks emulator cannot pause a queue")

    def resume(self) -> NoReturn:
        raise NotSupported("The Tasks emulator cannot resume a queue")

    def purge(self) -> NoReturn:
        raise NotSupported("The Tasks emulator cannot purge a queue")


def production_control_client() -> tasks_v2beta3.CloudTasksClient:
    return tasks_v2beta3.CloudTasksClient(transport="rest")


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except google_errors.MethodNotImplemented as error:
        raise NotSupported(f"The task queue cannot do this: {error.message}") from error
    except (google_errors.GoogleAPIError, GoogleAuthError, RequestException, ParseError) as error:
        raise Unavailable(f"The task queue does not answer: {error}") from error


def _status_of(queue: tasks_v2beta3.Queue) -> QueueStatus:
    told = tasks_v2beta3.Queue.pb(queue)
    stats = told.stats if told.HasField("stats") else None
    rates = told.rate_limits
    attempts = told.retry_config.max_attempts
    return QueueStatus(
        state=_STATES.get(queue.state, QueueState.UNKNOWN),
        # The count includes the tasks that are being worked on. Both are estimates, and not of the same moment.
        depth=None if stats is None else max(0, stats.tasks_count - stats.concurrent_dispatches_count),
        oldest_at=_moment(stats, "oldest_estimated_arrival_time"),
        purged_at=_moment(told, "purge_time"),
        max_attempts=attempts if attempts > 0 else None,
        max_concurrent_dispatches=rates.max_concurrent_dispatches or None,
        max_dispatches_per_second=rates.max_dispatches_per_second or None,
    )


def _moment(message: Any, name: str) -> datetime | None:
    if message is None or not message.HasField(name):
        return None
    moment: datetime = getattr(message, name).ToDatetime(tzinfo=UTC)
    return moment
