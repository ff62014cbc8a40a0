"""This is a database in memory that counts its calls, loses answers, and lets other writers come in between."""

from collections.abc import Callable, Sequence
from datetime import datetime

from repositories.store.documents import Ambiguous, Document, Write
from repositories.store.memory import MemoryDocuments


def happened(documents: MemoryDocuments, writes: Sequence[Write]) -> list[datetime]:
    """Let the commit take effect, but lose the answer."""
    MemoryDocuments.commit(documents, writes)
    raise Ambiguous("the answer was lost")


def did_not_happen(documents: MemoryDocuments, writes: Sequence[Write]) -> list[datetime]:
    raise Ambiguous("the request was lost")


class UnsteadyDocuments(MemoryDocuments):
    """`script` decides the next commits, one each. A commit is an ordinary one if the script has ended or has None for
    it.

    `before_commit` is called once, just before the next commit. It stands for another writer, who comes between reading
    and writing.
    """

    def __init__(self) -> None:
        super().__init__()
        self.script: list[Callable[[MemoryDocuments, Sequence[Write]], list[datetime]] | None] = []
        self.before_commit: Callable[[], object] | None = None
        self.gets: list[str] = []
        self.commits: list[Sequence[Write]] = []

    def forget_counts(self) -> None:
        self.gets.clear()
        self.commits.clear()

    def get(self, path: str, *, at: datetime | None = None) -> Document | None:
        self.gets.append(path)
        return super().get(path, at=at)

    def commit(self, writes: Sequence[Write]) -> list[datetime]:
        between, self.before_commit = self.before_commit, None
        if between is not None:
            between()
        self.commits.append(writes)
        act = self.script.pop(0) if self.script else None
        return super().commit(writes) if act is None else act(self, writes)
