from firebase_functions.https_fn import FunctionsErrorCode, HttpsError

from controllers.http.auth import document_id
from controllers.http.boundary import RetryTask, run_task
from core.logging import log_context
from schemas.base import parse
from schemas.generations.tasks import TaskPayload
from services.generations.fulfilment import FulfilmentService


class Worker:
    def __init__(self, fulfilment: FulfilmentService) -> None:
        self._fulfilment = fulfilment

    def process(self, data: object) -> None:
        """Do a task. A return answers 200, which acknowledges it.

        An HttpsError with 503 makes the queue send it again.
        """
        try:
            run_task(lambda: self._fulfil(data))
        except RetryTask as error:
            raise HttpsError(FunctionsErrorCode.UNAVAILABLE, str(error)) from error

    def _fulfil(self, data: object) -> None:
        payload = parse(TaskPayload, data)
        generation_id = document_id("/generation_request_id", payload.generation_request_id, longest=200)
        with log_context(request_id=payload.request_id, generation_id=generation_id):
            self._fulfilment.fulfil(generation_id, payload.dispatch)
