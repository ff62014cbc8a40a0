"""Reads and checks the request headers that are used here."""

import re
import uuid
from collections.abc import Mapping
from urllib.request import parse_http_list

from core.errors import FieldError, InvalidRequest
from schemas.generations.generations import WAIT_SECONDS_MAX

IDEMPOTENCY_KEY_MAX = 255


def request_id(headers: Mapping[str, str]) -> str:
    """Return the client's id for the request, or a new one. Raises InvalidRequest."""
    given = headers.get("x-request-id")
    if given is None:
        return str(uuid.uuid4())
    if not re.fullmatch(r"[A-Za-z0-9._:-]{1,128}", given):
        raise _refused("X-Request-Id", "not usable as an id", "1-128 letters, digits and . _ : -")
    return given


def idempotency_key(headers: Mapping[str, str]) -> str | None:
    """Return the key, or None if there is none. It may be quoted, as in the standard, or not. Raises InvalidRequest."""
    given = headers.get("idempotency-key")
    if given is None:
        return None
    key = given[1:-1] if len(given) > 1 and given[0] == given[-1] == '"' else given
    if not re.fullmatch(rf"[\x21-\x7e]{{1,{IDEMPOTENCY_KEY_MAX}}}", key):
        raise _refused("Idempotency-Key", "not usable as a key", f"1-{IDEMPOTENCY_KEY_MAX} visible ASCII characters")
    return key


def wait_seconds(headers: Mapping[str, str]) -> int | None:
    """Return how many seconds `Prefer: wait=n` (RFC 7240) asks to wait, at most WAIT_SECONDS_MAX, or None without it.

    Only the first `wait` counts. Preferences that are unknown or cannot be met are ignored, as the standard says.
    """
    for preference in parse_http_list(headers.get("prefer", "")):
        name, _, value = preference.partition(";")[0].partition("=")
        if name.strip().lower() == "wait":
            return _seconds(value.strip())
    return None


def _seconds(value: str) -> int | None:
    """Return the whole number of seconds, which may be quoted, or None if the text is no such number."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    if not re.fullmatch("[0-9]+", value):
        return None
    digits = value.lstrip("0") or "0"
    return WAIT_SECONDS_MAX if len(digits) > len(str(WAIT_SECONDS_MAX)) else min(int(digits), WAIT_SECONDS_MAX)


def _refused(header: str, detail: str, allowed: str) -> InvalidRequest:
    return InvalidRequest([FieldError(pointer=header, detail=detail, allowed=(allowed,))])
