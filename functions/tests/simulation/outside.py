"""The database, the queue and the store of outputs stand outside of an instance, and all instances share them.

Every call is a step at which a fault may occur. If a commit is late, its caller has given up, and it takes effect
nevertheless.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import Unavailable
from repositories.store.documents import (
    AlreadyExists,
    Ambiguous,
    Conflict,
    Create,
    Delete,
    Document,
    Query,
    Totals,
    Write,
)
from repositories.store.memory import MemoryDocuments
from services.generations.media import ByteStream
from services.generations.model_ports import STORE_PATIENCE
from services.generations.ports import TaskMessage
from simulation.faults import Faults
from simulation.scheduler import Op, Scheduler, Violation

NAMES_KEPT = timedelta(hours=1)
DISPATCH_DEADLINE = timedelta(seconds=240)
BACKOFF_SECONDS = (60, 300)
ATTEMPTS_MAX = 5

Watch = Callable[[Op, Mapping[str, Document | None], Sequence[Write]], None]


class SimulatedDocuments:
    """`watch` sees each commit that took effect, together with the documents that it replaced."""

    def __init__(self, scheduler: Scheduler, faults: Faults, watch: Watch) -> None:
        self.stored = MemoryDocuments()
        self.late: list[tuple[Op, Sequence[Write]]] = []
        self._scheduler = scheduler
        self._faults = faults
        self._watch = watch

    @property
    def records(self) -> Mapping[str, Document]:
        return self.stored._documents

    def get(self, path: str, *, at: datetime | None = None) -> Document | None:
        self._read(f"reads {path}")
        found = self.stored.get(path, at=at)
        self._scheduler.answer()
        return found

    def query(self, query: Query) -> list[Document]:
        self._read(f"queries {query.collection} {_conditions(query)}")
        found = self.stored.query(query)
        self._scheduler.answer()
        return found

    def moment(self) -> datetime:
        return self.stored.moment()

    def totals(self, query: Query, sums: Sequence[str] = (), *, at: datetime | None = None) -> Totals:
        self._read(f"sums {query.collection} {_conditions(query)}")
        return self.stored.totals(query, sums, at=at)

    def commit(self, writes: Sequence[Write]) -> list[datetime]:
        current = self._scheduler.current
        if current is None:
            return self.stored.commit(writes)
        self._scheduler.step(f"commits {told(writes)}")
        if races_of(writes) & current.op.lost_races:
            raise Violation("retry", "a lost race is run again without a look at who won it")
        if "database" in self._faults.outages or self._faults.hits("the request is lost"):
            raise self._noted(Ambiguous("the request was lost"))
        if self._faults.hits("another transaction is in the way"):
            raise self._noted(Conflict("another transaction was in the way"))
        if self._faults.hits("the commit comes late"):
            self.late.append((current.op, writes))
            raise self._noted(Ambiguous("the commit is still on its way"))
        try:
            versions = self._commit(current.op, writes)
        except (Conflict, AlreadyExists) as refusal:
            current.op.lost_races |= {race for race in races_of(writes) if self._is_lost(race)}
            raise self._noted(refusal) from None
        self._scheduler.answer()
        if self._faults.hits("the answer is lost"):
            raise self._noted(Ambiguous("the answer was lost"))
        return versions

    def land(self, index: int) -> None:
        """Let a late commit take effect, although nobody waits for its answer."""
        op, writes = self.late.pop(index)
        self._scheduler.note(f"late, commits {told(writes)}")
        with suppress(Conflict, AlreadyExists):
            self._commit(op, writes)

    def _commit(self, op: Op, writes: Sequence[Write]) -> list[datetime]:
        before = {write.path: self.records.get(write.path) for write in writes}
        versions = self.stored.commit(writes)
        self._scheduler.note("=> committed")
        self._watch(op, before, writes)
        return versions

    def _is_lost(self, race: tuple[str, datetime]) -> bool:
        found = self.records.get(race[0])
        return found is None or found.version != race[1]

    def _read(self, what: str) -> None:
        self._scheduler.step(what)
        if "database" in self._faults.outages or self._faults.hits("the read fails"):
            raise self._noted(Unavailable("The database does not answer"))

    def _noted[E: Exception](self, error: E) -> E:
        self._scheduler.note(f"=> {type(error).__name__}: {error}")
        return error


@dataclass(slots=True, eq=False)
class Task:
    message: TaskMessage
    visible_at: datetime
    failures: int = 0


class SimulatedQueue:
    """The queue delivers each task at least once, and in no order. It remembers names for an hour, and gives a task up
    after five failures.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        faults: Faults,
        watch: Callable[[TaskMessage], None],
        watch_removal: Callable[[TaskMessage], None],
    ) -> None:
        self.tasks: list[Task] = []
        self.names: dict[tuple[str, str], datetime] = {}
        self._scheduler = scheduler
        self._faults = faults
        self._watch = watch
        self._watch_removal = watch_removal

    def enqueue(self, message: TaskMessage) -> bool:
        self._scheduler.step(f"enqueues {message.name}")
        if "queue" in self._faults.outages or self._faults.hits("the queue is down"):
            self._scheduler.note("=> Unavailable")
            raise Unavailable("The queue does not answer")
        self._watch(message)
        is_new = self._is_new(message)
        if is_new:
            self.tasks.append(Task(message, message.not_before or self._scheduler.now))
        if self._faults.hits("the queue's answer is lost"):
            self._scheduler.note("=> Unavailable, though it is done")
            raise Unavailable("The queue does not answer")
        return is_new

    def remove(self, message: TaskMessage) -> bool:
        self._scheduler.step(f"removes {message.name}")
        self._watch_removal(message)
        if "queue" in self._faults.outages or self._faults.hits("the queue is down"):
            self._scheduler.note("=> Unavailable")
            raise Unavailable("The queue does not answer")
        found = [task for task in self.tasks if _key(task.message) == _key(message)]
        for task in found:
            self._delete(task)
        if self._faults.hits("the queue's answer is lost"):
            self._scheduler.note("=> Unavailable, though it is done")
            raise Unavailable("The queue does not answer")
        return bool(found)

    def take(self) -> Task | None:
        """Return a task that is due, and hide it from the others until its delivery must have ended."""
        now = self._scheduler.now
        hasty = self._faults.hits("the task comes early")
        due = [task for task in self.tasks if hasty or task.visible_at <= now]
        if not due:
            return None
        task = due[int(self._scheduler.chance.random() * len(due))]
        if not self._faults.hits("the task comes twice"):
            task.visible_at = now + DISPATCH_DEADLINE
        return task

    def done(self, task: Task) -> None:
        if task in self.tasks and not self._faults.hits("the acknowledgement is lost"):
            self._delete(task)

    def failed(self, task: Task) -> None:
        task.failures += 1
        low, high = BACKOFF_SECONDS
        task.visible_at = self._scheduler.now + timedelta(seconds=min(high, low * 2 ** (task.failures - 1)))
        if task in self.tasks and task.failures >= ATTEMPTS_MAX:
            self._scheduler.note(f"the queue gives {task.message.name} up")
            self._delete(task)

    def drop(self) -> None:
        if self.tasks:
            task = self.tasks[int(self._scheduler.chance.random() * len(self.tasks))]
            self._scheduler.note(f"the queue drops {task.message.name}")
            self._delete(task)

    def forget_names(self) -> None:
        self._scheduler.note("the queue forgets the names of what is gone")
        self.names.clear()

    def _is_new(self, message: TaskMessage) -> bool:
        if any(_key(task.message) == _key(message) for task in self.tasks):
            return False
        return self.names.get(_key(message), self._scheduler.now) <= self._scheduler.now

    def _delete(self, task: Task) -> None:
        self.tasks.remove(task)
        self.names[_key(task.message)] = self._scheduler.now + NAMES_KEPT


