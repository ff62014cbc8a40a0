"""From bytes to a JSON object, with every way that this can fail named."""

import json
from typing import Any

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from core.errors import FieldError, InvalidRequest, PayloadTooLarge, UnsupportedMediaType

BODY_BYTES_MAX = 64 * 1024
_DEPTH_MAX = 32


class MalformedJson(InvalidRequest):
    code = "malformed_json"
    title = "The body is not a JSON object"

    def __init__(self, detail: str) -> None:
        super().__init__([FieldError(pointer="/", detail=detail)])


def json_object(request: Request) -> dict[str, Any]:
    """Raises PayloadTooLarge, UnsupportedMediaType or MalformedJson."""
    if not request.is_json:
        raise UnsupportedMediaType(request.mimetype)
    return parsed_object(_bytes(request))


def optional_object(request: Request) -> dict[str, Any]:
    """Empty where no JSON was sent. Raises PayloadTooLarge or MalformedJson."""
    return parsed_object(_bytes(request) or b"{}") if request.is_json else {}


def _bytes(request: Request) -> bytes:
    """Kept by the request, so that a body can be looked into twice."""
    request.max_content_length = BODY_BYTES_MAX + 1  # a body of unknown length is cut off there, not refused
    try:
        data = request.get_data()
    except RequestEntityTooLarge as error:
        raise PayloadTooLarge(BODY_BYTES_MAX) from error
    if len(data) > BODY_BYTES_MAX:
        raise PayloadTooLarge(BODY_BYTES_MAX)
    return data


def parsed_object(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise MalformedJson("must be UTF-8") from error
    except RecursionError as error:
        raise MalformedJson(f"nested deeper than {_DEPTH_MAX} levels") from error
    except ValueError as error:
        raise MalformedJson(str(error)) from error
    if not isinstance(value, dict):
        raise MalformedJson("must be an object, such as {}")
    if _depth(value) > _DEPTH_MAX:
        raise MalformedJson(f"nested deeper than {_DEPTH_MAX} levels")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _depth(value: object) -> int:
    """Level by level, so that the measuring itself needs no depth."""
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
    return depth
