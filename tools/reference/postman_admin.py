"""This is the folder `Admin` of the Postman collection. It works on a user and a style of its own, so it can be
repeated.
"""

from typing import Any

from tools.reference import scripts
from tools.reference.components import Object
from tools.reference.postman_items import Operations
from tools.reference.scripts import answers, expects, has, header, keeps, refuses

_USER = {"userId": "{{default_user_id}}"}
_CUSTOMER = {"id": "{{customer_id}}"}
_STYLE = {"id": "woodcut"}
_REASON = {"reason": "A round through the API"}
_NEW_KEY = {"name": "Left behind", "scopes": ["generations:read"]}
_NEW_STYLE = {"display_name": "Woodcut", "description": "Cut in wood", "sort_order": 7}
_WIDE = {"display_name": "Wide", "sort_order": 9, "width": 1024, "height": 576, "aspect_ratio": "16:9"}
_GUID = ['pm.collectionVariables.set("{name}", pm.variables.replaceIn("{{{{$guid}}}}"));']


def requests(operations: Operations) -> list[Object]:
    parts = (_users, _keys, _records, _catalog, _operations)
    return [each for part in parts for each in part(operations)]


def _request(operations: Operations, operation: str, name: str, tests: list[str], **more: Any) -> Object:
    """Return a request about demo data. It is for the local stack only, because a round through the API must not change
    a deployed project's catalog and users.
    """
    query = more.pop("query", {}) | _USER
    return operations.request(operation, name, tests=tests, query=query, local_only=True, **more)


def _new(variable: str) -> list[str]:
    return [line.format(name=variable) for line in _GUID]


def _users(operations: Operations) -> list[Object]:
    def one(operation: str, name: str, tests: list[str], **more: Any) -> Object:
        return _request(operations, operation, name, tests, path=_CUSTOMER, **more)

    created = answers(201) + has(current_credits=0, is_active=True) + keeps("customer_id", "body.id")
    adjusted = answers(201) + has(current_credits=25, entry__signed_credits=25, entry__type="adjustment")
    again = answers(200) + header("Idempotent-Replayed", "true") + has(current_credits=25)
    listed = answers(200) + expects("finds one", "(body.data.map((u) => u.email)).to.have.lengthOf.at.most(2)")
    key = {"Idempotency-Key": "{{adjustment_key}}"}
    body = {"credits": 25, "reason": "A present"}
    return [
        _request(
            operations,
            "adminCreateUser",
            "Create a user of an id of your own",
            created,
            body={"external_user_id": "{{customer}}"},
            before=_new("customer"),
        ),
        one("adminAdjustBalance", "Give credits", adjusted, body=body, headers=key, before=_new("adjustment_key")),
        one("adminAdjustBalance", "Give credits again with the same key", again, body=body, headers=key),
        one("adminAdjustBalance", "Give credits without a key", refuses(400, "invalid_request"), body=body),
        one("adminGetUser", "One user", answers(200) + has(current_credits=25, held_credits=0)),
        _request(
            operations,
            "adminListUsers",
            "Find users by their e-mail address",
            listed,
            query={"email": "a", "page_size": "2"},
            shows="found",
        ),
        one("adminDeactivateUser", "Deactivate a user", answers(200) + has(is_active=False), body=_REASON),
        one("adminActivateUser", "Activate a user", answers(200) + has(is_active=True), body=_REASON),
        one("adminDeleteUser", "Delete a user", answers(202) + has(status="erased"), query=_REASON, shows="erased"),
        _request(
            operations,
            "adminDeleteUser",
            "Delete oneself",
            refuses(409, "not_oneself"),
            path={"id": "{{default_user_id}}"},
            query=_REASON,
        ),
    ]


def _keys(operations: Operations) -> list[Object]:
    """Return requests by which an admin finds and revokes one user's key."""
    user = {"id": "{{default_user_id}}"}
    made = answers(201) + keeps("users_key_id", "body.id")
    listed = answers(200) + expects(
        "holds it, without the key",
        "(body.data.map((k) => k.id)).to.include(pm.variables.get('users_key_id'))",
        "(body.data.every((k) => k.key === undefined)).to.be.true",
    )
    revoked = answers(200) + has(is_active=False)
    one = {**user, "key": "{{users_key_id}}"}
    return [
        _request(operations, "createKey", "Create a key that an admin will revoke", made, body=_NEW_KEY),
        _request(operations, "adminListKeys", "The keys of a user", listed, path=user, shows="keys"),
        _request(operations, "adminRevokeKey", "Revoke a key of a user", revoked, path=one, query=_REASON),
    ]


