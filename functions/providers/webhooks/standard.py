"""Sends events to another server, signed as Standard Webhooks says: https://www.standardwebhooks.com."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from itertools import chain
from typing import Any

import requests
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import RequestException, Timeout

from core.clock import Clock
from core.errors import Unavailable
from services.delivery.ports import Notice

SECRET_PREFIX = "whsec_"  # noqa: S105 - every secret begins with this
_TIMEOUT_SECONDS = 5
_PAUSES_SECONDS = (1.0, 4.0)
_WORTH_ANOTHER_TRY = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


class StandardWebhook:
    def __init__(self, url: str, secret: str, *, clock: Clock, pause: Callable[[float], None]) -> None:
        self._url = url
        self._key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
        self._clock = clock
        self._pause = pause

    def send(self, notice: Notice) -> None:
        """Send a notice, with three tries.

        Raises Unavailable, whose message has neither the address nor the answer's body.
        """
        body = json.dumps(body_of(notice), ensure_ascii=False).encode()
        for pause in chain(_PAUSES_SECONDS, (None,)):
            problem, may_pass = self._post(notice.id, body)
            if problem is None:
                return
            if pause is None or not may_pass:
                raise Unavailable(f"The webhook was not taken: {problem}")
            self._pause(pause)

    def _post(self, webhook_id: str, body: bytes) -> tuple[str | None, bool]:
        """Send the notice once. Return the problem, or None, and whether another try may succeed."""
        headers = {"Content-Type": "application/json", **self._signed(webhook_id, body)}
        try:
            with requests.post(
                self._url, data=body, headers=headers, timeout=_TIMEOUT_SECONDS, allow_redirects=False, stream=True
            ) as answer:
                status = answer.status_code
        except (Timeout, NoConnection) as error:
            return type(error).__name__, True
        except RequestException as error:
            return type(error).__name__, False
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return None, False
        return f"status {status}", status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _WORTH_ANOTHER_TRY

    def _signed(self, webhook_id: str, body: bytes) -> Mapping[str, str]:
        """Return the headers. They are signed with the time of this try, because a receiver refuses old signatures."""
        timestamp = str(int(self._clock().timestamp()))
        signed = b".".join((webhook_id.encode(), timestamp.encode(), body))
        signature = base64.b64encode(hmac.digest(self._key, signed, hashlib.sha256)).decode()
        return {
            "webhook-id": webhook_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{signature}",
        }


def body_of(notice: Notice) -> Mapping[str, Any]:
    return {
        "type": notice.type,
        "timestamp": notice.at.isoformat(),
        "text": notice.text,
        "data": notice.data,
    }


def secret_for(url: str, pepper: str) -> str:
    """Return the secret, which is derived from both, so that none has to be stored. Each address has its own."""
    digest = hmac.digest(pepper.encode(), b"webhook:" + url.encode(), hashlib.sha256)
    return SECRET_PREFIX + base64.b64encode(digest).decode()
