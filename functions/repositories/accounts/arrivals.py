"""Remembers what addresses have had: how many accounts per day and network, and which mailboxes had a welcome."""

from collections.abc import Sequence
from datetime import timedelta

from repositories.store.documents import Create, Document, Documents, Update, Write
from repositories.store.paths import address_path, welcome_path
from services.accounts.ports import Admission, Arrival, PastArrivals

_DAY = timedelta(days=1)


class ArrivalBook:
    """Reads and writes these records for one try to admit somebody."""

    def __init__(self, documents: Documents, arrival: Arrival) -> None:
        self._documents = documents
        self._arrival = arrival
        self._counter: Document | None = None

    @property
    def _counter_path(self) -> str:
        return address_path(f"{self._arrival.network}-{self._arrival.at:%Y%m%d}")

    def first_guess(self) -> PastArrivals:
        """Return that the addresses have had nothing, which is true for most. This needs no read.

        If it is wrong, the commit fails, because a document that it creates exists already.
        """
        return PastArrivals(accounts=0, had_welcome=False)

    def look(self) -> PastArrivals:
        self._counter = self._documents.get(self._counter_path)
        mailbox = self._arrival.mailbox
        had_welcome = mailbox is not None and self._documents.get(welcome_path(mailbox)) is not None
        return PastArrivals(
            accounts=0 if self._counter is None else self._counter.fields["accounts"], had_welcome=had_welcome
        )

    def writes(self, admission: Admission) -> Sequence[Write]:
        """Return the writes that go with those of the user and its entry.

        Of a mailbox only a digest is kept, and only if it got a welcome.
        """
        arrival, writes = self._arrival, list[Write]()
        if admission.is_welcome and arrival.mailbox is not None:
            writes.append(Create(welcome_path(arrival.mailbox), {"at": arrival.at}))
        if admission.counts:
            writes.append(self._counted())
        return writes

    def _counted(self) -> Write:
        if self._counter is None:
            midnight = self._arrival.at.replace(hour=0, minute=0, second=0, microsecond=0)
            return Create(self._counter_path, {"accounts": 1, "expires_at": midnight + _DAY})
        return Update(self._counter_path, {"accounts": self._counter.fields["accounts"] + 1}, self._counter.version)
