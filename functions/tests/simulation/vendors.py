"""There are two models: one answers by itself, and one is at a vendor's, who keeps jobs and may forget them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.generations.generation import Failure
from services.generations.media import Media
from services.generations.model_ports import (
    Job,
    ModelRejected,
    ModelUnavailable,
    NoPreview,
    RemoteResult,
    RemoteStatus,
)
from simulation.faults import Faults
from simulation.scheduler import Scheduler

_USUAL = (1.0, 20.0)
_PAST_THE_LEASE = (280.0, 450.0)

Watch = Callable[[str, int], None]


class SimulatedDirect:
    """`watch` is told of each call, with the number of calls for the generation so far."""

    def __init__(self, scheduler: Scheduler, faults: Faults, watch: Watch) -> None:
        self._scheduler = scheduler
        self._faults = faults
        self._watch = watch
        self._calls: Counter[str] = Counter()

    def expected_seconds(self) -> float:
        return 10.0

    def generate(self, job: Job) -> tuple[Media, ...]:
        self._scheduler.step(f"generates for {job.generation_id}")
        self._calls[job.generation_id] += 1
        self._watch(job.generation_id, self._calls[job.generation_id])
        if "models" in self._faults.outages or self._faults.hits("the model is down"):
            raise ModelUnavailable("overloaded", "The model is overloaded")
        if self._faults.hits("the model refuses"):
            raise ModelRejected("content_filter", "Content filter violation")
        if self._faults.hits("the model times out"):
            self._scheduler.pause(job.timeout_seconds)
            raise ModelUnavailable("timeout", "The model took too long")
        slow = self._faults.hits("the model is slower than the lease")
        self._scheduler.pause(self._scheduler.chance.uniform(*(_PAST_THE_LEASE if slow else _USUAL)))
        return () if self._faults.hits("the model delivers nothing") else pictures_of(job)


@dataclass(slots=True)
class VendorJob:
    id: str
    generation_id: str
    ready_at: datetime
    fails: bool
    is_forgotten: bool = False
    is_cancelled: bool = False


class SimulatedVendor:
    """Submissions are idempotent by the generation's id, as long as the vendor remembers the job."""

    def __init__(self, scheduler: Scheduler, faults: Faults, watch: Watch) -> None:
        self.jobs: dict[str, VendorJob] = {}
        self.polls: Counter[str] = Counter()
        self._of_generation: dict[str, VendorJob] = {}
        self._scheduler = scheduler
        self._faults = faults
        self._watch = watch
        self._calls: Counter[str] = Counter()

    def expected_seconds(self) -> float:
        return 10.0

    def submit(self, job: Job) -> str:
        self._scheduler.step(f"submits {job.generation_id}")
        self._calls[job.generation_id] += 1
        self._watch(job.generation_id, self._calls[job.generation_id])
        self._may_be_down()
        if self._faults.hits("the model refuses"):
            raise ModelRejected("content_filter", "Content filter violation")
        known = self._of_generation.get(job.generation_id)
        if known is None or known.is_forgotten:
            known = self._accepted(job)
        self._scheduler.answer()
        if self._faults.hits("the vendor's answer is lost"):
            raise ModelUnavailable("network", "The vendor's answer was lost")
        return known.id

    def poll(self, provider_job: str, job: Job) -> RemoteResult:
        self._scheduler.step(f"polls {provider_job}")
        self.polls[job.generation_id] += 1
        current = self._scheduler.current
        assert current is not None
        current.op.polled.add(provider_job)
        self._may_be_down()
        return self._result(self.jobs[provider_job], job)

    def cancel(self, provider_job: str) -> None:
        self._scheduler.step(f"cancels {provider_job}")
        self._may_be_down()
        self.jobs[provider_job].is_cancelled = True

    def _accepted(self, job: Job) -> VendorJob:
        chance, slow = self._scheduler.chance, self._faults.hits("the vendor is slow")
        accepted = VendorJob(
            id=f"job-{len(self.jobs) + 1}",
            generation_id=job.generation_id,
            ready_at=self._scheduler.now + timedelta(seconds=chance.uniform(1, 1500 if slow else 20)),
            fails=self._faults.hits("the vendor fails"),
        )
        self.jobs[accepted.id] = self._of_generation[job.generation_id] = accepted
        return accepted

    def _result(self, known: VendorJob, job: Job) -> RemoteResult:
        if known.is_forgotten or self._faults.hits("the vendor forgets"):
            known.is_forgotten = True
            return RemoteResult(status=RemoteStatus.UNKNOWN)
        if known.is_cancelled or known.fails:
            failure = Failure(code="vendor_failed", message="The vendor failed", retryable=False)
            return RemoteResult(status=RemoteStatus.FAILED, failure=failure)
        if self._scheduler.now < known.ready_at:
            return RemoteResult(status=RemoteStatus.RUNNING)
        media = () if self._faults.hits("the model delivers nothing") else pictures_of(job)
        return RemoteResult(status=RemoteStatus.SUCCEEDED, media=media)

    def _may_be_down(self) -> None:
        if "models" in self._faults.outages or self._faults.hits("the vendor is down"):
            raise ModelUnavailable("network", "The vendor does not answer")


class SimulatedPreviewer:
    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def preview(self, media: Media) -> Media:
        if self._faults.hits("the picture cannot be read"):
            raise NoPreview("cannot identify image file")
        return Media.of_bytes(b"small " + media.open().read(), "image/webp", width=4, height=4)


def pictures_of(job: Job) -> tuple[Media, ...]:
    """Return one or two pictures, by the length of the prompt. The data of each names its generation."""
    count = 1 + len(job.prompt) % 2
    return tuple(
        Media.of_bytes(f"{job.generation_id}/{index}".encode(), "image/png", width=8, height=8)
        for index in range(count)
    )
