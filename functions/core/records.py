"""These values describe stored records, whatever is in them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Stored[T]:
    """This is a value as it was read. A later write has to find this same version."""

    value: T
    version: object


@dataclass(frozen=True, slots=True)
class Cursor:
    """A list with the newest first goes on after this place."""

    at: datetime
    id: str
