"""Converts documents into plain protocol buffers, as they go over the wire, and back.

The client's own classes wrap every value of every field. Without them, a commit of three documents takes 0.4 instead of
1.3 ms of processor time, and a list of twenty generations 2.9 instead of 5.9.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from google.api_core.datetime_helpers import DatetimeWithNanoseconds

from repositories.store.documents import Document, Fields

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)

_SCALARS: tuple[tuple[type, str], ...] = (
    (str, "string_value"),
    (bool, "boolean_value"),  # this stands before int, because a bool is an int too
    (int, "integer_value"),
    (float, "double_value"),
    (bytes, "bytes_value"),
)


def write_fields(fields: Fields, into: Any) -> None:
    """Write the fields into `into`, which is the map of fields of a message."""
    for name, value in fields.items():
        write_value(value, into[name])


def place_in(fields: Any, name: str) -> Any:
    """Return the message for the value at a name with dots. `fields` is the map of fields of a message."""
    *maps, last = name.split(".")
    for each in maps:
        fields = fields[each].map_value.fields
    return fields[last]


def write_value(value: Any, into: Any) -> None:
    for kind, field in _SCALARS:
        if isinstance(value, kind):
            setattr(into, field, value)
            return
    if value is None:
        into.null_value = 0
    elif isinstance(value, datetime):
        write_time(value, into.timestamp_value)
    elif isinstance(value, Mapping):
        into.map_value.SetInParent()
        write_fields(value, into.map_value.fields)
    elif isinstance(value, list | tuple):
        into.array_value.SetInParent()
        for each in value:
            write_value(each, into.array_value.values.add())
    else:
        raise TypeError(f"Firestore has no value for {type(value).__name__}")


def write_time(moment: datetime, into: Any) -> None:
    into.seconds = (moment - _EPOCH) // _SECOND
    into.nanos = getattr(moment, "nanosecond", 0) or moment.microsecond * 1000
    into.SetInParent()


def version_of(time: Any) -> datetime:
    """Return the version, exact to the nanosecond, because a write that expects it must name the same time."""
    version: datetime = DatetimeWithNanoseconds.from_timestamp_pb(time)
    return version


def read_document(message: Any, root: str) -> Document:
    """Return the document of a message. `root` is the part of the message's name that comes before the path."""
    return Document(message.name.removeprefix(root), _fields(message), version_of(message.update_time))


def total_of(value: Any) -> int:
    """Return a count or a sum. A sum of nothing is 0, and one that is too large for an integer comes as a float."""
    return int(value.integer_value or value.double_value)


def _fields(message: Any) -> dict[str, Any]:
    return {name: _value(value) for name, value in message.fields.items()}


def _value(message: Any) -> Any:
    kind = message.WhichOneof("value_type")
    read = _READERS.get(kind)
    return getattr(message, kind) if read is None else read(message)


def _time(message: Any) -> datetime:
    time = message.timestamp_value
    return _EPOCH + timedelta(seconds=time.seconds, microseconds=time.nanos // 1000)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "null_value": lambda _: None,
    "timestamp_value": _time,
    "map_value": lambda message: _fields(message.map_value),
    "array_value": lambda message: [_value(each) for each in message.array_value.values],
}
