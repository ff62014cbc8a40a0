"""Remembers what addresses have had: how many accounts per day and network, and which mailboxes had a welcome."""

from datetime import timedelta

from repositories.store.documents import Create, Documents, Update, Write
from repositories.store.paths import address_path, welcome_path
from services.accounts.ports import Arrival, CountedAccount, PastArrivals, WelcomedMailbox

_DAY = timedelta(days=1)

# For most people, their addresses have had nothing yet, and to assume so needs no read. If it is wrong, the commit
# fails, because a document that it creates exists already.
NOTHING_YET = PastArrivals(accounts=0, had_welcome=False)


def past_arrivals(documents: Documents, arrival: Arrival) -> PastArrivals:
    counted = documents.get(_count_path(arrival))
    return PastArrivals(
        accounts=0 if counted is None else counted.fields["accounts"],
        had_welcome=arrival.mailbox is not None and documents.get(welcome_path(arrival.mailbox)) is not None,
        version=None if counted is None else counted.version,
    )


def account_count_write(counted: CountedAccount) -> Write:
    path, count = _count_path(counted.arrival), counted.past.accounts + 1
    if counted.past.version is None:
        midnight = counted.arrival.at.replace(hour=0, minute=0, second=0, microsecond=0)
        return Create(path, {"accounts": count, "expires_at": midnight + _DAY})
    return Update(path, {"accounts": count}, counted.past.version)


def welcome_create(welcomed: WelcomedMailbox) -> Create:
    return Create(welcome_path(welcomed.mailbox), {"at": welcomed.at})


def _count_path(arrival: Arrival) -> str:
    return address_path(f"{arrival.network}-{arrival.at:%Y%m%d}")
