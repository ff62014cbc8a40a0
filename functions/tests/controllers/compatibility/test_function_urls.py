import base64
import re
from datetime import timedelta
from typing import Any

import pytest

from core.errors import Unavailable
from domain.credits.ledger import EntryType
from repositories.store.documents import Create
from services.generations.model_ports import ModelRejected
from unsteady import UnsteadyDocuments, did_not_happen, happened
from world import ORDER, Response, World

BODY = {**ORDER, "userId": "alice"}
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def create(world: World, body: Any = None, **request: Any) -> Response:
    return world.call("create_generation_request", **{"json": {**BODY, **(body or {})}, **request})


def status(world: World, generation_id: str) -> Response:
    return world.call("get_generation_status", "GET", query_string={"generationRequestId": generation_id})


def credits_(world: World, user_id: str, **query: str) -> Response:
    return world.call("get_user_credits", "GET", query_string={"userId": user_id, **query})


# --- F1: createGenerationRequest ---


def test_f1_a_request_is_accepted(world: World) -> None:
    response = create(world, {"size": "1024x1792"})
    assert response.status == 202
    assert UUID4.fullmatch(response.body["generationRequestId"])
    assert response.body == {
        "generationRequestId": response.body["generationRequestId"],
        "status": "queued",
        "deductedCredits": 4,
        "queuePosition": None,
    }
    assert world.user("alice").balance.current_credits == 96
    assert len(world.queue.waiting) == 1


def test_f1_what_postman_sends_works(world: World) -> None:
    response = create(world, {"style": "oil painting", "priority": "normal", "unknown": 1})
    assert response.status == 202
    assert world.generation(response.body["generationRequestId"]).spec.params["style"] == "oil_painting"


def test_f1_only_post_is_allowed(world: World) -> None:
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        response = world.call("create_generation_request", method)
        assert response.status == 405
        assert response.body == {
            "success": False,
            "message": "Only POST method is allowed",
            "error": "Method not allowed",
        }


def test_f1_only_json_is_taken(world: World) -> None:
    response = create(world, json=None, data="x=1", content_type="text/plain")
    assert response.status == 400
    assert response.body == {
        "success": False,
        "message": "Content-Type must be application/json",
        "error": "Invalid content type",
    }


@pytest.mark.parametrize("text", ["", "{", "{}", "null", "[]", '"text"', "7", "{'a': 1}"])
def test_f1_what_is_no_json_object_is_named(world: World, text: str) -> None:
    response = create(world, json=None, data=text, content_type="application/json")
    assert response.status == 400
    assert response.body["success"] is False
    assert response.body["message"] == "Invalid JSON in request body"
    assert response.body["error"] == "JSON parsing failed"


def test_f1_missing_fields_are_a_validation_error_that_names_each(world: World) -> None:
    response = world.call("create_generation_request", json={"userId": "alice", "model": "Model A"})
    assert response.status == 400
    assert response.body["success"] is False
    assert response.body["message"] == "Request validation failed"
    assert response.body["error_type"] == "validation"
    for name in ("style", "color", "size", "prompt"):
        assert f"{name}: required" in response.body["error"]


def test_f1_an_unknown_model_is_a_validation_error_with_the_models(world: World) -> None:
    response = create(world, {"model": "Model C"})
    assert (response.status, response.body["message"]) == (400, "Request validation failed")
    assert response.body["error"] == "Invalid model 'Model C'. Valid options: ['Model A', 'Model B', 'Model R']"


def test_f1_an_unknown_user_is_404(world: World) -> None:
    response = create(world, {"userId": "benyokum"})
    assert response.status == 404
    assert response.body == {
        "success": False,
        "message": "User not found: benyokum",
        "error": "User not found: benyokum",
        "error_type": "not_found",
        "refunded": False,
        "generation_request_id": None,
    }


def test_f1_an_unknown_size_is_named_as_it_was(world: World) -> None:
    response = create(world, {"size": "800x600"})
    assert response.status == 400
    assert response.body["message"] == "Invalid image size: 800x600"
    assert response.body["error_type"] == "validation"
    assert (response.body["refunded"], response.body["generation_request_id"]) == (False, None)
    assert "'1024x1792'" in response.body["error"]


def test_f1_unknown_options_are_named_with_what_is_allowed(world: World) -> None:
    response = create(world, {"style": "cubist", "color": "warm"})
    assert response.status == 400
    assert response.body["message"] == "Invalid generation parameters"
    styles = ["realistic", "anime", "oil_painting", "sketch", "cyberpunk", "watercolor"]
    colors = ["vibrant", "monochrome", "pastel", "neon", "vintage"]
    assert response.body["errors"] == [
        f"Invalid style 'cubist'. Valid options: {styles}",
        f"Invalid color 'warm'. Valid options: {colors}",
    ]
    assert response.body["error"] == "; ".join(response.body["errors"])


