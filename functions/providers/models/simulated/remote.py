"""Simulates a vendor with a queue: submit, poll, cancel. It keeps no records, because a job's id says everything."""

import hashlib
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from core.clock import Clock
from core.settings import Settings
from core.settings.values import Range
from domain.generations.generation import Failure
from providers.models.simulated.brush import painted
from providers.models.simulated.direct import OUTAGES, REJECTIONS
from services.generations.model_ports import Job, RemoteResult, RemoteStatus

_FAILURES = (*REJECTIONS, *OUTAGES)
_SUCCESS = len(_FAILURES)


@dataclass(frozen=True, slots=True)
class _Ticket:
    """Says when a job will be done, and how it ends.

    `verdict` is the place of its failure in the list, or the length of the list for a success.
    """

    ready_ms: int
    verdict: int
    generation_id: str

    def __str__(self) -> str:
        digest = hashlib.sha256(f"{self.ready_ms}|{self.verdict}|{self.generation_id}".encode()).hexdigest()
        return f"sim-{self.ready_ms}-{self.verdict}-{digest[:16]}"

    @classmethod
    def read(cls, provider_job: str, generation_id: str) -> Self | None:
        """Return the ticket, or None if this vendor never gave out such an id for this generation."""
        parts = provider_job.split("-")
        if len(parts) != 4 or not (parts[1].isdecimal() and parts[2].isdecimal()):  # noqa: PLR2004
            return None
        ticket = cls(int(parts[1]), int(parts[2]), generation_id)
        return ticket if str(ticket) == provider_job else None


class SimulatedRemoteModel:
    def __init__(
        self,
        *,
        failure_rate: float,
        latency: Range,
        clock: Clock,
        chance: random.Random | None = None,
    ) -> None:
        self._failure_rate = failure_rate
        self._latency = latency
        self._clock = clock
        self._chance = chance or random.Random()  # noqa: S311 - a simulation, not a secret
        self._submitted: dict[str, str] = {}
        self._cancelled: set[str] = set()

    def expected_seconds(self) -> float:
        return (self._latency.low + self._latency.high) / 2

    def submit(self, job: Job) -> str:
        """Return the id of the job.

        The generation's id is the idempotency key, as long as this process remembers it.
        """
        return self._submitted.setdefault(job.generation_id, str(self._ticket(job)))

    def poll(self, provider_job: str, job: Job) -> RemoteResult:
        ticket = _Ticket.read(provider_job, job.generation_id)
        if ticket is None:
            return RemoteResult(status=RemoteStatus.UNKNOWN)
        if provider_job in self._cancelled:
            return _failed("cancelled", "Cancelled at the provider", retryable=False)
        if self._clock() < datetime.fromtimestamp(ticket.ready_ms / 1000, UTC):
            return RemoteResult(status=RemoteStatus.RUNNING)
        if ticket.verdict >= _SUCCESS:
            return RemoteResult(status=RemoteStatus.SUCCEEDED, media=(painted(job),))
        code, message = _FAILURES[ticket.verdict]
        return _failed(code, message, retryable=(code, message) in OUTAGES)

    def cancel(self, provider_job: str) -> None:
        self._cancelled.add(provider_job)

    def _ticket(self, job: Job) -> _Ticket:
        seconds = self._chance.uniform(self._latency.low, self._latency.high)
        ready = self._clock() + timedelta(seconds=seconds)
        fails = self._chance.random() < self._failure_rate
        verdict = self._chance.randrange(len(_FAILURES)) if fails else _SUCCESS
        return _Ticket(int(ready.timestamp() * 1000), verdict, job.generation_id)


def _failed(code: str, message: str, *, retryable: bool) -> RemoteResult:
    failure = Failure(code=code, message=message, retryable=retryable)
    return RemoteResult(status=RemoteStatus.FAILED, failure=failure)


def make(settings: Settings, clock: Clock) -> SimulatedRemoteModel:
    rate, latency = settings.simulated_failure_rate, settings.simulated_latency_seconds
    return SimulatedRemoteModel(failure_rate=rate, latency=latency, clock=clock)
