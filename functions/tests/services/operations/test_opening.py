from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.errors import Unavailable
from domain.accounts.errors import UserNotFound
from domain.credits.ledger import EntryType
from emulator import firestore_documents
from repositories.store.documents import Create, Documents, Increment, Update
from repositories.store.memory import MemoryDocuments
from services.operations.invariants import Difference
from unsteady import UnsteadyDocuments, did_not_happen, happened
from world import World

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=90)


class Legacy:
    """A user and generations as feraset-imagen wrote them, with its fields, its statuses, and its random ids of
    entries.
    """

    def __init__(self, documents: Documents, user_id: str = "old", *, current_credits: int = 40) -> None:
        self.documents = documents
        self.user_id = user_id
        self.entries = 0
        user = {
            "name": "Old Hand",
            "email": "old@example.com",
            "current_credits": current_credits,
            "total_images_generated": 12,
            "is_active": True,
            "created_at": LONG_AGO,
            "updated_at": LONG_AGO,
            "last_login": LONG_AGO,
        }
        documents.commit([Create(f"users/{user_id}", user)])

    def generation(self, id_: str, status: str, *, price: int = 3, refunds: int = 0, days_old: int = 30) -> None:
        """Write a generation and its deduction. The balance stays as it is, because feraset-imagen lost
        updates of it.
        """
        at = NOON - timedelta(days=days_old)
        ended = status in ("completed", "failed")
        request = {
            "id": id_,
            "user_id": self.user_id,
            "model": "Model A",
            "style": "realistic",
            "color": "vibrant",
            "size": "1024x1024",
            "prompt": "A lighthouse",
            "status": status,
            "credits_deducted": price,
            "image_url": "https://placeholder-images-model-a.example.com/x" if status == "completed" else None,
            "error_message": "Model processing timeout" if status == "failed" else None,
            "created_at": at,
            "updated_at": at,
            "completed_at": at + timedelta(seconds=20) if ended else None,
        }
        self.documents.commit([Create(f"generation_requests/{id_}", request)])
        self._entry("deduction", id_, price, at, "Image generation - Model A - 1024x1024")
        for n in range(refunds):
            moment = at + timedelta(minutes=n)
            self._entry("refund", id_, price, moment, "Refund for failed generation: Model processing timeout")

    def _entry(self, kind: str, generation_id: str, credits_: int, at: datetime, description: str) -> None:
        self.entries += 1
        entry = {
            "type": kind,
            "credits": credits_,
            "description": description,
            "user_id": self.user_id,
            "generation_request_id": generation_id,
            "timestamp": at,
        }
        path = f"users/{self.user_id}/transactions/5f0c3c1e-{self.entries:04}"
        self.documents.commit([Create(path, entry)])

    def usual_history(self) -> None:
        """Write everything that feraset-imagen left behind, except what it refunded too often."""
        self.generation("done", "completed")
        self.generation("failed", "failed", refunds=1)
        self.generation("done-for-nothing", "completed", refunds=1)
        self.generation("pending", "pending")
        self.generation("waiting", "queued")
        self.generation("stuck", "processing")
        self.generation("stuck-after-refund", "processing", refunds=1)


OVERREFUNDED = Difference(invariant="I3", detail="generations refunded more than their price", expected=0, actual=1)


