"""These are small tests of faults on the real stack: servers are killed, the database is stopped, answers are lost, and
tasks come twice or never.

`make reliability` plays the same scenarios for longer. Here the database is an emulator of our own, because it is
stopped.
"""

from collections.abc import Iterator

import pytest

from emulator import fresh_project
from repositories.store.documents import Create, Query, Totals
from repositories.store.firestore import FirestoreDocuments
from tools.faults import plan, scenarios
from tools.faults.plan import Plan
from tools.faults.scenarios import SHORT, Outcome
from tools.faults.servers import firestore
from tools.faults.stage import Stage, stage
from tools.faults.wire import BadlyWiredClient

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(300)]

FINAL = {"completed", "failed", "cancelled"}

SCENARIOS = {each.name: each for each in scenarios.SCENARIOS}


@pytest.fixture(scope="module")
def found() -> Iterator[Stage]:
    """Return one stage for all tests. The next scenario has users of its own."""
    with firestore() as database, stage(database) as found:
        yield found


def played(found: Stage, name: str) -> Outcome:
    outcome = scenarios.play(found, SCENARIOS[name], SHORT)
    assert outcome.differences == ()
    assert set(outcome.statuses) <= FINAL
    assert outcome.credits_before == outcome.credits_after + outcome.charged
    assert outcome.statuses["completed"] > 0
    assert outcome.sent >= SHORT.least
    return outcome


def test_killed_servers(found: Stage) -> None:
    outcome = played(found, "kills")
    assert outcome.faults == dict.fromkeys((*plan.CREATION_STEPS, *plan.WORKER_STEPS), 1)
    assert outcome.answers["create: no answer"] > 0


def test_a_stopped_database(found: Stage) -> None:
    outcome = played(found, "stalls")
    assert outcome.faults.total() == 1


def test_a_bad_wire(found: Stage) -> None:
    outcome = played(found, "wire")
    assert {plan.COMMIT_LOST, plan.COMMIT_ANSWER_LOST} <= set(outcome.faults)


def test_tasks_that_come_twice_at_once(found: Stage) -> None:
    outcome = played(found, "twice")
    assert outcome.deliveries.total() >= 2 * outcome.faults.total() > 0


def test_requests_are_accepted_while_the_tasks_endpoint_is_down(found: Stage) -> None:
    outcome = played(found, "down")
    assert outcome.faults.total() > 0
    assert outcome.sweeps > 0


def test_all_of_it_together(found: Stage) -> None:
    outcome = played(found, "everything")
    assert {*plan.CREATION_STEPS, *plan.WORKER_STEPS} <= set(outcome.faults)


class CutOnce(Plan):
    """The first stream of answers breaks off after its first answer, and nothing else goes wrong."""

    def __init__(self) -> None:
        self.cuts = 0

    def chance(self, kind: str) -> bool:
        is_cut = kind == plan.READ_CUT and not self.cuts
        self.cuts += is_cut
        return is_cut


@pytest.mark.parametrize("sums", [(), ("n",)])
def test_sums_whose_stream_broke_off_are_asked_for_again(
    found: Stage, monkeypatch: pytest.MonkeyPatch, sums: tuple[str, ...]
) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", found.database.host)
    wire = CutOnce()
    documents = FirestoreDocuments(BadlyWiredClient(fresh_project(), wire))
    documents.commit([Create(f"things/{n}", {"n": n}) for n in range(3)])
    assert documents.totals(Query(collection="things"), sums) == Totals(3, dict.fromkeys(sums, 3))
    assert wire.cuts == 1


def test_every_scenario_is_tested() -> None:
    assert set(SCENARIOS) == {"kills", "stalls", "wire", "twice", "down", "everything"}
