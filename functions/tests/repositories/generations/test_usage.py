"""A user's months are read in memory and on the emulator, and compared with plain loops over what was written."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from core.calendar import Month
from core.errors import Unavailable
from domain.generations.generation import Generation, Output, Status
from domain.generations.usage import Usage
from emulator import firestore_documents
from histories import history
from repositories.generations.generation_mapping import generation_fields
from repositories.generations.usage import UsageRepository
from repositories.store.documents import Create, Document, Documents, Query, Totals
from repositories.store.memory import MemoryDocuments
from repositories.store.paths import generation_path

OFFERED = ("Model A", "Model B", "Model R")
MONTHS = [Month(2026, 3), Month(2026, 2), Month(2026, 1), Month(2025, 12)]
OUTPUT = Output(path="p", content_type="image/png", width=1, height=1, bytes=1)


@pytest.fixture(params=["memory", pytest.param("emulator", marks=pytest.mark.emulator)])
def documents(request: pytest.FixtureRequest) -> Iterator[Documents]:
    if request.param == "memory":
        yield MemoryDocuments()
        return
    with firestore_documents() as found:
        yield found


def settled(one: Generation) -> Generation:
    """Return the generation with the credits and outputs that fit its status. One in three has two pictures."""
    done, open_ = one.status is Status.COMPLETED, one.status is Status.QUEUED
    return replace(
        one,
        charged=one.price * done,
        held=one.price * open_,
        refunded=one.price * (not done and not open_),
        outputs=(OUTPUT,) * (2 if one.id.endswith(("3", "6", "9")) else 1) if done else (),
    )


def written(documents: Documents, models: Sequence[str] = OFFERED) -> list[Generation]:
    """Write generations of three users in February and March. Some are a moment before and after each month."""
    windows = [month.window for month in MONTHS[:2]]
    found = [*map(settled, history(Random(7), windows, UTC, users=3, requests=90, models=models).generations)]
    write(documents, found)
    return found


def write(documents: Documents, found: Iterable[Generation]) -> None:
    documents.commit([Create(generation_path(one.id), generation_fields(one)) for one in found])


def by_hand(found: Iterable[Generation], owners: Iterable[str], month: Month) -> dict[str, Usage]:
    numbers: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in found:
        if one.user_id in owners and (one.created_at.year, one.created_at.month) == (month.year, month.number):
            mine = numbers[one.spec.model if one.spec.model in OFFERED else "other"]
            mine["requests"] += 1
            mine["images"] += len(one.outputs)
            if one.status is not Status.QUEUED:
                mine[one.status.value] += 1
            for name in ("charged", "refunded", "held"):
                mine[name] += getattr(one, name)
    return {model: Usage(**each) for model, each in numbers.items()}


@pytest.mark.parametrize("owners", [{"user-00000"}, {"user-00001", "user-00002"}, {"nobody"}], ids=len)
@pytest.mark.parametrize("models", [OFFERED, ("Model B",), ("Model A", "Gone", "Model R", "Lost")], ids=len)
def test_each_month_is_what_was_written(documents: Documents, owners: set[str], models: Sequence[str]) -> None:
    found = written(documents, models)
    months = UsageRepository(documents, lambda: OFFERED).months(owners, MONTHS)
    assert [each.month for each in months] == MONTHS
    assert [each.models for each in months] == [by_hand(found, owners, month) for month in MONTHS]
    assert (owners == {"nobody"}) == (months[0].total == Usage())


def test_a_month_begins_with_its_first_moment_and_ends_before_the_next_one_s(documents: Documents) -> None:
    one = written(MemoryDocuments())[0]
    start, end = MONTHS[0].window.start, MONTHS[0].window.end
    tick = timedelta(microseconds=1)
    moments = {"before": start - tick, "first": start, "last": end - tick, "after": end}
    write(documents, (replace(one, id=id_, created_at=at, user_id="alice") for id_, at in moments.items()))
    (month,) = UsageRepository(documents, lambda: OFFERED).months({"alice"}, MONTHS[:1])
    assert month.total.requests == 2


class Watched(MemoryDocuments):
    """Counts the sums. Nothing may be read."""

    def __init__(self) -> None:
        super().__init__()
        self.sums = 0
        self.is_down = False

    def get(self, path: str, *, at: datetime | None = None) -> Document | None:
        raise AssertionError(path)

    def query(self, query: Query) -> Any:
        if query.limit is None:  # its own totals use such a query
            return super().query(query)
        raise AssertionError(query)

    def totals(self, query: Query, sums: Sequence[str] = (), **options: Any) -> Totals:
        if self.is_down:
            raise Unavailable("down")
        self.sums += 1
        return super().totals(query, sums, **options)


def test_it_asks_no_further_when_all_are_found() -> None:
    documents = Watched()
    written(documents, ("Model A",))
    usage = UsageRepository(documents, lambda: OFFERED)
    usage.months({"user-00000"}, MONTHS[2:3])
    assert documents.sums == 1
    usage.months({"user-00000"}, MONTHS[:1])
    assert documents.sums == 1 + 3


def test_a_month_that_could_not_be_counted_is_no_zero() -> None:
    documents = Watched()
    documents.is_down = True
    with pytest.raises(Unavailable):
        UsageRepository(documents, lambda: OFFERED).months({"alice"}, MONTHS)
