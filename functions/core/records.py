"""Words for what is stored, whatever it is."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Stored[T]:
    """A value as it was read, with the version that a write of it must still find."""

    value: T
    version: object


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after which a newest-first list goes on."""

    at: datetime
    id: str
