"""The seam under every repository: documents by path, atomic commits with preconditions, queries, aggregations.

Two implementations, Firestore and memory, answer alike; the contract suite and a differential test hold them to it.
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
    """Nothing was written: a document to be created is there."""


class Ambiguous(Exception):
    """The answer was lost: the commit may or may not have happened."""


@dataclass(frozen=True, slots=True)
class Increment:
    """Add to a number where it stands, taking an absent field for 0."""

    by: int


class _Removal(Enum):
    REMOVED = "removed"


REMOVED = _Removal.REMOVED
"""As the value of a name in an Update: the field goes away. Where it is not there, nothing changes."""


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
    """Fails the commit with Conflict where the document is missing, or no longer at `version` if one is given.

    A name with dots leads into maps, and changes that place only: `keys.k1.used`, each part a plain identifier. What
    is missing on the way, or is no map, becomes one, except for what is REMOVED. Raises ValueError where a name is
    malformed, or lies inside another one.
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
    """Fails the commit with Conflict where the document is no longer at `version`, if one is given.

    Without one, a missing document is as good as a deleted one. What lies under the document's path stays.
    """

    path: str
    version: datetime | None = None


Write = Create | Update | Delete


def check_name(name: str) -> None:
    """Raises ValueError for one with dots that are not between plain identifiers."""
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
    """`where` holds (field, operator, value) with the operators ==, in, <, <=, >, >=.

    Sorted by `order_by` (a field name, with `-` before it for descending), or else by the field of a range, then by
    id in the last direction; `after` is the values of the `order_by` fields and the id behind which to go on, so
    that a range needs its field in `order_by`. `group` takes in every collection with this last name, wherever it
    lies. Its ids are not unique, so that it is sorted by path instead, part by part, and the last value of `after`
    is a whole path (`users/alice/transactions/e1`); an id there is a ValueError.

    A name with dots leads into maps, as in an Update, and is malformed as there: `weeks.w2026_46.requests`. Where
    something is missing on the way, or is no map, the document has no such field.
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
    """Raises Unavailable from reads where the database does not answer.

    `at` reads what stood there at a moment that `moment` has told, at most an hour ago; else a read is of now.
    """

    def get(self, path: str, *, at: datetime | None = None) -> Document | None: ...

    def moment(self) -> datetime:
        """The database's own time: every commit up to it can be read at it. Costs as much as the smallest query."""
        ...

    def commit(self, writes: Sequence[Write]) -> list[datetime]:
        """All or nothing, each document once; the new version of each. Raises Conflict, AlreadyExists or Ambiguous.

        A write that changes nothing keeps the version. For a deletion there is the time of the commit, which
        is no version: what is gone has none.
        """
        ...

    def query(self, query: Query) -> list[Document]: ...

    def totals(self, query: Query, sums: Sequence[str] = (), *, at: datetime | None = None) -> Totals:
        """Count, and sums of integer fields (at most four), over the documents that have every summed field.

        A name with dots is what it is in a Query.
        """
        ...
