"""A memory queue hands out tasks as Cloud Tasks does, by rate and by how many run at once, on the world's clock.

A working model keeps its place in the queue for as long as it takes. Its delivery runs in a thread of its own, which
stands still inside the model until the clock has reached the end of the work. Nobody sleeps: `run_until` sets the
clock, and waits for each thread until it stands still or is done.
"""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import SimpleQueue
from random import Random

from core.queues import Queue
from services.generations.ports import TaskMessage
from world import World

_TICK = timedelta(seconds=0.25)
# This is for a machine that is busy with other things. Nothing here takes long by itself.
_PATIENCE_SECONDS = 600


@dataclass(slots=True, eq=False)
class _Delivery:
    message: TaskMessage
    stands: SimpleQueue[bool] = field(default_factory=SimpleQueue)
    goes_on: threading.Event = field(default_factory=threading.Event)
    ends_at: datetime | None = None


class PacedQueues:
    """`starts` has the moment at which the model first worked on each generation, by its id."""

    def __init__(self, world: World, *, seed: int, seconds: tuple[float, float] = (5, 40)) -> None:
        self.starts: dict[str, datetime] = {}
        self._world = world
        self._limits = world.app.settings.queue
        self._chance = Random(seed)
        self._seconds = seconds
        self._running: dict[Queue, list[_Delivery]] = {queue: [] for queue in Queue}
        self._tokens: Counter[Queue] = Counter(dict.fromkeys(Queue, 0))
        self._here = threading.local()
        world.model.generate = self._generating(world.model.generate)  # type: ignore[assignment]

    def run_until(self, until: datetime, each_second: Callable[[], object] = lambda: None) -> None:
        while self._world.now < until:
            self._world.now += _TICK
            if self._world.now.microsecond == 0:
                each_second()
            for queue in Queue:
                self._turn(queue)

    def _turn(self, queue: Queue) -> None:
        running, now = self._running[queue], self._world.now
        for delivery in [each for each in running if each.ends_at is not None and each.ends_at <= now]:
            delivery.goes_on.set()
            delivery.stands.get(timeout=_PATIENCE_SECONDS)
            running.remove(delivery)
        rate = queue.row.per_second(self._limits.max_dispatches_per_second)
        most = queue.row.at_once(self._limits.max_concurrent_dispatches)
        # Tokens are counted in thousandths, so that a tick adds a whole number of them.
        self._tokens[queue] = min(rate * 1000, self._tokens[queue] + rate * 1000 * _TICK // timedelta(seconds=1))
        while self._tokens[queue] >= 1000 and len(running) < most and (message := self._next(queue)) is not None:
            self._tokens[queue] -= 1000
            self._start(_Delivery(message), running)

    def _next(self, queue: Queue) -> TaskMessage | None:
        message = next((each for each in self._world.queue.waiting if each.queue is queue), None)
        if message is not None:
            self._world.queue.waiting.remove(message)
        return message

    def _start(self, delivery: _Delivery, running: list[_Delivery]) -> None:
        def deliver() -> None:
            self._here.delivery = delivery
            self._world.deliver(delivery.message.generation_id, delivery.message.dispatch)
            delivery.ends_at = None
            delivery.stands.put(True)

        threading.Thread(target=deliver, daemon=True).start()
        delivery.stands.get(timeout=_PATIENCE_SECONDS)
        if delivery.ends_at is not None:
            running.append(delivery)

    def _generating(self, original: Callable[..., object]) -> Callable[..., object]:
        def generate(job: object) -> object:
            delivery: _Delivery = self._here.delivery
            self.starts.setdefault(delivery.message.generation_id, self._world.now)
            delivery.ends_at = self._world.now + timedelta(seconds=self._chance.uniform(*self._seconds))
            delivery.stands.put(True)
            assert delivery.goes_on.wait(timeout=_PATIENCE_SECONDS)
            return original(job)

        return generate
