"""These calls to the function URLs succeed or fail. The reference shows them, for each operation."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from controllers.http.body import BODY_BYTES_MAX
from core.errors import Unavailable
from domain.accounts.keys import Scope
from tools.reference.stage import BEARER, USER, Exchange, Stage, played

# This is feraset-imagen's own example.
CREATE = {
    "userId": USER,
    "model": "Model A",
    "style": "realistic",
    "color": "vibrant",
    "size": "512x512",
    "prompt": "A beautiful sunset",
}

Play = Callable[[Stage], Exchange]

_REQUIRED = {"AUTH_MODE": "required", "SIMULATED_LATENCY_SECONDS": "0"}
_SELDOM = {"REQUESTS_PER_MINUTE": "1200", "REQUESTS_BURST": "240"}
_DEPLOYED = {**_REQUIRED, "FUNCTIONS_EMULATOR": "false"}
_UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionExample:
    name: str
    summary: str
    play: Play
    environment: Mapping[str, str] = field(default_factory=dict)


def exchanges(operation: str, examples: Iterable[FunctionExample]) -> Iterable[tuple[FunctionExample, Exchange]]:
    for example in examples:
        with played(f"{operation}/{example.name}"):
            yield example, example.play(Stage(**example.environment))


def _example(name: str, summary: str, play: Play, **environment: str) -> FunctionExample:
    return FunctionExample(name=name, summary=summary, play=play, environment=environment)


def _sent(function: str, method: str, **request: Any) -> Play:
    return lambda stage: stage.call_function(function, method, **request)


def _faults(function: str, method: str, **request: Any) -> tuple[FunctionExample, ...]:
    """Return what any function answers if a credential, the database or our own code is at fault."""

    def fails(failure: Exception) -> Play:
        def play(stage: Stage) -> Exchange:
            stage.documents.failure = failure
            return stage.call_function(function, method, **request)

        return play

    def often(stage: Stage) -> Exchange:
        stage.use_up()
        return stage.call_function(function, method, headers=BEARER, **request)

    down = Unavailable("The database does not answer. Try again.")
    large = _sent(function, method, headers={"X-Padding": "x" * 20_000}, **request)
    return (
        _example("rate_limited", "Too many requests of one caller.", often, **_SELDOM),
        _example("headers_too_large", "More than 16 KiB of headers.", large),
        _example("internal", "A bug of ours; the id finds it in the log.", fails(RuntimeError("a bug"))),
        _example("unavailable", "Nothing happened, or it is not known; try again.", fails(down)),
    )


def _forged(function: str, method: str, **request: Any) -> FunctionExample:
    play = _sent(function, method, headers={"Authorization": "Bearer forged"}, **request)
    return _example("unauthenticated", "A credential that is presented is always verified.", play)


def _bad_id(function: str, method: str) -> FunctionExample:
    play = _sent(function, method, headers={"X-Request-Id": "not usable!"})
    return _example("invalid_request", "An X-Request-Id that is none.", play)


def _lacking(function: str, method: str, **request: Any) -> FunctionExample:
    """Return a call by a key whose only scope is another one than this function needs."""

    def play(stage: Stage) -> Exchange:
        lacks = Scope.GENERATIONS_READ if "status" not in function else Scope.BALANCE_READ
        return stage.call_function(function, method, headers={"X-API-Key": stage.key(lacks)}, **request)

    return _example("permission_denied", "The API key lacks the scope.", play)


def _create(**changes: Any) -> Play:
    body = {name: value for name, value in (CREATE | changes).items() if value is not None}
    return _sent("create_generation_request", "POST", json=body)


def _create_raw(data: bytes, content_type: str = "application/json") -> Play:
    return _sent("create_generation_request", "POST", data=data, content_type=content_type)


def _create_poor(stage: Stage) -> Exchange:
    stage.add_user("mike_creative", 3)
    return _create(userId="mike_creative", size="1024x1792")(stage)


def _create_retired(stage: Stage) -> Exchange:
    stage.add_user("retired", 10, is_active=False)
    return _create(userId="retired")(stage)


def _status(stage: Stage, generation_id: str, method: str = "GET") -> Exchange:
    wanted = {"generationRequestId": generation_id}
    request = {"query": wanted} if method == "GET" else {"json": wanted}
    return stage.call_function("get_generation_status", method, **request)


def _created(stage: Stage) -> str:
    return str(_create()(stage).content["generationRequestId"])


def _queued(stage: Stage) -> Exchange:
    return _status(stage, _created(stage))


def _completed(stage: Stage, method: str = "GET") -> Exchange:
    generation_id = _created(stage)
    stage.later(seconds=25)
    stage.deliver_all()
    return _status(stage, generation_id, method)


def _credits(stage: Stage, method: str = "GET", **query: str) -> Exchange:
    _completed(stage)
    request = {"query": {"userId": USER} | query} if method == "GET" else {"json": {"userId": USER}}
    return stage.call_function("get_user_credits", method, **request)


CREATE_EXAMPLES = (
    _example("queued", "Accepted.", _create()),
    _example("missing_fields", "All that is wrong, at once.", _create(style=None, color=None, size=None, prompt=None)),
    _example("unknown_size", "Not a size of the catalog.", _create(size="800x600")),
    _example("unknown_model", "Not a model of the catalog.", _create(model="Model C")),
    _example("unknown_style", "Not a style of the catalog.", _create(style="cubism")),
    _example("content_type", "Not JSON.", _create_raw(b"prompt=A+sunset", "application/x-www-form-urlencoded")),
    _example("malformed_json", "Not readable.", _create_raw(b"{not json")),
    _example("empty_body", "Nothing in it.", _create_raw(b"{}")),
    _forged("create_generation_request", "POST", json=CREATE),
    _example("insufficient_credits", "Four are needed, three are there.", _create_poor),
    _example("user_inactive", "The user is deactivated.", _create_retired),
    _example("user_not_found", "Nobody has this id.", _create(userId="benyokum")),
    _example("method_not_allowed", "Only POST creates.", _sent("create_generation_request", "GET")),
    _example("payload_too_large", "More than 64 KiB.", _create_raw(b" " * (BODY_BYTES_MAX + 1))),
    _lacking("create_generation_request", "POST", json=CREATE),
    *_faults("create_generation_request", "POST", json=CREATE),
)

_ASKED = {"generationRequestId": _UNKNOWN_ID}
STATUS_EXAMPLES = (
    _example("completed", "The picture is there.", _completed),
    _example("queued", "The next one.", _queued),
    _example("missing_id", "Which one?", _sent("get_generation_status", "GET")),
    _forged("get_generation_status", "GET", query=_ASKED),
    _example("not_found", "No such generation.", _sent("get_generation_status", "GET", query=_ASKED)),
    _example("method_not_allowed", "GET or POST.", _sent("get_generation_status", "PUT")),
    _lacking("get_generation_status", "GET", query=_ASKED),
    *_faults("get_generation_status", "GET", query=_ASKED),
)
STATUS_POST_EXAMPLES = (
    _example("completed", "The picture is there.", lambda stage: _completed(stage, "POST")),
    _example("missing_id", "Which one?", _sent("get_generation_status", "POST", json={})),
    _example("not_found", "No such generation.", _sent("get_generation_status", "POST", json=_ASKED)),
    _forged("get_generation_status", "POST", json=_ASKED),
    _lacking("get_generation_status", "POST", json=_ASKED),
    *_faults("get_generation_status", "POST", json=_ASKED),
)

_NAMED, _NOBODY = {"userId": USER}, {"userId": "benyokum"}
CREDITS_EXAMPLES = (
    _example("credits", "After one picture.", _credits),
    _example("bad_page_token", "Not from the page before.", lambda stage: _credits(stage, pageToken="x")),
    _example("missing_user", "Whose?", _sent("get_user_credits", "GET")),
    _forged("get_user_credits", "GET", query=_NAMED),
    _example("user_not_found", "Nobody has this id.", _sent("get_user_credits", "GET", query=_NOBODY)),
    _example("method_not_allowed", "GET or POST.", _sent("get_user_credits", "DELETE")),
    _lacking("get_user_credits", "GET", query=_NAMED),
    *_faults("get_user_credits", "GET", query=_NAMED),
)
CREDITS_POST_EXAMPLES = (
    _example("credits", "After one picture.", lambda stage: _credits(stage, "POST")),
    _example("missing_user", "Whose?", _sent("get_user_credits", "POST", json={})),
    _example("user_not_found", "Nobody has this id.", _sent("get_user_credits", "POST", json=_NOBODY)),
    _forged("get_user_credits", "POST", json=_NAMED),
    _lacking("get_user_credits", "POST", json=_NAMED),
    *_faults("get_user_credits", "POST", json=_NAMED),
)

VALIDATE_EXAMPLES = (
    _example("exists", "There is such a user.", _sent("validate_user", "GET", query=_NAMED)),
    _example("missing_user", "Whose?", _sent("validate_user", "GET")),
    _forged("validate_user", "GET", query=_NAMED),
    _example("user_not_found", "There is not.", _sent("validate_user", "GET", query=_NOBODY)),
    _example("method_not_allowed", "GET or POST.", _sent("validate_user", "DELETE")),
    _lacking("validate_user", "GET", query=_NAMED),
    *_faults("validate_user", "GET", query=_NAMED),
)
VALIDATE_POST_EXAMPLES = (
    _example("exists", "There is such a user.", _sent("validate_user", "POST", json=_NAMED)),
    _example("missing_user", "Whose?", _sent("validate_user", "POST", json={})),
    _example("user_not_found", "There is not.", _sent("validate_user", "POST", json=_NOBODY)),
    _forged("validate_user", "POST", json=_NAMED),
    _lacking("validate_user", "POST", json=_NAMED),
    *_faults("validate_user", "POST", json=_NAMED),
)

SEED_EXAMPLES = (
    _example("seeded", "As often as one likes: the second time changes nothing.", _sent("seed_database", "POST")),
    _example("emulator_only", "Refused wherever it is not the emulator.", _sent("seed_database", "POST"), **_DEPLOYED),
    _bad_id("seed_database", "POST"),
    _forged("seed_database", "POST"),
    *_faults("seed_database", "POST"),
)


def _report(stage: Stage) -> Exchange:
    stage.app.seeding.seed()
    return stage.call_function("schedule_weekly_report", "POST", query={"as_of": "2026-03-04T12:00:00Z"})


def _rehearsal(stage: Stage) -> Exchange:
    return stage.call_function("schedule_weekly_report", "POST", query={"dry_run": "true"})


def _future(stage: Stage) -> Exchange:
    return stage.call_function("schedule_weekly_report", "POST", query={"as_of": "2027-01-01T00:00:00Z"})


_ALICE = {"Authorization": "Bearer alice-token"}
REPORT_EXAMPLES = (
    _example("report", "Of a full week of the demo data.", _report),
    _example("rehearsed", "`dry_run`: counted, and not saved.", _rehearsal),
    _example("invalid", "That week has not ended.", _future),
    _example("unauthenticated", "No credential.", _sent("schedule_weekly_report", "POST"), **_REQUIRED),
    _example(
        "permission_denied",
        "Not an admin.",
        _sent("schedule_weekly_report", "POST", headers=_ALICE),
        **_REQUIRED,
    ),
    _bad_id("schedule_weekly_report", "POST"),
    *_faults("schedule_weekly_report", "POST"),
)
