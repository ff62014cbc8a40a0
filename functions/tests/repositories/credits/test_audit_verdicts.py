from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.credits.audit_verdict import AuditProgress, AuditVerdict
from emulator import firestore_documents
from repositories.credits.audit_verdicts import AuditVerdictRepository
from repositories.store.documents import Ambiguous, Documents
from repositories.store.memory import MemoryDocuments
from repositories.store.optimistic import OptimisticTransaction

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
PROGRESS = AuditProgress(changed_since=NOON)


@pytest.fixture(params=["memory", pytest.param("firestore", marks=pytest.mark.emulator)])
def documents(request: pytest.FixtureRequest) -> Iterator[Documents]:
    if request.param == "memory":
        yield MemoryDocuments()
        return
    with firestore_documents() as firestore:
        yield firestore


class TestVerdicts:
    def verdicts(self, documents: Documents) -> AuditVerdictRepository:
        return AuditVerdictRepository(documents, OptimisticTransaction(pause=lambda _: None))

    def test_the_last_one_stands(self, documents: Documents) -> None:
        verdicts = self.verdicts(documents)
        assert verdicts.last() is None
        for different in (0, 2):
            verdict = AuditVerdict(at=NOON, is_exact=not different, users_checked=9, different=different)
            verdicts.put(verdict, PROGRESS)
            assert verdicts.last() == verdict

    def test_an_answer_that_is_lost_is_asked_for_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        documents = MemoryDocuments()
        commit, lost = documents.commit, [1]

        def loses_the_first(writes: Any) -> Any:
            versions = commit(writes)
            if lost:
                lost.pop()
                raise Ambiguous("deadline exceeded")
            return versions

        monkeypatch.setattr(documents, "commit", loses_the_first)
        verdict = AuditVerdict(at=NOON, is_exact=True, users_checked=1, different=0)
        self.verdicts(documents).put(verdict, PROGRESS)
        assert self.verdicts(documents).last() == verdict
