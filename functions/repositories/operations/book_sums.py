"""Makes the sums that the audit compares: aggregations of one moment, over the records of one user or of everybody."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from core.damage import UnreadableRecord
from domain.accounts.errors import UserNotFound
from domain.catalog.options import Size
from domain.credits.grants import Grant, left_of
from domain.credits.ledger import DEBITS, EntryType
from domain.credits.user import Balance
from domain.generations.generation import FINAL, Status
from repositories.accounts.user_mapping import user_from
from repositories.catalog.option_mapping import size_from
from repositories.store.documents import Documents, Query, Totals
from repositories.store.paths import GENERATIONS, SIZES, TRANSACTIONS, USERS, transactions_path, user_path
from repositories.store.rows import every_row, readable
from services.operations.ports import UNOPENED_MOST, BookTotals, StatusTotals

Condition = tuple[str, str, object]
Conditions = tuple[Condition, ...]

_PAGE = 300
_EVER = datetime.fromtimestamp(0, UTC)
_CREDITS = tuple(sorted(kind.value for kind in EntryType if kind not in DEBITS))
_DEBITS = tuple(sorted(kind.value for kind in DEBITS))
_COSTS = ("credits_deducted", "credits_held", "credits_charged", "credits_refunded")
_OPENED = (("books_opened_at", ">", _EVER),)

_COMPLETED = ("status", "==", Status.COMPLETED.value)
_UNSUCCESSFUL = ("status", "in", (Status.CANCELLED.value, Status.FAILED.value))
_ENDED = ("status", "in", tuple(sorted(status.value for status in FINAL)))
_UNSETTLED = ("status", "in", (Status.PROCESSING.value, Status.QUEUED.value))
# Only generations that Darkroom settled count here. feraset-imagen charged some that failed, and refunded some that
# completed, and that stays as it is.
_BY_DARKROOM = ("marked", "==", 1)

_NO_OUTPUTS: Condition = ("outputs", "==", [])


class BookSumRepository:
    """`subjects` are the collections of what credits are held for. Their documents name costs and states alike."""

    def __init__(self, documents: Documents, subjects: tuple[str, ...] = (GENERATIONS,)) -> None:
        self._documents = documents
        self._subjects = subjects

    def moment(self) -> datetime:
        return self._documents.moment()

    def totals(self, user_id: str | None, at: datetime | None = None) -> BookTotals:
        return _Sums(self._documents, self._subjects, user_id, at or self.moment()).totals()

    def status_totals(self, user_id: str | None, at: datetime) -> StatusTotals:
        return _Sums(self._documents, self._subjects, user_id, at).status_totals()


class _Sums:
    """Makes the sums of one user, or, if `user_id` is None, of everybody whose books are open."""

    def __init__(self, documents: Documents, subjects: tuple[str, ...], user_id: str | None, at: datetime) -> None:
        self._documents = documents
        self._subjects = subjects
        self._user_id = user_id
        self._at = at

    def totals(self) -> BookTotals:
        """Return the totals. Raises UserNotFound, or UnreadableRecord if a number in the user's document is damaged."""
        if self._user_id is not None:
            return replace(self._records(), **self._account(self._user_id))
        everybody = replace(self._records(), **self._accounts())
        if not 0 < everybody.unopened_count <= UNOPENED_MOST:
            return everybody
        return self._without_unopened(everybody, _Sums._records)

    def status_totals(self) -> StatusTotals:
        found = self._statuses()
        if self._user_id is not None or not 0 < self._unopened() <= UNOPENED_MOST:
            return found
        return self._without_unopened(found, _Sums._statuses)

    def _without_unopened[T: (BookTotals, StatusTotals)](self, found: T, sums: Callable[["_Sums"], T]) -> T:
        """Return the sums less those of users whose accounts are older than the ledger.

        The records of such users do not agree with anything, and would hide what else is wrong.
        """
        for user_id in self._unopened_users():
            found = _difference(found, sums(_Sums(self._documents, self._subjects, user_id, self._at)))
        return found

    def _unopened_users(self) -> Iterator[str]:
        """Yield the ids of users whose books are not open.

        A query cannot ask for an absent field, so this reads everybody. It is called only if there are such users.
        """
        query = Query(collection=USERS, fields=("books_opened_at",))
        rows = every_row(self._documents, query, lambda document: document, page=_PAGE)
        for row in rows:
            if not isinstance(row, UnreadableRecord) and row.fields.get("books_opened_at") is None:
                yield row.id

    def _account(self, user_id: str) -> dict[str, int]:
        document = self._documents.get(user_path(user_id), at=self._at)
        if document is None:
            raise UserNotFound(user_id)
        names = ("current_credits", "held_credits", "in_flight")
        current, held, in_flight = (document.fields.get(name, 0) for name in names)
        if not all(type(number) is int for number in (current, held, in_flight)):
            raise UnreadableRecord(document.path, "a number of its balance is none", user_id)
        unopened = int(document.fields.get("books_opened_at") is None)
        numbers = {"current": current, "held": held, "in_flight": in_flight, "unopened_count": unopened}
        return numbers | _of_grants(user_from(document).balance)

    def _accounts(self) -> dict[str, int]:
        opened = self._sum(USERS, _OPENED, ("current_credits", "held_credits")).sums
        in_flight = self._sum(USERS, _OPENED, ("in_flight",)).sums["in_flight"]
        return {
            "current": opened["current_credits"],
            "held": opened["held_credits"],
            "in_flight": in_flight,
            "unopened_count": self._unopened(),
        }

    def _unopened(self) -> int:
        return self._sum(USERS, (), ()).count - self._sum(USERS, _OPENED, ()).count

    def _records(self) -> BookTotals:
        """Return the sums over entries and generations. The numbers of the users' own documents are still 0 in it."""
        deductions = self._entries((("type", "==", EntryType.DEDUCTION.value),))
        generations = self._generations((), _COSTS)
        return BookTotals(
            current=0,
            held=0,
            in_flight=0,
            unopened_count=0,
            clawbacks=self._entries((("type", "==", EntryType.CLAWBACK.value),)).sums["credits"],
            entries_in=self._entries((("type", "in", _CREDITS),)).sums["credits"],
            entries_out=self._entries((("type", "in", _DEBITS),)).sums["credits"],
            deductions=deductions.sums["credits"],
            deductions_count=deductions.count,
            refunds=self._entries((("type", "==", EntryType.REFUND.value),)).sums["credits"],
            generations_count=generations.count,
            generations_price=generations.sums["credits_deducted"],
            generations_held=generations.sums["credits_held"],
            generations_charged=generations.sums["credits_charged"],
            generations_refunded=generations.sums["credits_refunded"],
            generations_in_flight=self._count(("in_flight", "==", True)),
            overrefunded_count=self._count(("credits_charged", "<", 0)),
        )

    def _statuses(self) -> StatusTotals:
        """Return the sums by status.

        Generations that do not have Darkroom's fields yet have no hold to add up, so they are not counted anywhere.
        """
        unsettled = self._generations((_UNSETTLED,), ("credits_held",))
        return StatusTotals(
            completed_uncharged=self._count(_COMPLETED, _BY_DARKROOM, ("credits_charged", "<=", 0)),
            completed_free=self._count(_COMPLETED, _BY_DARKROOM, ("credits_deducted", "<=", 0)),
            without_outputs=self._count(_COMPLETED, _NO_OUTPUTS),
            outputs_gone=self._count(_COMPLETED, _NO_OUTPUTS, ("outputs_gone", "==", 1)),
            ended_held=self._generations((_ENDED,), ("credits_held",)).sums["credits_held"],
            failed_charged=self._count(_UNSUCCESSFUL, _BY_DARKROOM, ("credits_charged", ">", 0)),
            unsettled_charged=self._count(_UNSETTLED, _BY_DARKROOM, ("credits_charged", ">", 0)),
            unsettled_count=unsettled.count,
            due_count=self._count(("due_at", ">", _EVER)),
            marks=self._generations((), ("mark",)).sums["mark"],
            deduction_marks=self._marks(EntryType.DEDUCTION),
            refunded_marks=self._generations((("credits_refunded", ">", 0),), ("mark",)).sums["mark"],
            refund_marks=self._marks(EntryType.REFUND),
            prices=tuple(self._prices()) if self._user_id is None else (),
        )

    def _prices(self) -> Iterator[tuple[str, int, int]]:
        """Yield for each size on offer its id, what its generations should have cost, and what they did cost."""
        for size in readable(self._documents, Query(collection=SIZES), size_from):
            found = self._generations(_at_present(size), ("credits_deducted",))
            yield size.id, found.count * size.credit_cost, found.sums["credits_deducted"]

    def _marks(self, kind: EntryType) -> int:
        return self._entries((("type", "==", kind.value),), "mark").sums["mark"]

    def _entries(self, where: Conditions, name: str = "credits") -> Totals:
        if self._user_id is None:
            return self._sum(TRANSACTIONS, where, (name,), group=True)
        return self._sum(transactions_path(self._user_id), where, (name,))

    def _count(self, *where: Condition) -> int:
        return self._generations(where, ()).count

    def _generations(self, where: Conditions, sums: tuple[str, ...]) -> Totals:
        owner: Conditions = () if self._user_id is None else (("user_id", "==", self._user_id),)
        found = [self._sum(collection, (*owner, *where), sums) for collection in self._subjects]
        added = {name: sum(each.sums[name] for each in found) for name in sums}
        return Totals(count=sum(each.count for each in found), sums=added)

    def _sum(self, collection: str, where: Conditions, sums: tuple[str, ...], *, group: bool = False) -> Totals:
        return self._documents.totals(Query(collection=collection, where=where, group=group), sums, at=self._at)


def _of_grants(balance: Balance) -> dict[str, int]:
    return {
        "grants_left": left_of(balance.grants),
        "faulty_grants": sum(not _is_sound(grant) for grant in balance.grants.values()),
        "faulty_allowances": sum(min(each.used, each.held, each.left) < 0 for each in balance.allowances.values()),
    }


def _is_sound(grant: Grant) -> bool:
    parts = (grant.remaining, grant.held, grant.returned)
    return min(parts) >= 0 and sum(parts) <= grant.amount


def _at_present(size: Size) -> Conditions:
    return (("size", "==", size.id), ("price_version", "==", size.version))


def _difference[T: (BookTotals, StatusTotals)](one: T, other: T) -> T:
    """Subtract each number of `other` from that of `one`. Fields that are not numbers stay as they are."""
    left: dict[str, Any] = {}
    for field in fields(one):
        value = getattr(one, field.name)
        left[field.name] = value - getattr(other, field.name) if isinstance(value, int) else value
    return type(one)(**left)
