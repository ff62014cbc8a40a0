"""The README of feraset-imagen is followed line by line, with curl. Only the project's id differs."""

import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from PIL import Image

from bootstrap import Darkroom
from core.calendar import local_date, week_of
from domain.credits.ledger import DEBITS
from e2e.client import BASES, FINAL, FUNCTIONS, HOSTING, Reply, curl, curl_json, download, first_success, until
from e2e.refusals import CREATE_REFUSALS, LANDSCAPE, LOOK_REFUSALS, ORDER_REFUSALS, SMALL
from repositories.store.documents import Query
from services.generations.ports import GenerationFilter

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("seeded")]

NAMES = (
    "createGenerationRequest",
    "getGenerationStatus",
    "getUserCredits",
    "validate_user",
    "seed_database",
    "scheduleWeeklyReport",
)
SIZES = {"512x512": (512, 512), "1024x1024": (1024, 1024), "1024x1792": (1024, 1792)}
COLLECTIONS = ("users", "transactions", "generation_requests", "styles", "colors", "sizes")


def test_seed_database() -> None:
    reply = curl("-X", "POST", f"{FUNCTIONS}/seed_database")
    counts = reply.body["counts"]
    assert reply.status == 200
    assert reply.body["success"] is True
    assert reply.body["message"] == (
        "Database seeded successfully with validated data! Added 6 styles, 5 colors, 3 sizes, and 13 test users."
    )
    assert {name: counts[name] for name in ("styles", "colors", "sizes", "users")} == {
        "styles": 6,
        "colors": 5,
        "sizes": 3,
        "users": 13,
    }
    assert counts["transactions"] >= counts["generation_requests"] > 100


def test_seeding_again_changes_nothing(app: Darkroom) -> None:
    before = versions(app)
    assert len(before) > 300
    assert curl("-X", "POST", f"{FUNCTIONS}/seed_database").status == 200
    assert versions(app) == before


def versions(app: Darkroom) -> dict[str, object]:
    queries = (Query(collection=name, group=name == "transactions") for name in COLLECTIONS)
    return {document.path: document.version for query in queries for document in app.documents.query(query)}


def test_get_user_credits() -> None:
    reply = curl(f"{FUNCTIONS}/getUserCredits?userId=arda")
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    assert reply.body["success"] is True
    assert isinstance(reply.body["currentCredits"], int)
    assert 0 < len(reply.body["transactions"]) <= 100
    for entry in reply.body["transactions"]:
        assert set(entry) >= {"id", "type", "credits", "timestamp", "user_id", "description", "generation_request_id"}
    assert curl_json(f"{FUNCTIONS}/getUserCredits", {"userId": "arda"}).body == reply.body


@pytest.mark.parametrize("size", SIZES)
def test_from_the_request_to_the_picture(size: str) -> None:
    price = {"512x512": 1, "1024x1024": 3, "1024x1792": 4}[size]
    order = LANDSCAPE | {"size": size}
    before = credits_of("arda")

    status = first_success(lambda: ordered(order, price), lambda status: status["status"] == "completed")

    assert set(status) >= {"generationRequestId", "status", "imageUrl", "error_message", "progress"}
    assert set(status) >= {"created_at", "updated_at", "completed_at"}
    assert status["error_message"] is None
    assert status["progress"] == 100.0
    assert status["created_at"].endswith("+00:00")
    assert " " in status["created_at"], "as str() has it: no T"
    assert credits_of("arda") == before - price, "a failure before it was given back"
    assert_is_the_picture(status, order)


def ordered(order: dict[str, str], price: int) -> Any:
    """Follow one generation from queued to its end."""
    created = curl_json(f"{FUNCTIONS}/createGenerationRequest", order)
    assert created.status == 202, created.body
    assert set(created.body) == {"generationRequestId", "status", "deductedCredits", "queuePosition"}
    assert created.body["status"] == "queued"
    assert created.body["deductedCredits"] == price
    generation_id = created.body["generationRequestId"]
    return until(lambda: status_of(generation_id).body, lambda status: status["status"] in FINAL)


def status_of(generation_id: str) -> Reply:
    return curl(f"{FUNCTIONS}/getGenerationStatus?generationRequestId={generation_id}")


def credits_of(user_id: str) -> int:
    return int(curl(f"{FUNCTIONS}/getUserCredits?userId={user_id}").body["currentCredits"])


def assert_is_the_picture(status: dict[str, Any], order: dict[str, str]) -> None:
    answer = download(status["imageUrl"])
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/png"
    picture = Image.open(io.BytesIO(answer.content))
    picture.load()
    assert picture.format == "PNG"
    assert picture.size == SIZES[order["size"]]
    painted = {name: picture.info[name] for name in ("model", "style", "color", "size", "prompt", "generation_id")}
    asked = {name: value for name, value in order.items() if name != "userId"}
    assert painted == asked | {"generation_id": status["generationRequestId"]}


