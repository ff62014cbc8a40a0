from typing import Annotated, Self

from pydantic import Field, model_validator

from core.addresses import PageAddress
from core.deployment import Account, QueueLimits
from core.settings.base import BaseSettings
from core.settings.values import Range, Seconds

# Cloud Tasks waits no longer than this for an answer, so a longer lease is of no use.
LEASE_SECONDS_MAX = 1800


class GenerationSettings(BaseSettings):
    storage_bucket: str = Field(min_length=3)
    simulated_failure_rate: float = Field(default=0.05, ge=0, le=1)
    simulated_latency_seconds: Seconds = Range(low=5, high=40)
    worker_url: Annotated[PageAddress, Field(min_length=1)]
    worker_service_account: Account = ""
    attempts_max: int = Field(default=4, ge=1, le=100)
    queue: QueueLimits = QueueLimits()
    provider_timeout_seconds: int = Field(default=180, ge=1)
    dispatch_deadline_seconds: int = Field(default=240, ge=15)
    lease_seconds: int = Field(default=300, le=LEASE_SECONDS_MAX)
    generation_age_max_seconds: int = Field(default=24 * 3600, ge=60)

    @model_validator(mode="after")
    def _time_limits_nest(self) -> Self:
        """Each limit must end before the one around it, or two attempts could work on one generation."""
        limits = (self.provider_timeout_seconds, self.dispatch_deadline_seconds, self.lease_seconds)
        if not limits[0] < limits[1] < limits[2]:
            raise ValueError(
                "PROVIDER_TIMEOUT_SECONDS < DISPATCH_DEADLINE_SECONDS < LEASE_SECONDS must hold, not "
                + " < ".join(map(str, limits))
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
