from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from core.addresses import PageAddress
from core.deployment import Account, QueueLimits
from core.queues import LEASE_SECONDS_MAX, Queue
from core.settings.base import BaseSettings
from core.settings.values import Range, Seconds


class GenerationSettings(BaseSettings):
    storage_bucket: str = Field(min_length=3)
    simulated_failure_rate: float = Field(default=0.05, ge=0, le=1)
    simulated_latency_seconds: Seconds = Range(low=5, high=40)
    worker_url: Annotated[PageAddress, Field(min_length=1)]
    worker_service_account: Account = ""
    attempts_max: int = Field(default=4, ge=1, le=100)
    queue: QueueLimits = QueueLimits()
    provider_timeout_seconds: int = Field(default=180, ge=1)
    # If one of these two is set, it holds for every queue. Otherwise each queue has its own, see core/queues.py.
    dispatch_deadline_seconds: int | None = Field(default=None, ge=15)
    lease_seconds: int | None = Field(default=None, ge=1, le=LEASE_SECONDS_MAX)
    generation_age_max_seconds: int = Field(default=24 * 3600, ge=60)

    def deadline_of(self, queue: Queue) -> timedelta:
        """Return how long the queue waits for an answer to one of its tasks."""
        return timedelta(seconds=self._deadline_seconds(queue))

    def lease_of(self, queue: Queue) -> timedelta:
        """Return for how long an attempt may work on a generation that waited in this queue."""
        return timedelta(seconds=self._lease_seconds(queue))

    def _deadline_seconds(self, queue: Queue) -> int:
        return self.dispatch_deadline_seconds or queue.row.deadline_seconds

    def _lease_seconds(self, queue: Queue) -> int:
        return self.lease_seconds or queue.row.lease_seconds

    @model_validator(mode="after")
    def _time_limits_nest(self) -> Self:
        """Each limit must end before the one around it, or two attempts could work on one generation."""
        for queue in Queue:
            limits = (self.provider_timeout_seconds, self._deadline_seconds(queue), self._lease_seconds(queue))
            if not limits[0] < limits[1] < limits[2] <= LEASE_SECONDS_MAX:
                raise ValueError(
                    "PROVIDER_TIMEOUT_SECONDS < DISPATCH_DEADLINE_SECONDS < LEASE_SECONDS <= "
                    f"{LEASE_SECONDS_MAX} must hold, not {' < '.join(map(str, limits))}, for the queue {queue}"
                )
        return self

    @model_validator(mode="after")
    def _last_attempt_is_ours(self) -> Self:
        """Cloud Tasks deletes a task after its last attempt; by then the generation must have been settled."""
        if self.attempts_max >= self.queue.max_attempts:
            raise ValueError(
                f"ATTEMPTS_MAX < QUEUE_MAX_ATTEMPTS must hold, not {self.attempts_max} < {self.queue.max_attempts}"
            )
        return self

    @model_validator(mode="after")
    def _slowest_simulation_fits(self) -> Self:
        if self.simulated_latency_seconds.high >= self.provider_timeout_seconds:
            raise ValueError("SIMULATED_LATENCY_SECONDS must stay below PROVIDER_TIMEOUT_SECONDS")
        return self
