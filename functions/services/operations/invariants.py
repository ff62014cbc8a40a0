"""These functions check the invariants of docs/ledger.md by comparing sums."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.operations.ports import BookTotals, StatusTotals

Pair = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An invariant does not hold: two figures should be equal, and are not."""

    invariant: str
    detail: str
    expected: int
    actual: int


def differences_in(totals: BookTotals) -> Iterator[Difference]:
    """Compare the credits of the balance, of the entries and of the generations."""
    price = totals.generations_price
    resolved = totals.generations_held + totals.generations_charged + totals.generations_refunded
    yield from _unequal(
        (
            ("I1", "debt beyond what was clawed back", 0, max(0, -totals.current - totals.clawbacks)),
            ("I2", "balance = sum of entries", totals.entries_in - totals.entries_out, totals.current),
            ("I3", "one deduction for each generation", totals.generations_count, totals.deductions_count),
            ("I3", "deductions = prices", price, totals.deductions),
            ("I3", "refunds = what generations say was refunded", totals.generations_refunded, totals.refunds),
            ("I3", "generations refunded more than their price", 0, totals.overrefunded_count),
            ("I4", "held = holds of unsettled generations", totals.generations_held, totals.held),
            ("I4", "in flight = generations that are counted so", totals.generations_in_flight, totals.in_flight),
            ("I5", "price = held + charged + refunded", price, resolved),
            ("I9", "grants have more left than the balance", 0, _beyond_balance(totals)),
            ("I9", "grants give more than they have", 0, totals.faulty_grants),
            ("I10", "allowances are overdrawn", 0, totals.faulty_allowances),
        )
    )


def differences_by_status(totals: StatusTotals) -> Iterator[Difference]:
    """Compare the costs and outputs of the generations with their states."""
    yield from _unequal(
        (
            ("I3", "each generation has its own deduction", totals.marks, totals.deduction_marks),
            ("I3", "each refunded generation has its own refund", totals.refunded_marks, totals.refund_marks),
            ("I4", "ended generations hold nothing", 0, totals.ended_held),
            ("I5", "completed generations are charged", totals.completed_free, totals.completed_uncharged),
            ("I5", "completed generations have outputs", totals.outputs_gone, totals.without_outputs),
            ("I5", "failed and cancelled generations are fully refunded", 0, totals.failed_charged),
            ("I5", "unsettled generations are not charged", 0, totals.unsettled_charged),
            ("I7", "unsettled generations have a time to be looked at", totals.unsettled_count, totals.due_count),
            *(("I5", f"prices of size {size}", expected, actual) for size, expected, actual in totals.prices),
        )
    )


def _beyond_balance(totals: BookTotals) -> int:
    """Return by how much the grants have more left than the balance. A clawback may leave a debt beside grants."""
    return max(0, totals.grants_left - totals.current - totals.clawbacks)


def _unequal(pairs: Iterable[Pair]) -> Iterator[Difference]:
    for invariant, detail, expected, actual in pairs:
        if expected != actual:
            yield Difference(invariant=invariant, detail=detail, expected=expected, actual=actual)
