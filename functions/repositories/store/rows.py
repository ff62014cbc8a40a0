"""Reads the rows of a query one by one. A row that cannot be read is logged, and does not stop the others."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps

from core.damage import UnreadableRecord
from repositories.store.documents import Document, Documents, Query

log = logging.getLogger(__name__)

# Reading a damaged document raises one of these.
_DAMAGE = (ValueError, TypeError, KeyError, AttributeError, OverflowError)


def reader[T](read: Callable[[Document], T]) -> Callable[[Document], T]:
    """Let a function that reads a document raise UnreadableRecord if it is damaged. The log says what is wrong."""

    @wraps(read)
    def reading(document: Document) -> T:
        try:
            return read(document)
        except _DAMAGE as error:
            owner = document.fields.get("user_id")
            reason = f"{type(error).__name__}: {error}"
            log.error("record_unreadable", extra={"path": document.path, "reason": reason})  # noqa: TRY400 - no bug
            raise UnreadableRecord(document.path, reason, owner if isinstance(owner, str) else None) from error

    return reading


def read_row[T](document: Document, read: Callable[[Document], T]) -> T | UnreadableRecord:
    """Read a document, and return its value, or the error if it is damaged."""
    try:
        return read(document)
    except UnreadableRecord as error:
        return error


def readable[T](documents: Documents, query: Query, read: Callable[[Document], T]) -> list[T]:
    """Return the rows that can be read. For damaged rows, more are read, until the query's limit is reached."""
    found: list[T] = []
    asked: Query | None = query
    while asked is not None:
        page = documents.query(asked)
        rows = [read_row(document, read) for document in page]
        found += [row for row in rows if not isinstance(row, UnreadableRecord)]
        missing = 0 if query.limit is None else query.limit - len(found)
        is_over = asked.limit is None or len(page) < asked.limit or not missing
        asked = None if is_over else replace(asked, after=_place(page[-1], asked), limit=missing)
    return found


def every_row[T](
    documents: Documents, query: Query, read: Callable[[Document], T], *, page: int
) -> Iterator[T | UnreadableRecord]:
    """Yield every row, or the error if it is damaged. Each query reads `page` rows."""
    asked = replace(query, limit=page)
    while True:
        found = documents.query(asked)
        for document in found:
            yield read_row(document, read)
        if len(found) < page:
            return
        asked = replace(asked, after=_place(found[-1], asked))


def _place(document: Document, query: Query) -> tuple[object, ...]:
    """Return the value for `after` with which the query continues behind the document."""
    values = [document.fields[name.lstrip("-")] for name in query.order_by]
    return (*values, document.path if query.group else document.id)
