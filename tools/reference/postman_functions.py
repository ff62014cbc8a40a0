"""These are the thirteen requests of feraset-imagen's own collection, in its folders and under its names,
with tests.
"""

from typing import Any

from tools.reference import scripts
from tools.reference.components import Object
from tools.reference.postman_items import Operations, folder
from tools.reference.scripts import answers, expects, has, keeps

_USER = {"userId": "{{default_user_id}}"}
_CREATE: dict[str, Any] = {**_USER, "model": "Model A", "style": "realistic", "color": "vibrant", "size": "512x512"}
# There is a second between two of them, so together they take longer than four failed attempts and their backoff.
_TRIES = 60


def folders(operations: Operations) -> list[Object]:
    return [
        folder("Admin", _admin(operations), "Demo data and the weekly report."),
        folder("User Management", _user(operations)),
        folder("Image Generation", _generation(operations)),
        folder("Error Testing", _errors(operations)),
    ]


def _admin(operations: Operations) -> list[Object]:
    seeded = answers(200) + has(success=True, counts__users=13, counts__styles=6, counts__colors=5, counts__sizes=3)
    valid = answers(200) + has(success=True, exists=True, message="User exists")
    valid += expects("shows the user", "(body.user_data).to.have.all.keys('name', 'email', 'current_credits')")
    report = answers(200) + has(reportStatus="success", report_data__report_type="weekly")
    report += expects("counts requests", "(body.summary.total_requests).to.be.above(0)")
    report += expects("looks for anomalies", "(body.anomaly_summary.severity_level).to.be.a('string')")
    return [
        operations.request("seed_database", "Seed Database", tests=seeded, local_only=True, body="", shows="seeded"),
        operations.request("validate_user", "Validate User", tests=valid, query=_USER, shows="exists"),
        operations.request(
            "scheduleWeeklyReport",
            "Weekly Report",
            tests=report,
            local_only=True,
            body="",
            note="Deployed: for admins.",
        ),
    ]


def _user(operations: Operations) -> list[Object]:
    tests = answers(200) + has(success=True)
    tests += expects("has a balance", "(body.currentCredits).to.be.a('number').that.is.at.least(0)")
    tests += expects("lists at most 100 entries", "(body.transactions).to.be.an('array').with.lengthOf.at.most(100)")
    tests += expects(
        "names each entry's parts",
        "(body.transactions[0]).to.include.all.keys('id', 'type', 'credits', 'timestamp', 'description')",
    )
    return [operations.request("getUserCredits", "Get User Credits", tests=tests, query=_USER, shows="credits")]


def _generation(operations: Operations) -> list[Object]:
    return [
        _create(
            operations,
            "Create Generation Request - Model A - 512x512",
            price=1,
            prompt="A beautiful sunset over mountains with vibrant colors",
        ),
        _create(
            operations,
            "Create Generation Request - Model B - 1024x1024",
            price=3,
            model="Model B",
            style="anime",
            color="pastel",
            size="1024x1024",
            prompt="Anime character in a magical forest with pastel colors",
        ),
        _create(
            operations,
            "Create Generation Request - Oil Painting - 1024x1792",
            price=4,
            note="`oil painting` is taken for `oil_painting`. feraset-imagen's collection asked here for the colour "
            "`warm`, which no catalog ever had; `vintage` is the nearest that exists.",
            style="oil painting",
            color="vintage",
            size="1024x1792",
            prompt="Classic oil painting of a medieval castle with warm autumn colors",
        ),
        _status(operations),
    ]


def _create(operations: Operations, name: str, *, price: int, note: str = "", **changes: str) -> Object:
    tests = answers(202) + has(status="queued", deductedCredits=price)
    tests += expects("has an id", "(body.generationRequestId).to.match(/^[0-9a-f-]{36}$/)")
    tests += keeps("generationRequestId", "body.generationRequestId")
    return operations.request(
        "createGenerationRequest", name, tests=tests, body=_CREATE | changes, shows="queued", note=note
    )


def _status(operations: Operations) -> Object:
    ended = [
        *expects("progress is 100", "(body.progress).to.eql(100)"),
        *expects("says when", "(body.completed_at).to.be.a('string')"),
        'if (body.status === "completed") {',
        *(f"  {line}" for line in expects("has a picture", "(body.imageUrl).to.match(/^https?:/)")),
        "} else { // the models fail now and then, as feraset-imagen's did",
        *(f"  {line}" for line in expects("says why not", "(body.error_message).to.be.a('string')")),
        "}",
    ]
    tests = answers(200)
    tests += expects("is the one", '(body.generationRequestId).to.eql(pm.variables.get("generationRequestId"))')
    tests += scripts.until(scripts.ENDED, tries=_TRIES, pause_ms=1000, then=ended)
    query = {"generationRequestId": "{{generationRequestId}}"}
    note = "Sends itself again until the generation has ended."
    return operations.request(
        "getGenerationStatus", "Get Generation Status", tests=tests, query=query, shows="completed", note=note
    )


def _errors(operations: Operations) -> list[Object]:
    nobody = answers(404) + has(success=False, message="User not found: benyokum", error="User does not exist")
    missing_id = answers(400) + has(
        success=False, message="generationRequestId parameter is required", error="Missing generationRequestId"
    )
    test_prompt = _CREATE | {"prompt": "Test prompt"}
    return [
        operations.request(
            "getUserCredits",
            "Invalid User - Non-existent",
            tests=nobody,
            query={"userId": "benyokum"},
            local_only=True,
            shows="user_not_found",
        ),
        _invalid(
            operations,
            "Invalid Generation Request - Missing Fields",
            {**_USER, "model": "Model A"},
            has(message="Request validation failed")
            + expects("names all four", "(body.errors).to.have.lengthOf(4)", "(body.error).to.include('prompt')"),
        ),
        _invalid(
            operations,
            "Invalid Generation Request - Wrong Size",
            test_prompt | {"size": "800x600"},
            has(message="Invalid image size: 800x600") + expects("says which", "(body.error).to.include('1024x1024')"),
        ),
        _invalid(
            operations,
            "Invalid Generation Request - Wrong Model",
            test_prompt | {"model": "Model C"},
            has(message="Request validation failed") + expects("says which", "(body.error).to.include('Model A')"),
        ),
        operations.request(
            "getGenerationStatus", "Missing Generation Request ID", tests=missing_id, shows="missing_id"
        ),
    ]


def _invalid(operations: Operations, name: str, body: dict[str, Any], tests: list[str]) -> Object:
    tests = answers(400) + has(success=False, error_type="validation") + tests
    return operations.request("createGenerationRequest", name, tests=tests, body=body)
