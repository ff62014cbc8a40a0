"""The functions are deployed with these limits and service accounts.

main.py reads them when it is imported, before there are any settings.
"""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.environment import present, refusal

API_ACCOUNT = "darkroom-api"
WORKER_ACCOUNT = "darkroom-worker"
SCHEDULES_ACCOUNT = "darkroom-schedules"
# Nothing runs as this account. Cloud Tasks signs with its name when it calls the worker.
TASKS_ACCOUNT = "darkroom-tasks"

# An instance that answers clients works on so many requests at once.
WEB_THREADS = 16

Account = Annotated[str, Field(pattern=r"^[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com$")]


class QueueLimits(BaseModel):
    """These are the limits that the task queues are deployed with. The defaults are feraset-imagen's.

    The last two limit the starts of two queues together. They are at least 2, so that each queue has one.
    """

    model_config = ConfigDict(frozen=True)

    max_attempts: int = Field(default=5, ge=1, le=100)
    min_backoff_seconds: int = Field(default=60, ge=0)
    max_backoff_seconds: int = Field(default=300, ge=0, le=3600)
    max_concurrent_dispatches: int = Field(default=10, ge=2, le=5000)
    max_dispatches_per_second: int = Field(default=2, ge=2, le=500)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read `QUEUE_MAX_ATTEMPTS` and so on. Raise ConfigurationError, which names every variable that is wrong."""
        names = {name: f"QUEUE_{name.upper()}" for name in cls.model_fields}
        try:
            return cls.model_validate(present(environment, names))
        except ValidationError as error:
            raise refusal(error, names) from error


class ServiceAccounts(BaseModel):
    """The functions run as these service accounts.

    firebase-tools completes a name that ends in @ with the project's domain.
    """

    model_config = ConfigDict(frozen=True)

    api: Account = f"{API_ACCOUNT}@"
    worker: Account = f"{WORKER_ACCOUNT}@"
    schedules: Account = f"{SCHEDULES_ACCOUNT}@"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the three variables. Raise ConfigurationError, which names every variable that is wrong."""
        names = {
            "api": "API_SERVICE_ACCOUNT",
            "worker": "WORKER_RUNTIME_SERVICE_ACCOUNT",
            "schedules": "SCHEDULER_SERVICE_ACCOUNT",
        }
        try:
            return cls.model_validate(present(environment, names))
        except ValidationError as error:
            raise refusal(error, names) from error
