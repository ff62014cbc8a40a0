"""The sums by which the books are proved."""

from dataclasses import dataclass

UNOPENED_MOST = 100
"""With more unopened users than this, their sums are not taken out of everybody's, and the totals say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookTotals:
    """Sums over one user's records, or over everybody's; each is one aggregation, never a scan."""

    current: int
    held: int
    entries_in: int
    entries_out: int
    deductions: int
    deductions_count: int
    refunds: int
    generations_count: int
    generations_price: int
    generations_held: int
    generations_charged: int
    generations_refunded: int
    overrefunded_count: int
    clawbacks: int
    unopened_count: int
    in_flight: int
    generations_in_flight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusTotals:
    """What the states of generations come to: each is a number of what should not be, or one side of a comparison.

    `prices` compares, for each size at its present price, what its generations cost with what they should.
    """

    completed_uncharged: int
    completed_free: int
    without_outputs: int
    outputs_gone: int
    ended_held: int
    failed_charged: int
    unsettled_charged: int
    unsettled_count: int
    due_count: int
    marks: int
    deduction_marks: int
    refunded_marks: int
    refund_marks: int
    prices: tuple[tuple[str, int, int], ...] = ()
