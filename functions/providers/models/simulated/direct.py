"""Simulates the two models: they take time, sometimes fail in feraset-imagen's five ways, and paint real pictures."""

import random
import time
from collections.abc import Callable

from core.clock import Clock
from core.settings import Settings
from core.settings.values import Range
from providers.models.simulated.brush import painted
from services.generations.media import Media
from services.generations.model_ports import Job, ModelRejected, ModelUnavailable

REJECTIONS = (("content_filter", "Content filter violation"),)
# These texts are those of feraset-imagen. Only the content filter would refuse a repeat too, so only that is permanent.
OUTAGES = (
    ("timeout", "Model processing timeout"),
    ("insufficient_resources", "Insufficient GPU resources"),
    ("overloaded", "Model overload - please retry"),
    ("network", "Network connection failed"),
)


class SimulatedModel:
    def __init__(
        self,
        *,
        failure_rate: float,
        latency: Range,
        chance: random.Random | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._failure_rate = failure_rate
        self._latency = latency
        self._chance = chance or random.Random()  # noqa: S311 - a simulation, not a secret
        self._pause = pause

    def expected_seconds(self) -> float:
        return (self._latency.low + self._latency.high) / 2

    def generate(self, job: Job) -> tuple[Media, ...]:
        self._pause(self._chance.uniform(self._latency.low, self._latency.high))
        self._fail_sometimes()
        return (painted(job),)

    def _fail_sometimes(self) -> None:
        if self._chance.random() >= self._failure_rate:
            return
        code, message = self._chance.choice(REJECTIONS + OUTAGES)
        if (code, message) in REJECTIONS:
            raise ModelRejected(code, message)
        raise ModelUnavailable(code, message)


def make(settings: Settings, _: Clock) -> SimulatedModel:
    return SimulatedModel(failure_rate=settings.simulated_failure_rate, latency=settings.simulated_latency_seconds)
