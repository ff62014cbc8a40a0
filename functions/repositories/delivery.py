"""Stores mails for the extension "Trigger Email from Firestore", and who does not want any.

The fields are described at https://extensions.dev/extensions/firebase/firestore-send-email.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import Unavailable
from repositories.store.documents import AlreadyExists, Ambiguous, Conflict, Create, Delete, Documents, Write
from repositories.store.paths import mail_path, unsubscribed_path
from services.delivery.ports import Leaver, Mail

# A document may have 1 MiB, and base64 makes four bytes of three. If the pictures are larger than this, the mail goes
# out without them: its text says the same.
_IMAGES_BYTES_MAX = 600_000


class MailRepository:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def has(self, mail_id: str) -> bool:
        return self._documents.get(mail_path(mail_id)) is not None

    def put(self, mail: Mail) -> bool:
        return _committed(self._documents, Create(mail_path(mail.id), mail_fields(mail)))


class LeaverRepository:
    """Stores who wants no mail. The id is a digest, because an address may hold a slash, which an id must not."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def has(self, address: str) -> bool:
        return self._documents.get(_path(address)) is not None

    def add(self, leaver: Leaver) -> None:
        _committed(self._documents, Create(_path(leaver.address), {"email": leaver.address, "at": leaver.at}))

    def remove(self, address: str) -> bool:
        was_there = self.has(address)
        _committed(self._documents, Delete(_path(address)))
        return was_there


def mail_fields(mail: Mail) -> dict[str, Any]:
    return {
        "to": [mail.to],
        "message": {
            "subject": mail.subject,
            "text": mail.text,
            "html": mail.html,
            "attachments": _attachments(mail.images),
        },
        "headers": _headers(mail),
        "categories": [mail.category],
    }


def _headers(mail: Mail) -> Mapping[str, str]:
    """Return the headers of RFC 8058. The mail program unsubscribes with one POST, without a question to the reader."""
    return {
        "List-Unsubscribe": f"<{mail.unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _attachments(images: Sequence[tuple[str, bytes]]) -> list[dict[str, str]]:
    if sum(len(data) for _, data in images) > _IMAGES_BYTES_MAX:
        return []
    return [
        {
            "filename": f"{cid}.png",
            "content": base64.b64encode(data).decode(),
            "encoding": "base64",
            "contentType": "image/png",
            "cid": cid,
        }
        for cid, data in images
    ]


def _path(address: str) -> str:
    return unsubscribed_path(hashlib.sha256(address.encode()).hexdigest())


def _committed(documents: Documents, write: Write) -> bool:
    """Commit the write, and return False if it is to create a document that exists already. Raises Unavailable."""
    try:
        documents.commit([write])
    except AlreadyExists:
        return False
    except (Ambiguous, Conflict) as error:
        raise Unavailable("It is not known whether this was written.") from error
    return True
