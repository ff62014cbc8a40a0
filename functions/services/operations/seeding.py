"""Demo data is the catalog, 13 users and some weeks of history. The books of each user are open and exact."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta, tzinfo
from typing import Any

from core.calendar import local_date
from core.clock import Clock
from domain.catalog.options import Color, Size, Style
from domain.credits.holds import deduction_entry
from domain.credits.ledger import Entry, EntryType
from domain.credits.user import User
from domain.credits.user_week import UserWeek, with_request
from domain.generations.generation import Failure, Generation, Spec, Status
from domain.generations.lifecycle import refund_of
from domain.operations.demo_catalog import COLORS, SIZES, STYLES
from domain.operations.demo_data import PastGeneration, credits_before, history, users
from domain.operations.errors import EmulatorOnly
from services.operations.ports import Demo

# This is the namespace of the ids of demo generations. They are the same however often the data is seeded.
_IDS = uuid.UUID("b5f0d7a8-1f5c-4f0e-9d52-6f7f3f3f7b11")


class SeedService:
    def __init__(self, demo: Demo, clock: Clock, *, zone: tzinfo, allowed: bool) -> None:
        self._demo = demo
        self._zone = zone
        self._clock = clock
        self._allowed = allowed

    def seed(self) -> dict[str, Any]:
        """Write the demo data. It may be repeated: users who exist keep their balance and their history.

        Raise EmulatorOnly.
        """
        if not self._allowed:
            raise EmulatorOnly("seed_database")
        past = history(self._clock(), zone=self._zone)
        catalog = self.put_catalog()
        entries = 0
        everybody = users(self._clock(), self._zone)
        for user in everybody:
            entries += self._put_user(user, [each for each in past if each.user_id == user.id])
        return _answer(catalog, users=len(everybody), generation_requests=len(past), transactions=entries)

    def put_catalog(self) -> Mapping[str, int]:
        """Write styles, colours and sizes to a project that has none yet. Return how many there are of each."""
        options: Mapping[str, Sequence[Style | Color | Size]] = {"styles": STYLES, "colors": COLORS, "sizes": SIZES}
        now = self._clock()
        for collection, items in options.items():
            documents = {f"{collection}/{item.id}": _option_fields(item) | {"created_at": now} for item in items}
            self._demo.put_catalog(documents)
        return {collection: len(items) for collection, items in options.items()}

    def _put_user(self, user: User, past: list[PastGeneration]) -> int:
        generations = [_ended(each) for each in past]
        entries = [_opening(user, past), *_history_entries(generations)]
        opened = replace(
            user,
            balance=replace(user.balance, books_opened_at=entries[0].timestamp),
            activity=replace(user.activity, weeks=_weeks(past, self._zone)),
        )
        self._demo.put_user(opened, generations, entries)
        return len(entries)


def _weeks(past: Iterable[PastGeneration], zone: tzinfo) -> Mapping[str, UserWeek]:
    weeks: dict[str, UserWeek] = {}
    for each in past:
        weeks = with_request(weeks, local_date(each.created_at, zone), each.credits)
    return weeks


def _answer(catalog: Mapping[str, int], **counts: int) -> dict[str, Any]:
    styles, colors, sizes = catalog["styles"], catalog["colors"], catalog["sizes"]
    return {
        "success": True,
        "message": "Database seeded successfully with validated data! "
        f"Added {styles} styles, {colors} colors, {sizes} sizes, and {counts['users']} test users.",
        "counts": {**catalog, **counts},
    }


def _option_fields(option: Style | Color | Size) -> dict[str, Any]:
    fields = {name: value for name, value in asdict(option).items() if name != "id"}
    if isinstance(option, Color):
        fields["hex_examples"] = list(option.hex_examples)
    return fields | {"is_active": True}


def _ended(past: PastGeneration) -> Generation:
    failed = past.status is Status.FAILED
    return Generation(
        id=str(uuid.uuid5(_IDS, str(past.number))),
        user_id=past.user_id,
        spec=Spec(
            model=past.model,
            prompt=past.prompt,
            params={"style": past.style, "color": past.color, "size": past.size},
        ),
        status=past.status,
        price=past.credits,
        charged=0 if failed else past.credits,
        refunded=past.credits if failed else 0,
        failure=Failure(code="model_failed", message=past.error, retryable=False) if past.error else None,
        attempt=0,  # no worker made it, so the audit expects no outputs
        created_at=past.created_at,
        started_at=past.created_at,
        updated_at=past.completed_at,
        completed_at=past.completed_at,
    )


def _opening(user: User, past: list[PastGeneration]) -> Entry:
    """Return the entry of the balance before the history, so that all entries add up to today's balance."""
    first = min((each.created_at for each in past), default=user.identity.created_at)
    assert first is not None, "a demo user has a day of registration"  # noqa: S101 - a bug, not a refusal
    return Entry(
        id="opening",
        type=EntryType.OPENING,
        credits=credits_before(user.id, user.balance.current_credits, past),
        user_id=user.id,
        description="Balance from before the ledger",
        timestamp=first - timedelta(hours=1),
    )


def _history_entries(generations: Iterable[Generation]) -> Iterable[Entry]:
    for generation in generations:
        yield deduction_entry(generation)
        if generation.failure is not None:
            yield refund_of(generation, generation.price, generation.failure.message, generation.updated_at)
