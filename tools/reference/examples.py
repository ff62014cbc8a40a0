"""These calls to `/v1` succeed. The reference shows them, for each operation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from domain.accounts.keys import Scope
from tools.reference import generation_plays as plays
from tools.reference.attempts import Attempt
from tools.reference.stage import NOW, ORDER, USER, Exchange, Stage, played

_SLOW = {"SIMULATED_LATENCY_SECONDS": "6"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    operation: str
    name: str
    summary: str
    play: Callable[[Stage], Exchange]
    environment: Mapping[str, str] = field(default_factory=dict)

    def exchange(self) -> Exchange:
        with played(f"{self.operation}/{self.name}"):
            return self.play(Stage(**self.environment))


def _balance(stage: Stage) -> Exchange:
    plays.failed(stage)
    return stage.ask("GET", "/v1/balance")


def _entries(stage: Stage) -> Exchange:
    plays.three(stage)
    return stage.ask("GET", "/v1/ledger", query={"page_size": "2"})


def _usage(stage: Stage) -> Exchange:
    """Show usage in the month before and in this one. One generation was refused by a model, and one waits."""
    stage.now -= timedelta(days=10)
    plays.three(stage)
    stage.now = NOW
    plays.failed(stage)
    stage.order(model="Model R")
    return stage.ask("GET", "/v1/usage", query={"months": "3"})


def _me(stage: Stage) -> Exchange:
    plays.waiting(stage)
    return stage.ask("GET", "/v1/me")


def _callback(stage: Stage) -> Exchange:
    generation_id = plays.submitted(stage)
    job = stage.generation(generation_id).provider_job
    body = {"generation_id": generation_id, "provider_job": job}
    return stage.ask("POST", "/v1/webhooks/providers", user=None, json=body)


def _good(operation: str) -> Callable[[Stage], Exchange]:
    """Return a function that sends the correct call of the operation."""
    return lambda stage: Attempt(stage, stage.app.api.routes[operation]).send()


def _keys(stage: Stage) -> Exchange:
    """List one key that has spent, and one that is revoked."""
    old = stage.ask("POST", "/v1/keys", json={"name": "Prototype", "scopes": ["generations:write"]}).content
    stage.later(hours=1)
    stage.ask("DELETE", f"/v1/keys/{old['id']}")
    new = stage.ask("POST", "/v1/keys", json=stage.app.api.routes["createKey"].example.body).content
    stage.later(minutes=5)
    stage.ask("POST", "/v1/generations", user=None, json=ORDER, headers={"X-API-Key": new["key"]})
    return stage.ask("GET", "/v1/keys")


def _by_key(stage: Stage) -> Exchange:
    key = stage.key(Scope.GENERATIONS_WRITE, budget={"per_day": 10})
    return stage.ask("POST", "/v1/generations", user=None, json=ORDER, headers={"X-API-Key": key})


def _adjusted_again(stage: Stage) -> Exchange:
    _good("adminAdjustBalance")(stage)
    return _good("adminAdjustBalance")(stage)


def _named_again(stage: Stage) -> Exchange:
    _good("adminCreateUser")(stage)
    return _good("adminCreateUser")(stage)


def _found_user(stage: Stage) -> Exchange:
    return stage.ask("GET", "/v1/admin/users", query={"email": "ar", "page_size": "10"})


def _everybodys(stage: Stage) -> Exchange:
    plays.three(stage)
    return stage.ask("GET", "/v1/admin/generations", query={"status": "completed", "page_size": "2"})


def _all_entries(stage: Stage) -> Exchange:
    plays.three(stage)
    return stage.ask("GET", "/v1/admin/ledger", query={"type": "deduction", "page_size": "2"})


def _audit_log(stage: Stage) -> Exchange:
    _good("adminAdjustBalance")(stage)
    stage.later(minutes=5)
    _new_option("Size", "wide")(stage)
    return stage.ask("GET", "/v1/admin/audit-log", query={"actor": f"user:{USER}"})


def _new_option(kind: str, option_id: str) -> Callable[[Stage], Exchange]:
    return lambda stage: Attempt(stage, stage.app.api.routes[f"adminPut{kind}"]).aim(option_id).send()


def _report(**asked: str) -> Callable[[Stage], Exchange]:
    """Return a function that shows the newest report of a small week, because that of the demo data would
    fill a book.
    """

    def play(stage: Stage) -> Exchange:
        stage.now -= timedelta(days=7)
        plays.three(stage)
        stage.now = NOW
        stage.ask("POST", "/v1/reports", json={})
        return stage.ask("GET", "/v1/reports/latest", query=asked)

    return play


def _reports(stage: Stage) -> Exchange:
    _report()(stage)
    return stage.ask("GET", "/v1/reports", query={"page_size": "5"})


def _rehearsed(stage: Stage) -> Exchange:
    return stage.ask("POST", "/v1/reports", json={"dry_run": True})


def _public(path: str) -> Callable[[Stage], Exchange]:
    return lambda stage: stage.ask("GET", path, user=None)


def _example(operation: str, name: str, summary: str, play: Callable[[Stage], Exchange], **environment: str) -> Example:
    return Example(operation=operation, name=name, summary=summary, play=play, environment=environment)


EXAMPLES = (
    _example("createGeneration", "queued", "Accepted; the picture will be painted.", plays.queued),
    _example("createGeneration", "labelled", "With a key, a seed and labels of your own.", plays.labelled),
    _example(
        "createGeneration",
        "replayed",
        "The same key again: the same generation, nothing charged.",
        plays.replayed,
    ),
    _example("createGeneration", "awaited", "`Prefer: wait=20`: answered when it had ended.", plays.awaited),
    _example("createGeneration", "quoted", "`validate_only`: checked and priced, not created.", plays.quoted),
    _example("createGeneration", "by_key", "By an API key, within its budget.", _by_key),
    _example("listGenerations", "first_page", "The newest two.", plays.page),
    _example("listGenerations", "next_page", "What comes after, by the token of the page before.", plays.next_page),
    _example(
        "listGenerations",
        "filtered",
        "Sketches for 3 credits that wait, ordered since noon.",
        plays.filtered,
    ),
    _example("getGeneration", "queued", "Second in the queue.", plays.waiting),
    _example("getGeneration", "processing", "A third of the expected time is over.", plays.processing, **_SLOW),
    _example("getGeneration", "completed", "The picture is there, the price is charged.", plays.completed),
    _example("getGeneration", "failed", "The model refused; the price is given back.", plays.failed),
    _example("cancelGeneration", "cancelled", "Ended at once, with the refund.", plays.cancelled),
    _example("getOutput", "link", "The browser saves what it leads to.", _good("getOutput")),
    _example("getUsage", "months", "Three months; nothing yet in the oldest.", _usage),
    _example("getMe", "me", "Three credits are held for each of two generations.", _me),
    _example("getBalance", "balance", "After a deduction and its refund.", _balance),
    _example("listEntries", "first_page", "The newest two entries.", _entries),
    _example("getCatalog", "catalog", "Everything on offer.", _public("/v1/catalog")),
    _example("listModels", "models", "All on offer, with their parameters.", _public("/v1/models")),
    _example("getModel", "model", "One of them.", _good("getModel")),
    _example("getHealth", "ok", "Alive.", _public("/v1/healthz")),
    _example("getReadiness", "ok", "Ready.", _public("/v1/readyz")),
    _example(
        "receiveProviderCallback", "received", "The same answer for a known job and an unknown one.", _callback, **_SLOW
    ),
    _example("claimAnonymous", "claimed", "What was made before is in your lists now.", _good("claimAnonymous")),
    _example(
        "signOutEverywhere", "signed_out", "Every sign-in until now is worth nothing.", _good("signOutEverywhere")
    ),
    _example("listKeys", "keys", "One that has spent, and one that is revoked.", _keys),
    _example("getKey", "key", "Not used yet.", _good("getKey")),
    _example("createKey", "created", "Keep `key`: nobody can tell it again.", _good("createKey")),
    _example("updateKey", "updated", "Another name, another budget.", _good("updateKey")),
    _example("rotateKey", "rotated", "The old secret works for one hour more.", _good("rotateKey")),
    _example("revokeKey", "revoked", "Dead.", _good("revokeKey")),
    _example("adminListUsers", "found", "Those whose e-mail address begins so.", _found_user),
    _example("adminGetUser", "user", "With its balance.", _good("adminGetUser")),
    _example("adminCreateUser", "created", "A service key may act for it now.", _good("adminCreateUser")),
    _example("adminCreateUser", "known", "It was there already.", _named_again),
    _example("adminAdjustBalance", "adjusted", "With the entry that it made.", _good("adminAdjustBalance")),
    _example("adminAdjustBalance", "replayed", "The same key again: nothing is added twice.", _adjusted_again),
    _example("adminDeactivateUser", "deactivated", "It can spend nothing.", _good("adminDeactivateUser")),
    _example("adminActivateUser", "activated", "It can spend again.", _good("adminActivateUser")),
    _example("adminDeleteUser", "erased", "All at once, where there is little.", _good("adminDeleteUser")),
    _example("adminListKeys", "keys", "Whoever made them, without the secrets.", _good("adminListKeys")),
    _example("adminRevokeKey", "revoked", "It is dead at once.", _good("adminRevokeKey")),
    _example("adminListGenerations", "filtered", "The newest two that completed.", _everybodys),
    _example("adminGetGeneration", "generation", "With its owner.", _good("adminGetGeneration")),
    _example("adminListEntries", "filtered", "The newest two deductions.", _all_entries),
    _example("adminListAuditLog", "filtered", "What one admin did.", _audit_log),
    _example("adminGetCatalog", "catalog", "With versions.", _good("adminGetCatalog")),
    _example("adminPutStyle", "replaced", "The next version of it.", _good("adminPutStyle")),
    _example("adminPutStyle", "created", "A new one.", _new_option("Style", "woodcut")),
    _example("adminPutColor", "replaced", "The next version of it.", _good("adminPutColor")),
    _example("adminPutColor", "created", "A new one.", _new_option("Color", "ink")),
    _example("adminPutSize", "replaced", "Another price from now on.", _good("adminPutSize")),
    _example("adminPutSize", "created", "A new one.", _new_option("Size", "wide")),
    _example("adminDeactivateStyle", "withdrawn", "No longer on offer.", _good("adminDeactivateStyle")),
    _example("adminDeactivateColor", "withdrawn", "No longer on offer.", _good("adminDeactivateColor")),
    _example("adminDeactivateSize", "withdrawn", "No longer on offer.", _good("adminDeactivateSize")),
    _example("adminGetConnection", "direct", "Without a proxy before it.", _good("adminGetConnection")),
    _example("adminGetQueue", "running", "Nothing waits for long.", _good("adminGetQueue")),
    _example("adminPauseQueue", "paused", "What is accepted from now on waits.", _good("adminPauseQueue")),
    _example("adminResumeQueue", "running", "It goes on.", _good("adminResumeQueue")),
    _example("adminPurgeQueue", "purged", "Nothing waits any more.", _good("adminPurgeQueue")),
    _example("adminSweep", "swept", "Nothing was overdue.", _good("adminSweep")),
    _example("listReports", "reports", "The newest.", _reports),
    _example("getReport", "report", "The newest, whole.", _report()),
    _example("getReport", "page", "For people.", _report(format="html")),
    _example("getReport", "picture", "For mail.", _report(format="png")),
    _example("getReport", "table", "For a spreadsheet.", _report(format="csv", table="models")),
    _example("runReport", "saved", "A version of its own.", _good("runReport")),
    _example("runReport", "rehearsed", "`dry_run`: counted, and not saved.", _rehearsed),
    _example("askToUnsubscribe", "page", "A page with one button.", _good("askToUnsubscribe")),
    _example("unsubscribe", "done", "No more mail.", _good("unsubscribe")),
    _example("adminAudit", "exact", "The books of one user agree.", _good("adminAudit")),
)
