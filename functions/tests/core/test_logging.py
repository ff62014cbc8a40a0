import io
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from firebase_functions.https_fn import HttpsError

from core.logging import JsonFormatter, configure_logging, current_request_id, log_context
from services.generations.model_ports import ModelRejected, ModelUnavailable, RemoteResult, RemoteStatus
from world import ORDER, World, captured_log, lines_of

PROMPT = "ein-sehr-geheimer-wunsch"
METADATA = "kostenstelle-4711"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    with captured_log() as log:
        yield log


def test_a_line_is_one_json_object_with_the_names_that_cloud_logging_reads(stream: io.StringIO) -> None:
    before = datetime.now(UTC)
    logging.getLogger("a.place").warning("it_happened", extra={"count": 3})
    (line,) = lines_of(stream)
    assert (line["severity"], line["message"], line["logger"], line["count"]) == (
        "WARNING",
        "it_happened",
        "a.place",
        3,
    )
    assert before <= datetime.fromisoformat(line["time"]) <= datetime.now(UTC)


def test_line_breaks_and_quotes_stay_inside_one_line(stream: io.StringIO) -> None:
    logging.getLogger().info('two\nlines "quoted" ü', extra={"more": "x\r\ny"})
    assert len(stream.getvalue().splitlines()) == 1
    (line,) = lines_of(stream)
    assert (line["message"], line["more"]) == ('two\nlines "quoted" ü', "x\r\ny")


def test_what_json_cannot_say_is_logged_as_text(stream: io.StringIO) -> None:
    logging.getLogger().info("x", extra={"at": datetime(2026, 3, 4, tzinfo=UTC), "ids": {"a"}})
    (line,) = lines_of(stream)
    assert (line["at"], line["ids"]) == ("2026-03-04 00:00:00+00:00", "{'a'}")


def test_an_exception_is_logged_with_its_stack_trace(stream: io.StringIO) -> None:
    try:
        int("the reason")
    except ValueError:
        logging.getLogger().exception("crashed")
    (line,) = lines_of(stream)
    assert line["severity"] == "ERROR"
    assert line["stack_trace"].startswith("Traceback (most recent call last):")
    assert line["stack_trace"].endswith("ValueError: invalid literal for int() with base 10: 'the reason'")


def test_context_is_on_each_line_inside_and_on_none_outside(stream: io.StringIO) -> None:
    log = logging.getLogger()
    with log_context(request_id="r-1", generation_id=None):
        log.info("outer")
        with log_context(generation_id="g-1"):
            log.info("inner")
        log.info("outer again")
    log.info("outside")
    seen = [(line.get("request_id"), line.get("generation_id")) for line in lines_of(stream)]
    assert seen == [("r-1", None), ("r-1", "g-1"), ("r-1", None), (None, None)]


def test_context_ends_with_an_exception_too() -> None:
    with pytest.raises(KeyError), log_context(request_id="r-1"):
        raise KeyError
    assert current_request_id() is None


def test_the_request_id_can_be_asked_for() -> None:
    with log_context(request_id="r-1"):
        assert current_request_id() == "r-1"


def test_configuring_twice_leaves_one_handler(stream: io.StringIO) -> None:
    again = io.StringIO()
    configure_logging(again)
    configure_logging(again)
    logging.getLogger().info("once")
    assert [line["message"] for line in lines_of(again)] == ["once"]
    assert stream.getvalue() == ""


def test_below_the_level_nothing_is_written(stream: io.StringIO) -> None:
    logging.getLogger().debug("whisper")
    assert stream.getvalue() == ""


def test_the_formatter_keeps_python_s_own_fields_to_itself() -> None:
    record = logging.makeLogRecord({"name": "n", "msg": "m", "levelname": "INFO"})
    assert set(json.loads(JsonFormatter().format(record))) == {"severity", "message", "time", "logger"}


