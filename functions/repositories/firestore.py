"""The database: Firestore through its own client, with every vendor exception turned into one of ours."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from google.api_core import exceptions as google_errors
from google.api_core.retry import Retry
from google.cloud import firestore
from google.cloud.firestore_v1.base_query import FieldFilter
from google.cloud.firestore_v1.field_path import FieldPath

from core.errors import Unavailable
from repositories.documents import (
    AlreadyExists,
    Ambiguous,
    Conflict,
    Create,
    Document,
    Increment,
    Query,
    Totals,
    Write,
)

_COMMIT_TIMEOUT_SECONDS = 5.0
_READ_TIMEOUT_SECONDS = 5.0
_LIST_TIMEOUT_SECONDS = 30.0

_read_retry = Retry(
    predicate=lambda error: isinstance(error, google_errors.ServiceUnavailable | google_errors.Aborted),
    initial=0.05,
    maximum=0.5,
    timeout=_READ_TIMEOUT_SECONDS,
)
"""Reads are safe to repeat; the client's own patience of five minutes is not for a request that someone waits for."""

_NOT_WRITTEN = (google_errors.FailedPrecondition, google_errors.Aborted, google_errors.NotFound)
_NO_ANSWER = (
    google_errors.ServerError,
    google_errors.RetryError,
    google_errors.TooManyRequests,
    google_errors.Cancelled,  # what a reset stream comes out as
)


class FirestoreDocuments:
    def __init__(self, client: firestore.Client) -> None:
        self._client = client

    def get(self, path: str) -> Document | None:
        with _reading():
            found = self._client.document(path).get(retry=_read_retry, timeout=_READ_TIMEOUT_SECONDS)
        return _document(found) if found.exists else None

    def commit(self, writes: Sequence[Write]) -> list[datetime]:
        batch = self._client.batch()
        for write in writes:
            self._add(batch, write)
        with _committing():
            # The client would repeat a commit whose answer was lost, and so apply an increment twice.
            results = batch.commit(retry=None, timeout=_COMMIT_TIMEOUT_SECONDS)
        return [result.update_time for result in results]

    def query(self, query: Query) -> list[Document]:
        with _reading():
            found = self._built(query).get(retry=_read_retry, timeout=_LIST_TIMEOUT_SECONDS)
        return [_document(snapshot) for snapshot in found]

    def totals(self, query: Query, sums: Sequence[str] = ()) -> Totals:
        aggregation = self._built(query).count(alias="count")
        for name in sums:
            aggregation = aggregation.sum(name, alias=name)
        with _reading():
            (results,) = aggregation.get(retry=_read_retry, timeout=_LIST_TIMEOUT_SECONDS)
        values = {result.alias: int(result.value or 0) for result in results}
        return Totals(values.pop("count"), values)

    def _add(self, batch: firestore.WriteBatch, write: Write) -> None:
        reference = self._client.document(write.path)
        if isinstance(write, Create):
            batch.create(reference, dict(write.fields))
            return
        option = self._client.write_option(last_update_time=write.version) if write.version else None
        batch.update(reference, {name: _value(value) for name, value in write.fields.items()}, option)

    def _built(self, query: Query) -> firestore.Query:
        source = self._client.collection_group if query.group else self._client.collection
        built = source(query.collection)
        for name, operator, value in query.where:
            built = built.where(filter=FieldFilter(name, operator, value))
        for name in query.order_by:
            built = built.order_by(name.lstrip("-"), direction=_direction(name))
        if query.after is not None:
            built = self._going_on(built, query)
        if query.limit is not None:
            built = built.limit(query.limit)
        return built.select(list(query.fields)) if query.fields is not None else built

    def _going_on(self, built: firestore.Query, query: Query) -> firestore.Query:
        names = [name.lstrip("-") for name in query.order_by]
        last = query.order_by[-1] if query.order_by else ""
        name_field = FieldPath.document_id()
        values = dict(zip([*names, name_field], query.after or (), strict=True))
        return built.order_by(name_field, direction=_direction(last)).start_after(values)


def _direction(name: str) -> str:
    return str(firestore.Query.DESCENDING if name.startswith("-") else firestore.Query.ASCENDING)


def _value(value: Any) -> Any:
    return firestore.Increment(value.by) if isinstance(value, Increment) else value


def _document(snapshot: firestore.DocumentSnapshot) -> Document:
    return Document(snapshot.reference.path, snapshot.to_dict() or {}, snapshot.update_time)


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


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except _NO_ANSWER as error:
        raise Unavailable("The database does not answer. Try again.") from error
