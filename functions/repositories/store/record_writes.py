from collections.abc import Callable, Iterable, Mapping
from typing import Any

from repositories.store.documents import Write


class RecordWrites:
    """Makes the writes of records of any room, so that one commit can hold records of several rooms.

    `table` has for each type of record the function that writes it. A function may read those that a record is added
    to.
    """

    def __init__(self, table: Mapping[type, Callable[[Any], Write]]) -> None:
        self._table = table

    def of(self, records: Iterable[object]) -> list[Write]:
        return [self._table[type(record)](record) for record in records]
