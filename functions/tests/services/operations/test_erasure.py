"""Some things of a deleted person go and some stay, and nothing comes back, whichever process stops at
whatever point.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from firebase_functions.https_fn import HttpsError

from core.errors import Unavailable
from domain.credits.ledger import EntryType
from instances import instance_over
from people import ADMIN, ALICE, NOW, bearer, instances, issue, known, refusal
from providers.identity.memory import MemoryDirectory
from providers.storage.memory import MemoryOutputs
from repositories.store.documents import Delete
from services.accounts.instructions import Instruction
from services.accounts.ports import Identity
from services.generations.model_ports import ModelRejected, ModelUnavailable
from world import ORDER, Response, World

SECRET = "My daughter Ada on her swing"
OPERATOR = Instruction(actor="user:admin", reason="Asked by mail", request_id="r1")


class Outputs(MemoryOutputs):
    """Does something before it removes a file."""

    def __init__(self) -> None:
        super().__init__()
        self.before_delete: Callable[[], object] = lambda: None

    def delete(self, path: str) -> None:
        self.before_delete()
        super().delete(path)


@pytest.fixture
def outputs() -> Outputs:
    return Outputs()


@pytest.fixture
def world(outputs: Outputs) -> World:
    """Every request must have a credential. The admin has called before."""
    world = World(NOW, AUTH_MODE="required")
    world.outputs = world.app.made["outputs"] = outputs
    assert world.api("GET", "/v1/me", headers=ADMIN).status == 200
    return world


def delete(world: World, user_id: str = "alice", headers: Mapping[str, str] = ADMIN, **query: str) -> Response:
    query = {"reason": "Asked by mail"} | query
    return world.api("DELETE", f"/v1/admin/users/{user_id}", headers=dict(headers), query_string=query)


def order(world: World, headers: Mapping[str, str] = ALICE, **changes: Any) -> str:
    body = {**ORDER, "prompt": SECRET, "metadata": {"child": "Ada"}, **changes}
    response = world.api("POST", "/v1/generations", headers=dict(headers), json=body)
    assert response.status == 202, response.body
    return str(response.body["id"])


def done(world: World, **changes: Any) -> str:
    generation_id = order(world, **changes)
    world.deliver(generation_id)
    return generation_id


def files_of(generation_id: str, user_id: str) -> list[str]:
    folder = f"generations/{user_id}/{generation_id}"
    return [f"{folder}/0.png", f"{folder}/0-thumbnail.webp"]


def assert_gone(world: World, *generation_ids: str) -> None:
    fresh = instance_over(world.documents).generations
    for stored in map(fresh.get, generation_ids):
        assert stored is not None
        each = stored.value
        assert each.is_erased, each
        assert each.status in ("completed", "failed", "cancelled")
    written = repr(world.records())
    assert not any(word in written for word in (SECRET, "Ada", "alice@example.com", "Alice"))
    assert not world.outputs.files
    world.assert_books_balance()


class TestDeleting:
    def test_the_person_goes_and_the_ledger_stays(self, world: World) -> None:
        key = issue(world, name="Ada's pictures")
        finished, waiting = done(world), order(world)
        before = world.entries("alice")
        response = delete(world)
        assert (response.status, response.body) == (202, {"status": "erased"})
        user = world.user("alice")
        assert (user.identity.name, user.identity.email, user.identity.is_active, user.identity.erasure_due) == (
            "",
            "",
            False,
            False,
        )
        assert (user.balance.current_credits, user.balance.held_credits, user.pace.in_flight) == (99, 0, 0)
        assert user.identity.deleted_at == user.identity.signed_out_at == NOW
        assert user.identity.keys[key.key.id].revoked_at == NOW
        assert user.identity.keys[key.key.id].name == ""
        assert (world.generation(finished).status, world.generation(waiting).status) == ("completed", "cancelled")
        entries = world.entries("alice")
        assert all(entry in entries for entry in before)
        assert [entry.id for entry in entries if entry not in before] == [f"{waiting}-refund"]
        assert world.directory.deleted == ["alice"]
        assert_gone(world, finished, waiting)

    def test_what_it_cost_stays_in_the_generation(self, world: World) -> None:
        generation_id = done(world, size="1024x1792")
        before = asdict(world.generation(generation_id))
        delete(world)
        after = asdict(world.generation(generation_id))
        changed = {name for name in after if after[name] != before[name]}
        assert changed == {"spec", "metadata", "fingerprint", "outputs", "image_url"}
        assert {name for name in after["spec"] if after["spec"][name] != before["spec"][name]} == {"prompt"}

    def test_nothing_opens_the_account_any_more(self, world: World) -> None:
        key = issue(world)
        delete(world)
        known(world, new_token=Identity("alice", email="alice@example.com", signed_in_at=NOW + timedelta(hours=1)))
        world.later(hours=2)
        before = world.records()
        for headers in (ALICE, bearer("new-token"), bearer(key.token)):
            assert refusal(world.api("POST", "/v1/generations", headers=headers, json=ORDER)) == (
                401,
                "unauthenticated",
            )
            assert refusal(world.api("GET", "/v1/balance", headers=headers)) == (401, "unauthenticated")
        assert refusal(
            world.api("POST", "/v1/admin/users/alice/activate", headers=ADMIN, json={"reason": "Sorry"})
        ) == (409, "account_closed")
        assert world.records() == before

    def test_one_who_came_without_an_account_is_not_named_by_a_late_first_sign_in(self, world: World) -> None:
        known(
            world,
            passing=Identity("passer", is_anonymous=True),
            arrived=Identity("passer", email="ada@example.com", name="Ada"),
        )
        assert world.api("GET", "/v1/me", headers=bearer("passing")).status == 200
        delete(world, "passer")
        before = world.records()
        assert world.api("GET", "/v1/me", headers=bearer("arrived")).status == 401
        assert world.records() == before

    def test_another_instance_that_remembers_the_user_refuses_too(self) -> None:
        here, there = instances(2)
        here.api("GET", "/v1/me", headers=ADMIN)
        order(there)
        delete(here)
        response = there.api("POST", "/v1/generations", headers=ALICE, json=ORDER)
        assert refusal(response) == (401, "unauthenticated")
        here.assert_books_balance()

    def test_it_is_written_down_once(self, world: World) -> None:
        response = delete(world, reason="Asked by mail")
        delete(world)
        (record,) = [each.fields for path, each in world.records().items() if path.startswith("audit_log/")]
        assert (record["actor"], record["action"], record["target"], record["reason"]) == (
            "user:admin",
            "user.delete",
            "users/alice",
            "Asked by mail",
        )
        assert record["request_id"] == response.headers["X-Request-Id"]

    def test_twice_is_once(self, world: World) -> None:
        done(world)
        delete(world)
        before = world.records()
        world.later(seconds=1)
        assert delete(world).body == {"status": "erased"}
        assert world.records() == before

    def test_of_oneself_or_of_nobody_or_without_a_reason(self, world: World) -> None:
        before = world.records()
        assert refusal(delete(world, "admin")) == (409, "not_oneself")
        assert refusal(delete(world, "nobody")) == (404, "user_not_found")
        assert refusal(delete(world, reason="")) == (400, "invalid_request")
        assert world.records() == before

    def test_others_keep_what_is_theirs(self, world: World) -> None:
        world.app.ledger.add("bob", EntryType.GRANT, 5, source="test", external_id="b", description="")
        response = world.api("POST", "/v1/generations", headers=bearer("bob-token"), json=ORDER)
        world.deliver(response.body["id"])
        done(world)
        delete(world)
        assert world.generation(response.body["id"]).spec.prompt == ORDER["prompt"]
        assert [*world.outputs.files] == files_of(response.body["id"], "bob")

    def test_what_it_had_claimed_goes_with_it(self, world: World) -> None:
        known(world, passing=Identity("passer", is_anonymous=True))
        claimed = order(world, bearer("passing"))
        world.deliver(claimed)
        own = done(world)
        claim = {"anonymous_token": "passing"}
        assert world.api("POST", "/v1/me/claim", headers=ALICE, json=claim).status == 200
        delete(world)
        assert sorted(world.directory.deleted) == ["alice", "passer"]
        assert_gone(world, claimed, own)

    def test_a_vendor_is_told_to_stop(self, world: World) -> None:
        generation_id = order(world, model="Model R")
        world.deliver(generation_id)
        delete(world)
        assert world.vendor.cancelled == [f"job-of-{generation_id}"]
        assert_gone(world, generation_id)

    def test_a_user_of_feraset_imagens_is_taken_into_the_books_first(self, world: World) -> None:
        finished = done(world)
        legacy = "attempt credits_held credits_charged credits_refunded in_flight outputs"
        fields = dict(world.documents._documents[f"generation_requests/{finished}"].fields)
        kept = {name: value for name, value in fields.items() if name not in legacy.split()}
        stored = world.documents._documents[f"generation_requests/{finished}"]
        world.documents._documents[stored.path] = type(stored)(stored.path, kept, stored.version)
        world.overwrite("users/alice", books_opened_at=None)
        delete(world)
        assert world.user("alice").balance.books_opened_at is not None
        assert_gone(world, finished)


class TestContinuing:
    def test_when_the_time_is_over_the_night_goes_on(self, world: World, outputs: Outputs) -> None:
        ids = [done(world) for _ in range(3)]
        outputs.before_delete = lambda: world.later(seconds=12.5)
        assert delete(world).body == {"status": "erasing"}
        assert [world.generation(each).is_erased for each in ids].count(True) == 2
        assert world.user("alice").identity.erasure_due is True
        outputs.before_delete = lambda: None
        world.app.schedules.audit()
        assert world.user("alice").identity.erasure_due is False
        assert_gone(world, *ids)

    def test_so_does_a_repeat(self, world: World, outputs: Outputs) -> None:
        ids = [done(world) for _ in range(3)]
        outputs.before_delete = lambda: world.later(seconds=12.5)
        assert [delete(world).body["status"] for _ in range(2)] == ["erasing", "erased"]
        assert_gone(world, *ids)

    def test_a_preview_that_nobody_heard_of_goes_too(self, world: World) -> None:
        generation_id = done(world)
        (output,) = world.generation(generation_id).outputs
        stored = dict(world.documents._documents[f"generation_requests/{generation_id}"].fields)["outputs"]
        world.overwrite(f"generation_requests/{generation_id}", outputs=[{**stored[0], "thumbnail_path": None}])
        world.app.made.pop("generations", None)
        assert output.preview_path in world.outputs.files
        delete(world)
        assert_gone(world, generation_id)

    def test_many_generations_come_page_by_page(self, world: World) -> None:
        world.app.ledger.add("alice", EntryType.GRANT, 50, source="test", external_id="m", description="")
        ids = [order(world) for _ in range(130)]
        delete(world)
        assert_gone(world, *ids)

    @pytest.mark.parametrize("part", ["outputs", "directory"])
    def test_what_does_not_answer_is_asked_again(self, world: World, part: str) -> None:
        generation_id, cancelled = done(world), order(world)
        getattr(world, part).is_down = True
        assert refusal(delete(world)) == (503, "unavailable")
        assert world.user("alice").identity.erasure_due is True
        assert world.api("GET", "/v1/balance", headers=ALICE).status == 401
        getattr(world, part).is_down = False
        assert delete(world).body == {"status": "erased"}
        assert_gone(world, generation_id, cancelled)

    def test_one_that_is_stuck_stops_neither_the_others_nor_the_audit(self, world: World) -> None:
        class Choosy(MemoryDirectory):
            def delete(self, user_id: str) -> bool:
                if user_id == "alice":
                    raise Unavailable("The directory of accounts does not answer.")
                return super().delete(user_id)

        world.app.made["directory"] = Choosy()
        for user_id in ("alice", "mallory"):
            world.overwrite(f"users/{user_id}", deleted_at=NOW, erasure_due=True, is_active=False)
        world.app.schedules.audit()
        assert [world.user(each).identity.erasure_due for each in ("alice", "mallory")] == [True, False]
        result = world.app.erasure.continue_all()
        assert (result.finished, result.left) == (0, 1)

    def test_the_night_ends(self, world: World, outputs: Outputs) -> None:
        ids = [done(world) for _ in range(3)]
        world.overwrite("users/alice", deleted_at=NOW, erasure_due=True, is_active=False)
        outputs.before_delete = lambda: world.later(minutes=1.5)
        assert world.app.erasure.continue_all().left == 1
        assert [world.generation(each).is_erased for each in ids].count(True) == 2

    @pytest.mark.parametrize("writes", range(1, 10))
    def test_stopped_after_any_write_a_repeat_ends_it(self, world: World, outputs: Outputs, writes: int) -> None:
        """The process dies right after its n-th write to the database or the store."""
        ids = [done(world), order(world), order(world, model="Model R")]
        world.deliver(ids[2])
        stop = Stop(world, outputs, writes)
        with pytest.raises(ProcessDied):
            world.app.erasure.delete("alice", OPERATOR)
        stop.heal()
        assert world.app.erasure.delete("alice", OPERATOR) is True
        assert world.user("alice").identity.erasure_due is False
        assert_gone(world, *ids)


class ProcessDied(BaseException):
    pass


class Stop:
    def __init__(self, world: World, outputs: Outputs, after: int) -> None:
        self._left = after
        self._documents = world.documents
        self._commit = world.documents.commit
        self._outputs = outputs
        self._delete = outputs.delete
        self._documents.commit = self._counting(self._commit)  # type: ignore[method-assign]
        self._outputs.delete = self._counting(self._delete)  # type: ignore[assignment]

    def heal(self) -> None:
        self._documents.commit = self._commit  # type: ignore[method-assign]
        self._outputs.delete = self._delete  # type: ignore[method-assign]

    def _counting(self, write: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def written(what: Any) -> Any:
            answer = write(what)
            self._left -= 1
            if self._left == 0:
                raise ProcessDied
            return answer

        return written


class TestLateResults:
    def test_a_worker_that_stores_after_the_erasure_takes_it_back(self, world: World) -> None:
        generation_id = order(world)
        world.model.script = [lambda: delete(world)]
        world.deliver(generation_id)
        assert world.generation(generation_id).status == "cancelled"
        assert_gone(world, generation_id)

    def test_so_does_one_whose_lease_was_over_when_another_completed_it(self, world: World) -> None:
        generation_id = order(world)

        def meanwhile() -> None:
            world.later(minutes=31)
            world.deliver(generation_id)
            assert world.generation(generation_id).status == "completed"
            delete(world)

        world.model.script = [meanwhile]
        world.deliver(generation_id)
        assert_gone(world, generation_id)

    def test_nothing_is_taken_from_a_completed_generation(self, world: World) -> None:
        generation_id = order(world)

        def meanwhile() -> None:
            world.later(minutes=31)
            world.deliver(generation_id)

        world.model.script = [meanwhile]
        world.deliver(generation_id)
        world.deliver(generation_id)
        assert [*world.outputs.files] == files_of(generation_id, "alice")

    def test_what_a_cancel_made_nobodys_is_removed(self, world: World) -> None:
        generation_id = order(world)
        path = f"/v1/generations/{generation_id}/cancel"
        world.model.script = [lambda: world.api("POST", path, headers=ALICE)]
        world.deliver(generation_id)
        assert not world.outputs.files
        world.assert_books_balance()

    def test_a_remote_result_that_comes_late_is_removed(self, world: World) -> None:
        generation_id = order(world, model="Model R")
        world.deliver(generation_id)
        world.vendor.results = [lambda: delete(world)]
        world.deliver(generation_id)
        assert_gone(world, generation_id)

    @pytest.mark.parametrize("stops", ["dies", "store down"])
    def test_a_worker_that_stopped_before_it_took_it_back_is_called_again(
        self, world: World, outputs: Outputs, stops: str
    ) -> None:
        generation_id = order(world)

        def meanwhile() -> None:
            delete(world)
            outputs.before_delete = stop

        def stop() -> None:
            outputs.before_delete = lambda: None
            raise ProcessDied if stops == "dies" else Unavailable("down")

        world.model.script = [meanwhile]
        with pytest.raises(ProcessDied if stops == "dies" else HttpsError):
            world.deliver(generation_id)
        assert world.outputs.files
        world.deliver(generation_id)
        assert_gone(world, generation_id)

    def test_a_task_that_was_never_begun_asks_the_store_nothing(self, world: World, outputs: Outputs) -> None:
        generation_id = order(world)
        world.api("POST", f"/v1/generations/{generation_id}/cancel", headers=ALICE)
        outputs.is_down = True
        world.deliver(generation_id)

    def test_what_failed_is_erased_as_well(self, world: World) -> None:
        generation_id = order(world)
        for _ in range(10):
            world.model.script = [ModelUnavailable("overloaded", "Try later")]
            try:
                world.deliver(generation_id)
            except HttpsError:
                continue
        assert world.generation(generation_id).status == "failed"
        delete(world)
        assert_gone(world, generation_id)

    def test_one_that_is_stored_between_the_removal_and_the_words_goes_too(
        self, world: World, outputs: Outputs
    ) -> None:
        """A second attempt, whose lease was over, stores a file over one of the first, completed attempt."""
        generation_id = done(world)
        (path, _) = files_of(generation_id, "alice")
        commit = world.documents.commit

        def stored_just_before(writes: Any) -> Any:
            if any(write.fields.get("prompt") == "" for write in writes if not isinstance(write, Delete)):
                outputs.put(path, BytesIO(b"late"), "image/png", {})
            return commit(writes)

        world.documents.commit = stored_just_before  # type: ignore[method-assign]
        delete(world)
        assert_gone(world, generation_id)


class TestWhatElseThereIs:
    def test_of_three_pictures_of_an_attempt_that_died_none_stays(self, world: World, outputs: Outputs) -> None:
        generation_id = order(world)
        folder = f"generations/alice/{generation_id}"
        for index in range(3):
            outputs.put(f"{folder}/{index}.png", BytesIO(b"x"), "image/png", {})
            outputs.put(f"{folder}/{index}-thumbnail.webp", BytesIO(b"x"), "image/webp", {})
        outputs.put(f"{folder}0/0.png", BytesIO(b"another's"), "image/png", {})
        delete(world)
        assert [*outputs.files] == [f"{folder}0/0.png"]

    def test_a_failure_and_its_refund_do_not_quote_the_prompt(self, world: World) -> None:
        generation_id = order(world)
        world.model.script = [ModelRejected("content_filter", f"'{SECRET}' is not allowed")]
        world.deliver(generation_id)
        assert SECRET in repr(world.entries("alice"))
        before = world.user("alice")
        delete(world)
        failure = world.generation(generation_id).failure
        assert failure is not None
        assert (failure.code, failure.message) == ("content_filter", "What was said about it is erased")
        refund = next(entry for entry in world.entries("alice") if entry.id == f"{generation_id}-refund")
        assert (refund.credits, refund.description) == (1, "Refund for failed generation")
        assert world.user("alice").balance.current_credits == before.balance.current_credits
        assert_gone(world, generation_id)

    def test_another_instance_forgets_the_words_within_two_minutes(self) -> None:
        here, there = instances(2)
        here.api("GET", "/v1/me", headers=ADMIN)
        there.api("GET", "/v1/me", headers=ADMIN)
        generation_id = done(there)
        assert there.generation(generation_id).spec.prompt == SECRET
        delete(here)
        there.later(minutes=2)
        assert there.generation(generation_id).is_erased
        answer = there.api("GET", "/v1/admin/generations", headers=ADMIN, query_string={"user_id": "alice"})
        assert SECRET not in repr(answer.body)

    def test_the_accounts_that_it_claimed_are_closed_with_it(self, world: World) -> None:
        known(world, passing=Identity("passer", is_anonymous=True))
        order(world, bearer("passing"))
        claim = {"anonymous_token": "passing"}
        assert world.api("POST", "/v1/me/claim", headers=ALICE, json=claim).status == 200
        delete(world)
        closed = world.user("passer")
        assert (
            closed.identity.deleted_at,
            closed.identity.is_active,
            closed.identity.is_anonymous,
            closed.identity.erasure_due,
        ) == (
            NOW,
            False,
            False,
            False,
        )
        assert refusal(
            world.api("POST", "/v1/admin/users/passer/activate", headers=ADMIN, json={"reason": "Sorry"})
        ) == (409, "account_closed")
        before = world.records()
        assert delete(world).body == {"status": "erased"}
        assert world.records() == before
