"""Mail is written as the extension "Trigger Email from Firestore" reads it."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from core.errors import Unavailable
from repositories.delivery import LeaverRepository, MailRepository
from repositories.store.documents import Ambiguous, Conflict
from repositories.store.memory import MemoryDocuments
from services.delivery.ports import Mail

MAIL = Mail(
    id="report-2026-W09-0a1b",
    to="ann@example.com",
    subject="Week 9",
    text="All is well.",
    html='<img src="cid:week">',
    unsubscribe_url="https://darkroom.example/v1/reports/unsubscribe?token=t",
    category="weekly-report",
    images=(("week", b"\x89PNG"),),
)


def test_the_document_is_what_the_extension_takes() -> None:
    documents = MemoryDocuments()
    assert MailRepository(documents).put(MAIL)
    found = documents.get("mail/report-2026-W09-0a1b")
    assert found is not None
    assert found.fields == {
        "to": ["ann@example.com"],
        "message": {
            "subject": "Week 9",
            "text": "All is well.",
            "html": '<img src="cid:week">',
            "attachments": [
                {
                    "filename": "week.png",
                    "content": base64.b64encode(b"\x89PNG").decode(),
                    "encoding": "base64",
                    "contentType": "image/png",
                    "cid": "week",
                }
            ],
        },
        "headers": {
            "List-Unsubscribe": "<https://darkroom.example/v1/reports/unsubscribe?token=t>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
        "categories": ["weekly-report"],
    }


def test_nobody_gets_it_twice() -> None:
    documents = MemoryDocuments()
    mailbox = MailRepository(documents)
    assert not mailbox.has(MAIL.id)
    assert [mailbox.put(MAIL), mailbox.put(replace(MAIL, subject="Again"))] == [True, False]
    assert mailbox.has(MAIL.id)
    kept = documents.get(f"mail/{MAIL.id}")
    assert kept is not None
    assert kept.fields["message"]["subject"] == "Week 9"


@pytest.mark.parametrize(("size", "attached"), [(600_000, 1), (600_001, 0)])
def test_a_picture_that_a_document_cannot_hold_is_left_out(size: int, attached: int) -> None:
    documents = MemoryDocuments()
    MailRepository(documents).put(replace(MAIL, images=(("week", bytes(size)),)))
    kept = documents.get(f"mail/{MAIL.id}")
    assert kept is not None
    assert len(kept.fields["message"]["attachments"]) == attached
    assert len(str(kept.fields)) < 1_000_000


@pytest.mark.parametrize("error", [Ambiguous, Conflict])
def test_a_lost_answer_is_no_success(error: type[Exception]) -> None:
    class Lossy(MemoryDocuments):
        def commit(self, writes: Any) -> Any:
            raise error

    with pytest.raises(Unavailable):
        MailRepository(Lossy()).put(MAIL)
    with pytest.raises(Unavailable):
        LeaverRepository(Lossy()).remove("ann@example.com")
