"""`/v1` is called through Hosting, on the whole stack: emulators, queue, worker, store and sweeper."""

import os
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from bootstrap import Darkroom
from core.settings import Settings
from domain.credits.ledger import EntryType
from e2e.client import FINAL, HOSTING, Reply, curl, curl_json, download, first_success, until, v1
from e2e.tokens import forgeries, sign_up, sign_up_admin
from providers.queue.memory import MemoryQueue
from repositories.operations.demo import DemoRepository
from repositories.store.documents import Query, Update
from schemas.generations.asks import ask_of
from services.generations.orders import Order
from tools.services import ROOT
from users import a_user

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]

USER = "new_enterprise"
ORDER = {
    "model": "Model A",
    "style": "sketch",
    "color": "neon",
    "size": "512x512",
    "prompt": "A lighthouse at dusk",
}


def create(user: str = USER, headers: dict[str, str] | None = None, **changes: Any) -> Any:
    reply = v1("POST", "/generations", user, json=ORDER | changes, headers=headers)
    assert reply.status == 202, reply.body
    return reply.body


def get(generation_id: str, user: str = USER) -> Any:
    return v1("GET", f"/generations/{generation_id}", user).body


def balance(user: str = USER) -> Any:
    return v1("GET", "/balance", user).body


def operate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools/operate.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_catalog_has_the_models_that_are_tested_here() -> None:
    models = [model["name"] for model in v1("GET", "/catalog").body["models"]]
    assert models == ["Model A", "Model B", "Model R"]


@pytest.mark.parametrize("model", ["Model A", "Model B", "Model R"])
def test_a_generation_of_each_model_is_seen_to_grow(model: str) -> None:
    looks = first_success(lambda: followed(create(model=model)), succeeded_at_once)

    assert looks[0]["status"] == "queued"
    assert looks[0]["cost"] == {"price": 1, "held": 1, "charged": 0, "refunded": 0}
    working = [look for look in looks if look["status"] == "processing"]
    assert working, "it was never seen at work"
    assert any(10 < look["progress"] < 100 for look in working)
    assert all(before["progress"] <= after["progress"] for before, after in pairwise(looks))
    assert looks[-1]["cost"] == {"price": 1, "held": 0, "charged": 1, "refunded": 0}
    (output,) = looks[-1]["outputs"]
    picture = download(output["url"])
    assert picture.headers["Content-Type"] == output["content_type"] == "image/png"
    assert len(picture.content) == output["bytes"]


def followed(created: Any) -> list[Any]:
    """Return every state that is seen from the order to the end."""
    looks = [created]

    def look() -> Any:
        looks.append(get(created["id"]))
        return looks[-1]

    until(look, lambda seen: seen["status"] in FINAL)
    return looks


def succeeded_at_once(looks: list[Any]) -> bool:
    """Say whether the first attempt succeeded. A second attempt starts again, also with its progress."""
    return bool(looks[-1]["status"] == "completed" and looks[-1]["attempt"] == 1)


def test_a_cancelled_generation_gives_its_credits_back_at_once_and_for_good() -> None:
    before = balance()
    created = create(model="Model R", size="1024x1024")
    cancelled = v1("POST", f"/generations/{created['id']}/cancel", USER)
    assert cancelled.status == 200
    assert cancelled.body["status"] == "cancelled"
    assert cancelled.body["cost"] == {"price": 3, "held": 0, "charged": 0, "refunded": 3}
    after = balance()
    assert (after["current_credits"], after["held_credits"]) == (before["current_credits"], before["held_credits"])
    assert [entry["id"] for entry in after["entries"][:2]] == [f"{created['id']}-refund", f"{created['id']}-deduction"]
    again = v1("POST", f"/generations/{created['id']}/cancel", USER)
    assert (again.status, again.body["cost"]) == (200, cancelled.body["cost"])


def test_a_list_is_newest_first_filtered_and_paged(app: Darkroom) -> None:
    start = app.clock().isoformat()
    ids = [create(model="Model R")["id"] for _ in range(3)]
    for generation_id in ids:
        v1("POST", f"/generations/{generation_id}/cancel", USER)

    def page(**query: Any) -> Any:
        reply = v1("GET", "/generations", USER, query={"from": start, **query})
        assert reply.status == 200, reply.body
        return reply.body

    first = page(page_size=2)
    second = page(page_size=2, page_token=first["next_page_token"])
    assert [each["id"] for each in first["data"] + second["data"]] == ids[::-1]
    assert second["next_page_token"] is None
    assert [each["id"] for each in page(status="cancelled", model="Model R", style="sketch")["data"]] == ids[::-1]
    assert page(style="anime")["data"] == []
    mixed = v1("GET", "/generations", USER, query={"status": "failed", "page_token": first["next_page_token"]})
    assert mixed.body["errors"][0]["pointer"] == "page_token"


def test_one_request_can_wait_for_the_picture() -> None:
    def waited() -> Reply:
        return v1("POST", "/generations", USER, json=ORDER, headers={"Prefer": "wait=20"})

    reply = first_success(waited, lambda reply: reply.body["status"] == "completed")
    assert reply.status == 202
    assert reply.headers["preference-applied"] == "wait=20"
    assert reply.headers["location"] == reply.body["urls"]["self"]
    assert reply.body["outputs"][0]["width"] == 512


