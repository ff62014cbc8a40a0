import hashlib
from typing import Any

import pytest
from firebase_functions.https_fn import HttpsError

from domain.generations.generation import Status
from services.generations.model_ports import ModelRejected, ModelUnavailable
from world import ORDER, Response, World


def post(world: World, user_id: str = "alice", **request: Any) -> Response:
    return world.api("POST", "/v1/generations", user_id, **{"json": ORDER, **request})


def get(world: World, generation_id: str, user_id: str = "alice", **request: Any) -> Response:
    return world.api("GET", f"/v1/generations/{generation_id}", user_id, **request)


# --- create ---


def test_a_new_generation_is_answered_with_the_whole_resource(world: World) -> None:
    response = post(world, json={**ORDER, "seed": 7, "metadata": {"ref": "1"}})
    assert response.status == 202
    generation_id = response.body.pop("id")
    assert response.headers["Location"] == f"/v1/generations/{generation_id}"
    assert response.headers["Content-Type"] == "application/json"
    assert "Idempotent-Replayed" not in response.headers
    assert response.body == {
        "kind": "text_to_image",
        "status": "queued",
        "progress": 10.0,
        "model": "Model A",
        "prompt": "A lighthouse at dusk",
        "params": {"style": "realistic", "color": "vibrant", "size": "512x512", "seed": 7},
        "outputs": [],
        "cost": {"price": 1, "held": 1, "charged": 0, "refunded": 0},
        "error": None,
        "queue_position": None,
        "attempt": 0,
        "created_at": "2026-03-04T12:00:00Z",
        "started_at": None,
        "completed_at": None,
        "metadata": {"ref": "1"},
        "urls": {
            "self": f"/v1/generations/{generation_id}",
            "cancel": f"/v1/generations/{generation_id}/cancel",
        },
    }


def test_too_few_credits_are_402_with_both_numbers_and_nothing_charged(world: World) -> None:
    before = world.records()
    response = post(world, "bob", json={**ORDER, "size": "1024x1792"})
    assert response.status == 402
    assert response.headers["Content-Type"] == "application/problem+json"
    request_id = response.body.pop("request_id")
    assert request_id == response.headers["X-Request-Id"]
    assert response.body == {
        "type": "http://127.0.0.1:8888/docs/problems/insufficient_credits",
        "title": "There are not enough credits",
        "status": 402,
        "detail": "Insufficient credits. Required: 4, Available: 0",
        "code": "insufficient_credits",
        "retryable": False,
        "charged": False,
        "required": 4,
        "available": 0,
    }
    assert world.records() == before


def test_every_fault_comes_at_once_with_pointer_and_options(world: World) -> None:
    response = post(world, json={**ORDER, "model": "Model C", "style": "cubist", "prompt": " ", "seed": -1})
    assert response.status == 400
    found = {fault["pointer"]: fault for fault in response.body["errors"]}
    assert set(found) == {"/model", "/style", "/prompt", "/seed"}
    assert found["/model"]["allowed"] == ["Model A", "Model B", "Model R"]
    assert found["/style"]["detail"] == "Invalid style 'cubist'"
    assert found["/prompt"]["detail"] == "must not be blank"
    assert (response.body["code"], response.body["charged"]) == ("invalid_request", False)


def test_a_missing_field_is_required(world: World) -> None:
    of_model_a = {"/style", "/color", "/size", "/prompt"}
    for given, missing in (({}, {"/model", "/prompt"}), ({"model": "Model A"}, of_model_a)):
        response = post(world, json=given)
        assert {(fault["pointer"], fault["detail"]) for fault in response.body["errors"]} == {
            (pointer, "required") for pointer in missing
        }


def test_a_deactivated_user_is_403(world: World) -> None:
    world.overwrite("users/alice", is_active=False)
    response = post(world)
    assert (response.status, response.body["code"]) == (403, "user_inactive")


@pytest.mark.parametrize(
    "prompt",
    [
        "منارة عند الغروب",
        "מגדלור בשקיעה",
        "👩🏽‍🚀 🏳️‍🌈 🐙",
        "Z̸̡͔a̷l̶g̴o̵ a\u0301e\u0302",
        "line one\nline two\ttabbed",
        "<img src=x onerror=alert(1)>",
        "'; DROP TABLE users; --",
        "\u202eright to left\u202c",
        "x" * 1000,
        "🐙" * 1000,
        "{{7*7}} ${jndi:ldap://x}",
    ],
)
def test_prompts_of_every_kind_are_accepted_and_given_back_unchanged(world: World, prompt: str) -> None:
    response = post(world, json={**ORDER, "prompt": prompt})
    assert response.status == 202
    assert get(world, response.body["id"]).body["prompt"] == prompt


# --- idempotency ---