@pytest.fixture(params=["memory", pytest.param("firestore", marks=pytest.mark.emulator)])
def old_world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return the world in memory and on the emulator. Their sums must be equal, and absent fields are where these could
    differ.
    """
    if request.param == "memory":
        yield World(NOON)
        return
    with firestore_documents() as found:
        yield World(NOON, documents=found)


class TestOpenBooks:
    def test_the_balance_stays_as_it_is_and_the_audit_is_exact(self, old_world: World) -> None:
        Legacy(old_world.documents).usual_history()
        assert old_world.app.audits.of_all().unopened == ("old",)
        entry = old_world.app.opening.open("old")
        assert entry is not None
        # The balance is 40. The entries have 7 deductions and 3 refunds, of 3 each.
        assert (entry.type, entry.credits) == (EntryType.OPENING, 40 + 7 * 3 - 3 * 3)
        assert old_world.user("old").balance.current_credits == 40
        assert old_world.user("old").balance.held_credits == 3 * 3, "pending, waiting and stuck"
        audit = old_world.app.audits.of_user("old")
        assert (audit.is_opened, audit.differences) == (True, ())
        assert old_world.app.audits.of_all().unopened == ()
        old_world.assert_books_balance()

    def test_each_generation_says_what_its_entries_say(self, old_world: World) -> None:
        Legacy(old_world.documents).usual_history()
        old_world.app.opening.open("old")
        generations = {
            id_: old_world.generation(id_)
            for id_ in ("done", "failed", "done-for-nothing", "pending", "waiting", "stuck", "stuck-after-refund")
        }
        assert {id_: (each.held, each.charged, each.refunded) for id_, each in generations.items()} == {
            "done": (0, 3, 0),
            "failed": (0, 0, 3),
            "done-for-nothing": (0, 0, 3),
            "pending": (3, 0, 0),
            "waiting": (3, 0, 0),
            "stuck": (3, 0, 0),
            "stuck-after-refund": (0, 0, 3),
        }
        assert not any(each.inherited for each in generations.values())

    def test_what_was_stuck_is_swept_and_refunded_unless_it_was_already(self, old_world: World) -> None:
        Legacy(old_world.documents).usual_history()
        old_world.app.opening.open("old")
        assert old_world.app.sweeper.sweep().failed == 4
        assert old_world.user("old").balance.current_credits == 40 + 3 * 3
        assert old_world.user("old").balance.held_credits == 0
        assert old_world.generation("stuck-after-refund").refunded == 3
        old_world.assert_books_balance()

    @pytest.mark.parametrize("status", ["failed", "completed"])
    def test_one_that_was_refunded_twice_is_named_and_nothing_else(self, old_world: World, status: str) -> None:
        legacy = Legacy(old_world.documents)
        legacy.usual_history()
        legacy.generation("twice", status, refunds=2)
        old_world.app.opening.open("old")
        assert old_world.app.audits.of_user("old").differences == (OVERREFUNDED,)
        assert (old_world.generation("twice").charged, old_world.generation("twice").refunded) == (-3, 6)

    def test_one_that_was_refunded_twice_and_never_ended_is_named_once_it_was_swept(self, old_world: World) -> None:
        legacy = Legacy(old_world.documents)
        legacy.usual_history()
        legacy.generation("twice", "processing", refunds=2)
        old_world.app.opening.open("old")
        assert old_world.app.sweeper.sweep().failed == 5
        assert old_world.user("old").balance.current_credits == 40 + 3 * 3
        assert old_world.user("old").balance.held_credits == 0
        assert old_world.app.audits.of_user("old").differences == (OVERREFUNDED,)

    def test_one_that_was_refunded_twice_and_never_ended_is_named_at_once(self, world: World) -> None:
        Legacy(world.documents).generation("twice", "processing", refunds=2)
        world.app.opening.open("old")
        assert world.user("old").balance.held_credits == 0
        assert world.app.audits.of_user("old").differences == (OVERREFUNDED,)

    def test_a_user_without_any_history(self, old_world: World) -> None:
        Legacy(old_world.documents, current_credits=7)
        entry = old_world.app.opening.open("old")
        assert entry is not None
        assert entry.credits == 7
        assert not old_world.app.audits.of_user("old").differences
        old_world.assert_books_balance()

    def test_a_balance_below_what_the_entries_say_gets_a_negative_opening(self, old_world: World) -> None:
        legacy = Legacy(old_world.documents, current_credits=0)
        legacy.generation("failed", "failed", refunds=3)
        entry = old_world.app.opening.open("old")
        assert entry is not None
        assert entry.credits == 3 - 9
        assert old_world.app.audits.of_user("old").differences == (OVERREFUNDED,)

    def test_it_is_done_once(self, old_world: World) -> None:
        Legacy(old_world.documents).usual_history()
        first = old_world.app.opening.open("old")
        assert first is not None
        assert old_world.app.opening.open("old") is None
        assert old_world.user("old").balance.current_credits == 40

    def test_a_user_works_before_its_books_are_opened(self, old_world: World) -> None:
        Legacy(old_world.documents).usual_history()
        done, waiting = old_world.create("old"), old_world.create("old", size="1024x1024")
        old_world.deliver(done)
        assert (old_world.user("old").balance.current_credits, old_world.user("old").balance.held_credits) == (36, 3)
        entry = old_world.app.opening.open("old")
        assert entry is not None
        assert entry.credits == 40 + 7 * 3 - 3 * 3
        assert old_world.user("old").balance.held_credits == 3 + 3 * 3
        old_world.deliver(waiting)
        assert not old_world.app.audits.of_user("old").differences
        old_world.assert_books_balance()

    def test_nobody(self, world: World) -> None:
        with pytest.raises(UserNotFound):
            world.app.opening.open("nobody")


class TestOpenBooksWhenThingsGoWrong:
    # There is one for each generation of the usual history, and one for the opening.
    COMMITS = 8

    @pytest.fixture
    def documents(self) -> UnsteadyDocuments:
        return UnsteadyDocuments()

    @pytest.fixture
    def world(self, documents: UnsteadyDocuments) -> World:
        world = World(NOON, documents=documents)
        Legacy(documents).usual_history()
        documents.forget_counts()
        return world

    def assert_open_and_exact(self, world: World) -> None:
        assert world.user("old").balance.current_credits == 40
        assert world.user("old").balance.held_credits == 9
        audit = world.app.audits.of_user("old")
        assert (audit.is_opened, audit.differences) == (True, ())

    @pytest.mark.parametrize("place", range(COMMITS))
    @pytest.mark.parametrize("outcome", [happened, did_not_happen])
    def test_a_lost_answer_anywhere(self, world: World, documents: UnsteadyDocuments, place: int, outcome: Any) -> None:
        documents.script = [*[None] * place, outcome]
        world.app.opening.open("old")
        assert len(documents.commits) == self.COMMITS + (outcome is did_not_happen or place == self.COMMITS - 1)
        self.assert_open_and_exact(world)

    @pytest.mark.parametrize("place", range(COMMITS))
    def test_a_crash_anywhere_and_a_repeat(self, world: World, documents: UnsteadyDocuments, place: int) -> None:
        def crash(*_: object) -> list[datetime]:
            raise Unavailable("the process is gone")

        documents.script = [*[None] * place, crash]
        with pytest.raises(Unavailable):
            world.app.opening.open("old")
        assert world.app.audits.of_user("old").is_opened is False
        world.app.opening.open("old")
        self.assert_open_and_exact(world)

    def test_a_balance_that_moves_meanwhile_is_summed_again(self, world: World, documents: UnsteadyDocuments) -> None:
        def spend_before_the_opening(*arguments: Any) -> list[datetime]:
            entry = {"type": "grant", "credits": 5, "user_id": "old", "timestamp": NOON}
            MemoryDocuments.commit(
                documents,
                [
                    Update("users/old", {"current_credits": Increment(5)}),
                    Create("users/old/transactions/test-5", entry),
                ],
            )
            return MemoryDocuments.commit(*arguments)

        documents.script = [*[None] * (self.COMMITS - 1), spend_before_the_opening]
        entry = world.app.opening.open("old")
        assert entry is not None
        assert entry.credits == 40 + 7 * 3 - 3 * 3
        assert world.user("old").balance.current_credits == 45
        assert not world.app.audits.of_user("old").differences
