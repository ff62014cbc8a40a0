import logging

from core.errors import Unavailable
from domain.generations.generation import Generation
from services.generations.ports import TaskMessage, TaskQueue

log = logging.getLogger(__name__)


def withdraw(queue: TaskQueue, generation: Generation) -> None:
    """Take the task of an ended generation out of its queue, so that it does not delay the tasks of others.

    A failure is only logged. A worker that gets the task finds that the generation has ended.
    """
    message = TaskMessage.of(generation)
    try:
        is_removed = queue.remove(message)
    except Unavailable as error:
        log.warning("task_not_removed", extra={"task": message.name, "reason": str(error)})
    else:
        log.info("task_removed", extra={"task": message.name, "was_waiting": is_removed})
