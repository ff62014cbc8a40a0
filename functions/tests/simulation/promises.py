"""Clients have been told these things, so they have to stay true."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from core.errors import AppError
from domain.credits.ledger import Entry
from domain.generations.generation import Generation
from repositories.store.documents import Document, Write
from services.generations.orders import Order
from simulation.grants import spendable
from simulation.invariants import CLOCKS_DIFFER, FINAL
from simulation.scheduler import Violation

Records = Mapping[str, Document]


@dataclass(slots=True, eq=False)
class Asking:
    """A request that is under way, with the smallest balance that its user has had since it began."""

    user_id: str
    poorest: int
    existed: bool = False
    # These ids were drawn for the request. With an idempotency key there are none, because then the key decides the id.
    drawn: list[str] = field(default_factory=list)


class Promises:
    def __init__(self, records: Records, now: Callable[[], datetime]) -> None:
        # These generations were answered with 202. The value is the user.
        self.accepted: dict[str, str] = {}
        # These ids were drawn for requests that were refused. There may never be a document with such an id.
        self.refused: set[str] = set()
        self._records = records
        self._now = now
        self._keys: dict[tuple[str, str], str] = {}
        # Clients have seen these generations end. The value is the final status.
        self.shown: dict[str, str] = {}
        self._asking: list[Asking] = []
        # This counts how often each user's balance was written.
        self.moves: Counter[str] = Counter()

    @contextmanager
    def asking(self, user_id: str, *, existed: bool = False) -> Iterator[Asking]:
        asking = Asking(user_id, self._current(user_id), existed)
        self._asking.append(asking)
        try:
            yield asking
        finally:
            self._asking.remove(asking)

    def see(self, writes: Sequence[Write]) -> None:
        paths = {write.path for write in writes}
        self.moves.update(path.removeprefix("users/") for path in paths if path.count("/") == 1)
        for asking in self._asking:
            if f"users/{asking.user_id}" in paths:
                asking.poorest = min(asking.poorest, self._current(asking.user_id))

    def accept(self, order: Order, generation: Generation) -> None:
        self.accepted[generation.id] = order.user_id
        if (generation.user_id, generation.spec.prompt) != (order.user_id, order.ask.prompt):
            raise Violation("I6", f"{order.ask.prompt} was answered with {generation.spec.prompt}")
        if order.idempotency_key is not None:
            known = self._keys.setdefault((order.user_id, order.idempotency_key), generation.id)
            if known != generation.id:
                raise Violation("I6", f"{order.idempotency_key} was {known}, and is now {generation.id}")

    def refuse(self, asking: Asking, refusal: AppError) -> None:
        required = refusal.details.get("required", asking.poorest + 1)
        assert isinstance(required, int)
        asking.poorest = min(asking.poorest, self._current(asking.user_id))
        if asking.poorest >= required:
            raise Violation("402", f"{asking.user_id} always had {asking.poorest}, and was refused {required}")
        self.turn_away(asking, existed=asking.existed)

    def turn_away(self, asking: Asking, *, existed: bool) -> None:
        if existed:
            raise Violation("402", f"{asking.user_id} was refused what it had been given before")
        self.refused.update(asking.drawn)

    def show(self, generation: Generation, known: str | None) -> None:
        """Check that a generation which had ended for anybody when it was asked for has ended for everybody, and in the
        same way.
        """
        if known is not None and generation.status != known:
            raise Violation("final", f"{generation.id} was seen {known}, and is now shown {generation.status}")
        if generation.is_final:
            stored = self._records[f"generation_requests/{generation.id}"].fields["status"]
            if stored != generation.status:
                raise Violation("final", f"{generation.id} is {stored}, and is shown {generation.status}")
            self.shown[generation.id] = generation.status

    def book(self, entry: Entry) -> None:
        stored = self._records.get(f"users/{entry.user_id}/transactions/{entry.id}")
        if stored is None or stored.fields["credits"] != entry.credits or stored.fields["type"] != entry.type:
            raise Violation("entries", f"{entry.id} was said to be {entry.credits} {entry.type}; there is {stored}")

    def broken(self) -> Iterator[tuple[str, str]]:
        for generation_id in self.accepted:
            if f"generation_requests/{generation_id}" not in self._records:
                yield "202", f"{generation_id} was accepted, and is not there"
        for generation_id in self.refused:
            if f"generation_requests/{generation_id}" in self._records:
                yield "402", f"{generation_id} was refused, and is there"

    def ended(self, generation_id: str) -> bool:
        return self._records[f"generation_requests/{generation_id}"].fields["status"] in FINAL

    def _current(self, user_id: str) -> int:
        return spendable(self._records[f"users/{user_id}"].fields, self._now() + CLOCKS_DIFFER)
