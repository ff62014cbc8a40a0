from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from firebase_functions.https_fn import HttpsError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.credits.commits import BalanceDelta, Commit
from domain.credits.ledger import EntryType
from domain.generations import lifecycle
from domain.generations.errors import AlreadyFinal
from domain.generations.generation import FINAL, Failure, Generation, Output, Spec, Status
from services.generations.model_ports import ModelRejected, ModelUnavailable, RemoteResult, RemoteStatus
from world import World

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
LEASE = timedelta(seconds=300)
BROKEN = Failure(code="overloaded", message="Model overload - please retry", retryable=True)
PICTURE = Output(path="generations/alice/g/0.png", content_type="image/png", width=512, height=512, bytes=9)


def queued(price: int = 4, **fields: object) -> Generation:
    generation = Generation(
        id="g",
        user_id="alice",
        spec=Spec(model="Model A", prompt="A cat", params={"style": "anime", "color": "neon", "size": "1024x1792"}),
        status=Status.QUEUED,
        price=price,
        held=price,
        created_at=NOW,
        updated_at=NOW,
        due_at=NOW + timedelta(seconds=60),
        in_flight=True,
    )
    return replace(generation, **fields)  # type: ignore[arg-type]


def after(commit: Commit[Generation]) -> Generation:
    assert commit.subject is not None
    return commit.subject


def claimed(generation: Generation | None = None) -> Generation:
    return after(lifecycle.claim(generation or queued(), owner="w1", now=NOW, lease=LEASE, expected_seconds=20))


def test_the_statuses_are_the_seeds_words() -> None:
    assert [status.value for status in Status] == ["queued", "processing", "completed", "failed", "cancelled"]
    assert {Status.COMPLETED, Status.FAILED, Status.CANCELLED} == FINAL


def test_a_claim_is_an_attempt_with_a_lease_that_ends() -> None:
    generation = claimed(queued(attempt=1, deferrals=5))
    assert (generation.status, generation.attempt, generation.lease_owner) == (Status.PROCESSING, 2, "w1")
    assert generation.lease_until == generation.due_at == NOW + LEASE
    assert generation.deferrals == 0
    assert generation.is_leased(NOW)
    assert not generation.is_leased(NOW + LEASE)


def test_a_released_generation_waits_for_its_next_attempt_with_its_hold() -> None:
    generation = after(lifecycle.release(claimed(), BROKEN, now=LATER, due_at=LATER + LEASE))
    assert (generation.status, generation.attempt, generation.held) == (Status.QUEUED, 1, 4)
    assert (generation.lease_owner, generation.lease_until, generation.provider_job) == (None, None, None)
    assert generation.failure == BROKEN
    assert generation.due_at == LATER + LEASE


def test_a_submitted_job_needs_no_lease_and_a_new_task() -> None:
    generation = after(lifecycle.submitted(claimed(), "job-1", now=NOW, due_at=LATER))
    assert (generation.status, generation.provider_job, generation.dispatch) == (Status.PROCESSING, "job-1", 2)
    assert not generation.is_leased(NOW)
    assert generation.due_at == LATER


def test_a_completed_generation_is_charged_and_no_credits_come_back() -> None:
    change = lifecycle.complete(claimed(), (PICTURE, PICTURE), "gs://b/0.png", now=LATER)
    done = change.subject
    assert done is not None
    assert (done.status, done.held, done.charged, done.refunded) == (Status.COMPLETED, 0, 4, 0)
    assert (done.outputs, done.image_url, done.completed_at) == ((PICTURE, PICTURE), "gs://b/0.png", LATER)
    assert change.delta == BalanceDelta(held=-4, images=2, in_flight=-1)
    assert not done.in_flight
    assert not change.entries


def test_a_failure_of_an_earlier_attempt_is_not_told_of_a_completed_one() -> None:
    again = claimed(after(lifecycle.release(claimed(), BROKEN, now=NOW, due_at=LATER)))
    done = lifecycle.complete(again, (PICTURE,), "gs://b/0.png", now=LATER).subject
    assert done is not None
    assert done.failure is None


