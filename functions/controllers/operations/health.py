from collections.abc import Callable, Iterable

from controllers.http.wire import Access, Answer, Call, Route
from core.errors import Unavailable
from schemas.operations.health import Health


class HealthController:
    """Answers health checks. `is_ready` asks the database, and raises Unavailable if it does not answer."""

    def __init__(self, is_ready: Callable[[], object]) -> None:
        self._is_ready = is_ready

    def routes(self) -> Iterable[Route]:
        yield Route(
            method="GET",
            path="/v1/healthz",
            name="getHealth",
            summary="Check that the process answers.",
            handle=self.healthz,
            answers={200: Health},
            access=Access.PUBLIC,
        )
        yield Route(
            method="GET",
            path="/v1/readyz",
            name="getReadiness",
            summary="Check that the process and the database answer.",
            handle=self.readyz,
            answers={200: Health},
            errors=(Unavailable,),
            access=Access.PUBLIC,
        )

    def healthz(self, _: Call) -> Answer:
        return Answer(body=Health())

    def readyz(self, _: Call) -> Answer:
        self._is_ready()
        return Answer(body=Health())