def _records(operations: Operations) -> list[Object]:
    generations = answers(200) + expects(
        "says whose", "(body.data.every((g) => typeof g.user_id === 'string')).to.be.true"
    )
    generations += keeps("anybodys_id", "body.data[0].id")
    entries = answers(200) + expects(
        "holds only what was asked for", "(body.data.every((e) => e.type === 'refund')).to.be.true"
    )
    log = answers(200) + expects("is newest first", "(body.data[0].at >= body.data[1].at).to.be.true")
    return [
        _request(operations, "adminListGenerations", "Everybody's generations", generations, query={"page_size": "5"}),
        _request(
            operations,
            "adminGetGeneration",
            "One of anybody's generations",
            answers(200) + expects("says whose", "(body.user_id).to.be.a('string')"),
            path={"id": "{{anybodys_id}}"},
            shows="generation",
        ),
        _request(
            operations, "adminListEntries", "Everybody's refunds", entries, query={"type": "refund"}, shows="filtered"
        ),
        _request(operations, "adminListAuditLog", "Who did what", log, query={"page_size": "10"}, shows="filtered"),
    ]


def _catalog(operations: Operations) -> list[Object]:
    """Return requests about a style, a colour and a size of their own. Each is withdrawn again at the end."""
    whole = answers(200) + expects("has versions", "(body.sizes.every((s) => s.version >= 1)).to.be.true")
    withdrawn = answers(200) + has(is_active=False)
    rooms: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("Style", "style", "woodcut", _NEW_STYLE),
        ("Color", "colour", "ink", {**_NEW_STYLE, "display_name": "Ink", "hex_examples": ["#101820"]}),
        ("Size", "size", "wide", {**_WIDE, "credit_cost": 2}),
    )
    edited = [
        each
        for name, what, option_id, body in rooms
        for each in (
            _request(
                operations,
                f"adminPut{name}",
                f"Put a {what}",
                _answers_either() + has(is_active=True),
                path={"id": option_id},
                body=body,
                shows="created",
            ),
            _request(operations, f"adminDeactivate{name}", f"Withdraw a {what}", withdrawn, path={"id": option_id}),
        )
    ]
    mismatch = refuses(412, "version_mismatch")
    stale = {"If-Match": '"999"'}
    return [
        _request(operations, "adminGetCatalog", "The catalog with versions", whole, shows="catalog"),
        *edited,
        _request(
            operations,
            "adminPutStyle",
            "Put over another version",
            mismatch,
            path=_STYLE,
            body=_NEW_STYLE,
            headers=stale,
        ),
    ]


def _answers_either() -> list[str]:
    """Expect 201 on the first run, when the option is created, and 200 on the next, when it is replaced."""
    either = scripts.test(
        "answers 201, or 200 when it was there",
        "pm.expect(pm.response.code).to.be.oneOf([200, 201]);",
        'pm.expect(pm.response.headers.get("Content-Type")).to.include("application/json");',
    )
    return [*either, "const body = pm.response.json();"]


def _operations(operations: Operations) -> list[Object]:
    queue = answers(200) + expects("counts", "(body.queued).to.be.at.least(0)", "(body.processing).to.be.at.least(0)")
    cannot = refuses(501, "not_supported")
    audit = answers(200) + has(is_exact=True, users_checked=1, different=[])
    return [
        _request(operations, "adminGetQueue", "The queue", queue),
        _request(operations, "adminPauseQueue", "Pause, which the local stack cannot", cannot, body=_REASON),
        _request(operations, "adminResumeQueue", "Resume, which the local stack cannot", cannot, body=_REASON),
        _request(operations, "adminPurgeQueue", "Purge, which the local stack cannot", cannot, body=_REASON),
        _request(operations, "adminGetConnection", "How this request came", answers(200)),
        _request(operations, "adminSweep", "Sweep", answers(200) + has(failed=0), shows="swept"),
        _request(operations, "adminAudit", "Audit", audit, body={"user_id": "{{customer_id}}"}, shows="exact"),
    ]
