"""The weekly report may cost at most 0.006 billed reads for each request of the week, and 100 more.

Firestore bills a read for each document that a query finds, at least one, and for each 1000 index entries of an
aggregation, at least one.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from bootstrap import Darkroom
from core.calendar import Week
from core.settings import Settings
from emulator import firestore_documents
from histories import History, Metered, history, write
from world import ENVIRONMENT, World

# The emulator looks at every document for every query, while Firestore has indexes. So these tests take long.
pytestmark = [pytest.mark.emulator, pytest.mark.timeout(600)]

WEEK = Week(2026, 9)
NOW = datetime(2026, 3, 2, 20, 25, tzinfo=UTC)
REQUESTS = 50_000
USERS = 5_000
ALLOWED = 0.006 * REQUESTS + 100
# No single query of a report may bring more documents into memory.
DOCUMENTS_MAX = 20


@pytest.fixture(scope="module")
def past() -> History:
    return history(Random(1), [WEEK.window(UTC)], UTC, users=USERS, requests=REQUESTS)


@pytest.fixture(scope="module")
def metered(past: History) -> Iterator[Metered]:
    with firestore_documents() as documents:
        World(NOW - timedelta(weeks=2), documents=documents)
        write(documents, past.counted(), size=500)
        yield Metered(documents)


@pytest.fixture(scope="module")
def app(metered: Metered) -> Darkroom:
    return Darkroom(Settings.from_environment(ENVIRONMENT), clock=lambda: NOW, documents=metered)


def test_a_first_report_of_50_000_requests_keeps_to_its_budget(app: Darkroom, metered: Metered, past: History) -> None:
    """This is the most expensive report: the week before has no report yet, so that week is read as well."""
    report = app.reporting.run()["report_data"]
    assert report["reconciliation"]["is_exact"], report["reconciliation"]
    assert report["generation_stats"]["total_requests"] == REQUESTS
    assert report["generation_stats"]["completed_requests"] == sum(
        one.status == "completed" for one in past.generations
    )
    assert report["user_stats"]["active_users_count"] == len({one.user_id for one in past.generations})
    assert report["credit_stats"]["total_credits_deducted"] == sum(one.price for one in past.generations)
    assert REQUESTS / 1000 < metered.reads <= ALLOWED
    assert metered.largest <= DOCUMENTS_MAX
