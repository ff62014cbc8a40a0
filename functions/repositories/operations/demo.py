from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import Unavailable
from domain.credits.ledger import Entry
from domain.credits.user import User
from domain.generations.generation import Generation
from repositories.accounts.user_mapping import user_fields
from repositories.credits.entry_mapping import entry_fields
from repositories.generations.generation_mapping import generation_fields
from repositories.store.documents import AlreadyExists, Ambiguous, Conflict, Create, Documents, Write
from repositories.store.paths import entry_path, generation_path, user_path


class DemoRepository:
    """Writes demo data. Each call is one commit that only creates documents, so it happens completely, and once."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def put_catalog(self, documents: Mapping[str, Mapping[str, Any]]) -> bool:
        return self._create([Create(path, fields) for path, fields in documents.items()])

    def put_user(self, user: User, generations: Sequence[Generation], entries: Sequence[Entry]) -> bool:
        return self._create(
            [
                Create(user_path(user.id), user_fields(user)),
                *(Create(generation_path(each.id), generation_fields(each)) for each in generations),
                *(Create(entry_path(user.id, each.id), entry_fields(each)) for each in entries),
            ]
        )

    def _create(self, writes: list[Write]) -> bool:
        """Return whether this call wrote the documents. Raises Unavailable if the answer was lost; a repeat is safe."""
        try:
            self._documents.commit(writes)
        except AlreadyExists:
            return False
        except (Ambiguous, Conflict) as error:
            raise Unavailable("The database does not answer in time. Seed again: what is there stays.") from error
        return True
