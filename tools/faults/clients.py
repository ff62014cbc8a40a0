"""Makes the load: clients ask for pictures at the same time, and ask again with the same key if no answer came."""

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count
from typing import Any

import requests

from tools.faults.stage import API, FUNCTION_URL, Stage

_PATIENCE_SECONDS = 120.0
_REQUEST_SECONDS = 60.0
_AGAIN_SECONDS = (0.05, 0.6)
_REPEATED = 0.2
_CANCELLED = 0.15
_LOOKED_AT = 0.3
_SECOND_THOUGHTS_SECONDS = 0.8
_MODELS = ("Model A", "Model A", "Model B", "Model R")
_SIZES = ("512x512", "512x512", "1024x1024")


@dataclass(frozen=True)
class Load:
    """
    Each of `clients` waits `pause` seconds at most between requests. At least `least` requests are sent in all, and up
    to `most` while the faults last.
    """

    clients: int
    least: int
    most: int
    pause: float


@dataclass
class History:
    """Records what the clients saw. `ids` are the ids that each key was answered with."""

    sent: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    ids: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    refused: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def saw(self, answer: str) -> None:
        with self.lock:
            self.answers[answer] += 1


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any


class Client:
    def __init__(self, stage: Stage, history: History, users: Sequence[str]) -> None:
        self._stage = stage
        self._history = history
        self._users = users
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy between us and this machine
        # A server closes a connection that was idle for two seconds. A request that is sent in that very moment gets no
        # answer, and would count as a fault of ours.
        self._session.headers["Connection"] = "close"

    def ask(self, key: str) -> None:
        """Send one request until it is answered. Sometimes it is repeated then, or looked at, or cancelled."""
        user, body = random.choice(self._users), _order()  # noqa: S311
        reply = self._create(key, user, body)
        if reply is None or reply.status != HTTPStatus.ACCEPTED:
            self._note_refusal(key, reply)
            return
        generation_id = self._note_acceptance(key, reply)
        if random.random() < _REPEATED:  # noqa: S311
            again = self._create(key, user, body)
            if again is not None and again.status == HTTPStatus.ACCEPTED:
                self._note_acceptance(key, again)
            else:
                self._note_refusal(key, again)
        self._follow(user, generation_id)

    def _follow(self, user: str, generation_id: str) -> None:
        url = f"{self._stage.servers[API].url}/v1/generations/{generation_id}"
        options: dict[str, Any] = {"params": {"userId": user}, "timeout": _REQUEST_SECONDS}
        if random.random() < _LOOKED_AT:  # noqa: S311
            self._until_answered("status", lambda: self._session.get(url, **options))
        if random.random() < _CANCELLED:  # noqa: S311
            time.sleep(random.uniform(0, _SECOND_THOUGHTS_SECONDS))  # noqa: S311 - the worker may have begun by then
            self._until_answered("cancel", lambda: self._session.post(f"{url}/cancel", **options))

    def _create(self, key: str, user: str, body: dict[str, Any]) -> Reply | None:
        """Create by one of the two servers, at random, so that two instances spend from one account."""
        headers = {"Idempotency-Key": key}
        old = f"{self._stage.servers[FUNCTION_URL].url}/"
        new = f"{self._stage.servers[API].url}/v1/generations"

        def post() -> requests.Response:
            if random.random() < 0.5:  # noqa: PLR2004, S311
                named = body | {"userId": user}
                return self._session.post(old, json=named, headers=headers, timeout=_REQUEST_SECONDS)
            return self._session.post(
                new, json=body, params={"userId": user}, headers=headers, timeout=_REQUEST_SECONDS
            )

        return self._until_answered("create", post)

    def _until_answered(self, what: str, post: Callable[[], requests.Response]) -> Reply | None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                response = post()
                self._history.saw(f"{what}: {response.status_code}")
                if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
                    return Reply(response.status_code, response.json())
            except requests.RequestException:
                self._history.saw(f"{what}: no answer")
            time.sleep(random.uniform(*_AGAIN_SECONDS))  # noqa: S311
        return None

    def _note_acceptance(self, key: str, reply: Reply) -> str:
        generation_id = str(reply.body.get("generationRequestId") or reply.body["id"])
        with self._history.lock:
            self._history.ids[key].add(generation_id)
        return generation_id

    def _note_refusal(self, key: str, reply: Reply | None) -> None:
        is_known = reply is not None and reply.status == HTTPStatus.PAYMENT_REQUIRED
        with self._history.lock:
            (self._history.refused if is_known else self._history.unknown).add(key)


def run(stage: Stage, load: Load, users: Sequence[str], prefix: str, still_wanted: Callable[[], bool]) -> History:
    """Send the load, and return what the clients saw, when the last of them has its last answer."""
    history = History()
    numbers = count(1)

    def work() -> None:
        client = Client(stage, history, users)
        while True:
            with history.lock:
                number = next(numbers)
                if number > load.most or (number > load.least and not still_wanted()):
                    return
                history.sent += 1
            client.ask(f"{prefix}-{number}")
            time.sleep(random.uniform(0, load.pause))  # noqa: S311

    threads = [threading.Thread(target=work, daemon=True) for _ in range(load.clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return history


def _order() -> dict[str, Any]:
    return {
        "model": random.choice(_MODELS),  # noqa: S311
        "style": "realistic",
        "color": "vibrant",
        "size": random.choice(_SIZES),  # noqa: S311
        "prompt": "A lighthouse at dusk",
    }
