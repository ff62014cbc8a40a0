from typing import Any

import pytest

from core.records import Cursor
from domain.accounts.errors import UserNotFound
from domain.credits.errors import InsufficientCredits
from domain.credits.ledger import Entry, EntryType
from domain.generations.generation import Status
from repositories.store.documents import Create
from services.generations.model_ports import ModelRejected
from world import World


def add(world: World, kind: EntryType, credits_: int, external_id: str = "1", user_id: str = "alice") -> Entry:
    return world.app.ledger.add(user_id, kind, credits_, source="admin", external_id=external_id, description="because")


@pytest.mark.parametrize(
    ("kind", "credits_", "balance"),
    [
        (EntryType.TOP_UP, 25, 125),
        (EntryType.GRANT, 5, 105),
        (EntryType.ADJUSTMENT, 5, 105),
        (EntryType.ADJUSTMENT, -100, 0),
        (EntryType.EXPIRY, 100, 0),
        (EntryType.CLAWBACK, 130, -30),
    ],
)
def test_a_posting_moves_the_balance_by_its_credits(world: World, kind: EntryType, credits_: int, balance: int) -> None:
    posted = add(world, kind, credits_)
    assert (posted.id, posted.type, posted.credits, posted.description) == ("admin-1", kind, credits_, "because")
    assert world.user("alice").balance.current_credits == balance
    assert posted in world.entries("alice")


@pytest.mark.parametrize(("kind", "credits_"), [(EntryType.ADJUSTMENT, -101), (EntryType.EXPIRY, 101)])
def test_a_posting_below_zero_is_refused_and_writes_nothing(world: World, kind: EntryType, credits_: int) -> None:
    before = world.records()
    with pytest.raises(InsufficientCredits) as refused:
        add(world, kind, credits_)
    assert refused.value.details == {"required": 101, "available": 100}
    assert world.records() == before


def test_credits_that_are_held_cannot_be_adjusted_away(world: World) -> None:
    world.create(size="1024x1792")
    with pytest.raises(InsufficientCredits):
        add(world, EntryType.ADJUSTMENT, -97)
    add(world, EntryType.ADJUSTMENT, -96)
    world.assert_books_balance()


def test_the_same_external_id_posts_once_and_answers_with_what_stands(world: World) -> None:
    first = add(world, EntryType.TOP_UP, 25)
    world.later(hours=1)
    assert add(world, EntryType.TOP_UP, 9999) == first
    assert world.user("alice").balance.current_credits == 125
    world.assert_books_balance()


def test_a_repeat_is_answered_although_it_could_not_be_posted_now(world: World) -> None:
    first = add(world, EntryType.ADJUSTMENT, -100)
    assert add(world, EntryType.ADJUSTMENT, -100) == first
    assert world.user("alice").balance.current_credits == 0


def test_two_sources_may_use_the_same_external_id(world: World) -> None:
    for source in ("shop", "admin"):
        world.app.ledger.add("alice", EntryType.GRANT, 1, source=source, external_id="1", description="x")
    assert world.user("alice").balance.current_credits == 102


def test_after_a_clawback_a_debtor_spends_nothing_until_it_is_made_good(world: World) -> None:
    add(world, EntryType.CLAWBACK, 130)
    with pytest.raises(AssertionError, match="insufficient_credits"):
        world.create()
    add(world, EntryType.TOP_UP, 31, "2")
    world.create()
    assert world.user("alice").balance.current_credits == 0


def test_nobody_cannot_be_given_credits(world: World) -> None:
    with pytest.raises(UserNotFound):
        add(world, EntryType.GRANT, 1, user_id="nobody")


def test_a_balance_shows_the_newest_entries(world: World) -> None:
    for number in range(5):
        world.later(seconds=1)
        add(world, EntryType.GRANT, 1, str(number))
    statement = world.app.ledger.statement("alice", entries=3)
    assert statement.balance.current_credits == 105
    assert [entry.id for entry in statement.entries] == ["admin-4", "admin-3", "admin-2"]


def test_a_ledger_is_walked_through_to_its_beginning(world: World) -> None:
    for number in range(7):
        add(world, EntryType.GRANT, 1, str(number))  # all are added at the same moment
    seen: list[str] = []
    after = None
    while found := world.app.ledger.page("alice", after=after, limit=3):
        seen += [entry.id for entry in found]
        after = Cursor(found[-1].timestamp, found[-1].id)
    assert len(seen) == len(set(seen)) == 8


def test_another_instance_sees_a_posting_at_once(world: World) -> None:
    world.create()
    another = World(world.now, documents=world.documents)
    another.create()
    add(world, EntryType.GRANT, 7)
    assert another.app.ledger.user("alice").balance.current_credits == 105
    world.assert_books_balance()


# --- users and generations of feraset-imagen's ---


def the_seeds_user(world: World, credits_: int) -> None:
    """Write a user as feraset-imagen wrote it, with none of Darkroom's fields."""
    fields = {"name": "Arda", "email": "a@example.com", "current_credits": credits_, "is_active": True}
    world.documents.commit([Create("users/arda", {**fields, "created_at": world.now, "updated_at": world.now})])


