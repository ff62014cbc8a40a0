from collections.abc import Sequence

from core.cache import RecentlyUsed
from repositories.store.documents import Create, Document, Documents, Update, Write
from repositories.store.paths import api_key_path
from repositories.store.rows import reader
from repositories.store.typed import typed
from services.accounts.ports import KeySecret

_KEYS_REMEMBERED = 2048
_SECRETS_KEPT = 2


class KeySecretRepository:
    """Stores the secrets of API keys. They are only ever added to, so those that were read once are kept in memory."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._remembered: RecentlyUsed[str, Sequence[KeySecret]] = RecentlyUsed(_KEYS_REMEMBERED)

    def get(self, key_id: str, *, fresh: bool) -> Sequence[KeySecret]:
        known = None if fresh else self._remembered.get(key_id)
        if known is not None:
            return known
        document = self._documents.get(api_key_path(key_id))
        found = () if document is None else _secrets_from(document)
        if found:
            self._remembered.put(key_id, found)
        return found

    def write(self, secret: KeySecret) -> Write:
        """Return the write that adds a secret to those of its key.

        The last two are kept, because after a rotation the secret before may be valid for a while.
        """
        known = self._documents.get(api_key_path(secret.key_id))
        older = () if known is None else _secrets_from(known)
        kept = [secret, *(each for each in older if each.serial != secret.serial)][:_SECRETS_KEPT]
        fields = {"digests": {f"s{each.serial}": each.digest for each in kept}}
        if known is None:
            return Create(api_key_path(secret.key_id), {"user_id": secret.user_id, **fields})
        return Update(api_key_path(secret.key_id), fields, known.version)


@reader
def _secrets_from(document: Document) -> tuple[KeySecret, ...]:
    fields = document.fields
    found = (
        typed(
            KeySecret,
            key_id=document.id,
            user_id=fields["user_id"],
            serial=int(name.removeprefix("s")),
            digest=digest,
        )
        for name, digest in fields["digests"].items()
    )
    return tuple(sorted(found, key=lambda secret: -secret.serial))