def test_f1_too_few_credits_are_402(world: World) -> None:
    before = world.records()
    response = create(world, {"userId": "bob", "size": "1024x1024"})
    assert response.status == 402
    assert response.body == {
        "success": False,
        "message": "Insufficient credits. Required: 3, Available: 0",
        "error": "Insufficient credits. Required: 3, Available: 0",
        "error_type": "insufficient_credits",
        "refunded": False,
        "generation_request_id": None,
    }
    assert world.records() == before


def test_f1_credits_that_went_between_check_and_deduction_are_402_too(world: World) -> None:
    world.add_user("dora", 1)
    assert create(world, {"userId": "dora"}).status == 202
    another = World(world.now, documents=world.documents)
    assert create(another, {"userId": "dora"}).status == 402


def test_f1_while_the_queue_is_down_requests_are_accepted_and_kept(world: World) -> None:
    world.queue.is_down = True
    response = create(world)
    assert response.status == 202
    assert status(world, response.body["generationRequestId"]).body["status"] == "queued"


def test_f1_an_inactive_user_is_403(world: World) -> None:
    world.overwrite("users/alice", is_active=False)
    response = create(world)
    assert (response.status, response.body["error_type"]) == (403, "forbidden")


def test_f1_without_a_user_the_field_is_named(world: World) -> None:
    response = world.call("create_generation_request", json=ORDER)
    assert response.status == 400
    assert "userId" in response.body["error"]


# --- F2: getGenerationStatus ---


def test_f2_a_new_request_is_queued_with_its_place(world: World) -> None:
    first = world.create("mallory")
    world.later(seconds=1)
    generation_id = world.create()
    status(world, generation_id)
    world.run_asides()
    body = status(world, generation_id).body
    assert body == {
        "generationRequestId": generation_id,
        "status": "queued",
        "imageUrl": None,
        "error_message": None,
        "progress": 10.0,
        "queuePosition": 2,
        "created_at": "2026-03-04 12:00:01+00:00",
        "updated_at": "2026-03-04 12:00:01+00:00",
        "completed_at": None,
    }
    assert status(world, first).body["queuePosition"] == 1


def test_f2_a_completed_request_shows_its_image(world: World) -> None:
    generation_id = world.create()
    world.now += timedelta(microseconds=1_706_777)
    world.deliver_all()
    response = world.call("get_generation_status", json={"generationRequestId": generation_id})
    assert response.status == 200
    assert response.body == {
        "generationRequestId": generation_id,
        "status": "completed",
        "imageUrl": f"https://outputs.test/generations/alice/{generation_id}/0.png",
        "error_message": None,
        "progress": 100.0,
        "queuePosition": None,
        "created_at": "2026-03-04 12:00:00+00:00",
        "updated_at": "2026-03-04 12:00:01.706777+00:00",
        "completed_at": "2026-03-04 12:00:01.706777+00:00",
    }


def test_f2_a_failed_request_says_why(world: World) -> None:
    generation_id = world.create()
    world.model.script = [ModelRejected("content_filter", "Content filter violation")]
    world.deliver_all()
    body = status(world, generation_id).body
    assert (body["status"], body["error_message"], body["progress"]) == ("failed", "Content filter violation", 100.0)


def test_f2_the_seeds_own_requests_are_read(world: World) -> None:
    fields = {
        "id": "old",
        "user_id": "alice",
        **ORDER,
        "status": "completed",
        "credits_deducted": 1,
        "image_url": "https://placeholder-images-model-a.example.com/generated/old",
        "error_message": None,
        "created_at": world.now,
        "updated_at": world.now,
        "completed_at": world.now,
    }
    world.documents.commit([Create("generation_requests/old", fields)])
    body = status(world, "old").body
    assert (body["status"], body["imageUrl"]) == ("completed", fields["image_url"])


@pytest.mark.parametrize(("method", "request_"), [("GET", {}), ("POST", {"json": {}}), ("POST", {})])
def test_f2_without_an_id_it_is_named(world: World, method: str, request_: dict[str, Any]) -> None:
    response = world.call("get_generation_status", method, **request_)
    assert response.status == 400
    assert response.body == {
        "success": False,
        "message": "generationRequestId parameter is required",
        "error": "Missing generationRequestId",
    }