def the_seeds_generation(world: World, number: int, status: str, *kinds: str, price: int = 4) -> str:
    """Write a generation with an entry of each kind named. The ids of entries are random, as feraset-imagen
    gave them.
    """
    generation_id = f"old-{number}"
    fields: dict[str, Any] = {
        "id": generation_id,
        "user_id": "arda",
        "model": "Model A",
        "style": "anime",
        "color": "neon",
        "size": "1024x1792",
        "prompt": "An old one",
        "status": status,
        "credits_deducted": price,
        "image_url": "https://placeholder.example/1" if status == "completed" else None,
        "error_message": "Model processing timeout" if status == "failed" else None,
        "created_at": world.now,
        "updated_at": world.now,
        "completed_at": None,
    }
    writes = [Create(f"generation_requests/{generation_id}", fields)]
    for index, kind in enumerate(kinds):
        entry = {
            "type": kind,
            "credits": price,
            "user_id": "arda",
            "description": "",
            "generation_request_id": generation_id,
            "timestamp": world.now,
        }
        writes.append(Create(f"users/arda/transactions/uuid-{number}-{index}", entry))
    world.documents.commit(writes)
    return generation_id


def test_opening_the_books_posts_the_difference_once(world: World) -> None:
    the_seeds_user(world, 500)
    the_seeds_generation(world, 1, "completed", "deduction")
    opening = world.app.opening.open("arda")
    assert opening is not None
    assert (opening.type, opening.credits) == (EntryType.OPENING, 504)
    assert world.user("arda").balance.current_credits == 500
    assert world.user("arda").balance.books_opened_at == world.now
    assert world.app.opening.open("arda") is None
    world.assert_books_balance()


def test_a_user_whose_entries_add_up_opens_with_zero(world: World) -> None:
    the_seeds_user(world, 0)
    opening = world.app.opening.open("arda")
    assert opening is not None
    assert opening.credits == 0
    world.assert_books_balance()


def test_opening_with_every_kind_of_the_seeds_generations_leaves_exact_books(world: World) -> None:
    the_seeds_user(world, 50)
    the_seeds_generation(world, 1, "completed", "deduction")
    the_seeds_generation(world, 2, "failed", "deduction", "refund")
    the_seeds_generation(world, 3, "queued", "deduction")
    the_seeds_generation(world, 4, "pending", "deduction")
    the_seeds_generation(world, 5, "processing", "deduction")
    the_seeds_generation(world, 6, "processing", "deduction", "refund")
    world.app.opening.open("arda")
    assert world.user("arda").balance.held_credits == 12
    world.assert_books_balance()


def test_what_the_seed_left_unsettled_is_brought_to_an_end(world: World) -> None:
    the_seeds_user(world, 50)
    ids = [
        the_seeds_generation(world, 1, "queued", "deduction"),
        the_seeds_generation(world, 2, "processing", "deduction", "refund"),
    ]
    world.app.opening.open("arda")
    world.later(minutes=1)
    world.app.sweeper.sweep()
    world.model.script = [ModelRejected("content_filter", "Content filter violation")] * 2
    world.deliver_all()
    assert {world.generation(one).status for one in ids} == {Status.FAILED}
    assert world.user("arda").balance.current_credits == 54  # only what had not been given back before
    assert world.user("arda").balance.held_credits == 0
    world.assert_books_balance()


def test_a_generation_that_the_seed_refunded_twice_is_named_by_the_audit(world: World) -> None:
    the_seeds_user(world, 58)
    the_seeds_generation(world, 1, "failed", "deduction", "refund", "refund")
    world.app.opening.open("arda")
    found = world.app.audits.of_user("arda").differences
    assert [(one.detail, one.actual) for one in found] == [("generations refunded more than their price", 1)]


def test_opening_goes_on_where_a_crash_has_stopped_it(world: World) -> None:
    the_seeds_user(world, 50)
    for number in range(3):
        the_seeds_generation(world, number, "queued", "deduction")
    change, calls = world.app.generations.change, []

    def dies_at_the_second(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return change(*arguments)

    world.app.generations.change = dies_at_the_second  # type: ignore[assignment]
    with pytest.raises(RuntimeError):
        world.app.opening.open("arda")
    world.app.opening.open("arda")
    assert world.user("arda").balance.held_credits == 12
    world.assert_books_balance()


def test_two_who_open_the_same_books_at_once_adopt_and_post_once(world: World) -> None:
    the_seeds_user(world, 50)
    the_seeds_generation(world, 1, "queued", "deduction")
    another = World(world.now, documents=world.documents)
    known = list(another.app.generations.inherited("arda"))
    user = another.user("arda")
    world.app.opening.open("arda")
    another.app.generations.inherited = lambda _: iter(known)  # type: ignore[assignment]  # it read just before
    another.app.users.get = lambda _: user  # type: ignore[assignment, misc]  # as before
    another.app.opening.open("arda")
    assert world.user("arda").balance.held_credits == 4
    assert [entry.type for entry in world.entries("arda")].count(EntryType.OPENING) == 1
    world.assert_books_balance()


def test_an_inherited_user_works_at_once(world: World) -> None:
    the_seeds_user(world, 5)
    world.create("arda", size="1024x1792")
    world.deliver_all()
    assert world.user("arda").balance.current_credits == 1
    opening = world.app.opening.open("arda")
    assert opening is not None
    assert opening.credits == 5
    world.assert_books_balance()
