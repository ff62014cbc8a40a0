"""A test can decide how a generation ends that somebody orders in a browser: it succeeds, it fails, or it waits until
the test says so.

The stack's own models fail by chance, and nobody can hold the emulator's queue. So the order of a browser that is sent
here is taken by the same API in this process, on the stack's own database. It waits for the test instead of the queue.
Then the same worker does it, with a model that does what it is told, and the browser sees what it always sees.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from flask import Request
from playwright.sync_api import BrowserContext, Route
from werkzeug.test import EnvironBuilder

from bootstrap import Darkroom
from core.settings import Settings
from given_providers import GivenProviders
from providers.models.simulated.brush import painted
from providers.queue.memory import MemoryQueue
from services.generations.media import Media
from services.generations.model_ports import Job, ModelRejected
from tools import services

CREATE = f"{services.HOSTING_URL}/v1/generations*"
MODELS = f"{services.HOSTING_URL}/v1/models"
PATIENCE_SECONDS = 60
REFUSAL = ModelRejected("content_filter", "Content filter violation")


class ToldModel:
    """This model begins, waits until it may go on, and then paints or refuses."""

    def __init__(self, has_begun: Event, may_go_on: Event) -> None:
        self.refusal: ModelRejected | None = None
        self._has_begun = has_begun
        self._may_go_on = may_go_on

    def expected_seconds(self) -> float:
        return 2.0

    def generate(self, job: Job) -> tuple[Media, ...]:
        self._has_begun.set()
        assert self._may_go_on.wait(PATIENCE_SECONDS), "nobody told the model to go on"
        if self.refusal:
            raise self.refusal
        return (painted(job),)


class Backstage:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._has_begun, self._may_go_on = Event(), Event()
        self._model = ToldModel(self._has_begun, self._may_go_on)
        self._queue = MemoryQueue()
        settings = Settings.from_environment(environment)
        self.app = Darkroom(
            settings, providers=GivenProviders(direct=self._model, remote=self._model), queue=self._queue
        )

    def takes_orders_of(self, context: BrowserContext) -> None:
        context.route(CREATE, self._take)

    def shows_models_to(self, context: BrowserContext) -> None:
        """The stack's own processes remember for a minute which models there were."""
        context.route(MODELS, self._answer)

    def succeed(self) -> None:
        """Complete all waiting generations with success."""
        with self.working():
            pass

    def fail(self, refusal: ModelRejected = REFUSAL) -> None:
        """Let the model refuse all waiting generations for good, so that the credits go back."""
        with self.working(refusal):
            pass

    @contextmanager
    def working(self, refusal: ModelRejected | None = None) -> Iterator[None]:
        """Inside this block the models work on all waiting generations. At the end of the block all of these
        are done.
        """
        assert self._queue.waiting, "nothing was ordered"
        self._model.refusal = refusal
        self._has_begun.clear()
        self._may_go_on.clear()
        threads = [Thread(target=self._work, args=(message.generation_id,)) for message in self._queue.waiting]
        self._queue.waiting.clear()
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._may_go_on.set()
            for thread in threads:
                thread.join()

    def wait_until_begun(self) -> None:
        """Wait inside `working` until the first model is at work, and the generation is `processing`."""
        assert self._has_begun.wait(PATIENCE_SECONDS), "no model began"

    def _work(self, generation_id: str) -> None:
        self.app.worker.process({"generation_request_id": generation_id})

    def _take(self, route: Route) -> None:
        if route.request.method == "POST":
            self._answer(route)
        else:
            route.fallback()

    def _answer(self, route: Route) -> None:
        request = route.request
        headers = request.all_headers()
        path, _, query = request.url.removeprefix(services.HOSTING_URL).partition("?")
        builder = EnvironBuilder(
            path=path,
            query_string=query,
            method=request.method,
            headers=[*headers.items()],
            data=request.post_data_buffer,
        )
        answer = self.app.api.serve(Request(builder.get_environ()))
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.get_data())


def order(backstage: Backstage, token: str, **wanted: Any) -> str:
    """Order a generation as a browser would, and return its id."""
    builder = EnvironBuilder(
        path="/v1/generations",
        method="POST",
        headers=[("Authorization", f"Bearer {token}"), ("Content-Type", "application/json")],
        data=json.dumps(wanted),
    )
    answer = backstage.app.api.serve(Request(builder.get_environ()))
    assert answer.status_code == 202, answer.get_data(as_text=True)
    return str(answer.get_json()["id"])
