"""The request headers that mean something here, each checked."""

import re
import uuid
from collections.abc import Mapping

from core.errors import FieldError, InvalidRequest
from schemas.generations import WAIT_SECONDS_MAX

IDEMPOTENCY_KEY_MAX = 255


def request_id(headers: Mapping[str, str]) -> str:
    """The client's own, or a new one."""
    given = headers.get("x-request-id")
    if given is None:
        return str(uuid.uuid4())
    if not re.fullmatch(r"[A-Za-z0-9._:-]{1,128}", given):
        raise _refused("X-Request-Id", "not usable as an id", "1-128 letters, digits and . _ : -")
    return given


def idempotency_key(headers: Mapping[str, str]) -> str | None:
    """Quoted, as the standard has it, or bare."""
    given = headers.get("idempotency-key")
    if given is None:
        return None
    key = given[1:-1] if len(given) > 1 and given[0] == given[-1] == '"' else given
    if not re.fullmatch(rf"[\x21-\x7e]{{1,{IDEMPOTENCY_KEY_MAX}}}", key):
        raise _refused("Idempotency-Key", "not usable as a key", f"1-{IDEMPOTENCY_KEY_MAX} visible ASCII characters")
    return key


def wait_seconds(headers: Mapping[str, str]) -> int | None:
    """`Prefer: wait=n` (RFC 7240); preferences that are not known are ignored, as the standard asks."""
    for preference in headers.get("prefer", "").split(","):
        name, _, value = preference.strip().partition("=")
        if name.strip().lower() == "wait":
            return _seconds(value.strip().strip('"'))
    return None


def _seconds(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", value) or int(value) > WAIT_SECONDS_MAX:
        raise _refused("Prefer", f"wait={value} is not usable", f"wait=0 to wait={WAIT_SECONDS_MAX}")
    return int(value)


def _refused(header: str, detail: str, allowed: str) -> InvalidRequest:
    return InvalidRequest([FieldError(pointer=header, detail=detail, allowed=(allowed,))])
