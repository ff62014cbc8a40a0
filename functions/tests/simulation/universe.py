"""One run has all that a seed decides, some instances of Darkroom over one shared outside, and the rules that they have
to keep.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import lru_cache, partial
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from bootstrap import Darkroom
from core.errors import AppError
from core.settings import Settings
from domain.accounts.keys import ApiKey, Budget, Scope
from domain.credits.allowances import Allowance
from domain.credits.ledger import EntryType
from given_providers import GivenProviders
from repositories.generations.generations import GenerationRepository
from repositories.operations.book_sums import BookSumRepository
from repositories.operations.demo import DemoRepository
from repositories.store.documents import Create, Document, Update, Write
from repositories.store.optimistic import OptimisticTransaction
from repositories.store.paths import GENERATIONS
from services.operations.seeding import SeedService
from simulation import admins, heritage
from simulation.conduct import SKEW_MAX, Conduct
from simulation.counts import miscounted
from simulation.faults import Faults
from simulation.invariants import Books, books_from, broken
from simulation.outside import SimulatedDocuments, SimulatedOutputs, SimulatedQueue
from simulation.promises import Promises
from simulation.scheduler import Killed, Op, Scheduler, Violation, inside
from simulation.trainings import TRAININGS, Training, training_create
from simulation.vendors import SimulatedDirect, SimulatedPreviewer, SimulatedVendor
from users import a_user, identity_commit
from world import ENVIRONMENT

# In these zones the run begins at noon, some seconds before a Monday, and some seconds before a Sunday.
ZONES = ("UTC", "Etc/GMT-12", "Etc/GMT+12")

# Each user has this allowance, with some images.
ALLOWANCE = "plan1"

SIZES = ("512x512", "1024x1024", "1024x1792")


class Lost(Exception):
    """The connection broke, so whoever asked does not know what came of it."""


@dataclass(slots=True, eq=False)
class Instance:
    name: str
    app: Darkroom
    skew: timedelta
    is_alive: bool = True


class Universe:
    """There are `steps_most` steps of chaos. After them there is no new fault, no new request, and time for everything
    to come to rest.
    """

    def __init__(self, seed: int, *, steps_most: int) -> None:
        self.seed = seed
        self.chance = chance = Random(seed)
        self.steps_most = steps_most
        self.attempts_max = chance.choice((1, 2, 4, 4))
        self.age_max = chance.choice((3600, 24 * 3600, 24 * 3600))
        self.zone = chance.choice(ZONES)
        self.in_flight_max = chance.choice((2, 5, 1000))
        self.cancels_max = chance.choice((1, 3, 20))
        tempo = timedelta(seconds=chance.choice((0.001, 0.01, 0.1)))
        self.scheduler = Scheduler(chance, stickiness=chance.choice((0.0, 0.5, 0.9)), tempo=tempo)
        self.scheduler.each_step = self._weather
        self.faults = Faults(chance)
        self.hints: Counter[str] = Counter()
        self.admin_watch = admins.Watch()
        self._ids = 0
        self.trainings = 0
        self._starts = 0
        self._make_outside()
        self.instances = [self._started(name) for name in "abc"[: chance.choice((1, 2, 2, 3))]]
        self.users = ["ann", "bob", "cyd"][: chance.choice((1, 1, 2, 3))]
        self.has_heritage = chance.random() < 0.33
        if self.has_heritage:
            self.users.append(heritage.USER)
        self._seed_documents()
        self.watch_admin()
        self.faults.begin()

    lost = Lost

    @property
    def is_closing(self) -> bool:
        return self.scheduler.steps >= self.steps_most

    @property
    def records(self) -> Mapping[str, Document]:
        return self.documents.records

    def books(self) -> Books:
        return books_from(self.records)

    def check(self) -> None:
        """Check every rule on all documents."""
        books, files = self.books(), self.outputs.files
        for rule, detail in (
            *broken(books, files, self.scheduler.now),
            *miscounted(books, ZoneInfo(self.zone)),
            *self.promises.broken(),
        ):
            raise Violation(rule, detail)

    def ask[T](self, kind: str, work: Callable[[Darkroom], T], *, drawn: list[str] | None = None) -> T:
        """Let a random instance work for the current actor. Raises Lost, and the product's own refusals."""
        actor = self.scheduler.current
        assert actor is not None
        instance = self.chance.choice(self.instances)
        with inside(actor, Op(kind, instance, drawn=[] if drawn is None else drawn)):
            try:
                answer = work(instance.app)
            except (AppError, Lost) as refusal:
                self.scheduler.note(f"{kind} => {type(refusal).__name__}: {refusal}")
                raise
            except Killed as death:
                self.scheduler.note(f"{kind} dies with its instance")
                raise Lost from death
            except Exception as bug:
                raise Violation("bug", f"{kind}: {type(bug).__name__}: {bug}") from bug
        if self.faults.hits("the client hears nothing"):
            self.scheduler.note(f"{kind} is done, and the client hears nothing of it")
            raise Lost
        self.scheduler.note(f"{kind} is done")
        return answer

    def kill(self, instance: Instance) -> None:
        """End everything that the instance was doing, and forget all that it remembered. Another instance takes its
        place.
        """
        self.scheduler.note(f"instance {instance.name} dies")
        instance.is_alive = False
        self.instances[self.instances.index(instance)] = self._started(instance.name[0])

    def _make_outside(self) -> None:
        scheduler, faults = self.scheduler, self.faults
        self.conduct = Conduct(
            records=lambda: self.records,
            now=lambda: scheduler.now,
            attempts_max=self.attempts_max,
            cancels_max=self.cancels_max,
            looks=lambda generation_id: self.vendor.polls[generation_id] + self.hints[generation_id],
        )
        self.documents = SimulatedDocuments(scheduler, faults, self._watch)
        self.queue = SimulatedQueue(scheduler, faults, self.conduct.of_task, self.conduct.of_removal)
        self.outputs = SimulatedOutputs(scheduler, faults)
        self.direct = SimulatedDirect(scheduler, faults, self.conduct.of_provider_call)
        self.vendor = SimulatedVendor(scheduler, faults, self.conduct.of_provider_call)
        self.promises = Promises(self.records, lambda: scheduler.now)

    def _watch(self, op: Op, before: Mapping[str, Document | None], writes: Sequence[Write]) -> None:
        self.promises.see(writes)
        self.admin_watch.of_commit(writes)
        self._watch_keys(before, writes)
        self.conduct.of_commit(op, before, writes)
        self.check()

    def _watch_keys(self, before: Mapping[str, Document | None], writes: Sequence[Write]) -> None:
        """Check that a key's request is written only while the key is good."""
        for write in writes:
            if isinstance(write, Create) and write.fields.get("api_key_id") is not None:
                owner = before[f"users/{write.fields['user_id']}"]
                if owner is None or owner.fields["keys"][write.fields["api_key_id"]]["revoked_at"] is not None:
                    raise Violation("key", f"{write.path} is asked for by a key that is revoked")

    def _started(self, name: str) -> Instance:
        """Start an instance. All its parts are made at once, because a part that is made while actors run would hold a
        real lock, and that would stop all actors.
        """
        scheduler = self.scheduler
        skew = timedelta(seconds=self.chance.uniform(-1, 1) * SKEW_MAX.total_seconds())
        app = Darkroom(
            _settings(self.attempts_max, self.age_max, self.in_flight_max, self.cancels_max, self.zone),
            clock=lambda: scheduler.now + skew,
            documents=self.documents,
            queue=self.queue,
            outputs=self.outputs,
            previewer=SimulatedPreviewer(self.faults),
            providers=GivenProviders(direct=self.direct, remote=self.vendor),
            transaction=OptimisticTransaction(
                monotonic=scheduler.seconds, pause=scheduler.pause, uniform=self.chance.uniform
            ),
            pause=scheduler.pause,
            run_in_background=lambda work: work(),
        )
        app.made["generations"] = GenerationRepository(
            app.documents, app.users, app.books, app.transaction, lock=scheduler.lock, clock=app.clock
        )
        app.record_writes._table = {**app.record_writes._table, Training: training_create}
        app.made["book_sums"] = BookSumRepository(app.documents, (GENERATIONS, TRAININGS))
        app.catalog._lock = scheduler.lock()  # type: ignore[assignment]
        app.ordering._drafter._new_id = self._new_id
        app.attempts._new_id = self._new_id
        made = (
            app.access,
            app.ledger,
            app.opening,
            app.viewing,
            app.cancelling,
            app.sweeper,
            app.callbacks,
            app.audits,
            app.reporting,
            app.expiries,
        )
        assert all(made)
        self._starts += 1
        return Instance(f"{name}{self._starts}", app, skew)

    def _new_id(self) -> str:
        self._ids += 1
        drawn = f"id{self._ids}"
        if self.scheduler.current is not None:
            self.scheduler.current.op.drawn.append(drawn)
        return drawn

    def _seed_documents(self) -> None:
        app, now = self.instances[0].app, self.scheduler.now
        if self.has_heritage:
            self.documents.stored.commit(heritage.documents())
            self.promises.accepted |= dict.fromkeys(("old-1", "old-2", "old-3"), heritage.USER)
        SeedService(DemoRepository(self.documents.stored), lambda: now, zone=UTC, allowed=True).put_catalog()
        for user_id in self.users:
            if user_id == heritage.USER:
                continue
            allowance = Allowance(id=ALLOWANCE, included=self.chance.randint(0, 9), effective_at=now)
            user = a_user(
                user_id,
                name=user_id,
                email=f"{user_id}@example.com",
                current_credits=0,
                created_at=now,
                books_opened_at=now,
                is_admin=user_id == admins.ADMIN,
                allowances={ALLOWANCE: allowance},
            )
            DemoRepository(self.documents.stored).put_user(user, [], [])
            credits_ = self.chance.choice((4, 12, 60)) + self.chance.randrange(4)
            app.ledger.add(user_id, EntryType.GRANT, credits_, source="seed", external_id="start", description="start")
            if self.chance.random() < _HAS_KEY:
                self._give_key(app, user_id)

    def _give_key(self, app: Darkroom, user_id: str) -> None:
        budget = Budget(per_day=self.chance.choice((None, 3, 10)), per_month=self.chance.choice((None, 20)))
        key = ApiKey(
            id=f"k{user_id}",
            name="a key",
            scopes=frozenset({Scope.GENERATIONS_WRITE}),
            created_at=self.scheduler.now,
            budget=budget,
        )
        app.stored_accounts.change(user_id, lambda user: identity_commit(user, app.clock(), keys={key.id: key}))

    def _weather(self) -> None:
        """Let those things happen that happen by themselves between two steps, whoever makes these."""
        if self.documents.late and (self.is_closing or self.chance.random() < _LANDS):
            self.documents.land(self.chance.randrange(len(self.documents.late)))
        if self.is_closing:
            self.faults.calm()
            if self.scheduler.steps > _ENDLESS * self.steps_most:
                raise Violation("I7", "there is no end of steps")
            return
        if self.faults.outages and self.chance.random() < _OUTAGE_ENDS:
            self.faults.outages.clear()
        for fault, happen in self._events():
            if self.faults.hits(fault):
                happen()

    def _events(self) -> Iterator[tuple[str, Callable[[], Any]]]:
        chance = self.chance
        yield "an instance dies", lambda: self.kill(chance.choice(self.instances))
        yield "an actor stalls", self._stall
        yield "time jumps", lambda: self._jump(chance.choice((5, 70, 320, 2000)))
        yield "the queue forgets names", self.queue.forget_names
        yield "the queue drops a task", self.queue.drop
        yield "an outage begins", self._outage
        yield "the catalog changes", self._change_catalog
        yield "a user is switched off or on", lambda: self._switch(chance.choice(self.users))
        for event in admins.events(self):
            yield event, partial(admins.happen, self, event)
        yield "a key is revoked or given back", lambda: self._switch_key(chance.choice(self.users))

    def _stall(self) -> None:
        actor, seconds = self.chance.choice(self.scheduler.actors), self.chance.choice((2, 20, 350))
        self.scheduler.note(f"{actor.name} stalls for {seconds} s")
        actor.wakes_at = max(actor.wakes_at, self.scheduler.now + timedelta(seconds=seconds))

    def _jump(self, seconds: float) -> None:
        self.scheduler.note(f"{seconds} s pass")
        self.scheduler.now += timedelta(seconds=seconds)

    def _change_catalog(self) -> None:
        """Change the price of a size, withdraw it, or offer it again."""
        path = f"sizes/{self.chance.choice(SIZES)}"
        is_active, price = self.chance.random() < _STAYS, self.chance.randint(1, 5)
        self.scheduler.note(f"{path} costs {price} from now on, is offered: {is_active}")
        known = self.documents.records[path].fields
        changed = {"is_active": is_active, "credit_cost": price, "version": known.get("version", 1) + 1}
        self.documents.stored.commit([Update(path, changed)])

    def _switch(self, user_id: str) -> None:
        path = f"users/{user_id}"
        is_active = not self.records[path].fields.get("is_active", True)
        self.scheduler.note(f"{user_id} is switched {'on' if is_active else 'off'}")
        self.documents.stored.commit([Update(path, {"is_active": is_active})])
        self.watch_admin()
        self.promises.moves[user_id] += 1

    def _switch_key(self, user_id: str) -> None:
        key = self.records[f"users/{user_id}"].fields.get("keys", {}).get(f"k{user_id}")
        if key is None:
            return
        revoked_at = self.scheduler.now if key["revoked_at"] is None else None
        self.scheduler.note(f"the key of {user_id} is {'good again' if revoked_at is None else 'revoked'}")
        self.documents.stored.commit([Update(f"users/{user_id}", {f"keys.k{user_id}.revoked_at": revoked_at})])
        self.promises.moves[user_id] += 1

    def watch_admin(self) -> None:
        self.admin_watch.see(self.scheduler.steps, self.records[f"users/{admins.ADMIN}"])

    def _outage(self) -> None:
        where = self.chance.choice(("database", "queue", "store", "models"))
        self.faults.outages.add(where)
        self.scheduler.note(f"outages now: {sorted(self.faults.outages)}")


@lru_cache
def _settings(attempts_max: int, age_max: int, in_flight_max: int, cancels_max: int, zone: str) -> Settings:
    own = {
        "ATTEMPTS_MAX": str(attempts_max),
        "GENERATION_AGE_MAX_SECONDS": str(age_max),
        "IN_FLIGHT_MAX": str(in_flight_max),
        "CANCELS_AFTER_START_PER_DAY": str(cancels_max),
        "REPORT_TIME_ZONE": zone,
    }
    return Settings.from_environment(ENVIRONMENT | own)


@contextmanager
def quiet_log() -> Iterator[None]:
    """Turn the log off. The trace tells what happened, and a run breaks so much that the log would only cost time."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


_ENDLESS = 200
_LANDS = 0.1
_STAYS = 0.7
_HAS_KEY = 0.6
_OUTAGE_ENDS = 0.05
