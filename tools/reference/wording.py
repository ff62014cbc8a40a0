"""These words of the reference do not come from code: servers, credentials, headers, conventions."""

from typing import Any

FUNCTION_BASE = "http://127.0.0.1:5551/demo-darkroom/us-central1"
HOSTING = "http://127.0.0.1:8888"
DEPLOYED = "https://{region}-{project}.cloudfunctions.net"

TITLE = "Darkroom"
DESCRIPTION = """\
Credit-metered image generation. A request costs credits the moment it is accepted, and gives them back unless it
completes. `/v1` is for new clients; the function URLs are those of feraset-imagen, unchanged.

**Who is calling.** `Authorization: Bearer` with a Firebase ID token or an API key, or `X-API-Key` with the latter. The
first call of a sign-in makes its account. An API key does what its scopes say, and each operation names the one that it
needs; those of admins count as long as the key's owner is one. The local stack runs with `AUTH_MODE=open`: there the
user is named by `userId`, and a credential that is sent is still verified.

**How often.** Each caller has a rate of requests, told by `RateLimit` and `RateLimit-Policy`; creations have one more
of their own, and only so many may be in flight. Beyond that the answer is 429, with `Retry-After`.

**Errors.** Every refusal of `/v1` is `application/problem+json` (RFC 9457) with a stable `code`, all faults at once in
`errors`, and `retryable` and `charged` for programs. A bug of ours is an opaque 500 whose `request_id` finds it in the
log.

**Repeating.** With an `Idempotency-Key`, a create may be repeated for ever: the same key and body give the same
generation, marked `Idempotent-Replayed: true`; the same key with another body is refused.

**Waiting.** `Prefer: wait=n` holds the answer back until the generation has ended, for 50 seconds at most.

**Lists** are newest first: `page_size`, and the opaque `page_token` of the page before, with the same filters.

Names are snake_case, times are RFC 3339 in UTC, credits are integers. Every function answers `OPTIONS` with 204 and the
CORS headers. The examples below were made by calling the API, not typed.
"""

TAGS = {
    "Generations": "Create, follow, list, cancel.",
    "Credits": "What you have, and where it went.",
    "Keys": "API keys: what a program may do and spend in your name.",
    "Account": "Who you are.",
    "Catalog": "What is on offer, and for how much.",
    "Health": "For load balancers and alerts.",
    "Webhooks": "For the vendors of models.",
    "Admin": "For operators: users, records, the catalog, the queue. The audit log tells who changed what.",
    "Reports": "The weekly reports, for operators; and the way out for those who get them by mail.",
    "Function URLs": "feraset-imagen's functions: same fields, same status codes, same error bodies.",
}

_TAG_OF = {
    "generations": "Generations",
    "me": "Account",
    "keys": "Keys",
    "admin": "Admin",
    "balance": "Credits",
    "ledger": "Credits",
    "usage": "Credits",
    "catalog": "Catalog",
    "models": "Catalog",
    "healthz": "Health",
    "readyz": "Health",
    "webhooks": "Webhooks",
    "reports": "Reports",
}


def tag_of(path: str) -> str:
    return _TAG_OF[path.split("/")[2]]


def _server(url: str, description: str) -> dict[str, Any]:
    return {"url": url, "description": description}


def _deployed(url: str) -> dict[str, Any]:
    variables = {
        "region": {"default": "us-central1", "description": "Where the functions were deployed."},
        "project": {"default": "your-project", "description": "The id of the Firebase project."},
    }
    return _server(url, "Deployed.") | {"variables": variables}


SERVERS = [
    _server(HOSTING, "The local stack, through Hosting."),
    _server(f"{FUNCTION_BASE}/api", "The local stack, the function itself."),
    _deployed(f"{DEPLOYED}/api"),
]
FUNCTION_SERVERS = [
    _server(FUNCTION_BASE, "The local stack, the functions themselves."),
    _server(f"{HOSTING}/api", "The local stack, through Hosting."),
    _deployed(DEPLOYED),
]

SECURITY_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A Firebase ID token, or an API key where the operation has an `x-scope`.",
    },
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "An API key: `dk_`, its id, `_`, its secret. `x-scope` says which scope it needs.",
    },
    "openModeUser": {
        "type": "apiKey",
        "in": "query",
        "name": "userId",
        "description": "Only with `AUTH_MODE=open`, which only the emulator allows: the caller is whoever is named. "
        "Everywhere else this parameter is refused as unknown.",
    },
}

REQUEST_HEADERS: dict[str, dict[str, Any]] = {
    "Idempotency-Key": {
        "schema": {"type": "string", "minLength": 1, "maxLength": 257},
        "description": "1-255 visible ASCII characters, bare or in double quotes; per user, kept for ever.",
        "example": "order-2026-03-04-0001",
    },
    "If-Match": {
        "schema": {"type": "string", "pattern": '^(\\*|"[1-9][0-9]{0,8}"(, "[1-9][0-9]{0,8}")*)$'},
        "description": "The version that you have seen, in quotes, as in `ETag`; several, of which one must stand "
        "there; or `*`: there must be one. Weak tags (`W/`) never match. Default: whichever stands there, or none.",
        "example": '"1"',
    },
    "Prefer": {
        "schema": {"type": "string"},
        "description": "`wait=n`: answer when the generation has ended, or after n seconds, 50 at most. As RFC 7240 "
        "has it, a preference that cannot be met is ignored; `Preference-Applied` says what was done.",
        "example": "wait=20",
    },
    "X-External-User-Id": {
        "schema": {"type": "string", "pattern": "^[!-.0-~]{1,100}$"},
        "description": "With a service key only, an API key with the scope `users:act`: your own id of the user that "
        "the call is for, who is made when first named. Visible ASCII characters without `/`.",
        "example": "customer-42",
    },
    "X-Request-Id": {
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,128}$"},
        "description": "Your id for this request, for the log and the answer. Default: a new one.",
        "example": "checkout-8231",
    },
}

RESPONSE_HEADERS: dict[str, str] = {
    "Allow": "The methods that this address knows.",
    "Cache-Control": "How long the answer may be kept.",
    "Content-Disposition": "The name to save it by.",
    "ETag": "The version, in quotes, for `If-Match`.",
    "Idempotent-Replayed": "`true`: nothing was done; this is what the first request with the key made.",
    "Location": "Where what was created is.",
    "Preference-Applied": "The preference that was honoured.",
    "RateLimit": "What is left of the caller's requests: `r` at once, and `t` seconds until all of them.",
    "RateLimit-Policy": "The caller's rate: `q` requests at once, and as many again in `w` seconds.",
    "Retry-After": "Seconds after which to try again.",
    "X-Request-Id": "The id that finds this request in the log.",
}
