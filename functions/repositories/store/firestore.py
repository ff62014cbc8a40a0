"""Stores documents in Firestore through its own client, and turns every vendor exception into one of ours.

The client connects, signs in and builds queries. Requests and answers are plain messages on its channel.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any

from google.api_core import exceptions as google_errors
from google.api_core.retry import Retry
from google.cloud import firestore
from google.cloud.firestore_v1 import types
from google.cloud.firestore_v1.base_query import FieldFilter
from google.cloud.firestore_v1.field_path import FieldPath, get_field_path

from core.errors import RefusedByDatabase, Unavailable
from repositories.store.documents import (
    REMOVED,
    AlreadyExists,
    Ambiguous,
    Conflict,
    Create,
    Document,
    Increment,
    Query,
    Totals,
    Update,
    Write,
    check_name,
)
from repositories.store.firestore_calls import FirestoreCalls
from repositories.store.firestore_values import (
    place_in,
    read_document,
    total_of,
    version_of,
    write_fields,
    write_time,
    write_value,
)

log = logging.getLogger(__name__)

_COMMIT_TIMEOUT_SECONDS = 5.0
_READ_TIMEOUT_SECONDS = 5.0
_LIST_TIMEOUT_SECONDS = 30.0

# There are no documents in this collection. The answer to a query of it says at which time it was read.
_EMPTY_COLLECTION = "moments"

# Reads are safe to repeat. The client itself would go on for five minutes, which is too long if someone waits.
_read_retry = Retry(
    predicate=lambda error: isinstance(error, google_errors.ServiceUnavailable | google_errors.Aborted),
    initial=0.05,
    maximum=0.5,
    timeout=_READ_TIMEOUT_SECONDS,
)

# A NOT_FOUND that begins like this means that the whole database is missing, and not a document.
_NO_DATABASE = "The database"

_NOT_WRITTEN = (google_errors.FailedPrecondition, google_errors.Aborted, google_errors.NotFound)
_NO_ANSWER = (
    google_errors.ServerError,
    google_errors.RetryError,
    google_errors.TooManyRequests,
    google_errors.Cancelled,  # a stream that was reset raises this
)
# Firestore answers with the first. The second means that a text cannot even be sent to it.
_IMPOSSIBLE = (google_errors.InvalidArgument, UnicodeEncodeError)


class FirestoreDocuments:
    def __init__(self, client: firestore.Client) -> None:
        self._client = client
        self._database: str = client._database_string  # noqa: SLF001 - no public name
        self._root = f"{self._database}/documents/"

    @cached_property
    def _calls(self) -> FirestoreCalls:
        """The client connects when this is first read, which is after the server has forked."""
        return FirestoreCalls(self._client)

    def get(self, path: str, *, at: datetime | None = None) -> Document | None:
        """Return the document, or None.

        The client's own `get` is not used: it opens a stream, which takes twice the work.
        """
        with _reading():
            request = types.GetDocumentRequest.pb()(name=self._root + path)
            if at is not None:
                write_time(at, request.read_time)
            try:
                found = _read_retry(self._calls.get_document)(request, timeout=_READ_TIMEOUT_SECONDS)
            except google_errors.NotFound as error:
                if _NO_DATABASE in str(error):
                    raise
                return None
        return read_document(found, self._root)

    def commit(self, writes: Sequence[Write]) -> list[datetime]:
        request = types.CommitRequest.pb()(database=self._database)
        with _committing():
            for write in writes:
                self._add(request.writes.add(), write)
            # A commit is never repeated here: if its answer was lost, an increment would be applied twice.
            answer = self._calls.commit(request, timeout=_COMMIT_TIMEOUT_SECONDS)
        return [
            version_of(result.update_time if result.HasField("update_time") else answer.commit_time)
            for result in answer.write_results
        ]

    def query(self, query: Query) -> list[Document]:
        request = types.RunQueryRequest.pb()(parent=self._parent(query), structured_query=self._structured(query))
        with _reading():
            answers = _read_retry(self._calls.run_query)(request, timeout=_LIST_TIMEOUT_SECONDS)
        return [read_document(each.document, self._root) for each in answers if each.document.name]

    def moment(self) -> datetime:
        return version_of(self._aggregated(Query(collection=_EMPTY_COLLECTION, limit=1), (), None)[0].read_time)

    def totals(self, query: Query, sums: Sequence[str] = (), *, at: datetime | None = None) -> Totals:
        answers = self._aggregated(query, sums, at)
        values = {alias: total_of(value) for each in answers for alias, value in each.result.aggregate_fields.items()}
        return Totals(values["count"], {name: values[f"sum_{place}"] for place, name in enumerate(sums)})

    def _aggregated(self, query: Query, sums: Sequence[str], at: datetime | None) -> list[Any]:
        """Return the answers as plain messages, with the count, and each sum under its place in `sums`."""
        request = types.RunAggregationQueryRequest.pb()(parent=self._parent(query))
        if at is not None:
            write_time(at, request.read_time)
        asked = request.structured_aggregation_query
        asked.structured_query.CopyFrom(self._structured(query))
        asked.aggregations.add(alias="count").count.SetInParent()
        for place, name in enumerate(sums):
            check_name(name)
            asked.aggregations.add(alias=f"sum_{place}").sum.field.field_path = name  # an alias has no dots
        with _reading():
            answers: list[Any] = _read_retry(self._calls.run_aggregation_query)(request, timeout=_LIST_TIMEOUT_SECONDS)
        return answers

    def _parent(self, query: Query) -> str:
        return (self._root + query.collection.rpartition("/")[0]).rstrip("/")

    def _structured(self, query: Query) -> Any:
        """Return the client's own form of the query, as a plain message."""
        with _reading():  # the client itself refuses some queries
            return types.StructuredQuery.pb(self._built(query)._to_protobuf())  # noqa: SLF001 - it has no public name

    def _add(self, message: Any, write: Write) -> None:
        name = self._root + write.path
        if isinstance(write, Create):
            message.update.name = name
            message.current_document.exists = False
            write_fields(write.fields, message.update.fields)
            return
        if isinstance(write, Update):
            message.update.name = name
            message.current_document.exists = True
            _add_changes(message, write)
        else:
            message.delete = name
        if write.version is not None:
            write_time(write.version, message.current_document.update_time)  # this replaces `exists`

    def _built(self, query: Query) -> firestore.Query:
        if query.group:
            built = self._client.collection_group(query.collection)
        else:
            built = firestore.Query(self._client.collection(query.collection))
        for name, operator, value in query.where:
            built = built.where(filter=FieldFilter(name, operator, value))
        for name in query.order_by:
            built = built.order_by(name.lstrip("-"), direction=_direction(name))
        if query.after is not None:
            built = self._starting_after(built, query)
        if query.limit is not None:
            built = built.limit(query.limit)
        return built.select(list(query.fields)) if query.fields is not None else built

    def _starting_after(self, built: firestore.Query, query: Query) -> firestore.Query:
        names = [name.lstrip("-") for name in query.order_by]
        last = query.order_by[-1] if query.order_by else ""
        name_field = FieldPath.document_id()
        values = dict(zip([*names, name_field], query.after or (), strict=True))
        if query.group:
            values[name_field] = self._client.document(values[name_field])
        return built.order_by(name_field, direction=_direction(last)).start_after(values)


