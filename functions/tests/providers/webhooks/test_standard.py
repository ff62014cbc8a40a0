"""Our webhook is sent to a server of our own, which checks the signature as the specification tells receivers to."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import requests
from pytest_mock import MockerFixture
from pytest_socket import enable_socket

from core.errors import Unavailable
from providers.webhooks.standard import StandardWebhook, secret_for
from services.delivery.ports import Notice

# The specification's own examples use this secret.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

NOW = datetime(2026, 3, 2, 20, 25, tzinfo=UTC)
TOLERANCE = timedelta(minutes=5)
NOTICE = Notice(
    id="report-ready-2026-W09-v1",
    type="report.ready",
    at=NOW,
    text="Weekly report 2026-W09: 40 requests, « plus » que jamais 🐙.",
    data={"week": "2026-W09", "version": 1},
)


class Refused(Exception):
    """The receiver does not believe the message."""


def verified(secret: str, headers: dict[str, str], body: bytes, now: datetime) -> Any:
    """Verify the message. This is written from
    https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md.
    """
    sent_at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    if abs(now - sent_at) > TOLERANCE:
        raise Refused("too old")
    key = base64.b64decode(secret.partition("_")[2])
    assert 24 <= len(key) <= 64
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body.decode()}"
    expected = base64.b64encode(hmac.new(key, content.encode(), hashlib.sha256).digest()).decode()
    for each in headers["webhook-signature"].split(" "):
        version, _, signature = each.partition(",")
        if version == "v1" and hmac.compare_digest(signature, expected):
            return json.loads(body)
    raise Refused("no signature fits")


class Receiver:
    """Answers with these statuses in turn, and then with 204."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = [*statuses]
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                names = {name.lower(): value for name, value in self.headers.items()}
                outer.requests.append((self.path, names, body))
                self.send_response(outer.statuses.pop(0) if outer.statuses else 204)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Log nothing, because the requests are recorded."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@contextmanager
def receiving(*statuses: int) -> Iterator[Receiver]:
    receiver = Receiver(*statuses)
    thread = Thread(target=receiver.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        receiver.server.server_close()
        thread.join()


class Time:
    def __init__(self) -> None:
        self.now = NOW
        self.pauses: list[float] = []

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture(autouse=True)
def _sockets(_no_sockets: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow sockets of this machine only."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    enable_socket()


@pytest.fixture
def time() -> Time:
    return Time()


def webhook(url: str, time: Time, secret: str = SECRET) -> StandardWebhook:
    return StandardWebhook(url, secret, clock=lambda: time.now, pause=time.pause)


def test_the_receiver_believes_it(time: Time) -> None:
    with receiving() as receiver:
        webhook(receiver.url, time).send(NOTICE)
    ((path, headers, body),) = receiver.requests
    assert path == "/hook"
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == NOTICE.id
    assert verified(SECRET, headers, body, time.now) == {
        "type": "report.ready",
        "timestamp": "2026-03-02T20:25:00+00:00",
        "text": NOTICE.text,
        "data": {"week": "2026-W09", "version": 1},
    }


@pytest.mark.parametrize(
    "spoil",
    [
        lambda headers, body: ({**headers, "webhook-id": "other"}, body),
        lambda headers, body: ({**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}, body),
        lambda headers, body: (headers, body.replace(b"40", b"41")),
        lambda headers, body: ({**headers, "webhook-timestamp": "1"}, body),
        lambda headers, body: ({**headers, "webhook-signature": "v2," + headers["webhook-signature"][3:]}, body),
    ],
)
def test_the_receiver_does_not_believe_anything_else(time: Time, spoil: Callable[..., Any]) -> None:
    with receiving() as receiver:
        webhook(receiver.url, time).send(NOTICE)
    _, headers, body = receiver.requests[0]
    headers, body = spoil(headers, body)
    with pytest.raises(Refused):
        verified(SECRET, headers, body, time.now)


def test_a_server_that_recovers_gets_the_same_event_signed_anew(time: Time) -> None:
    with receiving(503, 500) as receiver:
        webhook(receiver.url, time).send(NOTICE)
    assert time.pauses == [1.0, 4.0]
    assert {headers["webhook-id"] for _, headers, _ in receiver.requests} == {NOTICE.id}
    moments = [int(headers["webhook-timestamp"]) for _, headers, _ in receiver.requests]
    assert [moment - moments[0] for moment in moments] == [0, 1, 5]
    for _, headers, body in receiver.requests:
        verified(SECRET, headers, body, time.now)


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408])
def test_after_three_tries_it_is_over(time: Time, status: int) -> None:
    with receiving(*[status] * 9) as receiver, pytest.raises(Unavailable, match=f"status {status}"):
        webhook(receiver.url, time).send(NOTICE)
    assert len(receiver.requests) == 3


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 410])
def test_what_another_try_cannot_help_is_not_tried_again_and_no_redirect_is_followed(time: Time, status: int) -> None:
    with receiving(status) as receiver, pytest.raises(Unavailable, match=f"status {status}"):
        webhook(receiver.url, time).send(NOTICE)
    assert [path for path, _, _ in receiver.requests] == ["/hook"]
    assert time.pauses == []


def test_a_server_that_is_not_there_is_tried_three_times_and_its_address_is_not_told(time: Time) -> None:
    with receiving() as receiver:
        url = receiver.url
    with pytest.raises(Unavailable) as refused:
        webhook(url, time).send(NOTICE)
    assert len(time.pauses) == 2
    assert "127.0.0.1" not in refused.value.message


def test_nobody_waits_longer_than_five_seconds(time: Time, mocker: MockerFixture) -> None:
    post = mocker.patch("requests.post", side_effect=requests.Timeout)
    with pytest.raises(Unavailable, match="Timeout"):
        webhook("https://chat.example/hook", time).send(NOTICE)
    assert [call.kwargs["timeout"] for call in post.call_args_list] == [5, 5, 5]


def test_a_secret_follows_from_the_pepper_and_belongs_to_one_address() -> None:
    url, pepper = "https://chat.example/hook", "p" * 40
    secret = secret_for(url, pepper)
    assert secret == secret_for(url, pepper)
    assert len({secret, secret_for(url + "?2", pepper), secret_for(url, "q" * 40)}) == 3
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret[6:], validate=True)) == 32
    assert pepper not in secret
