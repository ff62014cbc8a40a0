from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from core.errors import AppError
from domain.errors import UserNotFound
from domain.ledger import DEBITS, Change, Entry, EntryType, User
from repositories.books import commit_on_user
from repositories.documents import AlreadyExists, Document, Documents, Query, Totals
from repositories.mapping import (
    GENERATIONS,
    TRANSACTIONS,
    USERS,
    entry_from,
    entry_path,
    transactions_path,
    user_path,
)
from repositories.optimistic import OptimisticTransaction
from repositories.rows import readable
from repositories.users import UserRepository
from services.ports import BookTotals, Cursor, EntryCursor, EntryFilter

_MOMENTS = 5
_CREDITS = tuple(sorted(kind.value for kind in EntryType if kind not in DEBITS))
_DEBITS = tuple(sorted(kind.value for kind in DEBITS))
_COSTS = ("credits_deducted", "credits_held", "credits_charged", "credits_refunded")

Conditions = tuple[tuple[str, str, object], ...]


class LedgerRepository:
    """Entries, and the sums that the audit compares."""

    def __init__(self, documents: Documents, users: UserRepository, transaction: OptimisticTransaction) -> None:
        self._documents = documents
        self._users = users
        self._transaction = transaction

    def page(self, user_id: str, *, after: Cursor | None, limit: int) -> list[Entry]:
        query = Query(
            collection=transactions_path(user_id),
            order_by=("-timestamp",),
            after=(after.at, after.id) if after else None,
            limit=limit,
        )
        return readable(self._documents, query, entry_from)

    def page_of_all(self, wanted: EntryFilter, *, after: EntryCursor | None, limit: int) -> list[Entry]:
        of_one = wanted.user_id is not None
        place = None if after is None else (after.id if of_one else entry_path(after.user_id, after.id))
        query = Query(
            collection=transactions_path(wanted.user_id) if wanted.user_id is not None else TRANSACTIONS,
            group=not of_one,
            where=_conditions(wanted),
            order_by=("-timestamp",),
            after=(after.at, place) if after else None,
            limit=limit,
        )
        return readable(self._documents, query, entry_from)

    def of_generation(self, user_id: str, generation_id: str) -> list[Entry]:
        query = Query(collection=transactions_path(user_id), where=(("generation_request_id", "==", generation_id),))
        return [entry_from(document) for document in self._documents.query(query)]

    def post(self, user_id: str, entry_id: str, decide: Callable[[User], Change]) -> Entry:
        def attempt(failure: Exception | None) -> Entry:
            try:
                change, user = self._users.decide(user_id, decide, fresh=failure is not None)
                assert change.entry is not None, "a posting carries its entry"  # noqa: S101 - a bug
                commit_on_user(self._documents, self._users, [change], user)
            except (AlreadyExists, AppError):
                # Posted already, perhaps by a commit whose answer was lost: then no refusal is given any more.
                posted = self._documents.get(entry_path(user_id, entry_id))
                if posted is None:
                    raise
                return entry_from(posted)
            else:
                return change.entry

        return self._transaction.run(attempt)

    def totals(self, user_id: str | None) -> BookTotals:
        """Of one user: all of one moment, for it sums again where the balance has moved meanwhile."""
        if user_id is None:
            return self._everybody()
        for _ in range(_MOMENTS):
            before = self._account(user_id)
            summed = self._summed(user_id, _standing_of(before))
            if self._account(user_id).version == before.version:
                break
        return summed

    def _everybody(self) -> BookTotals:
        every = self._documents.totals(Query(collection=USERS), ("current_credits", "held_credits"))
        opened: Conditions = (("books_opened_at", ">", datetime.fromtimestamp(0, UTC)),)
        unopened = (
            self._documents.totals(Query(collection=USERS)).count
            - self._documents.totals(Query(collection=USERS, where=opened)).count
        )
        in_flight = self._documents.totals(Query(collection=USERS), ("in_flight",)).sums["in_flight"]
        sums = every.sums
        return self._summed(None, _Standing(sums["current_credits"], sums["held_credits"], unopened, in_flight))

    def _summed(self, user_id: str | None, standing: "_Standing") -> BookTotals:
        deductions = self._entries(user_id, (("type", "==", EntryType.DEDUCTION.value),))
        generations = self._generations(user_id, (), _COSTS)
        return BookTotals(
            current=standing.current,
            held=standing.held,
            in_flight=standing.in_flight,
            clawbacks=self._entries(user_id, (("type", "==", EntryType.CLAWBACK.value),)).sums["credits"],
            unopened_count=standing.unopened,
            entries_in=self._entries(user_id, (("type", "in", _CREDITS),)).sums["credits"],
            entries_out=self._entries(user_id, (("type", "in", _DEBITS),)).sums["credits"],
            deductions=deductions.sums["credits"],
            deductions_count=deductions.count,
            refunds=self._entries(user_id, (("type", "==", EntryType.REFUND.value),)).sums["credits"],
            generations_count=generations.count,
            generations_price=generations.sums["credits_deducted"],
            generations_held=generations.sums["credits_held"],
            generations_charged=generations.sums["credits_charged"],
            generations_refunded=generations.sums["credits_refunded"],
            generations_in_flight=self._generations(user_id, (("in_flight", "==", True),), ()).count,
            overrefunded_count=self._generations(user_id, (("credits_charged", "<", 0),), ()).count,
        )

    def _account(self, user_id: str) -> Document:
        document = self._documents.get(user_path(user_id))
        if document is None:
            raise UserNotFound(user_id)
        return document

    def _entries(self, user_id: str | None, where: Conditions) -> Totals:
        collection = TRANSACTIONS if user_id is None else transactions_path(user_id)
        query = Query(collection=collection, where=where, group=user_id is None)
        return self._documents.totals(query, ("credits",))

    def _generations(self, user_id: str | None, where: Conditions, sums: tuple[str, ...]) -> Totals:
        owner: Conditions = () if user_id is None else (("user_id", "==", user_id),)
        return self._documents.totals(Query(collection=GENERATIONS, where=(*owner, *where)), sums)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What users' documents say. `unopened` counts those whose books are not open."""

    current: int
    held: int
    unopened: int
    in_flight: int


def _standing_of(account: Document) -> _Standing:
    fields = account.fields
    unopened = int(fields.get("books_opened_at") is None)
    return _Standing(
        fields.get("current_credits", 0), fields.get("held_credits", 0), unopened, fields.get("in_flight", 0)
    )


def _conditions(wanted: EntryFilter) -> Conditions:
    conditions: Conditions = (
        ("type", "==", wanted.type.value if wanted.type else None),
        ("timestamp", ">=", wanted.timestamp_from),
        ("timestamp", "<", wanted.timestamp_before),
    )
    return tuple(condition for condition in conditions if condition[2] is not None)
