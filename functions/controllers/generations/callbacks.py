from collections.abc import Iterable
from typing import TYPE_CHECKING

from controllers.http.auth import document_id
from controllers.http.wire import Access, Answer, Call, ExampleRequest, Route
from core.errors import InvalidRequest, PayloadTooLarge, UnsupportedMediaType
from schemas.generations.callbacks import ProviderCallback, Received

if TYPE_CHECKING:
    from services.generations.callbacks import CallbackService


class WebhookController:
    def __init__(self, callbacks: "CallbackService") -> None:
        self._callbacks = callbacks

    def routes(self) -> Iterable[Route]:
        yield Route(
            method="POST",
            path="/v1/webhooks/providers",
            name="receiveProviderCallback",
            summary="For providers: report that a job has changed. Its state is fetched, never taken from the body.",
            handle=self.provider,
            example=ExampleRequest(
                body={"generation_id": "3f1c0f5e-7c39-4f0e-9a53-0f5c2d9b8a10", "provider_job": "sim-1-5-0"}
            ),
            body=ProviderCallback,
            answers={202: Received},
            errors=(InvalidRequest, PayloadTooLarge, UnsupportedMediaType),
            access=Access.PUBLIC,
        )

    def provider(self, call: Call) -> Answer:
        """Pass on that a job has changed.

        The answer is the same if the job is unknown, so that a stranger learns nothing.
        """
        body: ProviderCallback = call.body
        self._callbacks.hint(document_id("/generation_id", body.generation_id, longest=200), body.provider_job)
        return Answer(status=202, body=Received())
