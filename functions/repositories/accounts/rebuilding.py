"""Makes a user again whose document was deleted by hand, from what other documents still say about it."""

import logging
from dataclasses import replace

from domain.credits.ledger import DEBITS, EntryType
from domain.credits.user import User
from domain.generations.generation import Status
from repositories.store.documents import Documents, Query
from repositories.store.paths import GENERATIONS, transactions_path

log = logging.getLogger(__name__)

# These are summed together, as the audit does, because there is an index for that.
_COSTS = ("credits_deducted", "credits_held", "credits_charged", "credits_refunded")


def rebuilt(documents: Documents, user: User) -> User:
    """Return the user with the balance that its entries add up to, and with what its generations hold.

    The sums cannot change meanwhile, because every commit that moves credits needs the document that is missing. What
    only that document had is lost: API keys, rates, counts of weeks, and whether the user was deactivated.
    """
    balance = _entries(documents, user.id, debits=False) - _entries(documents, user.id, debits=True)
    own = ("user_id", "==", user.id)
    held = documents.totals(Query(collection=GENERATIONS, where=(own,)), _COSTS).sums["credits_held"]
    in_flight = documents.totals(Query(collection=GENERATIONS, where=(own, ("in_flight", "==", True)))).count
    completed = (own, ("status", "==", Status.COMPLETED.value))
    images = documents.totals(Query(collection=GENERATIONS, where=completed)).count
    log.error("user_rebuilt", extra={"user_id": user.id, "balance": balance, "held": held})
    return replace(
        user,
        balance=replace(user.balance, current_credits=balance, held_credits=held),
        pace=replace(user.pace, in_flight=in_flight),
        activity=replace(user.activity, total_images_generated=images),
    )


def _entries(documents: Documents, user_id: str, *, debits: bool) -> int:
    kinds = tuple(sorted(kind.value for kind in EntryType if (kind in DEBITS) == debits))
    query = Query(collection=transactions_path(user_id), where=(("type", "in", kinds),))
    return documents.totals(query, ("credits",)).sums["credits"]