def _key(message: TaskMessage) -> tuple[str, str]:
    return message.queue.value, message.name


class SimulatedOutputs:
    def __init__(self, scheduler: Scheduler, faults: Faults) -> None:
        self.files: dict[str, bytes] = {}
        self._scheduler = scheduler
        self._faults = faults

    def put(
        self,
        path: str,
        stream: ByteStream,
        content_type: str,
        metadata: Mapping[str, str],
        *,
        patience: timedelta = STORE_PATIENCE,
    ) -> str:
        self._scheduler.step(f"stores {path}")
        if "store" in self._faults.outages or self._faults.hits("the store is down"):
            self._scheduler.note("=> Unavailable")
            raise Unavailable("The store of outputs does not answer")
        self.files[path] = stream.read()
        if self._faults.hits("the store's answer is lost"):
            self._scheduler.note("=> Unavailable, though it is done")
            raise Unavailable("The store of outputs does not answer")
        return f"gs://simulated/{path}"

    def delete(self, path: str) -> None:
        self._scheduler.step(f"removes {path}")
        if "store" in self._faults.outages or self._faults.hits("the store is down"):
            self._scheduler.note("=> Unavailable")
            raise Unavailable("The store of outputs does not answer")
        self.files.pop(path, None)

    def delete_all(self, prefix: str) -> None:
        self._scheduler.step(f"lists {prefix}*")
        if "store" in self._faults.outages or self._faults.hits("the store is down"):
            self._scheduler.note("=> Unavailable")
            raise Unavailable("The store of outputs does not answer")
        for path in [path for path in self.files if path.startswith(prefix)]:
            self.delete(path)

    def link(self, path: str, *, save_as: str | None = None) -> str:
        return f"https://outputs.test/{path}"

    def links(self, paths: Sequence[str]) -> Mapping[str, str]:
        return {path: self.link(path) for path in paths}


def told(writes: Sequence[Write]) -> str:
    """Tell a commit in one line: what is created (+) and what is changed, with the most important fields."""
    return ", ".join(f"{'+' if isinstance(write, Create) else ''}{write.path}{_telling(write)}" for write in writes)


def _telling(write: Write) -> str:
    names = (
        "current_credits",
        "held_credits",
        "status",
        "attempt",
        "dispatch",
        "lease_owner",
        "provider_job",
        "credits",
    )
    given = {} if isinstance(write, Delete) else write.fields
    fields = {name: given[name] for name in names if given.get(name) is not None}
    return "".join(f" {name}={getattr(value, 'by', value)}" for name, value in fields.items())


def _conditions(query: Query) -> str:
    return " and ".join(f"{name} {operator} {value}" for name, operator, value in query.where)


def races_of(writes: Sequence[Write]) -> set[tuple[str, datetime]]:
    fenced = (write for write in writes if not isinstance(write, Create))
    return {(write.path, write.version) for write in fenced if write.version is not None}
