"""These are the `/v1` folders of the Postman collection, in the order in which they can run."""

from typing import Any

from tools.reference import postman_admin, postman_keys, postman_reports, scripts
from tools.reference.components import Object
from tools.reference.postman_items import Operations, folder
from tools.reference.scripts import answers, expects, has, header, keeps, refuses

USER = {"userId": "{{default_user_id}}"}
ORDER: dict[str, Any] = {
    "model": "Model A",
    "style": "watercolor",
    "color": "pastel",
    "size": "512x512",
    "prompt": "A lighthouse at dusk",
}
ONE = {"id": "{{generation_id}}"}
KEY = {"Idempotency-Key": "{{idempotency_key}}"}
_LABELLED = {**ORDER, "seed": 7, "metadata": {"album": "coast"}}
_NEW_KEY = ['pm.collectionVariables.set("idempotency_key", pm.variables.replaceIn("{{$guid}}"));']
_TO_CANCEL = "Create, to cancel it"


def folders(operations: Operations) -> list[Object]:
    return [
        folder("Generations", [*_create(operations), *_cancel(operations), *_lists(operations)]),
        folder("Credits", _credits(operations)),
        folder("Keys", postman_keys.keys(operations)),
        folder("Catalog", _catalog(operations)),
        folder("Health", _health(operations)),
        folder("Webhooks", [_callback(operations)]),
        folder("Reports", postman_reports.requests(operations), "For admins; in open mode everybody is one."),
        folder("Admin", postman_admin.requests(operations), "For admins; in open mode everybody is one."),
    ]


def _create(operations: Operations) -> list[Object]:
    def create(name: str, tests: list[str], shows: str, body: Any = ORDER, **more: Any) -> Object:
        return operations.request("createGeneration", name, tests=tests, shows=shows, query=USER, body=body, **more)

    queued = answers(202) + has(status="queued", cost={"price": 1, "held": 1, "charged": 0, "refunded": 0})
    queued += test_location() + keeps("generation_id", "body.id")
    labelled = answers(202) + has(params__seed=7, metadata={"album": "coast"}) + keeps("keyed_id", "body.id")
    replayed = answers(202) + header("Idempotent-Replayed", "true")
    replayed += expects("is the same one", '(body.id).to.eql(pm.variables.get("keyed_id"))')
    awaited = answers(202) + header("Preference-Applied", "wait=20")
    awaited += expects("has gone on", "(body.attempt).to.be.at.least(1)")
    quoted = answers(200) + has(validate_only=True, price=1, sufficient=True)
    return [
        create("Create", queued, "queued"),
        _awaited_end(operations),
        _saved_output(operations),
        create("Create and wait", awaited, "awaited", headers={"Prefer": "wait=20"}),
        create("Create with a key", labelled, "labelled", _LABELLED, headers=KEY, before=_NEW_KEY),
        create("Create again with the same key", replayed, "replayed", _LABELLED, headers=KEY),
        create("Quote", quoted, "quoted", {**ORDER, "validate_only": True}),
    ]


def test_location() -> list[str]:
    return expects("Location leads to it", '(pm.response.headers.get("Location")).to.eql(`/v1/generations/${body.id}`)')


def _awaited_end(operations: Operations) -> Object:
    ended = [
        'if (body.status === "completed") {',
        *_indented(has(cost={"price": 1, "held": 0, "charged": 1, "refunded": 0}, error=None, progress=100)),
        *_indented(
            expects(
                "is a PNG of 512 by 512",
                "(body.outputs[0].content_type).to.eql('image/png')",
                "([body.outputs[0].width, body.outputs[0].height]).to.eql([512, 512])",
            )
        ),
        "} else { // the models fail now and then; then nothing is charged",
        *_indented(has(status="failed", cost={"price": 1, "held": 0, "charged": 0, "refunded": 1})),
        *_indented(expects("says why", "(body.error.code).to.be.a('string')")),
        "}",
    ]
    tests = answers(200) + header("Preference-Applied", "wait=20")
    tests += scripts.until(scripts.ENDED, tries=5, pause_ms=0, then=ended)
    return operations.request(
        "getGeneration",
        "Get, when it has ended",
        tests=tests,
        path=ONE,
        query=USER,
        headers={"Prefer": "wait=20"},
        shows="completed",
        note="Each look waits for up to 20 seconds; it sends itself again if that was not enough.",
    )


def _saved_output(operations: Operations) -> Object:
    saved = answers(200) + has(content_type="image/png")
    saved += expects("has a good name", "(body.filename).to.match(/^darkroom-.+-0\\.png$/)")
    tests = [
        "if (pm.response.code === 200) {",
        *_indented(saved),
        "} else { // the models fail now and then; then nothing came out",
        *_indented(refuses(404, "output_not_found")),
        "}",
    ]
    path = ONE | {"number": "0"}
    return operations.request("getOutput", "Link that saves it", tests=tests, path=path, query=USER, shows="link")