def test_f2_an_unknown_id_is_404(world: World) -> None:
    response = status(world, "no-such-id")
    assert response.status == 404
    assert response.body == {
        "success": False,
        "message": "Generation request not found: no-such-id",
        "error": "Request does not exist",
    }


@pytest.mark.parametrize("function", ["get_generation_status", "get_user_credits", "validate_user"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_405(world: World, function: str, method: str) -> None:
    response = world.call(function, method)
    assert (response.status, response.body["success"]) == (405, False)


# --- F3: getUserCredits ---


def test_f3_credits_come_with_the_ledger(world: World) -> None:
    world.later(seconds=1)
    generation_id = world.create(size="1024x1024")
    response = credits_(world, "alice")
    assert response.status == 200
    assert list(response.body) == ["success", "currentCredits", "transactions", "nextPageToken"]
    assert (response.body["success"], response.body["currentCredits"]) == (True, 97)
    assert response.body["transactions"][0] == {
        "id": f"{generation_id}-deduction",
        "type": "deduction",
        "credits": 3,
        "generation_request_id": generation_id,
        "timestamp": "2026-03-04T12:00:01+00:00",
        "user_id": "alice",
        "description": "Image generation - Model A - 1024x1024",
    }
    assert response.body["nextPageToken"] is None
    assert world.call("get_user_credits", json={"userId": "alice"}).body == response.body


def test_f3_a_refund_is_named_as_it_was(world: World) -> None:
    world.create()
    world.later(seconds=1)
    world.model.script = [ModelRejected("content_filter", "Content filter violation")]
    world.deliver_all()
    refund = credits_(world, "alice").body["transactions"][0]
    assert (refund["type"], refund["credits"]) == ("refund", 1)
    assert refund["description"] == "Refund for failed generation: Content filter violation"


def test_f3_the_newest_hundred_come_first_and_tokens_lead_through_all(world: World) -> None:
    for number in range(249):
        if number % 7 == 0:
            world.later(seconds=1)
        world.app.ledger.add(
            "alice", EntryType.GRANT, 1, source="test", external_id=f"{number:03}", description="One more"
        )
    seen: list[str] = []
    lengths: list[int] = []
    query: dict[str, str] = {}
    while True:
        body = credits_(world, "alice", **query).body
        lengths.append(len(body["transactions"]))
        seen += [entry["id"] for entry in body["transactions"]]
        if body["nextPageToken"] is None:
            break
        query = {"pageToken": body["nextPageToken"]}
    assert lengths == [100, 100, 50]
    assert len(set(seen)) == 250
    assert seen[-1] == "test-start"
    assert seen[0] == "test-248"


@pytest.mark.parametrize("token", ["garbage", "e30", "!!!!", "é", "a" * 2000])
def test_f3_a_token_of_nobody_is_refused(world: World, token: str) -> None:
    response = credits_(world, "alice", pageToken=token)
    assert (response.status, response.body["error_type"]) == (400, "invalid_request")


def test_f3_a_token_that_is_nested_without_end_is_refused(world: World) -> None:
    token = base64.urlsafe_b64encode(b"[" * 30_000).decode()
    response = world.call("get_user_credits", json={"userId": "alice", "pageToken": token})
    assert (response.status, response.body["error_type"]) == (400, "invalid_request")


@pytest.mark.parametrize(("method", "request_"), [("GET", {}), ("POST", {"json": {}}), ("POST", {})])
def test_f3_without_a_user_it_is_named(world: World, method: str, request_: dict[str, Any]) -> None:
    response = world.call("get_user_credits", method, **request_)
    assert response.status == 400
    assert response.body == {
        "success": False,
        "message": "userId parameter is required",
        "error": "Missing userId in query parameters or request body",
    }


def test_f3_an_unknown_user_is_404(world: World) -> None:
    response = credits_(world, "nobody")
    assert response.status == 404
    assert response.body == {
        "success": False,
        "message": "User not found: nobody",
        "error": "User does not exist",
    }


# --- F4: validate_user ---


def test_f4_a_user_who_exists(world: World) -> None:
    for request in ({"method": "GET", "query_string": {"userId": "alice"}}, {"json": {"userId": "alice"}}):
        response = world.call("validate_user", **request)
        assert response.status == 200
        assert response.body == {
            "success": True,
            "message": "User exists",
            "exists": True,
            "user_data": {"name": "Alice", "email": "alice@example.com", "current_credits": 100},
        }


def test_f4_a_user_who_does_not(world: World) -> None:
    response = world.call("validate_user", "GET", query_string={"userId": "nobody"})
    assert response.status == 404
    assert response.body == {"success": False, "message": "User not found: nobody", "exists": False}


def test_f4_without_a_user(world: World) -> None:
    response = world.call("validate_user", "GET")
    assert response.status == 400
    assert response.body == {"success": False, "message": "userId parameter is required"}


def test_f4_an_outage_is_no_missing_user(world: World) -> None:
    class Silent:
        def get(self, path: str) -> None:
            raise Unavailable("The database does not answer. Try again.")

    world.app.users._documents = Silent()  # type: ignore[assignment]
    response = world.call("validate_user", "GET", query_string={"userId": "alice"})
    assert (response.status, "exists" in response.body) == (503, False)


@pytest.mark.parametrize("function", ["get_user_credits", "validate_user"])
@pytest.mark.parametrize("value", [7, ["alice"], {"a": 1}, True])
def test_a_parameter_that_is_no_text_is_refused(world: World, function: str, value: object) -> None:
    response = world.call(function, json={"userId": value})
    assert response.status == 400
    assert "userId" in response.body["message"]


# --- F5: seed_database ---


@pytest.mark.parametrize("function", ["create_generation_request", "seed_database", "schedule_weekly_report"])
@pytest.mark.parametrize("method", ["HEAD", "TRACE", "DELETE", "PATCH"])
def test_a_method_that_must_not_write_is_405(world: World, function: str, method: str) -> None:
    before = world.records()
    response = world.call(function, method)
    assert response.status == 405
    allowed = "POST" if function == "create_generation_request" else "GET, POST, PUT"
    assert response.headers["Allow"] == allowed
    assert world.records() == before


def test_f5_a_slow_database_is_503(world: World) -> None:
    documents = UnsteadyDocuments()
    slow = World(world.now, documents=documents)
    for lost in (happened, did_not_happen):
        documents.script = [None, None, None, lost]  # the catalog is there, and then the users are written
        response = slow.call("seed_database")
        assert (response.status, response.body["success"]) == (503, False)
        assert response.headers["Retry-After"]
    assert slow.call("seed_database").status == 200


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_f5_seeding_answers_with_counts(world: World, method: str) -> None:
    response = world.call("seed_database", method)
    assert response.status == 200
    assert list(response.body) == ["success", "message", "counts"]
    counts = response.body["counts"]
    assert (counts["styles"], counts["colors"], counts["sizes"], counts["users"]) == (6, 5, 3, 13)
    assert counts["generation_requests"] > 100
    assert counts["transactions"] > counts["generation_requests"]


def test_f5_called_twice_it_changes_nothing(world: World) -> None:
    world.call("seed_database")
    before = world.records()
    world.call("seed_database")
    assert world.records() == before


# --- F6: scheduleWeeklyReport ---


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_f6_a_report_of_the_last_full_week_is_answered_and_saved(world: World, method: str) -> None:
    world.now -= timedelta(days=7)
    world.create()
    world.now += timedelta(days=7)
    response = world.call("schedule_weekly_report", method)
    assert response.status == 200
    assert list(response.body) == ["reportStatus", "report_data", "summary", "anomaly_summary"]
    assert response.body["reportStatus"] == "success"
    assert response.body["report_data"]["id"] == "weekly_report_2026_03_04"
    assert response.body["report_data"]["generation_stats"]["total_requests"] == 1
    assert response.body["summary"]["credits_consumed"] == 1
    assert "reports/weekly_report_2026_03_04" in world.records()


def test_f6_a_report_that_fails_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object) -> None:
        raise Unavailable("The database does not answer. Try again.")

    monkeypatch.setattr(world.documents, "totals", silent)
    response = world.call("schedule_weekly_report")
    assert response.status >= 500
    assert response.body == {
        "reportStatus": "failed",
        "error": "The database does not answer. Try again.",
        "error_type": "unavailable",
    }
    assert not [path for path in world.records() if path.startswith("reports/")]


# --- F7 and F8: tasks and schedules ---


def test_f7_the_worker_has_no_address_of_its_own_among_the_function_urls(world: World) -> None:
    for urls in (world.app.generation_urls, world.app.user_urls, world.app.operator_urls):
        assert not [name for name in dir(urls) if "process" in name]
    assert world.api("POST", "/v1/processImageGeneration", json={"generation_request_id": "x"}).status == 404


def test_f8_schedules_run_by_hand_as_well(world: World) -> None:
    world.create()
    world.app.schedules.weekly_report()
    world.app.schedules.audit()
    world.app.schedules.sweep()
    assert "reports/weekly_report_2026_03_04" in world.records()
