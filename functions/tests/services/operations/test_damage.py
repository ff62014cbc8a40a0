"""A record that cannot be read is named in the log and passed over, and everything else still works.

A document may be damaged by hand, or be written by a later version that was rolled back.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from firebase_functions.https_fn import HttpsError

from controllers.http.boundary import RetryTask
from core.damage import UnreadableRecord
from domain.credits.ledger import EntryType
from domain.generations import lifecycle
from domain.generations.errors import SettlementConflict
from domain.generations.generation import TOOK_TOO_LONG, Status
from repositories.store.documents import REMOVED, AlreadyExists, Create
from world import World, captured_log, lines_of

Damage = Mapping[str, Any]

OUTPUT = {"path": "p", "content_type": "image/png", "width": 1, "height": 1, "bytes": 1}

GENERATION_DAMAGES: dict[str, Damage] = {
    "unknown status": {"status": "paused"},
    "no status": {"status": REMOVED},
    "price of text": {"credits_deducted": "four"},
    "no price": {"credits_deducted": REMOVED},
    "time of text": {"created_at": "yesterday"},
    "no time": {"updated_at": REMOVED},
    "attempt of text": {"attempt": "1"},
    "attempt of truth": {"attempt": True},
    "lease of a number": {"lease_until": 5},
    "outputs that are no list": {"outputs": 7},
    "output without a path": {"outputs": [{"width": 1}]},
    "metadata of numbers": {"metadata": {"shelf": 3}},
    "no owner": {"user_id": REMOVED},
    "prompt of nothing": {"prompt": None},
}
USER_DAMAGES: dict[str, Damage] = {
    "balance of text": {"current_credits": "many"},
    "fraction of a credit": {"current_credits": 1.5},
    "hold of nothing": {"held_credits": None},
    "activity of text": {"is_active": "yes"},
    "time of a number": {"created_at": 3},
    "bucket without a level": {"bucket": {"at": 3}},
    "key of text": {"keys": {"k": "secret"}},
    "key of an unknown scope": {"keys": {"k": {"scopes": ["everything"]}}},
    "week of no such name": {"weeks": {"week one": {}}},
    "keys that are no map": {"keys": ["k"]},
    "claims that are no texts": {"claimed": [1]},
    "name of a list": {"name": ["Alice"]},
}


def damaged(world: World, damage: Damage) -> tuple[str, str]:
    """Return Alice's generation that cannot be read, which is due first, and a good one of hers."""
    world.queue.is_down = True
    broken = world.create()
    world.later(seconds=1)
    sound = world.create()
    world.queue.is_down = False
    world.overwrite(f"generation_requests/{broken}", **damage)
    world.later(minutes=2)
    return broken, sound


def unreadable(log: Any) -> set[str]:
    return {line["path"] for line in lines_of(log) if line["message"] == "record_unreadable"}


@pytest.mark.parametrize("damage", GENERATION_DAMAGES.values(), ids=GENERATION_DAMAGES)
class TestOneGeneration:
    def test_is_passed_over_by_the_sweep_which_fails_at_its_end(self, world: World, damage: Damage) -> None:
        broken, sound = damaged(world, damage)
        with captured_log() as log, pytest.raises(RetryTask):
            world.app.schedules.sweep()
        assert [task.generation_id for task in world.queue.waiting] == [sound]
        assert unreadable(log) == {f"generation_requests/{broken}"}

    def test_is_left_out_of_its_owners_list(self, world: World, damage: Damage) -> None:
        _, sound = damaged(world, damage)
        answer = world.api("GET", "/v1/generations", "alice")
        assert (answer.status, [each["id"] for each in answer.body["data"]]) == (200, [sound])

    def test_is_refused_by_name(self, world: World, damage: Damage) -> None:
        broken, _ = damaged(world, damage)
        answer = world.api("GET", f"/v1/generations/{broken}", "alice")
        owner_is_known = "user_id" not in damage
        assert (answer.status, answer.body["code"]) == (
            (500, "record_unreadable") if owner_is_known else (404, "generation_not_found")
        )
        assert world.api("GET", f"/v1/generations/{broken}", "bob").status == 404

    def test_asks_for_its_task_again(self, world: World, damage: Damage) -> None:
        """After a roll-back, the version that can read it may be back in a minute."""
        broken, _ = damaged(world, damage)
        with pytest.raises(HttpsError):
            world.deliver(broken)