def whole_lives(world: World) -> None:
    """Play one generation for each way to end, created with a prompt, metadata, an e-mail and a token that nobody else
    has.
    """
    world.model.script = [
        ModelUnavailable("overloaded", "Model overload - please retry"),
        ModelRejected("content_filter", "Content filter violation"),
        RuntimeError("a bug"),
    ]
    world.vendor.results = [RemoteResult(status=RemoteStatus.RUNNING), ModelUnavailable("network", "gone")]
    headers = {"Authorization": "Bearer alice-token", "X-Request-Id": "trace-me", "Idempotency-Key": "alices-key"}
    for number, model in enumerate(("Model A", "Model A", "Model A", "Model R")):
        order = {**ORDER, "model": model, "prompt": PROMPT, "metadata": {"ref": METADATA}}
        response = world.api(
            "POST", "/v1/generations", json=order, headers={**headers, "Idempotency-Key": f"alices-key-{number}"}
        )
        assert response.status == 202
    world.api("GET", "/v1/me", headers=headers)
    world.api("GET", "/v1/me", headers={"Authorization": "Bearer forged-token"})
    world.call("validate_user", "GET", query_string={"userId": "alice"}, headers=headers)
    for _ in range(3):
        redelivered(world)
        world.later(minutes=10)
        world.app.schedules.sweep()
    redelivered(world)
    world.app.schedules.audit()
    world.app.schedules.weekly_report()


def redelivered(world: World) -> None:
    while world.queue.waiting:
        message = world.queue.waiting.popleft()
        with suppress(HttpsError):  # the queue would deliver it again, but here the sweeper does
            world.app.worker.process({"generation_request_id": message.generation_id, "request_id": message.request_id})


def test_no_prompt_token_or_address_is_ever_logged(stream: io.StringIO) -> None:
    world = World(datetime(2026, 3, 4, 12, tzinfo=UTC), AUTH_MODE="required")
    whole_lives(world)
    assert not list(world.app.generations.due(now=world.now))
    # All have ended, so every line of a whole life was written.
    text = stream.getvalue()
    assert "generation_settled" in text
    for secret in (PROMPT, METADATA, "alice-token", "forged-token", "alice@example.com", "Bearer", "alices-key"):
        assert secret not in text
    assert all(line["severity"] for line in lines_of(stream))


def test_the_id_of_a_request_is_on_the_workers_lines(stream: io.StringIO, world: World) -> None:
    created = world.api("POST", "/v1/generations", "alice", json=ORDER, headers={"X-Request-Id": "trace-me"})
    (message,) = world.queue.waiting
    assert message.request_id == "trace-me"
    world.app.worker.process({"generation_request_id": message.generation_id, "request_id": message.request_id})
    events = {line["message"]: line for line in lines_of(stream)}
    for name in ("request_served", "generation_queued", "attempt_started", "generation_settled"):
        assert events[name]["request_id"] == "trace-me"
    assert events["generation_settled"]["generation_id"] == created.body["id"]


def test_the_id_of_a_request_is_on_the_sweepers_lines_too(stream: io.StringIO, world: World) -> None:
    world.queue.is_down = True
    world.api("POST", "/v1/generations", "alice", json=ORDER, headers={"X-Request-Id": "trace-me"})
    world.queue.is_down = False
    world.later(minutes=2)
    world.app.schedules.sweep()
    resent = next(line for line in lines_of(stream) if line["message"] == "generation_resent")
    assert resent["request_id"] == "trace-me"
    assert world.queue.waiting[0].request_id == "trace-me"


def test_a_crash_of_the_worker_is_logged_with_its_stack_trace(stream: io.StringIO, world: World) -> None:
    generation_id = world.create()
    world.model.script = [RuntimeError("a bug")]
    with pytest.raises(HttpsError):
        world.deliver(generation_id)
    crash = next(line for line in lines_of(stream) if line["message"] == "task_crashed")
    assert crash["stack_trace"].endswith("RuntimeError: a bug")


def test_a_request_is_one_line_with_its_status_and_no_query(stream: io.StringIO, world: World) -> None:
    world.api("GET", "/v1/me", "alice")
    line = next(line for line in lines_of(stream) if line["message"] == "request_served")
    assert (line["method"], line["path"], line["status"]) == ("GET", "/v1/me", 200)
    assert line["millis"] >= 0
    assert "userId" not in stream.getvalue()
