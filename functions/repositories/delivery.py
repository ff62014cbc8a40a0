"""Mail as the extension "Trigger Email from Firestore" sends it, and who wants none.

https://extensions.dev/extensions/firebase/firestore-send-email has the fields.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import Unavailable
from repositories.store.documents import AlreadyExists, Ambiguous, Conflict, Create, Delete, Documents, Write
from repositories.store.paths import mail_path, unsubscribed_path
from services.delivery.ports import Leaver, Mail

_IMAGES_BYTES_MAX = 600_000
"""A document ends at 1 MiB, and base64 makes four bytes of three. A mail without its picture still says it all."""


class MailRepository:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def has(self, mail_id: str) -> bool:
        return self._documents.get(mail_path(mail_id)) is not None

    def put(self, mail: Mail) -> bool:
        return _committed(self._documents, Create(mail_path(mail.id), mail_fields(mail)))


class LeaverRepository:
    """By a digest, for an address is no id: it may hold a slash."""

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
    """RFC 8058: the mail program asks once, by POST, and nobody has to confirm anything."""
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
    """False where the document to be created is there."""
    try:
        documents.commit([write])
    except AlreadyExists:
        return False
    except (Ambiguous, Conflict) as error:
        raise Unavailable("It is not known whether this was written.") from error
    return True
