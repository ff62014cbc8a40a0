"""These functions provoke each refusal of `/v1`, on a call that would otherwise succeed."""

from collections.abc import Callable, Mapping

from controllers.http.body import BODY_BYTES_MAX, MalformedJson
from controllers.http.boundary import Bug
from controllers.http.wire import Access
from core.damage import UnreadableRecord
from core.errors import (
    AppError,
    HeadersTooLarge,
    IdempotencyKeyReused,
    InvalidRequest,
    NotAcceptable,
    NotSupported,
    PayloadTooLarge,
    PermissionDenied,
    RateLimited,
    RefusedByDatabase,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
    VersionMismatch,
)
from domain.accounts.errors import (
    AccountClosed,
    KeyBudgetExceeded,
    KeyNotFound,
    NotOneself,
    TooManyKeys,
    UserInactive,
    UserNotFound,
)
from domain.accounts.keys import KEYS_MAX, Scope
from domain.catalog.errors import LastOption, ModelNotFound, OptionNotFound
from domain.credits.errors import AnonymousAllowanceUsed, InsufficientCredits, TooManyGrants
from domain.credits.grants import GRANTS_MAX
from domain.generations.errors import AlreadyFinal, GenerationNotFound, OutputNotFound, SettlementConflict
from domain.reports.errors import ReportNotFound
from providers.queue.control import EmulatorControl
from repositories.store.documents import Create
from tools.reference.attempts import Attempt
from tools.reference.places import ANONYMOUS_TOKEN, PASSER_BY
from tools.reference.stage import BEARER, ORDER, USER, Exchange

_UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
_KEY = {"Idempotency-Key": "order-2026-03-04-0001"}
_EMULATOR = EmulatorControl("127.0.0.1:9499", "projects/demo-darkroom/locations/us-central1/queues/tasks")


def _invalid(attempt: Attempt) -> Exchange:
    """Send several faults at once if the call has room for them."""
    if attempt.route.name == "createGeneration":
        return attempt.send(json={**ORDER, "style": "warm", "prompt": " ", "steps": 30})
    if attempt.route.body is not None and attempt.route.body.model_config.get("extra") == "forbid":
        return attempt.send(json={"verbose": True})
    if attempt.route.body is not None:
        return attempt.send(json={})
    if attempt.route.query is not None:
        return attempt.send(query={"page_size": "1000", "page_token": "x"})
    return attempt.send(query={"verbose": "1"})


def _malformed(attempt: Attempt) -> Exchange:
    return attempt.send(json=None, data=b'{"prompt": ', content_type="application/json")


def _too_large(attempt: Attempt) -> Exchange:
    return attempt.send(json=None, data=b" " * (BODY_BYTES_MAX + 1), content_type="application/json")


def _no_json(attempt: Attempt) -> Exchange:
    return attempt.send(json=None, data=b"prompt=A+lighthouse", content_type="application/x-www-form-urlencoded")


def _forged(attempt: Attempt) -> Exchange:
    return attempt.send(headers={"Authorization": "Bearer forged"})


def _forbidden(attempt: Attempt) -> Exchange:
    """Call as a user who is no admin, or with a key that lacks the scope. If no scope would help, call with a key that
    acts for somebody else.
    """
    if attempt.route.access is Access.ADMIN:
        return attempt.send(headers=BEARER)
    lacks = Scope.BALANCE_READ if attempt.route.scope is not Scope.BALANCE_READ else Scope.GENERATIONS_READ
    headers = {"X-API-Key": attempt.stage.key(lacks)}
    if attempt.route.is_public:
        headers["X-External-User-Id"] = "customer-42"
    return attempt.send(headers=headers)


def _too_often(attempt: Attempt) -> Exchange:
    """Use up the rate. Creations have a rate of their own."""
    if attempt.route.is_fenced:
        attempt.stage.overwrite(f"users/{USER}", bucket={"level": 0, "at": attempt.stage.now})
        return attempt.send()
    attempt.stage.use_up()
    return attempt.send(headers=BEARER)


def _headers_too_large(attempt: Attempt) -> Exchange:
    return attempt.send(headers={"X-Padding": "x" * 20_000})


def _unknown_user(attempt: Attempt) -> Exchange:
    if attempt.route.name == "adminAudit":
        return attempt.send(json={"user_id": "nobody"})
    if attempt.route.access is Access.ADMIN:
        return attempt.aim("nobody").send()
    attempt.user = "nobody"
    return attempt.send()


def _inactive(attempt: Attempt) -> Exchange:
    attempt.stage.add_user("retired", 10, is_active=False)
    attempt.user = "retired"
    return attempt.send()


def _too_dear(attempt: Attempt) -> Exchange:
    if attempt.route.name == "adminAdjustBalance":
        return attempt.send(json={"credits": -1000, "reason": "Bought with a stolen card"})
    attempt.stage.add_user("mike_creative", 3)
    attempt.user = "mike_creative"
    return attempt.send(json={**ORDER, "size": "1024x1792"})


def _over_budget(attempt: Attempt) -> Exchange:
    key = attempt.stage.key(Scope.GENERATIONS_WRITE, budget={"per_day": 4})
    attempt.send(headers={"X-API-Key": key})
    return attempt.send(headers={"X-API-Key": key})


def _without_account(attempt: Attempt) -> Exchange:
    attempt.stage.let_pass_by()
    attempt.user = PASSER_BY
    return attempt.send(headers={"Authorization": f"Bearer {ANONYMOUS_TOKEN}"})