def _direction(name: str) -> str:
    return str(firestore.Query.DESCENDING if name.startswith("-") else firestore.Query.ASCENDING)


def _add_changes(message: Any, write: Update) -> None:
    message.update_mask.SetInParent()  # without a mask, even an empty one, the update would replace the document
    fields = message.update.fields
    for name, value in write.fields.items():
        is_nested = "." in name
        path = name if is_nested else get_field_path([name])
        if isinstance(value, Increment):
            write_value(value.by, message.update_transforms.add(field_path=path).increment)
            continue
        message.update_mask.field_paths.append(path)
        if value is not REMOVED:  # a field that is in the mask, but not in the message, is removed
            write_value(value, place_in(fields, name) if is_nested else fields[name])


@contextmanager
def _committing() -> Iterator[None]:
    try:
        yield
    except google_errors.AlreadyExists as error:
        raise AlreadyExists(str(error)) from error
    except _NOT_WRITTEN as error:
        raise Conflict(str(error)) from error
    except _NO_ANSWER as error:
        raise Ambiguous(str(error)) from error
    except _IMPOSSIBLE as error:
        raise _refusal(error) from error


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except _NO_ANSWER as error:
        raise Unavailable("The database does not answer. Try again.") from error
    except _IMPOSSIBLE as error:
        raise _refusal(error) from error


def _refusal(error: Exception) -> RefusedByDatabase:
    """Return the error to raise.

    It is logged as an error, because a check at the edge or one of our queries is wrong.
    """
    log.error("database_refused", extra={"reason": str(error)})
    return RefusedByDatabase(str(error))
