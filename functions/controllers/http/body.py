"""Reads the JSON object in a request's body, and names every way in which this can fail."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from core.errors import AppError, FieldError, InvalidRequest, PayloadTooLarge, UnsupportedMediaType
from schemas.base import escaped

BODY_BYTES_MAX = 64 * 1024
_DEPTH_MAX = 32
# Up to this number, every whole number has a double that no other number has.
_EXACT_MAX = 2**53


class EncodedBody(UnsupportedMediaType):
    def __init__(self, given: str) -> None:
        AppError.__init__(self, f"Content-Encoding must be identity, not {given}.")


class MalformedJson(InvalidRequest):
    code = "malformed_json"
    title = "The body is not a JSON object"

    def __init__(self, detail: str) -> None:
        super().__init__([FieldError(pointer="/", detail=detail)])


def json_object(request: Request) -> dict[str, Any]:
    """Return the JSON object in the body.

    Raises PayloadTooLarge, UnsupportedMediaType, MalformedJson or InvalidRequest.
    """
    _refuse_encoded(request)
    if not request.is_json:
        raise UnsupportedMediaType(request.mimetype)
    return parsed_object(_bytes(request))


def optional_object(request: Request) -> dict[str, Any]:
    """Return the JSON object in the body, or an empty one if no JSON was sent. Raises what json_object raises."""
    _refuse_encoded(request)
    return parsed_object(_bytes(request) or b"{}") if request.is_json else {}


def _refuse_encoded(request: Request) -> None:
    given = request.headers.get("Content-Encoding", "").strip()
    if given.lower() not in ("", "identity"):
        raise EncodedBody(given)


def _bytes(request: Request) -> bytes:
    """Return the body. The request keeps it, so that it can be read twice. Raises PayloadTooLarge."""
    request.max_content_length = BODY_BYTES_MAX + 1  # a body of unknown length is cut off at this size, not refused
    try:
        data = request.get_data()
    except RequestEntityTooLarge as error:
        raise PayloadTooLarge(BODY_BYTES_MAX) from error
    if len(data) > BODY_BYTES_MAX:
        raise PayloadTooLarge(BODY_BYTES_MAX)
    return data


def parsed_object(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data, parse_constant=_no_constant, parse_float=_number, object_pairs_hook=_object)
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
    twice = list(_repeated(value, ""))
    if twice:
        raise InvalidRequest([FieldError(pointer=pointer, detail="given more than once") for pointer in twice])
    return value


class _Ambiguous(dict[str, Any]):
    """Stands for an object that has a name more than once, because JSON readers disagree which of the values counts."""

    repeated: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    ambiguous = _Ambiguous(found)
    counts = Counter(name for name, _ in pairs)
    ambiguous.repeated = tuple(name for name, count in counts.items() if count > 1)
    return ambiguous


def _repeated(value: object, pointer: str) -> Iterator[str]:
    """Yield the JSON pointer of each name that occurs twice in its object. The depth was checked before."""
    if isinstance(value, _Ambiguous):
        yield from (f"{pointer}/{escaped(name)}" for name in value.repeated)
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _repeated(child, f"{pointer}/{escaped(name)}")
    elif isinstance(value, list):
        for place, child in enumerate(value):
            yield from _repeated(child, f"{pointer}/{place}")


def _number(text: str) -> float:
    """Return the number, as an int if it is whole, such as 1.0 and 1e2, and a double holds it exactly.

    JSON Schema counts such numbers as integers.
    """
    number = float(text)
    return int(number) if abs(number) <= _EXACT_MAX and number.is_integer() else number


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _depth(value: object) -> int:
    """Return how deep the value is nested. It is measured level by level, so that there is no recursion."""
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