def test_what_a_later_version_added_is_ignored(world: World) -> None:
    generation_id = world.create()
    world.deliver(generation_id)
    path = f"generation_requests/{generation_id}"
    world.overwrite(path, outputs=[{**OUTPUT, "duration": 3.5}], colour_space="P3")
    world.overwrite("users/alice", nickname="Al", bucket={"level": 5, "at": world.now, "kind": "new"})
    assert world.user("alice").pace.bucket is not None
    answer = world.api("GET", f"/v1/generations/{generation_id}", "bob")
    assert answer.status == 404
    fresh = World(world.now, documents=world.documents)
    fresh.outputs.files["p"] = object()  # type: ignore[assignment]  # it only has to be there
    assert fresh.generation(generation_id).outputs[0].path == "p"


def test_a_list_goes_on_behind_a_whole_page_that_cannot_be_read(world: World) -> None:
    ids = []
    for _ in range(12):
        ids.append(world.create())
        world.later(seconds=1)
    for broken in ids[2:9]:
        world.overwrite(f"generation_requests/{broken}", attempt="two")
    found: list[str] = []
    token = None
    while True:
        query = {"page_size": "2"} | ({"page_token": token} if token else {})
        page = world.api("GET", "/v1/generations", "alice", query_string=query).body
        found += [each["id"] for each in page["data"]]
        token = page["next_page_token"]
        if token is None:
            break
    assert found == [*reversed(ids[9:]), *reversed(ids[:2])]


@pytest.mark.parametrize("damage", USER_DAMAGES.values(), ids=USER_DAMAGES)
class TestOneUser:
    def test_is_passed_over_by_the_audit_which_fails_at_its_end(self, world: World, damage: Damage) -> None:
        world.overwrite("users/alice", **damage)
        world.overwrite("users/mallory", current_credits=11)
        with captured_log() as log, pytest.raises(RetryTask):
            world.app.schedules.audit()
        assert "users/alice" in unreadable(log)
        audit = world.app.audits.of_all()
        assert audit.unreadable == ("users/alice",)
        assert [each.user_id for each in audit.different] == ["mallory"]
        assert not audit.is_exact

    def test_is_left_out_of_the_operators_list(self, world: World, damage: Damage) -> None:
        world.overwrite("users/alice", **damage)
        users = world.app.administration.page(None, after=None, limit=9)
        assert [user.id for user in users] == ["bob", "mallory"]

    def test_is_refused_by_name(self, world: World, damage: Damage) -> None:
        world.overwrite("users/alice", **damage)
        with pytest.raises(UnreadableRecord, match="users/alice"):
            world.user("alice")


class TestOneErasure:
    def test_of_a_user_that_cannot_be_read_stops_no_other(self, world: World) -> None:
        for user_id in ("alice", "mallory"):
            world.overwrite(f"users/{user_id}", deleted_at=world.now, erasure_due=True, is_active=False)
        world.overwrite("users/alice", current_credits="many")
        result = world.app.erasure.continue_all()
        assert (result.finished, result.left) == (1, 1)

    def test_is_not_finished_while_a_generation_cannot_be_read_and_the_others_are_erased(self, world: World) -> None:
        broken, sound = damaged(world, {"attempt": "1"})
        world.overwrite("users/alice", deleted_at=world.now, erasure_due=True, is_active=False)
        result = world.app.erasure.continue_all()
        assert (result.finished, result.left) == (0, 1)
        assert world.generation(sound).is_erased
        world.overwrite(f"generation_requests/{broken}", attempt=0)
        assert world.app.erasure.continue_all().finished == 1
        assert world.generation(broken).is_erased

    def test_also_one_without_a_time_is_found(self, world: World) -> None:
        broken, _ = damaged(world, {"created_at": REMOVED})
        world.overwrite("users/alice", deleted_at=world.now, erasure_due=True, is_active=False)
        assert world.app.erasure.continue_all().left == 1
        assert world.records()[f"generation_requests/{broken}"].fields["prompt"]


