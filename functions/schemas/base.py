"""All schemas of the wire share these types, and `parse` checks unknown data by a schema."""

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
    """A body may not have unknown fields, and its numbers may not be written as text."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class InboundText(BaseModel):
    """A query string has all its values as text, so numbers are read from text here."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Outbound(BaseModel):
    model_config = ConfigDict(frozen=True)


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain the NUL character")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("must be well-formed Unicode, without lone surrogates")
    return text


# These are fillers, selectors and the empty Braille pattern. Unicode calls them letters or marks, but nothing of them
# is visible.
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


# A database can store this text and a font can draw it, in any language and with any emoji.
Text = Annotated[str, AfterValidator(_storable)]

Words = Annotated[Text, AfterValidator(_not_blank)]


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must lie between the years 1 and 9999 in UTC") from error


_PLUS_BECAME_A_SPACE = re.compile(r":[0-9.]+ [0-9]{2}:?[0-9]{2}$")


def _no_number(moment: object) -> object:
    """Accept a time as RFC 3339 writes it.

    A number since 1970 is refused, because it could be seconds or milliseconds.
    """
    if isinstance(moment, int | float) or (isinstance(moment, str) and "-" not in moment[1:]):
        raise ValueError("must be a time such as 2026-03-04T12:00:00Z")
    if isinstance(moment, str) and _PLUS_BECAME_A_SPACE.search(moment):
        raise ValueError("must be a time such as 2026-03-04T12:00:00Z; in an address, the + of a zone is written %2B")
    return moment


# A moment has a time zone when it comes in, and is in UTC from then on.
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc), BeforeValidator(_no_number)]


def parse[M: BaseModel](schema: type[M], data: object, also: Iterable[FieldError] = (), *, prefix: str = "/") -> M:
    """Check the data by the schema. Raise InvalidRequest, which has every fault of it, and those in `also`.

    The caller found the faults in `also` elsewhere. If the schema finds none, the faults in `also` are left to the
    service, which finds them again: it knows whether this repeats a request that was accepted. `prefix` is put before a
    field's name: "/" makes a JSON pointer, and "" is for query parameters.
    """
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        found = list(_faults(error, schema, prefix))
        known = {fault.pointer for fault in found}
        raise InvalidRequest([*found, *(fault for fault in also if fault.pointer not in known)]) from error


def _faults(error: ValidationError, schema: type[BaseModel], prefix: str) -> Iterable[FieldError]:
    """Yield the faults. Only the first unknown field lists the names of all fields."""
    is_told = False
    for problem in error.errors(include_url=False):
        parts = [str(part) for part in problem["loc"] if part != "[key]"]
        place = "/".join(map(escaped, parts)) if prefix else "/".join(parts)
        is_unknown = problem["type"] == "extra_forbidden" and len(problem["loc"]) == 1
        allowed = _names(schema) if is_unknown and not is_told else _choices(problem)
        is_told = is_told or is_unknown
        yield FieldError(pointer=prefix + place, detail=_detail(problem), allowed=allowed)


def escaped(part: str) -> str:
    """Return the part as it is written in a JSON pointer (RFC 6901)."""
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
