"""The delivery room needs these from outside: where mail is put, who wants none, and who is told of events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """`images` are PNGs by the content id that the HTML names them by; `unsubscribe_url` takes one POST."""

    id: str
    to: str
    subject: str
    text: str
    html: str
    unsubscribe_url: str
    category: str
    images: Sequence[tuple[str, bytes]] = ()


class Mailbox(Protocol):
    def has(self, mail_id: str) -> bool: ...

    def put(self, mail: Mail) -> bool:
        """False: there is one of this id, and nobody gets it twice. Raises Unavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Leaver:
    """Who wants no more reports."""

    address: str
    at: datetime


class Leavers(Protocol):
    def has(self, address: str) -> bool: ...

    def add(self, leaver: Leaver) -> None:
        """Once more changes nothing. Raises Unavailable."""
        ...

    def remove(self, address: str) -> bool:
        """False: the address was not among them. Raises Unavailable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One event for a webhook. The same `id` is the same event, however often it comes."""

    id: str
    type: str
    at: datetime
    text: str
    data: Mapping[str, Any]


class Notifier(Protocol):
    def send(self, notice: Notice) -> None:
        """Raises Unavailable where it was not taken, after all tries."""
        ...