def _cancel(operations: Operations) -> list[Object]:
    created = answers(202) + has(status="queued", cost__held=3) + keeps("cancelled_id", "body.id")
    cancelled = [
        *answers(200),
        *has(status="cancelled", cost={"price": 3, "held": 0, "charged": 0, "refunded": 3}, error__code="cancelled"),
    ]
    body = {**ORDER, "model": "Model R", "size": "1024x1024"}
    return [
        operations.request("createGeneration", _TO_CANCEL, tests=created, query=USER, body=body),
        operations.request(
            "cancelGeneration",
            "Cancel",
            tests=cancelled,
            path={"id": "{{cancelled_id}}"},
            query=USER,
            shows="cancelled",
        ),
    ]


def _lists(operations: Operations) -> list[Object]:
    first = answers(200) + expects("has two", "(body.data).to.have.lengthOf(2)")
    first += expects("goes on", "(body.next_page_token).to.be.a('string')")
    first += expects("is newest first", "(body.data[0].created_at >= body.data[1].created_at).to.be.true")
    first += keeps("page_token", "body.next_page_token") + keeps(
        "first_ids", "JSON.stringify(body.data.map((g) => g.id))"
    )
    second = answers(200) + expects(
        "repeats none", '(JSON.parse(pm.variables.get("first_ids"))).to.not.include.members([body.data[0].id])'
    )
    filtered = answers(200) + expects(
        "holds only what was asked for",
        "(body.data.every((g) => g.status === 'cancelled' && g.model === 'Model R')).to.be.true",
        "(body.data.map((g) => g.id)).to.include(pm.variables.get('cancelled_id'))",
    )
    wanted = {"status": "cancelled", "model": "Model R", "style": "watercolor", "credits": "3"}
    return [
        _list(operations, "List, first page", first, "first_page", page_size="2"),
        _list(operations, "List, next page", second, "next_page", page_size="2", page_token="{{page_token}}"),  # noqa: S106
        _list(operations, "List, filtered", filtered, "filtered", **wanted),
    ]


def _list(operations: Operations, name: str, tests: list[str], shows: str, **query: str) -> Object:
    return operations.request("listGenerations", name, tests=tests, shows=shows, query=query | USER)


def _credits(operations: Operations) -> list[Object]:
    balance = answers(200) + expects("has at most 20 entries", "(body.entries).to.have.lengthOf.at.most(20)")
    balance += expects("has a balance", "(body.current_credits).to.be.at.least(0)")
    page = answers(200) + expects("has three", "(body.data).to.have.lengthOf(3)")
    page += expects(
        "signs each entry",
        "(body.data.every((e) => Math.abs(e.signed_credits) === e.credits)).to.be.true",
        "(body.data.every((e) => e.type !== 'deduction' || e.signed_credits < 0)).to.be.true",
    )
    page += keeps("ledger_token", "body.next_page_token")
    second = answers(200) + expects("has three more", "(body.data).to.have.lengthOf(3)")
    usage = answers(200) + expects("has three months", "(body.months).to.have.lengthOf(3)")
    usage += expects("counts this month", "(body.months[0].total.requests).to.be.at.least(1)")
    usage += expects(
        "adds up",
        "(body.months.every(({ total: t }) => t.deducted === t.charged + t.refunded + t.held)).to.be.true",
    )
    token = {"page_token": "{{ledger_token}}"}
    return [
        operations.request("getBalance", "Balance", tests=balance, query=USER, shows="balance"),
        operations.request(
            "listEntries", "Ledger, first page", tests=page, query={"page_size": "3"} | USER, shows="first_page"
        ),
        operations.request("listEntries", "Ledger, next page", tests=second, query={"page_size": "3"} | token | USER),
        operations.request("getUsage", "Usage", tests=usage, query={"months": "3"} | USER, shows="months"),
    ]


def _catalog(operations: Operations) -> list[Object]:
    tests = answers(200)
    tests += expects("has models", "(body.models.map((m) => m.name)).to.include.members(['Model A', 'Model B'])")
    tests += expects("has prices", "(body.sizes.map((s) => s.credit_cost)).to.eql([1, 3, 4])")
    tests += expects("has styles and colours", "(body.styles).to.not.be.empty", "(body.colors).to.not.be.empty")
    models = answers(200) + expects("has prices", "(body.data[0].prices.map((p) => p.credits)).to.eql([1, 3, 4])")
    one = answers(200) + has(id="Model A", kind="text_to_image")
    return [
        operations.request("getCatalog", "Catalog of models, options and prices", tests=tests, shows="catalog"),
        operations.request("listModels", "Models", tests=models, shows="models"),
        operations.request("getModel", "One model", tests=one, path={"id": "Model A"}, shows="model"),
    ]


def _health(operations: Operations) -> list[Object]:
    tests = answers(200) + has(status="ok")
    return [
        operations.request("getHealth", "Alive", tests=tests, shows="ok"),
        operations.request("getReadiness", "Ready", tests=tests, shows="ok"),
    ]


def _callback(operations: Operations) -> Object:
    body = {"generation_id": "{{generation_id}}", "provider_job": "sim-1-5-0"}
    tests = answers(202) + has(status="received")
    note = "This job is unknown, and a stranger does not learn that."
    return operations.request(
        "receiveProviderCallback", "Callback of a provider", tests=tests, body=body, shows="received", note=note
    )


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]
