from collections.abc import Callable, Iterable, Mapping
from typing import Any

from repositories.store.documents import Create


class Creates:
    """Writes records of any room as new documents, so that a commit can carry what its own room does not know.

    The table has the writer of each type of record.
    """

    def __init__(self, table: Mapping[type, Callable[[Any], Create]]) -> None:
        self._table = table

    def of(self, records: Iterable[object]) -> list[Create]:
        return [self._table[type(record)](record) for record in records]
