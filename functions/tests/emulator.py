"""Tests use the Firestore emulator that FIRESTORE_EMULATOR_HOST names. Each takes a fresh project."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from google.cloud import firestore

from repositories.store.firestore import FirestoreDocuments


def fresh_project() -> str:
    return f"demo-{uuid.uuid4().hex[:16]}"


@contextmanager
def firestore_documents(project: str | None = None) -> Iterator[FirestoreDocuments]:
    client = firestore.Client(project=project or fresh_project())
    try:
        yield FirestoreDocuments(client)
    finally:
        client.close()