def test_one_key_makes_one_generation_however_often_and_at_once_it_is_sent() -> None:
    before = balance()["current_credits"]
    headers = {"Idempotency-Key": str(uuid.uuid4())}

    def send(_: int) -> Reply:
        return v1("POST", "/generations", USER, json=ORDER | {"model": "Model R"}, headers=headers)

    with ThreadPoolExecutor(max_workers=3) as pool:
        replies = list(pool.map(send, range(3)))
    assert {reply.status for reply in replies} == {202}
    assert len({reply.body["id"] for reply in replies}) == 1
    assert sum("idempotent-replayed" in reply.headers for reply in replies) == 2
    assert before - balance()["current_credits"] <= 1, "one price, or none if it has failed already"
    other = v1("POST", "/generations", USER, json=ORDER | {"prompt": "Another"}, headers=headers)
    assert (other.status, other.body["code"]) == (422, "idempotency_key_reused")
    until(lambda: get(replies[0].body["id"]), lambda seen: seen["status"] in FINAL)


@pytest.fixture
def customer(app: Darkroom) -> tuple[str, dict[str, str]]:
    """Return the id and the header of a user who signed up at the Auth emulator and whom Darkroom knows with
    5 credits.
    """
    user_id, token = sign_up()
    now = app.clock()
    user = a_user(
        user_id,
        name="Customer",
        email="customer@example.com",
        current_credits=0,
        created_at=now,
        books_opened_at=now,
    )
    DemoRepository(app.documents).put_user(user, [], [])
    app.ledger.add(user_id, EntryType.GRANT, 5, source="e2e", external_id="welcome", description="Welcome")
    return user_id, {"Authorization": f"Bearer {token}"}


def test_a_token_of_the_auth_emulator_says_who_is_calling(customer: tuple[str, dict[str, str]]) -> None:
    user_id, headers = customer
    me = v1("GET", "/me", headers=headers)
    assert (me.status, me.body["id"], me.body["current_credits"]) == (200, user_id, 5)
    created = v1("POST", "/generations", headers=headers, json=ORDER)
    assert created.status == 202
    assert get(created.body["id"], user_id)["id"] == created.body["id"]
    another = v1("GET", "/me", USER, headers=headers)
    assert (another.status, another.body["code"]) == (404, "user_not_found")
    report = curl(
        "-X", "POST", f"{HOSTING}/api/scheduleWeeklyReport", "-H", f"Authorization: {headers['Authorization']}"
    )
    assert (report.status, report.body["error_type"]) == (403, "permission_denied")
    until(lambda: get(created.body["id"], user_id), lambda seen: seen["status"] in FINAL)


def test_the_token_of_an_admin_may_look_at_others() -> None:
    _, token = sign_up_admin()
    me = v1("GET", "/me", USER, headers={"Authorization": f"Bearer {token}"})
    assert (me.status, me.body["id"]) == (200, USER)


def test_a_forged_token_is_refused_even_where_none_is_needed() -> None:
    for what, token in forgeries().items():
        reply = v1("GET", "/me", USER, headers={"Authorization": f"Bearer {token}"})
        assert (reply.status, reply.body["code"]) == (401, "unauthenticated"), what


@pytest.mark.parametrize("folder", ["", "/api", "/v1"])
def test_the_worker_is_not_behind_hosting(folder: str) -> None:
    created = create(model="Model R")
    body = {"data": {"generation_request_id": created["id"]}}
    assert curl_json(f"{HOSTING}{folder}/processImageGeneration", body).status == 404
    v1("POST", f"/generations/{created['id']}/cancel", USER)


@pytest.fixture
def forgetful() -> Darkroom:
    """Return an instance that dies between the commit and the queue."""
    queue = MemoryQueue()
    queue.is_down = True
    return Darkroom(Settings.from_environment(os.environ), queue=queue)


def test_the_sweeper_rescues_what_was_never_enqueued(forgetful: Darkroom) -> None:
    def rescued() -> Any:
        generation_id = lost(forgetful)
        assert get(generation_id)["status"] == "queued"
        swept = operate("sweep")
        assert swept.returncode == 0, swept.stderr
        return until(lambda: get(generation_id), lambda seen: seen["status"] in FINAL)

    first_success(rescued, lambda seen: seen["status"] == "completed")


def lost(app: Darkroom) -> str:
    """Return a generation that is paid for, but has no task."""
    generation = app.ordering.create(Order(user_id=USER, ask=ask_of(ORDER))).generation
    overdue = app.clock() - timedelta(minutes=5)
    app.documents.commit([Update(f"generation_requests/{generation.id}", {"due_at": overdue})])
    return generation.id


def test_at_the_end_the_books_are_exact(app: Darkroom) -> None:
    unsettled = Query(collection="generation_requests", where=(("status", "in", ("queued", "processing")),))
    until(lambda: app.documents.query(unsettled), lambda found: not found)
    audit = operate("audit")
    assert audit.returncode == 0, audit.stdout + audit.stderr
