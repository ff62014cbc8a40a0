from datetime import UTC, datetime
from typing import Any

import pytest

from domain.accounts.errors import UserNotFound
from domain.credits.ledger import EntryType
from instances import instance_over
from repositories.store.documents import Query
from repositories.store.memory import MemoryDocuments
from world import World

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


class TestTotals:
    def test_of_one_user_and_of_everybody(self, world: World) -> None:
        done, failing, _ = world.create("alice"), world.create("alice", size="1024x1024"), world.create("mallory")
        world.deliver(done)
        world.api("POST", f"/v1/generations/{failing}/cancel", "alice")
        alice, everybody = world.app.book_sums.totals("alice"), world.app.book_sums.totals(None)
        assert (alice.current, alice.held, alice.entries_in, alice.entries_out) == (99, 0, 103, 4)
        assert (alice.deductions, alice.deductions_count, alice.refunds) == (4, 2, 3)
        assert (alice.generations_count, alice.generations_price) == (2, 4)
        assert (alice.generations_held, alice.generations_charged, alice.generations_refunded) == (0, 1, 3)
        assert (everybody.current, everybody.held, everybody.generations_count) == (108, 1, 3)
        assert (everybody.generations_held, everybody.deductions) == (1, 5)
        world.assert_books_balance()

    def test_what_was_clawed_back_is_summed(self, world: World) -> None:
        assert world.app.book_sums.totals(None).clawbacks == 0
        world.app.ledger.add("bob", EntryType.CLAWBACK, 5, source="stripe", external_id="1", description="Dispute")
        assert world.app.book_sums.totals(None).clawbacks == 5
        assert world.app.book_sums.totals("bob").clawbacks == 5
        assert world.app.book_sums.totals("alice").clawbacks == 0

    def test_a_balance_that_moves_while_it_is_summed_makes_no_difference(self) -> None:
        """All sums are of one moment. Otherwise the audit would raise a false alarm for each busy user."""
        documents = _BusyDocuments()
        world = World(NOON, documents=documents)
        documents.remaining = 1
        totals = world.app.book_sums.totals("alice")
        assert documents.remaining == 0
        assert totals.current == totals.entries_in - totals.entries_out == 100
        assert not world.app.audits.of_user("alice").differences

    def test_nobody(self, world: World) -> None:
        with pytest.raises(UserNotFound):
            world.app.book_sums.totals("nobody")


class _BusyDocuments(MemoryDocuments):
    """Another instance grants Alice a credit in the middle of the next summations."""

    remaining = 0

    def totals(self, query: Query, sums: Any = (), **options: Any) -> Any:
        found = super().totals(query, sums, **options)
        if self.remaining and query.collection == "users/alice/transactions" and query.where[0][1] == "in":
            self.remaining -= 1
            other = instance_over(self)
            other.ledger.add("alice", EntryType.GRANT, 1, source="busy", external_id="1", description="One more")
        return found
