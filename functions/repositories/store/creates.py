from collections.abc import Callable, Iterable, Mapping
from typing import Any

from repositories.store.documents import Create


class Creates:
    """Makes the writes that create records of any room, so that one commit can hold records of several rooms.

    `table` has for each type of record the function that writes it.
    """

    def __init__(self, table: Mapping[type, Callable[[Any], Create]]) -> None:
        self._table = table

    def of(self, records: Iterable[object]) -> list[Create]:
        return [self._table[type(record)](record) for record in records]
