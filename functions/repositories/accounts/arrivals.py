"""Remembers what addresses have had: the accounts of the day by network, and the welcome by mailbox."""

from collections.abc import Sequence
from datetime import timedelta

from repositories.store.documents import Create, Document, Documents, Update, Write
from repositories.store.paths import address_path, welcome_path
from services.accounts.ports import Admission, Arrival, PastArrivals

_DAY = timedelta(days=1)


class ArrivalBook:
    """One try to admit somebody, with what it has found out."""

    def __init__(self, documents: Documents, arrival: Arrival) -> None:
        self._documents = documents
        self._arrival = arrival
        self._counter: Document | None = None

    @property
    def _counter_path(self) -> str:
        return address_path(f"{self._arrival.network}-{self._arrival.at:%Y%m%d}")

    def first_guess(self) -> PastArrivals:
        """Nothing yet, as for most. It costs no read: where it is wrong, the commit finds that it is."""
        return PastArrivals(accounts=0, had_welcome=False)

    def look(self) -> PastArrivals:
        self._counter = self._documents.get(self._counter_path)
        mailbox = self._arrival.mailbox
        had_welcome = mailbox is not None and self._documents.get(welcome_path(mailbox)) is not None
        return PastArrivals(
            accounts=0 if self._counter is None else self._counter.fields["accounts"], had_welcome=had_welcome
        )

    def writes(self, admission: Admission) -> Sequence[Write]:
        """Return the writes beside those of the user and its entry.

        A digest alone is kept of a mailbox, for as long as there is a welcome.
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