def test_the_same_key_and_body_is_the_same_generation(world: World) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first, second = post(world, headers=headers), post(world, headers=headers)
    assert (second.status, second.body) == (202, first.body)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert world.user("alice").balance.current_credits == 99


def test_a_quoted_key_is_the_same_key(world: World) -> None:
    first = post(world, headers={"Idempotency-Key": '"k-1"'})
    assert post(world, headers={"Idempotency-Key": "k-1"}).body["id"] == first.body["id"]


def test_the_same_key_with_another_body_is_422(world: World) -> None:
    headers = {"Idempotency-Key": "k-1"}
    post(world, headers=headers)
    response = post(world, headers=headers, json={**ORDER, "prompt": "Another"})
    assert (response.status, response.body["code"]) == (422, "idempotency_key_reused")
    assert world.user("alice").balance.current_credits == 99


def test_a_replay_is_answered_after_its_option_was_withdrawn(world: World) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = post(world, headers=headers)
    world.overwrite("styles/realistic", is_active=False)
    world.later(minutes=2)
    second = post(world, headers=headers)
    assert (second.status, second.body.get("id")) == (202, first.body["id"])
    assert post(world).status == 400


def test_a_replay_is_answered_when_the_credits_are_gone(world: World) -> None:
    world.add_user("dora", 1)
    headers = {"Idempotency-Key": "k-1"}
    first = post(world, "dora", headers=headers)
    assert post(world, "dora").status == 402
    assert post(world, "dora", headers=headers).body["id"] == first.body["id"]


# --- validate_only ---


def test_a_quote_creates_nothing(world: World) -> None:
    before = world.records()
    response = post(world, json={**ORDER, "size": "1024x1792", "validate_only": True})
    assert response.status == 200
    assert response.body == {"validate_only": True, "price": 4, "available": 100, "sufficient": True}
    assert world.records() == before


def test_a_quote_tells_the_poor_before_they_try(world: World) -> None:
    response = post(world, "bob", json={**ORDER, "validate_only": True})
    assert (response.status, response.body["sufficient"]) == (200, False)


def test_a_quote_names_what_is_wrong(world: World) -> None:
    assert post(world, json={**ORDER, "color": "warm", "validate_only": True}).status == 400


def test_a_quote_for_nobody_is_404(world: World) -> None:
    assert post(world, "nobody", json={**ORDER, "validate_only": True}).status == 404


# --- wait ---


def test_prefer_wait_answers_with_the_result_if_it_comes_in_time(world: World) -> None:
    def pause(seconds: float) -> None:
        world.later(seconds=seconds)
        world.deliver_all()

    world.app.made["pause"] = pause
    response = post(world, headers={"Prefer": "respond-async, wait=10"})
    assert (response.status, response.body["status"]) == (202, "completed")
    assert response.headers["Preference-Applied"] == "wait=10"


def test_a_wait_that_is_over_answers_with_how_it_is(world: World) -> None:
    started = world.now
    response = post(world, headers={"Prefer": "wait=3"})
    assert response.body["status"] == "queued"
    assert (world.now - started).total_seconds() == 3


@pytest.mark.parametrize("prefer", ["respond-async", "handling=lenient", ""])
def test_preferences_that_mean_nothing_here_are_ignored(world: World, prefer: str) -> None:
    response = post(world, headers={"Prefer": prefer})
    assert response.status == 202
    assert "Preference-Applied" not in response.headers


@pytest.mark.parametrize(
    "prefer", ["wait=-1", "wait=abc", "wait", "wait=", "wait=1.5", "wait=٣", 'wait="3', "wait=-1, wait=3", 'x="wait=3"']
)
def test_a_wait_that_cannot_be_met_is_ignored(world: World, prefer: str) -> None:
    started = world.now
    response = post(world, headers={"Prefer": prefer.encode().decode("latin-1")})
    assert (response.status, response.body["status"]) == (202, "queued")
    assert "Preference-Applied" not in response.headers
    assert world.now == started


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        ("wait=3", 3),
        ("WAIT = 3", 3),
        ('wait="3"', 3),
        ('wait="\\3"', 3),
        ("wait=003", 3),
        ("wait=3; foo=bar", 3),
        ('foo="a, wait=9"; x="y;z", wait=3', 3),
        ("respond-async,,wait=3, wait=9", 3),
        ("wait=60", 50),
        ("wait=" + "9" * 5000, 50),
    ],
)
def test_a_wait_is_read_as_the_standard_has_it_and_capped(world: World, prefer: str, seconds: int) -> None:
    started = world.now
    response = post(world, headers={"Prefer": prefer})
    assert response.headers["Preference-Applied"] == f"wait={seconds}"
    assert (world.now - started).total_seconds() == seconds


