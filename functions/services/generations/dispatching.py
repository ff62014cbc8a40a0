import logging
from datetime import datetime

from core.errors import Unavailable
from domain.generations.generation import Generation
from services.generations.ports import TaskMessage, TaskQueue

log = logging.getLogger(__name__)


class Dispatcher:
    """Sends the tasks of generations to their queues, and takes them out again.

    A generation is its own outbox. So if the queue does not answer, that is logged, and no request fails for it.
    """

    def __init__(self, queue: TaskQueue) -> None:
        self._queue = queue

    def send(self, generation: Generation, *, not_before: datetime | None = None) -> bool | None:
        """Send the task of the newest dispatch, and return whether it is new to the queue.

        Return None if the queue does not answer: then the sweeper sends it later.
        """
        message = TaskMessage.of(generation, not_before=not_before)
        try:
            return self._queue.enqueue(message)
        except Unavailable as error:
            log.warning("enqueue_failed", extra={"task": message.name, "reason": str(error)})
            return None

    def withdraw(self, generation: Generation) -> None:
        """Take the task of an ended generation out of its queue, so that it does not delay the tasks of others.

        If the queue does not answer, a worker gets the task, and finds that the generation has ended.
        """
        message = TaskMessage.of(generation)
        try:
            is_removed = self._queue.remove(message)
        except Unavailable as error:
            log.warning("task_not_removed", extra={"task": message.name, "reason": str(error)})
        else:
            log.info("task_removed", extra={"task": message.name, "was_waiting": is_removed})
