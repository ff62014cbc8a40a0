"""The seam under every repository: documents by path, atomic commits with preconditions, queries, aggregations.

Two implementations, Firestore and memory, answer alike; the contract suite and a differential test hold them to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

Fields = Mapping[str, Any]


class Conflict(Exception):
    """Nothing was written: a precondition no longer holds, or another writer was in the way."""


class AlreadyExists(Exception):
    """Nothing was written: a document to be created is there."""


class Ambiguous(Exception):
    """The answer was lost: the commit may or may not have happened."""


@dataclass(frozen=True, slots=True)
class Increment:
    """Add to a number where it stands, taking an absent field for 0."""

    by: int


@dataclass(frozen=True, slots=True)
class Document:
    path: str
    fields: Fields
    version: datetime

    @property
    def id(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Create:
    """Fails the commit with AlreadyExists where the document exists."""

    path: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Update:
    """Fails the commit with Conflict where the document is missing, or no longer at `version` if one is given."""

    path: str
    fields: Fields
    version: datetime | None = None


Write = Create | Update


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """`where` holds (field, operator, value) with the operators ==, in, <, <=, >, >=.

    Sorted by `order_by` (a field name, with `-` before it for descending), or else by the field of a range, then by
    id in the last direction; `after` is the values of the `order_by` fields and the id behind which to go on, so
    that a range needs its field in `order_by`. `group` takes in every collection with this last name, wherever it
    lies, and cannot go on `after`: its ids are not unique.
    """

    collection: str
    where: tuple[tuple[str, str, Any], ...] = ()
    order_by: tuple[str, ...] = ()
    after: tuple[Any, ...] | None = None
    limit: int | None = None
    group: bool = False
    fields: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    count: int
    sums: Mapping[str, int] = field(default_factory=dict)


class Documents(Protocol):
    """Raises Unavailable from reads where the database does not answer."""

    def get(self, path: str) -> Document | None: ...

    def commit(self, writes: Sequence[Write]) -> list[datetime]:
        """All or nothing, each document once; the new version of each. Raises Conflict, AlreadyExists or Ambiguous.

        A write that changes nothing keeps the version.
        """
        ...

    def query(self, query: Query) -> list[Document]: ...

    def totals(self, query: Query, sums: Sequence[str] = ()) -> Totals:
        """Count, and sums of integer fields (at most four), over the documents that have every summed field."""
        ...