class TestOtherRecords:
    @pytest.mark.parametrize("damage", [{"type": "gift"}, {"credits": "1"}, {"timestamp": 5}, {"user_id": REMOVED}])
    def test_an_entry_is_left_out_of_the_ledger(self, world: World, damage: Damage) -> None:
        for number in range(3):
            world.later(seconds=1)
            world.app.ledger.add("alice", EntryType.GRANT, 1, source="t", external_id=f"{number}", description="Gift")
        world.overwrite("users/alice/transactions/t-1", **damage)
        shown = [entry.id for entry in world.entries("alice")]
        assert "t-1" not in shown
        assert {"t-0", "t-2"} <= set(shown)

    @pytest.mark.parametrize(
        "damage", [{"credit_cost": "3"}, {"width": REMOVED}, {"sort_order": None}, {"display_name": 1}]
    )
    def test_an_option_is_not_on_offer(self, world: World, damage: Damage) -> None:
        world.overwrite("sizes/1024x1024", **damage)
        fresh = World(world.now, documents=world.documents)
        assert "1024x1024" not in fresh.app.options.load().sizes
        assert fresh.create(size="512x512")
        refused = fresh.api(
            "POST",
            "/v1/generations",
            "alice",
            json={"model": "Model A", "style": "realistic", "color": "vibrant", "size": "1024x1024", "prompt": "Pear"},
        )
        assert refused.status == 400

    def test_a_record_of_the_audit_log_is_left_out(self, world: World) -> None:
        for name in ("one", "two"):
            record = {"id": name, "at": world.now, "actor": "user:x", "action": "a", "target": "t"}
            more: dict[str, Any] = {"reason": "", "request_id": None, "details": {}}
            world.documents.commit([Create(f"audit_log/{name}", record | more)])
        world.overwrite("audit_log/one", actor=None)
        world.add_user("admin", 0, is_admin=True)
        answer = world.api("GET", "/v1/admin/audit-log", headers={"Authorization": "Bearer admin-token"})
        assert (answer.status, [each["id"] for each in answer.body["data"]]) == (200, ["two"])


def refunded_already(world: World, generation_id: str) -> None:
    entry = {
        "id": f"{generation_id}-refund",
        "type": "refund",
        "credits": 1,
        "user_id": "alice",
        "description": "by hand",
        "timestamp": world.now,
        "generation_request_id": generation_id,
    }
    world.documents.commit([Create(f"users/alice/transactions/{generation_id}-refund", entry)])


class TestARefundThatIsThereAlready:
    def test_is_named_when_the_owner_cancels(self, world: World) -> None:
        generation_id = world.create()
        refunded_already(world, generation_id)
        before = world.records()
        answer = world.api("POST", f"/v1/generations/{generation_id}/cancel", "alice")
        assert (answer.status, answer.body["code"]) == (409, "settlement_conflict")
        assert world.records() == before

    def test_does_not_end_the_sweep_and_is_put_off(self, world: World) -> None:
        disputed, other = world.create(), world.create()
        refunded_already(world, disputed)
        world.later(hours=25)
        result = world.app.sweeper.sweep()
        assert (result.disputed, result.failed) == (1, 1)
        assert world.generation(other).status is Status.FAILED
        assert world.app.sweeper.sweep().disputed == 0

    def test_fails_the_run(self, world: World) -> None:
        refunded_already(world, world.create())
        world.later(hours=25)
        with pytest.raises(RetryTask):
            world.app.schedules.sweep()

    @pytest.mark.parametrize("settle", ["cancel", "fail"])
    def test_by_another_writer_is_no_dispute(self, world: World, settle: str) -> None:
        """If two preconditions do not hold, the database may name either of them first."""
        generation_id = world.create()
        known = world.app.generations.get(generation_id)
        assert known is not None
        world.app.cancelling.cancel("alice", generation_id)
        commit, seen = world.documents.commit, list[Any]()

        def exists_first(writes: Any) -> Any:
            seen.append(writes)
            if any(isinstance(write, Create) for write in writes):
                raise AlreadyExists(f"{generation_id}-refund")
            return commit(writes)

        world.documents.commit = exists_first  # type: ignore[method-assign]
        decide: Callable[[Any], Any] = deciding(world, settle)
        assert world.app.generations.change(known, decide).value.status is Status.CANCELLED
        assert len(seen) == 1

    def test_is_what_the_repository_raises(self, world: World) -> None:
        generation_id = world.create()
        refunded_already(world, generation_id)
        known = world.app.generations.get(generation_id)
        assert known is not None
        with pytest.raises(SettlementConflict, match=generation_id):
            world.app.generations.change(known, deciding(world, "fail"))


def deciding(world: World, settle: str) -> Callable[[Any], Any]:
    def decide(generation: Any) -> Any:
        if generation.is_final:
            return None
        if settle == "cancel":
            return lifecycle.cancel(generation, now=world.now)
        return lifecycle.fail(generation, TOOK_TOO_LONG, now=world.now)

    return decide
