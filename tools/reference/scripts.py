"""This is the JavaScript of the Postman collection. Each function returns lines of one request's test script."""

import json
from collections.abc import Iterable
from typing import Any

ENDED = 'pm.response.code !== 200 || ["completed", "failed", "cancelled"].includes(body.status)'
_BODY = "const body = pm.response.json();"

LOCAL_ONLY = [
    'if (pm.variables.get("stack") === "deployed") {',
    "  pm.execution.skipRequest(); // it is about the demo data",
    "}",
]

NO_KEY = [
    'if (pm.variables.get("api_key")) {',
    "  pm.execution.skipRequest(); // an API key may not do this",
    "}",
]

SEND_CREDENTIAL = [
    'const key = pm.variables.get("api_key");',
    'const token = key ? "" : pm.variables.get("id_token");',
    "if (key) {",
    '  if (!pm.request.headers.has("Authorization") && !pm.request.headers.has("X-API-Key")) {',
    '    pm.request.headers.add({ key: "X-API-Key", value: key });',
    "  }",
    '  if (pm.request.url.getPath().startsWith("/v1/")) {',
    '    pm.request.removeQueryParams("userId"); // the key says who is calling',
    "  }",
    "}",
    'if (token && !pm.request.headers.has("X-API-Key")) {',
    '  const claims = atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"));',
    '  pm.variables.set("default_user_id", JSON.parse(claims).sub);',
    '  if (!pm.request.headers.has("Authorization")) {',
    '    pm.request.headers.add({ key: "Authorization", value: `Bearer ${token}` });',
    "  }",
    '  if (pm.request.url.getPath().startsWith("/v1/")) {',
    '    pm.request.removeQueryParams("userId"); // the token says who is calling',
    "  }",
    "}",
]

HAS_REQUEST_ID = [
    'pm.test("has an X-Request-Id", () => pm.response.to.have.header("X-Request-Id"));',
]


def test(name: str, *statements: str) -> list[str]:
    """Return one test. In it, the response's JSON is `body`."""
    return [f"pm.test({json.dumps(name)}, () => {{", *(f"  {each}" for each in statements), "});"]


def answers(status: int, media_type: str = "application/json") -> list[str]:
    """Return the tests of status and media type. They come first, because they define `body`."""
    return [
        *test(f"answers {status}", f"pm.response.to.have.status({status});"),
        *test(f"is {media_type}", f'pm.expect(pm.response.headers.get("Content-Type")).to.include("{media_type}");'),
        _BODY,
    ]


def has(**fields: Any) -> list[str]:
    """Expect these values in fields of the body, by name. Two underscores go one level down."""
    return [line for name, value in fields.items() for line in _field(name.replace("__", "."), value)]


def header(name: str, value: str) -> list[str]:
    return test(
        f"{name} is {value}", f"pm.expect(pm.response.headers.get({json.dumps(name)})).to.eql({json.dumps(value)});"
    )


def expects(name: str, *expressions: str) -> list[str]:
    """Return one test of several expressions. Each expression continues the text `pm.expect`."""
    return test(name, *(f"pm.expect{each};" for each in expressions))


def keeps(variable: str, expression: str) -> list[str]:
    return [f"pm.collectionVariables.set({json.dumps(variable)}, {expression});"]


def refuses(status: int, code: str, pointer: str | None = None) -> list[str]:
    """Expect a problem of `/v1`, and the fault that it must name."""
    lines = answers(status, "application/problem+json") + has(code=code, status=status)
    lines += expects(
        "says what to do with it", "(body.retryable).to.be.a('boolean')", "(body.request_id).to.be.a('string')"
    )
    if pointer is not None:
        lines += expects(f"names {pointer}", f'(body.errors.map((fault) => fault.pointer)).to.include("{pointer}")')
    return lines


def until(condition: str, *, tries: int, pause_ms: int, then: Iterable[str]) -> list[str]:
    """Send this request once more until the condition holds; fail after so many tries."""
    return [
        f"const done = {condition};",
        'const tries = Number(pm.collectionVariables.get("tries") || 0) + 1;',
        f"if (!done && tries < {tries}) {{",
        '  pm.collectionVariables.set("tries", tries);',
        *([f"  setTimeout(() => {{}}, {pause_ms}); // the next request waits for it"] if pause_ms else []),
        "  postman.setNextRequest(pm.info.requestName);",
        "} else {",
        '  pm.collectionVariables.unset("tries");',
        *(
            f"  {line}"
            for line in [*test(f"in time, after {tries} looks at most", "pm.expect(done).to.be.true;"), *then]
        ),
        "}",
    ]


def _field(path: str, value: Any) -> list[str]:
    shown = json.dumps(value, ensure_ascii=False)
    return expects(f"{path} is {shown}", f"(body.{path}).to.eql({shown})")
