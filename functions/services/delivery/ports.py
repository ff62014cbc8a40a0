"""The delivery room needs these from outside: a place for mail, the list of those who left, and a webhook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """`images` are PNG files, by the content id with which the HTML names them.

    `unsubscribe_url` accepts one POST.
    """

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
        """Store the mail.

        Return False if there is one with this id already, so that nobody gets it twice. Raise Unavailable.
        """
        ...


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody with this address wants no more reports."""

    address: str
    at: datetime


class Leavers(Protocol):
    def has(self, address: str) -> bool: ...

    def add(self, leaver: Leaver) -> None:
        """Add a leaver. A second time changes nothing. Raise Unavailable."""
        ...

    def remove(self, address: str) -> bool:
        """Remove a leaver. Return False if the address had not left. Raise Unavailable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """This is one event for a webhook. The same `id` is the same event, however often it is sent."""

    id: str
    type: str
    at: datetime
    text: str
    data: Mapping[str, Any]


class Notifier(Protocol):
    def send(self, notice: Notice) -> None:
        """Send the event. Raise Unavailable if it was not accepted, after all tries."""
        ...