def _key_reused(attempt: Attempt) -> Exchange:
    attempt.send(headers=_KEY)
    other = {"credits": 30} if attempt.route.name == "adminAdjustBalance" else {"prompt": "Another picture"}
    return attempt.send(headers=_KEY, json=attempt.body | other)


def _of_nothing(attempt: Attempt) -> Exchange:
    return attempt.aim(_UNKNOWN_ID).send()


def _unknown_key(attempt: Attempt) -> Exchange:
    """Name a key that does not exist. An admin names the key behind its user, and that user exists."""
    if attempt.route.name == "adminRevokeKey":
        attempt.path = f"{attempt.path.rpartition('/')[0]}/{_UNKNOWN_ID}"
        return attempt.send()
    return _of_nothing(attempt)


def _no_such_output(attempt: Attempt) -> Exchange:
    attempt.path = attempt.path.removesuffix("0") + "1"
    return attempt.send()


def _unknown_option(attempt: Attempt) -> Exchange:
    return attempt.aim("fog").send()


def _other_version(attempt: Attempt) -> Exchange:
    return attempt.send(headers={"If-Match": '"7"'})


def _last_option(attempt: Attempt) -> Exchange:
    """Withdraw all other options of its kind first."""
    room, _, last = attempt.path.rpartition("/")
    listed = attempt.stage.ask("GET", "/v1/admin/catalog").content[room.rpartition("/")[2]]
    for each in listed:
        if each["id"] != last:
            attempt.stage.ask("DELETE", f"{room}/{each['id']}")
    return attempt.send(json={**attempt.body, "is_active": False}) if attempt.body else attempt.send()


def _many_keys(attempt: Attempt) -> Exchange:
    for _ in range(KEYS_MAX):
        attempt.stage.key(Scope.GENERATIONS_READ)
    return attempt.send()


def _many_grants(attempt: Attempt) -> Exchange:
    grant = {"credits": 1, "reason": "Campaign", "priority": 50}
    for number in range(GRANTS_MAX):
        attempt.send(headers={"Idempotency-Key": f"grant-{number}"}, json=grant)
    return attempt.send(headers=_KEY, json=grant)


def _oneself(attempt: Attempt) -> Exchange:
    return attempt.aim(USER).send()


def _closed(attempt: Attempt) -> Exchange:
    attempt.stage.ask("DELETE", "/v1/admin/users/mallory", query={"reason": "Asked for by the user"})
    return attempt.send()


def _wanting_a_format_that_is_not_there(attempt: Attempt) -> Exchange:
    return attempt.send(headers={"Accept": "application/pdf"})


def _unable(attempt: Attempt) -> Exchange:
    attempt.stage.app.made["queue_control"] = _EMULATOR
    return attempt.send()


def _ended(attempt: Attempt) -> Exchange:
    attempt.stage.deliver_all()
    return attempt.send()


def _refunded_by_hand(attempt: Attempt) -> Exchange:
    entry_id = f"{_generation_of(attempt)}-refund"
    entry = {"id": entry_id, "type": "refund", "credits": 3, "user_id": USER, "description": "by hand"}
    when = {"timestamp": attempt.stage.now, "generation_request_id": _generation_of(attempt)}
    attempt.stage.documents.commit([Create(f"users/{USER}/transactions/{entry_id}", entry | when)])
    return attempt.send()


def _damaged(attempt: Attempt) -> Exchange:
    attempt.stage.overwrite(f"generation_requests/{_generation_of(attempt)}", status="unheard of")
    return attempt.send()


def _generation_of(attempt: Attempt) -> str:
    """Return the id in `/v1/generations/{id}` and what is below it."""
    return attempt.path.split("/")[3]


def _beyond_the_database(attempt: Attempt) -> Exchange:
    """The checks at the edge let nothing of that kind through, so the database itself is told to refuse."""
    attempt.stage.documents.failure = RefusedByDatabase("a name has over 1500 bytes")
    return attempt.send()


def _down(attempt: Attempt) -> Exchange:
    attempt.stage.documents.failure = Unavailable("The database does not answer. Try again.")
    return attempt.send()


def _broken(attempt: Attempt) -> Exchange:
    attempt.stage.documents.failure = RuntimeError("a bug of ours")
    return attempt.send()


PROVOCATIONS: Mapping[type[AppError], Callable[[Attempt], Exchange]] = {
    AccountClosed: _closed,
    AlreadyFinal: _ended,
    AnonymousAllowanceUsed: _without_account,
    Bug: _broken,
    GenerationNotFound: _of_nothing,
    HeadersTooLarge: _headers_too_large,
    IdempotencyKeyReused: _key_reused,
    InsufficientCredits: _too_dear,
    InvalidRequest: _invalid,
    KeyBudgetExceeded: _over_budget,
    KeyNotFound: _unknown_key,
    LastOption: _last_option,
    MalformedJson: _malformed,
    ModelNotFound: _of_nothing,
    NotAcceptable: _wanting_a_format_that_is_not_there,
    NotOneself: _oneself,
    NotSupported: _unable,
    OptionNotFound: _unknown_option,
    OutputNotFound: _no_such_output,
    PayloadTooLarge: _too_large,
    PermissionDenied: _forbidden,
    RateLimited: _too_often,
    RefusedByDatabase: _beyond_the_database,
    ReportNotFound: _of_nothing,
    SettlementConflict: _refunded_by_hand,
    TooManyGrants: _many_grants,
    TooManyKeys: _many_keys,
    Unauthenticated: _forged,
    Unavailable: _down,
    UnreadableRecord: _damaged,
    UnsupportedMediaType: _no_json,
    UserInactive: _inactive,
    UserNotFound: _unknown_user,
    VersionMismatch: _other_version,
}