def test_several_headers_are_one_list(world: World) -> None:
    response = post(world, headers=[("Prefer", "respond-async"), ("Prefer", "wait=2")])
    assert response.headers["Preference-Applied"] == "wait=2"


def test_the_longest_wait_is_fifty_seconds(world: World) -> None:
    started = world.now
    assert get(world, world.create(), headers={"Prefer": "wait=50"}).status == 200
    assert (world.now - started).total_seconds() == 50


# --- get ---


def test_a_completed_generation_shows_what_came_out_and_what_it_cost(world: World) -> None:
    generation_id = world.create(size="1024x1024")
    world.later(seconds=30)
    world.deliver_all()
    body = get(world, generation_id).body
    assert (body["status"], body["progress"], body["attempt"]) == ("completed", 100.0, 1)
    assert body["outputs"] == [
        {
            "url": f"https://outputs.test/generations/alice/{generation_id}/0.png",
            "thumbnail_url": f"https://outputs.test/generations/alice/{generation_id}/0-thumbnail.webp",
            "content_type": "image/png",
            "width": 1024,
            "height": 1024,
            "duration": None,
            "bytes": 20,
            "sha256": hashlib.sha256(b"A lighthouse at dusk").hexdigest(),
        }
    ]
    assert body["cost"] == {"price": 3, "held": 0, "charged": 3, "refunded": 0}
    assert body["completed_at"] == body["started_at"] == "2026-03-04T12:00:30Z"


def test_where_there_is_no_preview_its_url_is_null(world: World) -> None:
    world.previewer.reads_pictures = False
    generation_id = world.create()
    world.deliver_all()
    (output,) = get(world, generation_id).body["outputs"]
    assert output["thumbnail_url"] is None
    assert output["url"]


def test_a_failed_generation_says_why_and_that_it_was_refunded(world: World) -> None:
    generation_id = world.create()
    world.model.script = [ModelRejected("content_filter", "Content filter violation")]
    world.deliver_all()
    body = get(world, generation_id).body
    assert body["status"] == "failed"
    assert body["error"] == {"code": "content_filter", "message": "Content filter violation", "retryable": False}
    assert body["cost"] == {"price": 1, "held": 0, "charged": 0, "refunded": 1}


def test_an_output_has_a_link_that_saves_it_under_a_good_name(world: World) -> None:
    generation_id = world.create()
    world.deliver_all()
    response = get(world, f"{generation_id}/outputs/0")
    assert response.status == 200
    filename = f"darkroom-{generation_id[:8]}-0.png"
    assert response.body == {
        "url": f"https://outputs.test/generations/alice/{generation_id}/0.png?save_as={filename}",
        "filename": filename,
        "content_type": "image/png",
        "bytes": len(ORDER["prompt"]),
        "expires_at": "2026-03-04T12:15:00Z",
    }


@pytest.mark.parametrize("number", ["1", "-1", "00", "0.png", "one", "\u0660", "9" * 500])
def test_an_output_that_there_is_not_is_404(world: World, number: str) -> None:
    generation_id = world.create()
    world.deliver_all()
    response = get(world, f"{generation_id}/outputs/{number}")
    assert (response.status, response.body["code"]) == (404, "output_not_found")


def test_before_it_has_completed_there_is_no_output(world: World) -> None:
    response = get(world, f"{world.create()}/outputs/0")
    assert (response.status, response.body["code"]) == (404, "output_not_found")


def test_a_strangers_output_is_404_as_its_generation(world: World) -> None:
    generation_id = world.create()
    world.deliver_all()
    response = get(world, f"{generation_id}/outputs/0", "mallory")
    assert (response.status, response.body["code"]) == (404, "generation_not_found")


def test_progress_moves_while_a_model_works(world: World) -> None:
    generation_id = world.create()
    seen: list[float] = []

    def look() -> None:
        for _ in range(3):
            world.later(seconds=4)
            seen.append(get(world, generation_id).body["progress"])

    world.model.script = [look]
    world.deliver_all()
    assert seen == [50.0, 80.0, 95.0]


def test_a_queued_generation_has_a_place(world: World) -> None:
    first = world.create("mallory")
    world.later(seconds=1)
    second = world.create()
    assert get(world, first, "mallory").body["queue_position"] is None
    world.run_asides()
    assert get(world, first, "mallory").body["queue_position"] == 1
    assert get(world, second).body["queue_position"] == 2


def test_a_strangers_generation_is_a_404_like_one_that_is_missing(world: World) -> None:
    generation_id = world.create()
    missing = "00000000-0000-0000-0000-000000000000"
    for method, suffix in (("GET", ""), ("POST", "/cancel")):
        strange = world.api(method, f"/v1/generations/{generation_id}{suffix}", "mallory")
        absent = world.api(method, f"/v1/generations/{missing}{suffix}", "mallory")
        assert strange.status == absent.status == 404
        for response in (strange, absent):
            response.body.pop("request_id")
        assert strange.body == {**absent.body, "detail": f"Generation not found: {generation_id}"}
    assert world.generation(generation_id).status is Status.QUEUED


