"""These actors work behind the counter: they deliver tasks, sweep, post entries, call back and audit."""

from contextlib import suppress
from datetime import timedelta

from core.errors import AppError, Unavailable
from domain.credits.errors import InsufficientCredits
from domain.credits.grants import GrantTerms
from domain.credits.ledger import EntryType
from services.operations.auditing import UserAudit
from simulation import heritage
from simulation.outside import Task
from simulation.scheduler import Violation
from simulation.universe import Lost, Universe

_KINDS = (EntryType.TOP_UP, EntryType.GRANT, EntryType.ADJUSTMENT, EntryType.EXPIRY, EntryType.CLAWBACK)
_POSTINGS = 6
_NIGHTS = 4
_UNLIMITED = 0.4
_AUDITS = 6
_OPENINGS = 3
_AUDIT_MOMENTS = 5
_SWEEP_SECONDS = 60


class Staff:
    def __init__(self, universe: Universe) -> None:
        self._universe = universe
        self._chance = universe.chance
        self._pause = universe.scheduler.pause
        self._postings: list[tuple[str, EntryType, int, str]] = []
        self._terms: dict[str, GrantTerms | None] = {}

    def worker(self) -> None:
        while not self._universe.is_closing:
            task = self._universe.queue.take()
            if task is None:
                self._pause(self._chance.uniform(0.5, 10))
            else:
                self.deliver(task)

    def deliver(self, task: Task) -> None:
        """Deliver a task in the same way as the task edge does. A failure that may be repeated is repeated, and any
        other refusal is the end of the task.
        """
        universe, message = self._universe, task.message
        try:
            universe.ask("deliver", lambda app: app.fulfilment.fulfil(message.generation_id, message.dispatch))
        except Lost:
            universe.queue.failed(task)
        except AppError as refusal:
            if refusal.retryable:
                universe.queue.failed(task)
            else:
                universe.queue.done(task)
        else:
            universe.queue.done(task)

    def sweeper(self) -> None:
        while not self._universe.is_closing:
            self._pause(self._chance.uniform(0, _SWEEP_SECONDS))
            self.sweep()

    def sweep(self) -> None:
        with suppress(Lost, Unavailable):
            self._universe.ask("sweep", lambda app: app.sweeper.sweep())

    def accountant(self) -> None:
        for _ in range(_POSTINGS):
            if self._universe.is_closing:
                return
            self._post(*self._posting())
            self._pause(self._chance.uniform(0, 30))

    def _posting(self) -> tuple[str, EntryType, int, str]:
        """Return a new posting, or one of before, because payment providers report everything twice."""
        if self._postings and self._chance.random() < 0.3:
            return self._chance.choice(self._postings)
        kind, credits_ = self._chance.choice(_KINDS), self._chance.randint(1, 6)
        if kind is EntryType.ADJUSTMENT and self._chance.random() < 0.5:
            credits_ = -credits_
        posting = (self._chance.choice(self._universe.users), kind, credits_, str(len(self._postings)))
        self._terms[posting[3]] = self._terms_of(kind)
        self._postings.append(posting)
        return posting

    def _terms_of(self, kind: EntryType) -> GrantTerms | None:
        """Return the terms of a grant. Most grants end during the run, and some begin later."""
        if kind not in (EntryType.TOP_UP, EntryType.GRANT) or self._chance.random() < _UNLIMITED:
            return None
        now = self._universe.scheduler.now
        begins = now + timedelta(seconds=self._chance.choice((0, 0, 0, 5, 60)))
        lasts = self._chance.choice((None, 3, 30, 200, 3000))
        return GrantTerms(
            effective_at=begins if begins > now else None,
            expires_at=None if lasts is None else begins + timedelta(seconds=lasts),
            priority=self._chance.choice((50, 100, 100, 150)),
        )

    def _post(self, user_id: str, kind: EntryType, credits_: int, external_id: str) -> None:
        """Post until there is an answer."""
        universe, entry_id = self._universe, f"bank-{external_id}"
        for _ in range(5):
            existed = f"users/{user_id}/transactions/{entry_id}" in universe.records
            with universe.promises.asking(user_id, existed=existed) as asking:
                try:
                    entry = universe.ask(
                        "post",
                        lambda app: app.ledger.add(
                            user_id,
                            kind,
                            credits_,
                            source="bank",
                            external_id=external_id,
                            description=entry_id,
                            terms=self._terms[external_id],
                        ),
                    )
                except InsufficientCredits as refusal:
                    universe.promises.refuse(asking, refusal)
                    return
                except (Lost, Unavailable):
                    self._pause(self._chance.uniform(0, 4))
                else:
                    universe.promises.book(entry)
                    return

    def postman(self) -> None:
        """Send callbacks that are late, repeated, about jobs that ended long ago, or about jobs that belong to somebody
        else.
        """
        while not self._universe.is_closing:
            self._pause(self._chance.uniform(0.1, 20))
            jobs = list(self._universe.vendor.jobs.values())
            if not jobs:
                continue
            job = self._chance.choice(jobs)
            named = job.id if self._chance.random() < 0.8 else self._chance.choice(jobs).id
            self._universe.hints[job.generation_id] += 1
            self._hint(job.generation_id, named)

    def _hint(self, generation_id: str, provider_job: str) -> None:
        with suppress(Lost, Unavailable):
            self._universe.ask("callback", lambda app: app.callbacks.hint(generation_id, provider_job))

    def archivist(self) -> None:
        """Open the books of the user who is older than the ledger, while that user spends."""
        for _ in range(_OPENINGS):
            if self._universe.is_closing or not self._universe.has_heritage:
                return
            self._pause(self._chance.uniform(0, 10))
            with suppress(Lost, Unavailable):
                self.open_books()

    def open_books(self) -> None:
        entry = self._universe.ask("open books", lambda app: app.opening.open(heritage.USER))
        if entry is not None:
            self._universe.promises.book(entry)

    def nightwatch(self) -> None:
        """Do the nightly run on grants, at any hour."""
        for _ in range(_NIGHTS):
            if self._universe.is_closing:
                return
            self._pause(self._chance.uniform(0, 40))
            self.expire()

    def expire(self) -> None:
        with suppress(Lost, Unavailable):
            self._universe.ask("expire", lambda app: app.expiries.run())

    def auditor(self) -> None:
        for _ in range(_AUDITS):
            if self._universe.is_closing:
                return
            self._pause(self._chance.uniform(0, 5))
            self._audit(self._chance.choice(self._universe.users))

    def _audit(self, user_id: str) -> None:
        """Check that the audit raises no false alarm. It may say that it cannot tell, but only if the balance changes
        too often while it reads.
        """
        universe = self._universe
        before = universe.promises.moves[user_id]
        try:
            audit: UserAudit = universe.ask("audit", lambda app: app.audits.of_user(user_id))
        except (Lost, Unavailable):
            return
        if not audit.is_opened:
            return
        alarms = [difference for difference in audit.differences if difference.detail != "users below zero"]
        if alarms and universe.promises.moves[user_id] - before < _AUDIT_MOMENTS:
            raise Violation("audit", f"a false alarm: {alarms}")