def test_the_status_can_be_asked_by_post() -> None:
    generation_id = curl_json(f"{FUNCTIONS}/createGenerationRequest", SMALL).body["generationRequestId"]
    by_post = curl_json(f"{FUNCTIONS}/getGenerationStatus", {"generationRequestId": generation_id})
    assert by_post.status == 200
    assert by_post.body["generationRequestId"] == generation_id
    until(lambda: status_of(generation_id).body, lambda status: status["status"] in FINAL)


@pytest.mark.parametrize("base", BASES)
def test_validate_user(base: str) -> None:
    reply = curl(f"{base}/validate_user?userId=arda")
    assert reply.status == 200
    user = reply.body.pop("user_data")
    assert reply.body == {"success": True, "message": "User exists", "exists": True}
    assert set(user) == {"name", "email", "current_credits"}
    assert curl_json(f"{base}/validate_user", {"userId": "arda"}).status == 200


@pytest.mark.parametrize("base", BASES)
def test_weekly_report(base: str, app: Darkroom) -> None:
    assert curl("-X", "POST", f"{base}/scheduleWeeklyReport").status == 200, "as the README has it"
    reply = curl_json(f"{base}/scheduleWeeklyReport", {"as_of": after_the_planted_week(app).isoformat()})
    assert reply.status == 200
    assert set(reply.body) == {"reportStatus", "report_data", "summary", "anomaly_summary"}
    report, summary = reply.body["report_data"], reply.body["summary"]
    assert reply.body["reportStatus"] == "success"
    assert report["report_type"] == "weekly"
    assert report["id"].startswith("weekly_report_20")
    assert report["generation_stats"]["total_requests"] == summary["total_requests"] > 0
    assert set(report["model_performance"]) >= {"Model A", "Model B"}
    assert {anomaly["user_id"] for anomaly in report["anomaly_analysis"]["detected_anomalies"] if "user_id" in anomaly}


def after_the_planted_week(app: Darkroom) -> datetime:
    """Return the end of the week in which the demo has anomalies. Another week may have ended since the stack was
    seeded.
    """
    (planted,) = app.generations.page({"bot_spammer"}, GenerationFilter(), after=None, limit=1)
    zone = app.settings.report_zone
    return week_of(local_date(planted.created_at, zone)).window(zone).end


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("case", CREATE_REFUSALS)
def test_what_is_no_order_is_refused(case: str, base: str) -> None:
    arguments, status, expected = CREATE_REFUSALS[case]
    assert_refused(curl(f"{base}/createGenerationRequest", *arguments), status, expected)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("case", ORDER_REFUSALS)
def test_a_wrong_order_is_refused(case: str, base: str) -> None:
    order, status, expected = ORDER_REFUSALS[case]
    assert_refused(curl_json(f"{base}/createGenerationRequest", order), status, expected)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("case", LOOK_REFUSALS)
def test_a_wrong_question_is_refused(case: str, base: str) -> None:
    address, status, expected = LOOK_REFUSALS[case]
    assert_refused(curl(f"{base}/{address}"), status, expected)


def assert_refused(reply: Reply, status: int, expected: dict[str, Any]) -> None:
    """Check the refusal. Darkroom may add fields, but it changes none."""
    assert reply.status == status, reply.body
    assert {name: reply.body.get(name) for name in expected} == expected


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("name", NAMES)
def test_our_own_pages_may_call_every_function(name: str, base: str) -> None:
    reply = curl("-X", "OPTIONS", f"{base}/{name}", "-H", f"Origin: {HOSTING}")
    assert reply.status == 204
    assert reply.body is None
    assert reply.headers["access-control-allow-origin"] == HOSTING
    stranger = curl("-X", "OPTIONS", f"{base}/{name}", "-H", "Origin: https://example.com")
    assert "access-control-allow-origin" not in stranger.headers
    assert reply.headers["access-control-allow-methods"] == "GET, POST, PUT, PATCH, DELETE, OPTIONS"
    assert {"Content-Type", "Authorization"} <= set(reply.headers["access-control-allow-headers"].split(", "))
    assert reply.headers["access-control-max-age"] == "3600"


@pytest.mark.parametrize("user_id", ["arda", "bot_spammer", "new_enterprise"])
def test_all_entries_add_up_to_the_balance(user_id: str) -> None:
    entries = list(all_entries(user_id))
    signed = (-entry["credits"] if entry["type"] in DEBITS else entry["credits"] for entry in entries)
    assert sum(signed) == credits_of(user_id)
    assert len({entry["id"] for entry in entries}) == len(entries)
    times = [entry["timestamp"] for entry in entries]
    assert times == sorted(times, reverse=True)


def all_entries(user_id: str) -> Iterator[dict[str, Any]]:
    address = f"{FUNCTIONS}/getUserCredits?userId={user_id}"
    page = curl(address).body
    yield from page["transactions"]
    while page["nextPageToken"] is not None:
        page = curl(f"{address}&pageToken={page['nextPageToken']}").body
        yield from page["transactions"]


def test_a_request_id_comes_back() -> None:
    reply = curl("-H", "X-Request-Id: readme-1", f"{FUNCTIONS}/getUserCredits?userId=arda")
    assert reply.headers["x-request-id"] == "readme-1"
