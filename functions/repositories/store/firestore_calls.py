"""Calls Firestore's procedures with plain messages, on the channel of its own client, which connects and signs in.

The client's own methods take as much processor time as the call itself: without them, a commit takes 0.30 instead of
0.42 ms, and a read 0.26 instead of 0.41.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import grpc
from google.api_core import exceptions as google_errors
from google.api_core.gapic_v1.routing_header import to_grpc_metadata
from google.cloud import firestore
from google.cloud.firestore_v1 import types

_SERVICE = "/google.firestore.v1.Firestore"


class FirestoreCalls:
    """Each call takes a plain message, and raises what the client would raise: an exception of google-api-core.

    Nothing is repeated here, and every call has a time limit, in seconds.
    """

    def __init__(self, client: firestore.Client) -> None:
        channel = client._firestore_api.transport.grpc_channel  # noqa: SLF001 - it has no public name
        self._metadata = client._rpc_metadata  # noqa: SLF001 - as above
        self._get_document = _prepared(channel.unary_unary, "GetDocument", types.GetDocumentRequest, types.Document)
        self._commit = _prepared(channel.unary_unary, "Commit", types.CommitRequest, types.CommitResponse)
        self._run_query = _prepared(channel.unary_stream, "RunQuery", types.RunQueryRequest, types.RunQueryResponse)
        self._run_aggregation_query = _prepared(
            channel.unary_stream,
            "RunAggregationQuery",
            types.RunAggregationQueryRequest,
            types.RunAggregationQueryResponse,
        )

    def get_document(self, request: Any, *, timeout: float) -> Any:
        with _vendor_errors():
            return self._get_document(request, timeout=timeout, metadata=self._about(name=request.name))

    def commit(self, request: Any, *, timeout: float) -> Any:
        with _vendor_errors():
            return self._commit(request, timeout=timeout, metadata=self._about(database=request.database))

    def run_query(self, request: Any, *, timeout: float) -> list[Any]:
        with _vendor_errors():
            return [*self._run_query(request, timeout=timeout, metadata=self._about(parent=request.parent))]

    def run_aggregation_query(self, request: Any, *, timeout: float) -> list[Any]:
        with _vendor_errors():
            answers = self._run_aggregation_query(request, timeout=timeout, metadata=self._about(parent=request.parent))
            return [*answers]

    def _about(self, **place: str) -> list[tuple[str, str]]:
        """Return the headers of a call. One of them tells Firestore which database it is about, and so its region."""
        return [*self._metadata, to_grpc_metadata(place)]


def _prepared(make: Callable[..., Any], name: str, request: Any, response: Any) -> Any:
    return make(
        f"{_SERVICE}/{name}",
        request_serializer=request.pb().SerializeToString,
        response_deserializer=response.pb().FromString,
    )


@contextmanager
def _vendor_errors() -> Iterator[None]:
    try:
        yield
    except grpc.RpcError as error:
        raise google_errors.from_grpc_error(error) from error
