"""The examples of the reference are played on a stage. It is the real API in memory, with a stopped clock and the same
ids each time.
"""

import json
import logging
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from unittest.mock import patch

from flask import Request, Response
from werkzeug.test import EnvironBuilder

from domain.accounts.keys import Scope
from domain.catalog.options import Size
from providers.identity.memory import MemoryTokens
from providers.storage.gcs import emulator_link
from repositories.store.documents import Query
from repositories.store.memory import MemoryDocuments
from services.accounts.ports import Identity
from services.generations.media import Media
from services.generations.model_ports import Job
from tools.reference.places import ANONYMOUS_TOKEN, PASSER_BY
from tools.reference.world import TOKENS, MemoryWorld

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
USER = "arda"
# The user signs in with this, and is no admin.
BEARER = {"Authorization": f"Bearer {USER}-token"}

ORDER = {
    "model": "Model A",
    "style": "watercolor",
    "color": "pastel",
    "size": "1024x1024",
    "prompt": "A lighthouse at dusk",
}
_IDS = uuid.UUID("0d5b1c0e-3a0b-4c51-9d0a-5a5f7e1a7c11")
# These digits are not random, so that nobody takes a key of the reference for a real one.
_DIGITS = "0123456789ABCDEFGHIJabcdefghij0123456789"

# This stands for a painted picture. A real one would be the same everywhere, except that zlib packs it differently on
# different machines.
_PICTURE = bytes(184_320)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request as it was sent, and its answer. `content` is None for pages and pictures, which nobody reads."""

    method: str
    path: str
    status: int
    content: Any
    headers: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    sent_headers: Mapping[str, str] = field(default_factory=dict)
    sent: Any = None

    @property
    def media_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0]


class Outage(MemoryDocuments):
    """A database that works until `failure` is set, and then raises it."""

    failure: Exception | None = None

    def get(self, path: str, **options: Any) -> Any:
        self._fail()
        return super().get(path, **options)

    def commit(self, writes: Any) -> Any:
        self._fail()
        return super().commit(writes)

    def query(self, query: Query) -> Any:
        self._fail()
        return super().query(query)

    def totals(self, query: Query, sums: Any = (), **options: Any) -> Any:
        self._fail()
        return super().totals(query, sums, **options)

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class _SmallPictures:
    """Makes no smaller picture, because here only bytes stand for a picture."""

    def preview(self, media: Media) -> Media:
        return Media.of_bytes(b"small: " + media.open().read(), "image/webp", width=8, height=8)


class Stage(MemoryWorld):
    """Each example has a new stage, so that none depends on what was played before it."""

    documents: Outage

    def __init__(self, **environment: str) -> None:
        super().__init__(
            NOW - timedelta(days=30), documents=Outage(), parts={"previewer": _SmallPictures()}, **environment
        )
        self.outputs.link = _link  # type: ignore[method-assign]
        signed_in = {f"{USER}-token": Identity(USER), ANONYMOUS_TOKEN: Identity(PASSER_BY, is_anonymous=True)}
        self.app.made["tokens"] = MemoryTokens(TOKENS | signed_in)
        self.add_user(USER, 500)
        self.now = NOW

    def ask(self, method: str, path: str, *, user: str | None = USER, **request: Any) -> Exchange:
        """Send a request to `/v1`. `user` is named by `userId`, as in open mode."""
        query = dict(request.pop("query", {}))
        if user is not None:
            query["userId"] = user
        return _exchange(self.app.api.serve, method, path, query=query, **request)

    def call_function(self, name: str, method: str, **request: Any) -> Exchange:
        """Call a function URL, by the name of its handler."""
        return _exchange(self.function_url(name), method, "/", **request)

    def order(self, **changes: Any) -> str:
        """Order a generation that waits in the queue, and return its id."""
        created = self.ask("POST", "/v1/generations", json=ORDER | changes)
        return str(created.content["id"])

    def key(self, *scopes: Scope, **more: Any) -> str:
        """Make a new API key of the user's, and return the text that is sent as the key."""
        made = self.ask("POST", "/v1/keys", json={"name": "Nightly batch", "scopes": [*scopes], **more})
        return str(made.content["key"])

    def let_pass_by(self) -> None:
        """Add somebody without an account, who made one generation to try the service."""
        self.add_user(PASSER_BY, 4, is_anonymous=True)
        self.ask(
            "POST",
            "/v1/generations",
            user=None,
            json={**ORDER, "size": "512x512"},
            headers={"Authorization": f"Bearer {ANONYMOUS_TOKEN}"},
        )

    def use_up(self) -> None:
        """Use up the requests that the user's sign-in may make in this minute."""
        while self.ask("GET", "/v1/healthz", user=None, headers=BEARER).status == HTTPStatus.OK:
            pass


@contextmanager
def played(name: str) -> Iterator[None]:
    """Inside the block, every new id and key comes from `name` alone, no log is written, and models paint at once."""
    count = iter(range(1_000_000))

    def new_id() -> uuid.UUID:
        digest = uuid.uuid5(_IDS, f"{name}/{next(count)}")
        return uuid.UUID(bytes=digest.bytes, version=4)

    logging.disable(logging.CRITICAL)
    try:
        with (
            patch("uuid.uuid4", new_id),
            patch("domain.accounts.keys.new_id", lambda: f"k{new_id().hex[:11]}"),
            patch("domain.accounts.keys.new_secret", lambda: f"{_DIGITS}{next(count):03}"),
            patch("providers.models.simulated.direct.painted", _painted),
            patch("providers.models.simulated.remote.painted", _painted),
        ):
            yield
    finally:
        logging.disable(logging.NOTSET)


def _exchange(serve: Any, method: str, path: str, **request: Any) -> Exchange:
    query, headers = request.pop("query", {}), request.pop("headers", {})
    environ = EnvironBuilder(method=method, path=path, query_string=query, headers=headers, **request).get_environ()
    answer = serve(Request(environ))
    return Exchange(
        method=method,
        path=path,
        query=query,
        sent_headers=headers,
        sent=request.get("json"),
        status=answer.status_code,
        content=_content(answer),
        headers=dict(answer.headers),
    )


def _content(answer: Response) -> Any:
    if answer.is_json:
        return json.loads(answer.get_data())
    return answer.get_data(as_text=True) if answer.mimetype == "text/csv" else None


def _painted(job: Job) -> Media:
    size = job.option("size", Size)
    return Media.of_bytes(_PICTURE, "image/png", width=size.width, height=size.height)


def _link(path: str, *, save_as: str | None = None) -> str:
    return emulator_link("http://127.0.0.1:9199", "demo-darkroom.appspot.com")(path, save_as)
