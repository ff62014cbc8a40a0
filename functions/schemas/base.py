"""What every schema of the wire shares, and the one way from unknown data to a checked value."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, ValidationError

from core.errors import FieldError, InvalidRequest

PAGE_SIZE = 20
PAGE_SIZE_MAX = 100


class Inbound(BaseModel):
    """Unknown fields are refused, and numbers are not read out of strings."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class InboundText(BaseModel):
    """For query strings, where everything comes as text."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Outbound(BaseModel):
    model_config = ConfigDict(frozen=True)


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain the NUL character")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("must be well-formed Unicode, without lone surrogates")
    return text


# Fillers, selectors and the empty Braille pattern: letters or marks to Unicode, and nothing to the eye.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | frozenset(
    map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0000, 0xE1000)))
)
_BLANK_CATEGORIES = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def _is_visible(character: str) -> bool:
    return character not in _BLANK and unicodedata.category(character) not in _BLANK_CATEGORIES


def _not_blank(text: str) -> str:
    if not any(map(_is_visible, text)):
        raise ValueError("must not be blank")
    return text


Text = Annotated[str, AfterValidator(_storable)]
"""Text that a database and a font can take: any language, any emoji."""

Words = Annotated[Text, AfterValidator(_not_blank)]


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must lie between the years 1 and 9999 in UTC") from error


_PLUS_BECAME_A_SPACE = re.compile(r":[0-9.]+ [0-9]{2}:?[0-9]{2}$")


def _no_number(moment: object) -> object:
    """As RFC 3339 has it, and not as a count of seconds, or is it milliseconds, since 1970."""
    if isinstance(moment, int | float) or (isinstance(moment, str) and "-" not in moment[1:]):
        raise ValueError("must be a time such as 2026-03-04T12:00:00Z")
    if isinstance(moment, str) and _PLUS_BECAME_A_SPACE.search(moment):
        raise ValueError("must be a time such as 2026-03-04T12:00:00Z; in an address, the + of a zone is written %2B")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc), BeforeValidator(_no_number)]
"""A time with its zone, in UTC from here on."""


def parse[M: BaseModel](schema: type[M], data: object, also: Iterable[FieldError] = (), *, prefix: str = "/") -> M:
    """Raises InvalidRequest with every fault at once: the schema's, and beside them those in `also`, found elsewhere.

    Where the schema has none, those in `also` are left to the service that finds them again: it knows whether this
    repeats a request that was accepted. `prefix` is what a field's name gets in front: "/" makes a JSON pointer, ""
    is for query parameters.
    """
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        found = list(_faults(error, schema, prefix))
        known = {fault.pointer for fault in found}
        raise InvalidRequest([*found, *(fault for fault in also if fault.pointer not in known)]) from error


def _faults(error: ValidationError, schema: type[BaseModel], prefix: str) -> Iterable[FieldError]:
    """The names of all fields stand with the first unknown field only."""
    is_told = False
    for problem in error.errors(include_url=False):
        parts = [str(part) for part in problem["loc"] if part != "[key]"]
        place = "/".join(map(escaped, parts)) if prefix else "/".join(parts)
        is_unknown = problem["type"] == "extra_forbidden" and len(problem["loc"]) == 1
        allowed = _names(schema) if is_unknown and not is_told else _choices(problem)
        is_told = is_told or is_unknown
        yield FieldError(pointer=prefix + place, detail=_detail(problem), allowed=allowed)


def escaped(part: str) -> str:
    """As a JSON pointer has it (RFC 6901)."""
    return part.replace("~", "~0").replace("/", "~1")


def _detail(problem: Mapping[str, Any]) -> str:
    if problem["type"] == "extra_forbidden":
        return "unknown field"
    if problem["type"] == "missing":
        return "required"
    return str(problem["msg"]).removeprefix("Value error, ")


def _names(schema: type[BaseModel]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in schema.model_fields.items())


def _choices(problem: Mapping[str, Any]) -> tuple[str, ...]:
    return (str(problem["ctx"]["expected"]),) if problem["type"] in ("enum", "literal_error") else ()