# --- list ---


def test_pages_lead_through_all_generations_once(world: World) -> None:
    made = []
    for _ in range(5):
        made.append(world.create())
        world.later(seconds=1)
    seen, query = [], {"page_size": "2"}
    while True:
        body = world.api("GET", "/v1/generations", "alice", query_string=query).body
        assert len(body["data"]) <= 2
        seen += [one["id"] for one in body["data"]]
        if body["next_page_token"] is None:
            break
        query = {"page_size": "2", "page_token": body["next_page_token"]}
    assert seen == made[::-1]


def test_an_exactly_full_last_page_has_no_token(world: World) -> None:
    for _ in range(2):
        world.create()
    body = world.api("GET", "/v1/generations", "alice", query_string={"page_size": "2"}).body
    assert (len(body["data"]), body["next_page_token"]) == (2, None)


def test_a_page_has_twenty_unless_told(world: World) -> None:
    for _ in range(21):
        world.create()
    body = world.api("GET", "/v1/generations", "alice").body
    assert len(body["data"]) == 20
    assert body["next_page_token"]


def test_an_empty_list_is_a_list(world: World) -> None:
    assert world.api("GET", "/v1/generations", "bob").body == {"data": [], "next_page_token": None}


def test_what_arrives_while_one_pages_is_not_shown_twice(world: World) -> None:
    for _ in range(3):
        world.create()
        world.later(seconds=1)
    first = world.api("GET", "/v1/generations", "alice", query_string={"page_size": "2"}).body
    world.create()
    query = {"page_size": "2", "page_token": first["next_page_token"]}
    second = world.api("GET", "/v1/generations", "alice", query_string=query).body
    assert len(second["data"]) == 1
    assert not {one["id"] for one in first["data"]} & {one["id"] for one in second["data"]}


def test_a_list_is_filtered(world: World) -> None:
    done = world.create()
    world.deliver_all()
    world.later(hours=1)
    waiting = world.create(style="anime", model="Model B")

    def ids(**query: str) -> list[str]:
        response = world.api("GET", "/v1/generations", "alice", query_string=query)
        assert response.status == 200, response.body
        return [one["id"] for one in response.body["data"]]

    assert ids(status="completed") == [done]
    assert ids(style="anime") == [waiting]
    assert ids(model="Model A") == [done]
    assert ids(**{"from": "2026-03-04T13:00:00Z"}) == [waiting]
    assert ids(to="2026-03-04T13:00:00Z") == [done]
    assert ids(**{"from": "2026-03-04T15:00:00+02:00"}) == [waiting]
    assert ids(status="failed") == []
    dear = world.create(size="1024x1024")
    assert ids(credits="3") == [dear]
    assert ids(credits="1", model="Model A") == [done]
    assert ids(credits="2") == []


def test_a_token_is_good_for_its_own_filters_only(world: World) -> None:
    for _ in range(2):
        world.create()
    body = world.api("GET", "/v1/generations", "alice", query_string={"page_size": "1"}).body
    query = {"page_token": body["next_page_token"], "status": "queued"}
    response = world.api("GET", "/v1/generations", "alice", query_string=query)
    assert response.status == 400
    assert response.body["errors"][0]["pointer"] == "page_token"


# --- cancel ---


def test_a_cancel_answers_with_the_refund(world: World) -> None:
    generation_id = world.create(size="1024x1792")
    for _ in range(2):
        response = world.api("POST", f"/v1/generations/{generation_id}/cancel", "alice")
        assert response.status == 200
        assert response.body["status"] == "cancelled"
        assert response.body["cost"] == {"price": 4, "held": 0, "charged": 0, "refunded": 4}
    assert world.user("alice").balance.current_credits == 100


def test_a_cancel_of_an_ended_generation_is_409(world: World) -> None:
    generation_id = world.create()
    world.deliver_all()
    response = world.api("POST", f"/v1/generations/{generation_id}/cancel", "alice")
    assert (response.status, response.body["code"]) == (409, "already_final")
    assert "completed" in response.body["detail"]


def test_a_failure_that_will_be_tried_again_is_told_of_while_it_waits(world: World) -> None:
    generation_id = world.create()
    world.model.script = [ModelUnavailable("overloaded", "Model overload - please retry")]
    with pytest.raises(HttpsError):  # the queue is asked to deliver the task again
        world.deliver(generation_id)
    body = get(world, generation_id).body
    assert (body["status"], body["error"]["retryable"], body["cost"]["held"]) == ("queued", True, 1)
