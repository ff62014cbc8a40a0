"""Defines the interface to the database: documents by path, atomic commits with preconditions, queries, aggregations.

There are two implementations, Firestore and memory. The contract tests and a differential test make sure that both
answer alike.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

Fields = Mapping[str, Any]

_NESTED_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+")


class Conflict(Exception):
    """Nothing was written: a precondition no longer holds, or another writer was in the way."""


class AlreadyExists(Exception):
    """Nothing was written, because a document that was to be created exists already."""


class Ambiguous(Exception):
    """The answer was lost: the commit may or may not have happened."""


@dataclass(frozen=True, slots=True)
class Increment:
    """Adds to the number in a field that an Update names. An absent field counts as 0."""

    by: int


class _Removal(Enum):
    REMOVED = "removed"


# In an Update, this value removes the field. If there is no such field, nothing changes.
REMOVED = _Removal.REMOVED


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
    """Creates a document. The commit fails with AlreadyExists if the document exists."""

    path: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Update:
    """Changes some fields of a document.

    The commit fails with Conflict if the document is missing, or if `version` is given and is not its version.

    A name with dots leads into maps, and changes only the field at that place: `keys.k1.used`. Each part is a plain
    identifier. If a part on the way is missing or is no map, it becomes a map, unless the value is REMOVED. Raises
    ValueError if a name is malformed, or lies inside another one.
    """

    path: str
    fields: Fields
    version: datetime | None = None

    def __post_init__(self) -> None:
        for name in self.fields:
            check_name(name)
            _refuse_overlap(name, self.fields)


@dataclass(frozen=True, slots=True)
class Delete:
    """Deletes a document. The commit fails with Conflict if `version` is given and is not the document's version.

    Without a version, it does not matter whether the document exists. Documents below its path stay.
    """

    path: str
    version: datetime | None = None


Write = Create | Update | Delete


def check_name(name: str) -> None:
    """Raise ValueError if the name has dots that do not stand between plain identifiers."""
    if "." in name and not _NESTED_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no path of plain identifiers")


def _refuse_overlap(name: str, names: Fields) -> None:
    outer = name.rpartition(".")[0]
    while outer:
        if outer in names:
            raise ValueError(f"{name!r} lies inside {outer!r}, which is written too")
        outer = outer.rpartition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Says what to look for in a collection, and in which order to return it.

    `where` has conditions (field, operator, value), with the operators ==, in, <, <=, >, >=.

    The result is sorted by `order_by`, whose names have a `-` before them for descending order. Without `order_by` it
    is sorted by the field of a range condition. Equal documents are sorted by id, in the direction of the last field.

    `after` is the place after which the result begins: the values of the `order_by` fields, and the id. For this, the
    field of a range must be in `order_by`.

    `group` takes all collections with this last name, wherever they are. Their ids are not unique, so they are sorted
    by path instead, part by part, and the last value of `after` is a whole path (`users/alice/transactions/e1`). An id
    there raises ValueError.

    A name with dots leads into maps, and follows the same rules as in an Update: `weeks.w2026_46.requests`. If a part
    on the way is missing or is no map, the document does not have the field.
    """

    collection: str
    where: tuple[tuple[str, str, Any], ...] = ()
    order_by: tuple[str, ...] = ()
    after: tuple[Any, ...] | None = None
    limit: int | None = None
    group: bool = False
    fields: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.group and self.after and str(self.after[-1]).count("/") % 2 == 0:
            raise ValueError(f"{self.after[-1]!r} is no path of a document")
        for name in (*(name for name, _, _ in self.where), *self.order_by, *(self.fields or ())):
            check_name(name.lstrip("-"))


@dataclass(frozen=True, slots=True)
class Totals:
    count: int
    sums: Mapping[str, int] = field(default_factory=dict)


class Documents(Protocol):
    """Gives access to the database. Reads raise Unavailable if it does not answer.

    With `at`, a read returns what was there at that moment, which must come from `moment` and be at most an hour old.
    Otherwise it returns what is there now.
    """

    def get(self, path: str, *, at: datetime | None = None) -> Document | None: ...

    def moment(self) -> datetime:
        """Return the database's own time. Every commit up to then can be read at it. This costs one small query."""
        ...

    def commit(self, writes: Sequence[Write]) -> list[datetime]:
        """Write all or nothing, and return the new version of each document, in the order of the writes.

        A document may be written only once in a commit. A write that changes nothing keeps the version. A deleted
        document has no version; in its place is the time of the commit. Raises Conflict, AlreadyExists or Ambiguous.
        """
        ...

    def query(self, query: Query) -> list[Document]: ...

    def totals(self, query: Query, sums: Sequence[str] = (), *, at: datetime | None = None) -> Totals:
        """Return the count, and the sums of at most four integer fields, over the documents that have all these fields.

        A name with dots means the same as in a Query.
        """
        ...