@pytest.mark.parametrize(
    ("settle", "status", "code"),
    [
        (lambda generation: lifecycle.fail(generation, BROKEN, now=LATER), Status.FAILED, "overloaded"),
        (lambda generation: lifecycle.cancel(generation, now=LATER), Status.CANCELLED, "cancelled"),
    ],
)
def test_what_does_not_complete_is_refunded_whole(
    settle: Callable[[Generation], Commit[Generation]], status: Status, code: str
) -> None:
    change = settle(claimed())
    ended = change.subject
    assert ended is not None
    assert (ended.status, ended.held, ended.charged, ended.refunded) == (status, 0, 0, 4)
    assert ended.failure is not None
    assert ended.failure.code == code
    assert change.delta == BalanceDelta(current=4, held=-4, in_flight=-1)
    assert not ended.in_flight
    assert [(entry.id, entry.type, entry.credits) for entry in change.entries] == [("g-refund", EntryType.REFUND, 4)]
    assert (ended.lease_until, ended.due_at, ended.completed_at) == (None, None, LATER)


@pytest.mark.parametrize(("refunded", "gives_back", "charged_if_done"), [(0, 4, 4), (1, 3, 3), (4, 0, 0), (8, 0, -4)])
def test_what_was_given_back_already_is_not_given_back_again(
    refunded: int, gives_back: int, charged_if_done: int
) -> None:
    inherited = queued(held=0, inherited=True, in_flight=False)
    change = lifecycle.adopt(inherited, refunded=refunded, now=NOW)
    adopted = change.subject
    assert adopted is not None
    held = max(0, 4 - refunded)
    assert change.delta == BalanceDelta(held=held, in_flight=1)
    assert adopted.in_flight
    failure, success = lifecycle.fail(adopted, BROKEN, now=LATER), lifecycle.complete(adopted, (), "", now=LATER)
    assert failure.delta == BalanceDelta(current=gives_back, held=-held, in_flight=-1)
    assert sum(entry.credits for entry in failure.entries) == gives_back
    assert success.subject is not None
    assert success.subject.charged == charged_if_done
    for ended in (failure.subject, success.subject):
        assert ended is not None
        assert ended.held + ended.charged + ended.refunded == 4


def test_an_ended_generation_is_adopted_without_a_hold() -> None:
    ended = queued(held=0, status=Status.FAILED, inherited=True, in_flight=False)
    change = lifecycle.adopt(ended, refunded=8, now=LATER)
    assert change.subject is not None
    assert (change.subject.held, change.subject.charged, change.subject.refunded) == (0, -4, 8)
    assert change.subject.due_at is None
    assert not change.subject.inherited
    assert change.delta == BalanceDelta(held=0)


def test_an_unsettled_one_is_adopted_as_due_at_once() -> None:
    inherited = queued(held=0, due_at=None, inherited=True, in_flight=False)
    adopted = lifecycle.adopt(inherited, refunded=0, now=LATER).subject
    assert adopted is not None
    assert (adopted.held, adopted.due_at) == (4, LATER)


@pytest.mark.parametrize(
    ("generation", "seconds", "progress"),
    [
        (queued(), 0, 10.0),
        (claimed(), 0, 20.0),
        (claimed(), 10, 57.5),
        (claimed(), 20, 95.0),
        (claimed(), 3600, 95.0),
        (claimed(), -5, 20.0),
        (replace(claimed(), expected_seconds=0.0), 10, 50.0),
        (replace(claimed(), expected_seconds=None), 10, 50.0),
        (replace(claimed(), started_at=None), 10, 50.0),
        (queued(status=Status.COMPLETED), 0, 100.0),
        (queued(status=Status.FAILED), 0, 100.0),
        (queued(status=Status.CANCELLED), 0, 100.0),
    ],
)
def test_progress_comes_from_the_clock(generation: Generation, seconds: int, progress: float) -> None:
    assert generation.progress(NOW + timedelta(seconds=seconds)) == progress


def test_to_defer_is_only_to_look_later() -> None:
    generation = queued()
    deferred = lifecycle.deferred(generation, now=NOW, due_at=LATER)
    assert after(deferred) == replace(generation, deferrals=1, due_at=LATER)


class Life:
    """One generation in a whole Darkroom, and everything that may happen to it. Some of it happens at a time when it
    must change nothing.
    """

    def __init__(self, model: str) -> None:
        self.world = World(NOW)
        self.id = self.world.create(model=model, size="1024x1792")
        self.ended: Generation | None = None

    def step(self, name: str) -> None:
        with suppress(HttpsError, AlreadyFinal):
            getattr(self, name)()
        self.check()

    def succeeds(self) -> None:
        self.world.deliver(self.id)

    def is_rejected(self) -> None:
        rejected = ModelRejected("content_filter", "Content filter violation")
        self.world.model.script, self.world.vendor.script = [rejected], [rejected]
        self.world.vendor.results = [RemoteResult(status=RemoteStatus.FAILED, failure=BROKEN)]
        self.deliver_with_script()

    def is_unlucky(self) -> None:
        down = ModelUnavailable("overloaded", "Model overload - please retry")
        self.world.model.script, self.world.vendor.script = [down], [down]
        self.world.vendor.results = [down]
        self.deliver_with_script()

    def is_forgotten_by_the_vendor(self) -> None:
        self.world.vendor.results = [RemoteResult(status=RemoteStatus.UNKNOWN)]
        self.deliver_with_script()

    def still_runs(self) -> None:
        self.world.vendor.results = [RemoteResult(status=RemoteStatus.RUNNING)]
        self.deliver_with_script()

    def crashes(self) -> None:
        self.world.model.script, self.world.vendor.script = [RuntimeError("a bug")], [RuntimeError("a bug")]
        self.deliver_with_script()

    def cannot_store(self) -> None:
        self.world.outputs.is_down = True
        try:
            self.world.deliver(self.id)
        finally:
            self.world.outputs.is_down = False

    def is_cancelled(self) -> None:
        self.world.app.cancelling.cancel("alice", self.id)

    def is_cancelled_meanwhile(self) -> None:
        self.world.model.script, self.world.vendor.script = [self.is_cancelled], [self.is_cancelled]
        self.deliver_with_script()

    def is_delivered_twice_at_once(self) -> None:
        self.world.model.script = [self.succeeds]
        self.world.vendor.script = [self.succeeds]
        self.deliver_with_script()

    def outlives_its_lease(self) -> None:
        def stall() -> None:
            self.world.later(minutes=6)
            self.succeeds()

        self.world.model.script, self.world.vendor.script = [stall], [stall]
        self.deliver_with_script()

    def is_swept(self) -> None:
        self.world.app.schedules.sweep()

    def gets_older(self) -> None:
        self.world.later(minutes=6)

    def gets_much_older(self) -> None:
        self.world.later(hours=25)

    def is_hinted_at(self) -> None:
        self.world.app.callbacks.hint(self.id, f"job-of-{self.id}")

    def deliver_with_script(self) -> None:
        try:
            self.world.deliver(self.id)
        finally:
            self.world.model.script, self.world.vendor.script, self.world.vendor.results = [], [], []

    def check(self) -> None:
        generation = self.world.generation(self.id)
        assert generation.held + generation.charged + generation.refunded == 4
        kinds = [entry.type.value for entry in self.world.entries("alice")]
        assert kinds.count("deduction") == 1
        assert kinds.count("refund") == (generation.status in (Status.FAILED, Status.CANCELLED))
        assert (generation.status is Status.COMPLETED) == (generation.charged == 4) == bool(generation.outputs)
        assert generation.is_final == (generation.held == 0)
        if self.ended is not None:
            assert generation == self.ended
        if generation.is_final:
            self.ended = generation
        user = self.world.user("alice")
        assert (user.balance.current_credits, user.balance.held_credits) == (96 + generation.refunded, generation.held)
        assert user.pace.in_flight == generation.in_flight == (not generation.is_final)


STEPS = [
    name for name in vars(Life) if not name.startswith("_") and name not in ("step", "check", "deliver_with_script")
]


@pytest.mark.parametrize("model", ["Model A", "Model R"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(st.sampled_from(STEPS), max_size=12))
def test_whatever_befalls_a_generation_the_books_hold_and_an_end_is_an_end(model: str, steps: list[str]) -> None:
    life = Life(model)
    for name in steps:
        life.step(name)
    life.world.assert_books_balance()


@pytest.mark.parametrize("model", ["Model A", "Model R"])
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(st.sampled_from(STEPS), max_size=8))
def test_whatever_befell_a_generation_a_day_later_it_has_ended(model: str, steps: list[str]) -> None:
    life = Life(model)
    for name in steps:
        life.step(name)
    for name in ("gets_much_older", "is_swept", "gets_much_older", "is_swept"):
        life.step(name)
    assert life.world.generation(life.id).is_final
    life.world.assert_books_balance()
